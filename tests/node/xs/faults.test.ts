// What must not be in a preloaded module stops the build, with a line that names the file.
import test from "ava";
import { cFile, run, Workshop } from "./workshop.js";

const workshop = new Workshop("faults");

/** The fault of building `sources`: the chain's own, or that of running the modules once, as the build does. */
async function faultOf(sources: Readonly<Record<string, string>>, more: readonly string[] = []): Promise<string> {
	try {
		const { status, error, out } = await run(await workshop.make(sources, "hosts/xs/linkcheck.c", more));
		return status === 0 ? `no fault: ${out}` : error.trim();
	}
	catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

const good = "export function double(n) { return 2 * n; }\nexport const table = Object.freeze({ a: 1, list: Object.freeze([1, 2]) });\nexport class C { #n = 0; next() { return ++this.#n; } static limit = 3; }\n";

test("a module of constants, functions and classes is no fault", async (t) => {
	const result = await faultOf({
		"modules/good": good,
		"modules/deep/er/user": "import { C, double } from \"../../good.js\";\nexport * from \"../../good.js\";\nexport const four = double(2);\nexport const make = () => new C();\nexport const pattern = Object.freeze(/a+/);\n"
	});
	t.regex(result, /^no fault: 2 modules, 2 preloaded/);
});

test("modules may import each other, and what has types only is left out", async (t) => {
	const result = await faultOf({
		"modules/ping": "import { pong } from \"./pong.js\";\nexport function ping(n) { return n > 0 ? pong(n - 1) : \"ping\"; }\n",
		"modules/pong": "import { ping } from \"./ping.js\";\nexport function pong(n) { return n > 0 ? ping(n - 1) : \"pong\"; }\nexport const name = \"pong\";\n",
		"modules/types": "/** Types. */\nexport {};\n"
	});
	t.regex(result, /^no fault: 2 modules, 2 preloaded/);
});

const faults: readonly (readonly [what: string, text: string, expected: RegExp])[] = [
	["throws", "export const n = 1;\nthrow new RangeError(\"too large\");\n", /^modules\/bad\.js: RangeError: too large/],
	["awaits", "export const n = await 1;\n", /^modules\/bad\.js:1: await at module scope/],
	["has a variable", "let n = 1;\nexport const next = () => n++;\n", /^modules\/bad\.js:1: let n at module scope/],
	["exports a variable", "export const a = 1;\nexport let n = 1;\n", /^modules\/bad\.js:2: let n at module scope/],
	["has a var", "\nvar n = 1;\nexport const next = () => n++;\n", /^modules\/bad\.js:2: var n at module scope/],
	["has a Map", "const map = new Map();\nexport const get = (key) => map.get(key);\n", /^modules\/bad\.js: get\.map is a Map/],
	["has a Set", "export const set = Object.freeze(new Set([1]));\n", /^modules\/bad\.js: set is a Set/],
	["has a WeakMap", "export const weak = new WeakMap();\n", /^modules\/bad\.js: weak is a WeakMap/],
	["has an ArrayBuffer", "export const buffer = new ArrayBuffer(4);\n", /^modules\/bad\.js: buffer is an ArrayBuffer/],
	["has a typed array", "const key = new Uint8Array(4);\nexport class C { key() { return key; } }\n", /^modules\/bad\.js: C\.prototype\.key\.key is a typed array/],
	["has a DataView", "export const nested = Object.freeze({ view: new DataView(new ArrayBuffer(4)) });\n", /^modules\/bad\.js: nested\.view is a DataView/],
	["has an object", "export const options = { a: 1 };\n", /^modules\/bad\.js: options is an object that is not frozen/],
	["has an empty object", "export const cache = {};\n", /^modules\/bad\.js: cache is an object that is not frozen/],
	["has a nested object", "export const options = Object.freeze({ inner: { a: 1 } });\n", /^modules\/bad\.js: options\.inner is an object that is not frozen/],
	["has an array", "const list = [1, 2];\nexport function first() { return list[0]; }\n", /^modules\/bad\.js: first\.list is an array that is not frozen/],
	["has a nested array", "export const rows = Object.freeze([Object.freeze([1]), [2]]);\n", /^modules\/bad\.js: rows\.1 is an array that is not frozen/],
	["has a static array", "export class C { static list = []; }\n", /^modules\/bad\.js: C\.list is an array that is not frozen/],
	["has an instance with private state", "class C { #n = 0; next() { return ++this.#n; } }\nexport const c = Object.freeze(new C());\n", /^modules\/bad\.js: c is an object with private fields/],
	["has a Date", "export const start = new Date(0);\n", /^modules\/bad\.js: start is a Date/],
	["has a Promise", "export const later = Promise.resolve(1);\n", /^modules\/bad\.js: later is a Promise/],
	["imports what is not there", "import { a } from \"../gone/away.js\";\nexport const b = () => a;\n", /^modules\/bad\.js: import "\.\.\/gone\/away\.js": there is no such module/],
	["imports a bare name", "import fs from \"node:fs\";\nexport const read = () => fs;\n", /^modules\/bad\.js: import "node:fs": there is no such module/],
	["imports a name that is not exported", "import { triple } from \"./good.js\";\nexport const six = () => triple(2);\n", /^modules\/bad\.js: SyntaxError: .*triple/],
	["names an unknown native", "export const f = native(\"xs_nowhere_function\");\n", /^modules\/bad\.js: ReferenceError: native "xs_nowhere_function": there is no such function/],
	["is no JavaScript", "export const a = 1;\nexport const = 2;\n", /^modules\/bad\.js:2: /]
];

for (const [what, text, expected] of faults) {
	test(`a module that ${what} stops the build`, async (t) => {
		t.regex(await faultOf({ "modules/good": good, "modules/bad": text, "modules/user": "import \"./bad.js\";\n" }), expected);
	});
}

test("what modules have at fault is told of all of them at once", async (t) => {
	const result = await faultOf({ "modules/one": "export const a = [];\nexport const b = {};\n", "modules/two": "export const c = new Map();\n" });
	t.deepEqual(result.split("\n").map((line) => line.slice(0, line.indexOf(" is "))), ["modules/one.js: a", "modules/one.js: b", "modules/two.js: c"]);
});

test("what is wrong in a module that is not preloaded is not a fault", async (t) => {
	t.regex(await faultOf({ "load/late": "export const list = [];\nexport let n = 1;\n" }), /^no fault: 1 modules, 0 preloaded/);
});

test("a native that two files define stops the build", async (t) => {
	const text = "#include \"xsmc.h\"\nvoid xs_twice(xsMachine* the);\nvoid xs_twice(xsMachine* the)\n{\n\t(void)the;\n}\n";
	const files = [await cFile("one.c", text), await cFile("two.c", text)];
	t.regex(await faultOf({ "modules/good": good }, files), /two\.c: xs_twice is defined in .*one\.c too/);
});
