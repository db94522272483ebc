// The runner of unit tests in XS: what must fail does, what holds in ava holds in it.
import test from "ava";
import { readFile } from "node:fs/promises";
import { run, Workshop } from "./workshop.js";

const workshop = new Workshop("shim");

const compiled = (name: string): Promise<string> => readFile(new URL(`../../unit/xs/${name}.js`, import.meta.url), "utf8");

/** Runs test modules ("name": text) with the shim; answers the lines and the exit status. */
async function runTests(modules: Readonly<Record<string, string>>, ...chosen: string[]): Promise<{ status: number; lines: string[] }> {
	const sources: Record<string, string> = { "tests/unit/xs/ava": await compiled("ava"), "tests/unit/xs/compare": await compiled("compare") };
	for (const [name, text] of Object.entries(modules))
		sources[`tests/unit/${name}.test`] = `import test from "ava";\n${text}`;
	const program = await workshop.make(sources, "hosts/xs/tests.c", [], { preload: false, aliases: ["ava"] });
	const { status, out, error } = await run(program, ...chosen);
	return { status, lines: `${out}${error}`.trimEnd().split("\n") };
}

/** What holds, and what does not, of each assertion. */
const assertions: readonly (readonly [holds: string, fails: string])[] = [
	["t.is(NaN, NaN)", "t.is(0, -0)"],
	["t.not(1, 2)", "t.not(NaN, NaN)"],
	["t.deepEqual({ a: [1, { b: 2n }], c: undefined }, { a: [1, { b: 2n }], c: undefined })", "t.deepEqual({ a: 1, b: undefined }, { a: 1 })"],
	["t.deepEqual(new Uint8Array([1, 2]), new Uint8Array([1, 2]))", "t.deepEqual(new Uint8Array([1, 2]), new Uint8Array([1, 3]))"],
	["t.deepEqual([1, [2]], [1, [2]])", "t.deepEqual([1, 2], [1])"],
	["t.deepEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 1 }]]))", "t.deepEqual(new Map([[1, 2]]), new Map([[1, 3]]))"],
	["t.deepEqual(\"x\", \"x\")", "t.deepEqual([1], { 0: 1, length: 1 })"],
	["t.true(true)", "t.true(1)"],
	["t.false(false)", "t.false(0)"],
	["t.truthy(1)", "t.truthy(\"\")"],
	["t.falsy(0)", "t.falsy([])"],
	["t.assert(1)", "t.assert(null)"],
	["t.is(t.throws(() => { throw new RangeError(\"r\"); }, { instanceOf: RangeError, message: \"r\" })?.message, \"r\")", "t.throws(() => 1)"],
	["t.throws(() => { throw new Error(\"abc\"); }, { message: /b/ })", "t.throws(() => { throw new Error(\"abc\"); }, { message: \"b\" })"],
	["t.throws(() => null.x)", "t.throws(() => { throw new Error(\"\"); }, { instanceOf: TypeError })"],
	["t.throws(() => { throw new Error(\"\"); })", "t.throws(() => { throw 1; })"],
	["t.notThrows(() => 1)", "t.notThrows(() => null.x)"],
	["t.regex(\"abc\", /b/)", "t.regex(\"abc\", /d/)"],
	["t.notRegex(\"abc\", /d/)", "t.notRegex(\"abc\", /b/)"],
	["t.pass()", "t.fail()"]
];

test("each assertion holds and fails as in ava", async (t) => {
	const { status, lines } = await runTests({
		holds: assertions.map(([holds], i) => `test("${i}", (t) => { ${holds}; });`).join("\n"),
		fails: assertions.map(([, fails], i) => `test("${i}", (t) => { ${fails}; });`).join("\n")
	});
	t.is(status, 1);
	t.is(lines.at(-1), `${assertions.length} passed, ${assertions.length} failed`);
	t.deepEqual(lines.filter((line) => line.startsWith("not ok")), assertions.map((_, i) => `not ok - tests/unit/fails.test: ${i}`));
});

test("a test fails that throws, rejects, waits for ever, asserts nothing or leaves a rejection behind", async (t) => {
	const { status, lines } = await runTests({
		bad: `
			test("throws", (t) => { t.pass(); throw new TypeError("thrown"); });
			test("rejects", async (t) => { t.pass(); await null; throw new RangeError("rejected"); });
			test("waits", async (t) => { t.pass(); await new Promise(() => undefined); });
			test("nothing", () => undefined);
			test("async", async (t) => { await null; await null; t.is(await Promise.resolve(1), 1); });
		`,
		left: "test(\"leaves\", (t) => { t.pass(); Promise.reject(new Error(\"left\")); });",
		load: "throw new Error(\"at load\");",
		full: "test(\"full\", (t) => { let list; for (;;) list = { list }; });",
		twice: "test(\"a\", (t) => t.pass());\ntest(\"a\", (t) => t.pass());"
	});
	t.is(status, 1);
	t.is(lines.at(-1), "2 passed, 8 failed");
	for (const expected of [/not ok - .*bad\.test: throws/, /TypeError: thrown/, /not ok - .*bad\.test: rejects/, /RangeError: rejected/, /its promise was never settled/, /it asserted nothing/,
		/left\.test: unhandled rejection: Error: left/, /load\.test: Error: at load/, /full\.test: memory full: no slot left/, /twice\.test: Error: two tests are called "a"/])
		t.regex(lines.join("\n"), expected);
});

test("modules are chosen by name or folder, and none is a fault", async (t) => {
	const modules = { "one/a": "test(\"a\", (t) => t.pass());", "one/b": "test(\"b\", (t) => t.pass());", "onetwo/c": "test(\"c\", (t) => t.pass());" };
	t.deepEqual(await runTests(modules), { status: 0, lines: ["3 passed, 0 failed"] });
	t.deepEqual((await runTests(modules, "tests/unit/one")).lines, ["2 passed, 0 failed"]);
	t.deepEqual((await runTests(modules, "--verbose", "tests/unit/onetwo/c.test.ts")).lines, ["ok - tests/unit/onetwo/c.test: c", "1 passed, 0 failed"]);
	t.deepEqual(await runTests(modules, "tests/unit/none"), { status: 1, lines: ["keygate-test: no such test"] });
});
