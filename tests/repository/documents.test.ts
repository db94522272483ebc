/** What documents say of tests and of settings is so: files are there, titles are in them, settings have no fault. */
import { existsSync, readFileSync } from "node:fs";
import test from "ava";
import { parse } from "../../modules/settings/validate.js";

/** Places of tests that a line names, with the words of the title that are asked for: `file` "words". */
function named(text: string, folder: string): { file: string; words: string | undefined }[] {
	return [...text.matchAll(/`([\w./-]+)`(?: "([^"]+)")?/g)].map(([, file, words]) => ({ file: `${folder}${file}`, words }));
}

/** What is wrong with the tests that a line names. */
function faults(line: string, folder: string): string[] {
	return named(line, folder).filter(({ file, words }) => !existsSync(file) || words !== undefined && !readFileSync(file, "utf8").includes(words)).map(({ file, words }) => `${file} ${words ?? ""}`);
}

/** The cells of a table's rows, without the line of dashes. */
function table(text: string): string[][] {
	return text.split("\n").filter((line) => line.startsWith("|") && !line.startsWith("| ---")).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

test("docs/interop.md: each fragment of keygate's settings is right as it stands", (t) => {
	const text = readFileSync("docs/interop.md", "utf8");
	const fragments = [...text.matchAll(/```json\n([^`]*)```/g)].map(([, fragment]) => fragment!);
	t.is(fragments.length, (text.match(/^## /gm) ?? []).length, "one for each other side");
	for (const fragment of fragments) {
		const document = { version: 1, gateway: { name: "gate", wanAddress: "10.0.0.1", lanAddress: "10.1.0.1/24", admin: { user: "admin", password: "interoperation" } }, peers: [JSON.parse(fragment)] };
		t.deepEqual(parse(JSON.stringify(document)).faults, [], fragment);
	}
});

test("docs/interop.md: each other side is marked, and the tests that are named are there", (t) => {
	const text = readFileSync("docs/interop.md", "utf8");
	const index = new Map([...text.matchAll(/^\| \[([^\]]+)\]\([^)]*\) \| (.*) \|$/gm)].map(([, name, mark]) => [name!, mark!]));
	for (const section of text.split(/^## /m).slice(1)) {
		const name = section.slice(0, section.indexOf("\n"));
		const mark = /^\*\*(Tested here|From its documentation|Not checked)\*\*(.*)$/m.exec(section);
		t.truthy(mark, name);
		t.is(index.get(name), mark![1]!.toLowerCase());
		if (mark![1] === "Tested here") {
			t.true(named(mark![2]!, "").length > 0, name);
			t.deepEqual(faults(mark![2]!, ""), []);
		}
	}
});

test("docs/situations.md: each situation has a test that is there", (t) => {
	const rows = table(readFileSync("docs/situations.md", "utf8")).filter(([situation]) => situation !== "situation");
	t.true(rows.length > 50);
	t.deepEqual(rows.filter(([, tests]) => !named(tests!, "tests/").some(({ words }) => words !== undefined)), []);
	t.deepEqual(rows.flatMap(([, tests]) => faults(tests!, "tests/")), []);
});

test("README: each row of the table of features names tests that are there", (t) => {
	const section = readFileSync("README.md", "utf8").match(/^## What it does\n([^]*?)^## /m)![1]!;
	const rows = table(section).filter(([feature]) => feature !== "");
	t.true(rows.length > 7);
	t.deepEqual(rows.filter(([, , tests]) => named(tests!, "").length === 0), []);
	t.deepEqual(rows.flatMap(([, , tests]) => faults(tests!, "")), []);
});

test("docs/diagnosis.md: each cause is there, and so are the tests that are named", (t) => {
	const text = readFileSync("docs/diagnosis.md", "utf8");
	const causes = [...readFileSync("modules/ike/causes.ts", "utf8").matchAll(/^\t"([\w-]+)": "/gm)].map(([, cause]) => cause!);
	t.is(causes.length, 17);
	t.deepEqual(causes.filter((cause) => !text.includes(`\`${cause}\``) && !text.includes(`\`${cause.replace(/^certificate/, "")}\``)), []);
	t.deepEqual([...text.matchAll(/`(tests\/[\w./-]+)`/g)].filter(([, file]) => !existsSync(file!)), []);
});
