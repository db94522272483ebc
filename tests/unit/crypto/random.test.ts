import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { toHex } from "./bytes.js";

test("random gives as many bytes as asked for, and others each time", (t) => {
	const accelerator = new Accelerator();
	t.is(accelerator.random(0).length, 0);
	t.is(accelerator.random(1).length, 1);
	t.is(accelerator.random(1000).length, 1000);
	t.not(toHex(accelerator.random(16)), toHex(accelerator.random(16)));
});

test("random: every bit of every byte is sometimes 0 and sometimes 1", (t) => {
	const accelerator = new Accelerator();
	const ones = new Uint8Array(32);
	const zeros = new Uint8Array(32);
	// A bit that stays the same in 64 draws happens once in 2^63.
	for (let draw = 0; draw < 64; draw++) {
		const bytes = accelerator.random(32);
		for (let i = 0; i < 32; i++) {
			ones[i]! |= bytes[i]!;
			zeros[i]! |= ~bytes[i]!;
		}
	}
	t.is(toHex(ones), "ff".repeat(32));
	t.is(toHex(zeros), "ff".repeat(32));
});

test("random refuses sizes that nobody needs", (t) => {
	const accelerator = new Accelerator();
	for (const size of [-1, 65537, NaN, 2 ** 31])
		t.throws(() => accelerator.random(size), { instanceOf: RangeError });
});

test("F15 equal: same length and content, wherever they differ", (t) => {
	const accelerator = new Accelerator();
	const a = accelerator.random(64);
	t.true(accelerator.equal(a, a.slice()));
	for (let i = 0; i < 64; i++) {
		const b = a.slice();
		b[i]! ^= 1 << (i % 8);
		t.false(accelerator.equal(a, b), `byte ${i}`);
	}
	t.false(accelerator.equal(a, a.subarray(0, 63)));
	t.false(accelerator.equal(a.subarray(0, 0), a));
	t.true(accelerator.equal(new Uint8Array(0), new Uint8Array(0)));
	t.true(accelerator.equal(a.subarray(8, 16), a.slice(8, 16)));
});

test("the accelerator says what it is", (t) => {
	t.regex(new Accelerator().description, /^[\x20-\x7e]+ ?\d+\.\d+/);
});
