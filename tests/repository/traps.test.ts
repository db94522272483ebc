import { readFileSync } from "node:fs";
import test from "ava";
import { expected, listed, numbers, shown } from "./traps.js";

test("traps: every line of the list has a test that carries its number", (t) => {
	const tests = shown();
	t.deepEqual(expected().filter((number) => !tests.has(number)), []);
	t.deepEqual([...tests.keys()].filter((number) => !expected().includes(number)), [], "numbers of no line");
});

test("traps: docs/traps.md has every line once, in order, and the tests that it names show it", (t) => {
	const lines = listed();
	t.deepEqual(lines.map((line) => line.number), expected());
	const tests = shown();
	for (const { number, text, files } of lines) {
		t.true(text.length > 20, number);
		t.true(files.length > 0, `${number} names no test: node build/js/tests/repository/traps.js`);
		t.deepEqual(files.filter((file) => !tests.get(number)?.includes(file)), [], number);
	}
});

test("traps: titles are found, other text is not", (t) => {
	t.deepEqual([...numbers("test(\"T22 T23 several\", (t) => {});\n\trunCase(\"T14 of 96\", f);\n\tinterop(`F10 F13 hostile: ${port}`, f);\n[\"F02 RSA\", 4]")], ["T22", "T23", "T14", "F10", "F13", "F02"]);
	t.deepEqual([...numbers("test(\"aggressive mode: T03 another\", f)")], ["T03"]);
	t.deepEqual([...numbers("// T05: text\n/* T06 */\nconst a = \"T07\";\ntest(\"the T08\", f); t.is(a, \"T09 x\");")], []);
});

test("F18 IKEv1 is deprecated: the README and the document of the traps say so, and what it means", (t) => {
	for (const file of ["README.md", "docs/traps.md"]) {
		const text = readFileSync(file, "utf8");
		t.regex(text, /deprecated/, file);
		t.regex(text, /RFC 9395/, file);
		t.regex(text, /IKEv2/, file);
	}
	t.regex(readFileSync("docs/traps.md", "utf8"), /## What IKEv1 being deprecated means/);
});
