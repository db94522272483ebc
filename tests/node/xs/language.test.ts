// The machine speaks the language that Node speaks, characters outside of the basic plane included.
import test from "ava";
import { readFile } from "node:fs/promises";
import { lines } from "./language.js";
import { run, Workshop } from "./workshop.js";

const workshop = new Workshop("language");

const encoder = new TextEncoder();
const hexadecimal = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the same lines in Node and in XS, by a preloaded module and by one that is not", async (t) => {
	const source = await readFile(new URL("./language.js", import.meta.url), "utf8");
	// samples is an array, which a preloaded module may have only frozen
	const preloaded = source.replace(/^const samples = (\[.*\]);$/m, "const samples = Object.freeze($1);");
	const speak = (from: string): string => `import { lines } from "${from}";\nfor (const line of lines())\n\ttrace(line + "\\n");\n`;
	const program = await workshop.make({
		"modules/language": preloaded, "load/language": source,
		"load/one": speak("../modules/language.js"), "load/two": speak("./language.js")
	}, "tests/node/xs/driver.c");
	const expected = [...lines()];
	t.true(expected.length > 45);
	for (const name of ["load/one", "load/two"]) {
		const { out, error } = await run(program, name);
		const actual = out.split("\n");
		t.deepEqual(actual.slice(0, expected.length), expected, error);
		t.is(actual[expected.length], `${name}: ok`);
	}
});

test("UTF-8 in and out: every code point at the edges, and what is not UTF-8", async (t) => {
	const texts = ["", "abc", "\u0000", "a\u0000b", "\u007f\u0080\u07ff\u0800\uffff", "\u{10000}\u{10ffff}", "🔑x🔑", "\ud83d", "\udd11\ud83d", "a\ud83d\ud83d\udd11"];
	const bytes = ["", "00", "c080", "7f", "80", "bf", "c1bf", "c280", "dfbf", "e0809f", "e09fbf", "e0a080", "ed9fbf", "eda080", "edbfbf", "ee8080", "efbfbf", "f0808080", "f08fbfbf",
		"f0908080", "f48fbfbf", "f4908080", "f5808080", "ff", "e282", "f09f94", "61f09f9491", "c3", "6100ff", "f09f949161"];
	const source = `
		const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
		const units = (text) => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(".");
		for (const text of ${JSON.stringify(texts)})
			trace(hex(ArrayBuffer.fromString(text)) + "\\n");
		for (const bytes of ${JSON.stringify(bytes)}) {
			const buffer = Uint8Array.from({ length: bytes.length / 2 }, (_, i) => parseInt(bytes.slice(2 * i, 2 * i + 2), 16)).buffer;
			try { trace(units(String.fromArrayBuffer(buffer)) + "\\n"); } catch (error) { trace(error.name + "\\n"); }
		}
	`;
	const program = await workshop.make({ "load/utf": source }, "tests/node/xs/driver.c");
	const { out } = await run(program, "load/utf");
	const decode = (hex: string): string => {
		try {
			const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(hex, "hex"));
			return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(".");
		}
		catch {
			return "TypeError";
		}
	};
	const expected = [...texts.map((text) => hexadecimal(encoder.encode(text))), ...bytes.map(decode)];
	t.deepEqual(out.split("\n").slice(0, expected.length), expected);
	t.true(expected.filter((line) => line === "TypeError").length >= 12);
});

test("what is traced is UTF-8", async (t) => {
	const program = await workshop.make({ "load/say": "trace(\"zürich 🔑\\n\");\nthrow new Error(\"🔑\\u0007\");\n" }, "tests/node/xs/driver.c");
	const { out } = await run(program, "load/say");
	t.deepEqual(out.split("\n").slice(0, 3), ["zürich 🔑", "report: Error: 🔑\\x07, in load/say", "load/say: threw"]);
});
