/** What is done with byte strings by C, in Node by its own: the same. */
import test from "ava";
import { formatAddress, parseAddress } from "../../../modules/addresses.js";
import { concat, wipe } from "../../../modules/ike/bytes.js";
import { beginsWith, formatHex, parseHex, read16, read32, sameBytes, write16, write32 } from "../../../modules/ike/v1/wire/bytes.js";

const some = (): Uint8Array => Uint8Array.of(0, 1, 127, 128, 255);

test("parts of buffers are joined as what they show", (t) => {
	t.deepEqual(concat(), new Uint8Array(0));
	t.deepEqual(concat(some().subarray(1, 3), new Uint8Array(0), some().subarray(4)), Uint8Array.of(1, 127, 255));
	t.deepEqual(concat(0x01020304, Uint8Array.of(9), 0xfffffffe, -1, 0), Uint8Array.of(1, 2, 3, 4, 9, 255, 255, 255, 254, 255, 255, 255, 255, 0, 0, 0, 0));
	for (const number of [2 ** 32, -(2 ** 31) - 1, NaN])
		t.throws(() => concat(number), { instanceOf: RangeError }, `${number}`);
	const long = new Uint8Array(5000).fill(7);
	t.true(sameBytes(concat(long, some(), long).subarray(5000, 5005), some()));
});

test("wiped is what is shown, and nothing beside it", (t) => {
	const bytes = some();
	wipe(bytes.subarray(2, 4));
	t.deepEqual(bytes, Uint8Array.of(0, 1, 0, 0, 255));
	wipe(bytes.buffer as ArrayBuffer);
	t.deepEqual(bytes, new Uint8Array(5));
	wipe(undefined);
	wipe(new Uint8Array(0));
});

test("bytes are the same by length and content", (t) => {
	t.true(sameBytes(some(), some()));
	t.true(sameBytes(new Uint8Array(0), new Uint8Array(0)));
	t.false(sameBytes(some(), some().subarray(1)));
	t.false(sameBytes(some(), Uint8Array.of(0, 1, 127, 128, 254)));
	t.true(sameBytes(some().subarray(1, 2), Uint8Array.of(1)));
});

test("numbers are big-endian, unsigned, and within their bytes", (t) => {
	const bytes = some();
	t.deepEqual([0, 1, 3].map((at) => read16(bytes, at)), [0x0001, 0x017f, 0x80ff]);
	t.deepEqual([0, 1].map((at) => read32(bytes, at)), [0x00017f80, 0x017f80ff]);
	t.is(read32(bytes.subarray(1), 0), 0x017f80ff);
	t.is(read32(Uint8Array.of(255, 255, 255, 254), 0), 0xfffffffe);
	const to = new Uint8Array(12).fill(0xee);
	write16(to, 1, 0x10203);
	write32(to.subarray(3), 1, 0xfffefdfc);
	write32(to, 8, -2);
	t.is(formatHex(to), "ee0203ee" + "fffefdfc" + "fffffffe");
	for (const at of [-1, 2, 5, 4294967295, NaN, Infinity])
		t.throws(() => read32(bytes, at), { instanceOf: RangeError }, `${at}`);
	for (const at of [-1, 4, 5, NaN])
		t.throws(() => read16(bytes, at), { instanceOf: RangeError }, `${at}`);
	t.throws(() => read16(new Uint8Array(0), 0), { instanceOf: RangeError });
	t.throws(() => write16(to, 11, 0), { instanceOf: RangeError });
	t.throws(() => write32(to, 9, 0), { instanceOf: RangeError });
	for (const value of [2 ** 32, -(2 ** 31) - 1, NaN, Infinity])
		t.throws(() => write32(to, 0, value), { instanceOf: RangeError }, `${value}`);
	t.is(formatHex(to), "ee0203ee" + "fffefdfc" + "fffffffe");
});

test("bytes begin with others, all of them or not", (t) => {
	for (const count of [0, 1, 4, 5])
		t.true(beginsWith(some(), some().subarray(0, count)), `${count}`);
	t.true(beginsWith(new Uint8Array(0), new Uint8Array(0)));
	t.true(beginsWith(some().subarray(1), Uint8Array.of(1, 127)));
	t.false(beginsWith(some(), Uint8Array.of(0, 1, 127, 128, 255, 0)));
	t.false(beginsWith(some().subarray(0, 2), Uint8Array.of(0, 1, 127)));
	t.false(beginsWith(some(), Uint8Array.of(0, 2)));
	t.false(beginsWith(new Uint8Array(0), Uint8Array.of(0)));
});

test("digits of bytes, and bytes of digits", (t) => {
	t.is(formatHex(some()), "00017f80ff");
	t.is(formatHex(some().subarray(1, 1)), "");
	t.deepEqual(parseHex("00017F80ff"), some());
	t.deepEqual(parseHex(""), new Uint8Array(0));
	for (const text of ["0", "0g", "g0", "000", " 00", "0\u0000", "ä0", "0@", "`0", "0G"])
		t.throws(() => parseHex(text), { instanceOf: RangeError, message: "not hexadecimal" }, text);
});

test("an address is four octets and nothing else", (t) => {
	for (const text of ["0.0.0.0", "10.1.0.7", "127.255.255.255", "128.0.0.0", "255.255.255.255", "1.20.100.199"])
		t.is(formatAddress(parseAddress(text)!), text);
	for (const text of ["", "1", "1.2.3", "1.2.3.", ".1.2.3", "1.2.3.4.", "1.2.3.4.5", "1..2.3", "01.2.3.4", "1.2.3.00", "1.2.3.256", "1.2.3.1000", "99999999999.0.0.1", "-1.2.3.4", "+1.2.3.4", "1.2.3.4 ",
		" 1.2.3.4", "1.2.3.4\u0000", "1e1.2.3.4", "0x1.2.3.4", "1,2,3,4", "a.b.c.d", "\u0661.2.3.4"])
		t.is(parseAddress(text), undefined, text);
});
