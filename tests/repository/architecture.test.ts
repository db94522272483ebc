import test from "ava";
import { circles, forbidden, forbiddenInHosts, imports, misplaced, readModules, room, withoutComments } from "./architecture.js";

const modules = readModules();
const hosts = readModules("hosts");

test("architecture: imports point one way, to files that are there", (t) => {
	t.true(modules.size > 20);
	t.deepEqual(forbidden(modules), []);
});

test("architecture: no modules import each other in a circle", (t) => {
	t.deepEqual(circles(modules), []);
	t.deepEqual(circles(hosts), []);
});

test("architecture: hosts know what they share, and not each other", (t) => {
	t.deepEqual(forbiddenInHosts(hosts), []);
	const judged = (path: string, line: string): number => forbiddenInHosts(new Map([[path, line]])).length;
	t.is(judged("hosts/unit/host.ts", "import { a } from \"../linux/process.js\";"), 1);
	t.is(judged("hosts/unit/host.ts", "import { a } from \"./loop.js\";"), 0);
	t.is(judged("hosts/device/start.ts", "import { a } from \"../linux/process.js\";"), 1);
	t.is(judged("hosts/device/start.ts", "import { a } from \"../unit/unit.js\";"), 0);
	t.is(judged("hosts/linux/start.ts", "import { a } from \"node:fs\";"), 1);
	t.is(judged("hosts/unit/unit.ts", "import { a } from \"./loop.js\";"), 1);
	t.is(judged("hosts/unit/unit.ts", "import type { a } from \"./loop.js\";"), 0);
	t.is(judged("hosts/unit/unit.ts", "const a = native<() => void>(\"xs_a_b\");"), 1);
});

test("architecture: module scope holds constants and functions, nothing reads a clock or Node", (t) => {
	t.deepEqual(misplaced(modules), []);
});

/** The judgement of one import by a file, among files that exist. */
function judge(path: string, line: string): string[] {
	return forbidden(new Map([
		["modules/addresses.ts", ""], ["modules/ike/types.ts", ""], ["modules/ike/ike.ts", ""], ["modules/ike/v1/keys.ts", ""], ["modules/ike/v1/wire/sa.ts", ""],
		["modules/ike/v1/exchange/main.ts", ""], ["modules/gateway/gateway.ts", ""], ["modules/status/types.ts", ""], ["modules/settings/validate.ts", ""], ["modules/settings/types.ts", ""],
		["modules/ipsec/sad.ts", ""], ["modules/log/types.ts", ""], ["modules/httpd/server.ts", ""], ["modules/types/io.ts", ""], ["modules/types/engine.d.ts", ""],
		[path, line]
	]));
}

test("architecture: the checker sees what is forbidden", (t) => {
	const cases: [string, string][] = [
		["modules/ike/v1/wire/x.ts", "import { a } from \"../exchange/main.js\";"],
		["modules/ike/v1/wire/x.ts", "import type { a } from \"../../types.js\";"],
		["modules/ike/v1/x.ts", "import { a } from \"./exchange/main.js\";"],
		["modules/ike/v1/exchange/x.ts", "import { a } from \"../../ike.js\";"],
		["modules/ike/x.ts", "import { a } from \"./v1/keys.js\";"],
		["modules/ike/x.ts", "import { a } from \"../gateway/gateway.js\";"],
		["modules/ike/ike.ts", "import { a } from \"../ipsec/sad.js\";"],
		["modules/ipsec/x.ts", "import { a } from \"../ike/types.js\";"],
		["modules/log/x.ts", "import { a } from \"../settings/types.js\";"],
		["modules/settings/x.ts", "export * from \"../gateway/gateway.js\";"],
		["modules/httpd/x.ts", "import { a } from \"../status/types.js\";"],
		["modules/pages/x.ts", "import { a } from \"../gateway/gateway.js\";"],
		["modules/pages/x.ts", "import { a } from \"../settings/validate.js\";"],
		["modules/console/x.ts", "import { a } from \"../httpd/server.js\";"],
		["modules/addresses.ts", "import { a } from \"./log/types.js\";"],
		["modules/new/x.ts", ""],
		["modules/gateway/x.ts", "import { readFileSync } from \"node:fs\";"],
		["modules/gateway/x.ts", "import Timer from \"timer\";"],
		["modules/gateway/x.ts", "import \"embedded:io/socket/udp\";"],
		["modules/gateway/x.ts", "import { a } from \"../ike/types\";"],
		["modules/gateway/x.ts", "import { a } from \"../ike/missing.js\";"],
		["modules/gateway/x.ts", "import { a } from \"../../hosts/linux/host.js\";"],
		["modules/gateway/x.ts", "const a = await import(\"node:fs\");"],
		["modules/gateway/x.ts", "import {\n\ta,\n\tb\n} from \"../console/console.js\";"]
	];
	for (const [path, line] of cases)
		t.is(judge(path, line).length, 1, `${path}: ${line}`);
});

