// The Node host supplies every native that modules below modules/ name, and says so where it cannot.
import test from "ava";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SA_TABLE_SIZE } from "../../../modules/ipsec/layout.js";

const modules = join(process.cwd(), "modules");
const names = readdirSync(modules, { recursive: true, encoding: "utf8" })
	.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
	.flatMap((path) => [...readFileSync(join(modules, path), "utf8").matchAll(/^(?:export )?const \w+ = native<.*>\("(xs_\w+)"\)/gm)].map((match) => match[1]!));

test("every native of modules/ is there in Node", (t) => {
	t.true(names.length >= 12);
	for (const name of names) {
		const found = native<(...args: unknown[]) => unknown>(name);
		try {
			found();
		}
		catch (error) {
			t.notRegex(String(error), /is not available in Node/, name);
		}
	}
});

test("a native that Node does not have throws when it is called, not before", (t) => {
	const none = native<() => void>("xs_no_such_thing");
	t.throws(none, { message: "native xs_no_such_thing is not available in Node" });
	t.throws(native<() => void>("toString"), { message: /is not available in Node/ });
});

test("a table is the same memory at each call", (t) => {
	const table = native<() => ArrayBuffer>("xs_sad_table");
	t.is(table(), table());
	t.is(table().byteLength, SA_TABLE_SIZE);
});

test("UTF-8 goes both ways as in XS", (t) => {
	for (const text of ["", "plain", "Zürich", "日本", "\u{1D11E}"]) {
		const bytes = ArrayBuffer.fromString(text);
		t.deepEqual(new Uint8Array(bytes), new Uint8Array(Buffer.from(text)));
		t.is(String.fromArrayBuffer(bytes), text);
	}
	t.throws(() => String.fromArrayBuffer(new Uint8Array([0x61, 0xFF]).buffer));
});
