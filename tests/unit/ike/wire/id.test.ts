import test from "ava";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import type { Fault } from "../../../../modules/ike/v1/wire/fault.js";
import { addressRange, emitAddressID, emitID, emitRangeID, formatID, parseID, type Identification } from "../../../../modules/ike/v1/wire/id.js";
import { mutate, truncate } from "./hostile.js";

function parse(hex: string): Identification {
	return parseID(parseHex(hex)) as Identification;
}

test("id: fields and back", (t) => {
	const id = parse("041100350a010000ffffff00");
	t.is(id.type, 4);
	t.is(id.protocol, 17);
	t.is(id.port, 53);
	t.is(formatHex(id.data), "0a010000ffffff00");
	const body = emitID(id.type, id.protocol, id.port, id.data);
	t.is(formatHex(body), "041100350a010000ffffff00");
	t.is(body.buffer.byteLength, body.length);
});

test("T09 id: one address, a network and a range, each in its own form", (t) => {
	t.is(formatHex(emitAddressID(0x0a000001)), "010000000a000001");
	t.is(formatHex(emitRangeID(0x0a020007, 0x0a020007, 6, 80)), "010600500a020007");
	t.is(formatHex(emitRangeID(0x0a020000, 0x0a0200ff, 0, 0)), "040000000a020000ffffff00");
	t.is(formatHex(emitRangeID(0x0a020000, 0x0a020001, 0, 0)), "040000000a020000fffffffe");
	t.is(formatHex(emitRangeID(0, 0xffffffff, 0, 0)), "040000000000000000000000");
	t.is(formatHex(emitRangeID(0x80000000, 0xffffffff, 0, 0)), "040000008000000080000000");
	t.is(formatHex(emitRangeID(0x0a020001, 0x0a020002, 0, 0)), "070000000a0200010a020002");
	t.is(formatHex(emitRangeID(0x0a020000, 0x0a020002, 0, 0)), "070000000a0200000a020002");
	t.is(formatHex(emitRangeID(0x0a020080, 0x0a02017f, 0, 0)), "070000000a0200800a02017f");
});

test("T09 id: what each form of addresses means", (t) => {
	t.deepEqual(addressRange(parse("010000000a000001")), { first: 0x0a000001, last: 0x0a000001 });
	t.deepEqual(addressRange(parse("04000000c0a80100ffffff00")), { first: 0xc0a80100, last: 0xc0a801ff });
	t.deepEqual(addressRange(parse("04000000c0a80107ffffff00")), { first: 0xc0a80100, last: 0xc0a801ff });
	t.deepEqual(addressRange(parse("04000000c0a80107ffffffff")), { first: 0xc0a80107, last: 0xc0a80107 });
	t.deepEqual(addressRange(parse("040000000000000000000000")), { first: 0, last: 0xffffffff });
	t.deepEqual(addressRange(parse("07000000c0a80105c0a80109")), { first: 0xc0a80105, last: 0xc0a80109 });
	t.is(addressRange(parse("07000000c0a80109c0a80105")), undefined);
	t.is(addressRange(parse("04000000c0a80100ff00ff00")), undefined);
	t.is(addressRange(parse("04000000c0a8010000ffffff")), undefined);
});

test("T09 id: ranges survive being sent", (t) => {
	for (const [first, last] of [[0, 0], [0, 0xffffffff], [1, 2], [0x0a000000, 0x0affffff], [0xfffffffe, 0xffffffff], [0x7fffffff, 0x80000000], [5, 0xfffffff0]] as const) {
		const id = parseID(emitRangeID(first, last, 0, 0)) as Identification;
		t.deepEqual(addressRange(id), { first, last });
	}
});

test("F07 id: any type parses, only addresses are addresses", (t) => {
	t.is(addressRange(parse("02000000" + "676174652e6578616d706c65")), undefined);
	t.is(addressRange(parse("05000000" + "00".repeat(16))), undefined);
	t.is(addressRange(parse("06000000" + "00".repeat(32))), undefined);
	t.is(addressRange(parse("0b000000" + "0a000001")), undefined);
	for (let type = 0; type < 256; type++) {
		const body = parseHex("00000000" + "0a0000010a000001");
		body[0] = type;
		const id = parseID(body);
		const fixed = type === 1 || type === 5 || type === 6 || type === 8;
		t.is((id as Fault).fault, fixed ? "length" : undefined, `${type}`);
	}
});

test("id: data of the wrong size", (t) => {
	for (const hex of ["01000000", "010000000a0000", "010000000a00000100", "04000000c0a80100ffffff", "07000000c0a80105", "05000000c0a80105", "02000000", "0b000000"])
		t.deepEqual(parseID(parseHex(hex)), { fault: "length", at: 4 }, hex);
	t.deepEqual(parseID(parseHex("")), { fault: "truncated", at: 0 });
	t.deepEqual(parseID(parseHex("010000")), { fault: "truncated", at: 3 });
});

test("T04 id: whatever protocol and port", (t) => {
	t.is(parse("011101f40a000001").port, 500);
	t.is(parse("010600000a000001").protocol, 6);
	t.is(parse("01fffffe0a000001").port, 0xfffe);
});

test("T03 id: type and text are shown", (t) => {
	t.is(formatID(parse("010000000a000001")), "address 10.0.0.1");
	t.is(formatID(parse("011101f40a000001")), "address 10.0.0.1 17/500");
	t.is(formatID(parse("040000000a010000ffffff00")), "network 10.1.0.0/24");
	t.is(formatID(parse("070000000a0100010a010009")), "range 10.1.0.1-10.1.0.9");
	t.is(formatID(parse("070000000a0100090a010001")), "bad range 0a0100090a010001");
	t.is(formatID(parse("02000000" + "676174652e6578616d706c65")), "fqdn gate.example");
	t.is(formatID(parse("03000000" + "614062")), "user-fqdn a@b");
	t.is(formatID(parse("0b000000" + "6b31")), "key-id k1");
	t.is(formatID(parse("09000000" + "3000")), "dn 3000");
	t.is(formatID(parse("63000000" + "3000")), "type 99 3000");
});

test("F16 id: bytes from the network are shown escaped", (t) => {
	t.is(formatID(parse("02000000" + "611b5b324a0a5cc3a97f")), "fqdn a\\x1b[2J\\x0a\\x5c\\xc3\\xa9\\x7f");
});

test("F07 id: one that is as long as a message is shown in part", (t) => {
	for (const type of ["02", "03", "09", "0b", "63"]) {
		const text = formatID(parse(`${type}000000${"41".repeat(2900)}`));
		t.true(text.endsWith("... (2900 bytes)") && text.length < 250, text);
	}
});

test("id: cut at every byte", (t) => {
	t.is(truncate(parseID, parseHex("040000000a010000ffffff00")), "");
	t.is(truncate(parseID, parseHex("02000000676174"), (length) => length > 4), "");
});

test("id: random changes, read and shown", (t) => {
	const read = (bytes: Uint8Array) => {
		const id = parseID(bytes);
		if ("type" in id) {
			formatID(id);
			addressRange(id);
		}
		return id;
	};
	t.is(mutate(read, parseHex("040000000a010000ffffff00"), 800, 0x1d), "");
});
