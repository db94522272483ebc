import test from "ava";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import { isFault, type Fault } from "../../../../modules/ike/v1/wire/fault.js";
import { parseHeader, writeHeader, type Header } from "../../../../modules/ike/v1/wire/header.js";
import { embedded, mutate, truncate } from "./hostile.js";

const text = "0102030405060708" + "1112131415161718" + "01100200" + "00000000" + "0000001c";

function changed(at: number, ...values: number[]): Fault {
	const bytes = parseHex(text);
	bytes.set(values, at);
	return parseHeader(bytes) as Fault;
}

test("header: fields at their places", (t) => {
	const bytes = parseHex("0102030405060708" + "1112131415161718" + "0810200f".slice(0, 6) + "03" + "fedcba98" + "0000001c");
	const header = parseHeader(bytes) as Header;
	t.is(formatHex(header.initiatorCookie), "0102030405060708");
	t.is(formatHex(header.responderCookie), "1112131415161718");
	t.is(header.nextPayload, 8);
	t.is(header.exchangeType, 32);
	t.is(header.flags, 3);
	t.is(header.messageID, 0xfedcba98);
	t.is(header.length, 28);
	const again = new Uint8Array(28);
	writeHeader(again, bytes.subarray(0, 16), header.nextPayload, header.exchangeType, header.flags, header.messageID, header.length);
	t.is(formatHex(again), formatHex(bytes));
});

test("header: cookies of another size are a programmer's error", (t) => {
	for (const size of [0, 8, 15, 17])
		t.throws(() => writeHeader(new Uint8Array(28), new Uint8Array(size), 1, 2, 0, 0, 28), { instanceOf: RangeError }, `${size}`);
});

test("header: room, message IDs and lengths that none has are a programmer's error", (t) => {
	const cookies = parseHex(text.slice(0, 32));
	for (const [size, messageID, length] of [[27, 0, 28], [0, 0, 28], [28, -1, 28], [28, 2 ** 32, 28], [28, NaN, 28], [28, 0, 27], [28, 0, 2 ** 32]] as const)
		t.throws(() => writeHeader(new Uint8Array(size), cookies, 1, 2, 0, messageID, length), { instanceOf: RangeError }, `${size} bytes, ${messageID}, ${length}`);
	const bytes = new Uint8Array(40).fill(0xee);
	writeHeader(bytes.subarray(4), cookies, 255, 5, 1, 0xffffffff, 0xfffffffe);
	t.is(formatHex(bytes), "ee".repeat(4) + text.slice(0, 32) + "ff100501" + "ffffffff" + "fffffffe" + "ee".repeat(8));
});

test("header: cut at every byte", (t) => {
	t.is(truncate(parseHeader, parseHex(text)), "");
});

test("T27 header: bytes after the header's length are tolerated", (t) => {
	const header = parseHeader(parseHex(text + "000000")) as Header;
	t.false(isFault(header));
	t.is(header.length, 28);
});

test("F10 header: versions, flags and lengths that nobody may send", (t) => {
	t.deepEqual(changed(17, 0x20), { fault: "version", at: 17 });
	t.deepEqual(changed(17, 0x11), { fault: "version", at: 17 });
	t.deepEqual(changed(17, 0), { fault: "version", at: 17 });
	for (let bit = 3; bit < 8; bit++)
		t.deepEqual(changed(19, 1 << bit), { fault: "flags", at: 19 });
	t.deepEqual(changed(24, 0, 0, 0, 0), { fault: "length", at: 24 });
	t.deepEqual(changed(24, 0, 0, 0, 3), { fault: "length", at: 24 });
	t.deepEqual(changed(24, 0, 0, 0, 27), { fault: "length", at: 24 });
	t.deepEqual(changed(24, 0, 0, 0, 29), { fault: "truncated", at: 24 });
	t.deepEqual(changed(24, 0, 0, 0xff, 0xff), { fault: "truncated", at: 24 });
	t.deepEqual(changed(24, 0xff, 0xff, 0xff, 0xff), { fault: "truncated", at: 24 });
	t.deepEqual(changed(24, 0x80, 0, 0, 0x1c), { fault: "truncated", at: 24 });
});

test("header: an unknown exchange is the caller's to judge", (t) => {
	const bytes = embedded(parseHex(text));
	bytes[18] = 77;
	t.is((parseHeader(bytes) as Header).exchangeType, 77);
});

test("header: random changes", (t) => {
	t.is(mutate(parseHeader, parseHex(text + "0000"), 500, 0x4b1), "");
});