test("architecture: the checker lets pass what is allowed", (t) => {
	const cases: [string, string][] = [
		["modules/ike/ike.ts", "import { a } from \"./v1/exchange/main.js\";"],
		["modules/ike/v1/ike.ts", "import { a } from \"./exchange/main.js\";"],
		["modules/ike/v1/exchange/x.ts", "import { a } from \"../wire/sa.js\";\nimport type { b } from \"../../types.js\";"],
		["modules/gateway/x.ts", "import {\n\ta,\n\tb\n} from \"../ike/ike.js\";\nimport { c } from \"../settings/validate.js\";"],
		["modules/pages/x.ts", "import type { a } from \"../settings/types.js\";\nimport { b } from \"../httpd/server.js\";"],
		["modules/status/x.ts", "import type { a } from \"../ike/types.js\";"],
		["modules/console/x.ts", "import type { a } from \"../types/io.js\";"],
		["modules/log/x.ts", "// import { a } from \"../gateway/gateway.js\";\nconst text = \"import\";"]
	];
	for (const [path, line] of cases)
		t.deepEqual(judge(path, line), [], `${path}: ${line}`);
});

test("architecture: circles are found, those of types alone are none", (t) => {
	const circle = (kind: string) => circles(new Map([
		["modules/log/a.ts", "import { b } from \"./b.js\";"], ["modules/log/b.ts", `${kind} { c } from "./c.js";`], ["modules/log/c.ts", "import { a } from \"./a.js\";"]]));
	t.deepEqual(circle("import"), ["modules/log/a.ts -> modules/log/b.ts -> modules/log/c.ts -> modules/log/a.ts"]);
	t.deepEqual(circle("import type"), []);
});

test("architecture: module scope is judged", (t) => {
	const bad = [
		"export enum A { B }", "const enum A { B }", "namespace A {}", "let a = 1;", "export let a;", "var a = 1;", "const a = new Map();", "const a: X = new Uint8Array(4);",
		"const a = [1, 2];", "export const a = { b: 1 };", "await something();", "\tconst now = Date.now();", "\treturn new Date(1);", "\treturn Math.random();", "\timport(\"node:fs\");",
		"\treturn a.flatMap((each) => each.b);", "\treturn a.flat();"
	];
	for (const line of bad)
		t.is(misplaced(new Map([["modules/log/a.ts", `/** text */\n${line}\n`]])).length, 1, line);
	const good = [
		"export const a = Object.freeze({ b: 1 });", "const a = 5;", "const f = native<() => void>(\"xs_a_b\");", "\tlet a = 1;", "\tconst a = [1];", "\tconst a = new Map();",
		"// let a = Date.now();", "/*\nlet a = 1;\n*/", "\tconst namespaced = 1;", "export const a: X = Object.freeze([1]);"
	];
	for (const line of good)
		t.deepEqual(misplaced(new Map([["modules/log/a.ts", `${line}\n`]])), [], line);
});

test("architecture: how files are read", (t) => {
	t.deepEqual(["modules/limits.ts", "modules/types/io.ts", "modules/ike/sa.ts", "modules/ike/ike.ts", "modules/ike/v1/wire/a.ts", "modules/log/types.ts"].map(room), ["", "", "ike", "ike.ts", "ike/v1/wire", "log"]);
	t.deepEqual(imports("a.ts", "import type { A } from \"./a.js\";\nexport { b } from './b.js';\nimport \"./c.js\";\nexport const x = 1; const y = \"from\";").map(({ specifier, typeOnly }) => [specifier, typeOnly]),
		[["./a.js", true], ["./b.js", false], ["./c.js", false]]);
	t.is(withoutComments("a; // b\n\"http://x\";\n"), "a; \n\"http://x\";\n");
});
