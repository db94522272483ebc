import { existsSync, readFileSync } from "node:fs";
import test from "ava";

const text = readFileSync("docs/security.md", "utf8");

test("docs/security.md: every test that it names is there, and every defence names one", (t) => {
	const named = [...text.matchAll(/`(tests\/[^`]+)`/g)].map(([, path]) => path!);
	t.true(named.length > 20);
	t.deepEqual(named.filter((path) => !existsSync(path)), []);
	const defences = text.slice(text.indexOf("## The defences"), text.indexOf("## Privileges")).split("\n").filter((line) => line.startsWith("| ")).slice(2);
	t.deepEqual(defences.filter((line) => !/`(tests\/|npm run )/.test(line)), []);
});

test("docs/security.md: the commands that it names are those of package.json, and the capabilities those of the program", (t) => {
	const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
	t.deepEqual([...text.matchAll(/`npm run ([\w:]+)/g)].map(([, name]) => name!).filter((name) => scripts[name] === undefined), []);
	const source = readFileSync("hosts/linux/privileges.c", "utf8");
	const kept = /kept\[\] = \{([^}]*)\}/.exec(source)![1]!.match(/CAP_\w+/g)!;
	t.deepEqual(kept.filter((name) => !text.includes(`\`${name}\``)), []);
	t.regex(text, /RFC 9395/);
});
