import test from "ava";
import { TRANSFORMS } from "../../../../modules/limits.js";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import { ESPTransform, KEY_IKE, ProtocolID } from "../../../../modules/ike/v1/wire/constants.js";
import { isFault, type Fault } from "../../../../modules/ike/v1/wire/fault.js";
import { emitSA, parseSA, proposalSPI, type Proposal } from "../../../../modules/ike/v1/wire/sa.js";
import { lie, mutate, truncate } from "./hostile.js";

/** DOI and situation, then a proposal of two transforms for ESP and one of one for AH, with its SPI. */
const text = "0000000100000001"
	+ "02000028" + "01030402" + "0000abcd"
	+ "0300000c" + "010c0000" + "80040001"
	+ "00000010" + "02030000" + "0002000400015180"
	+ "00000014" + "02020401" + "fffffffe"
	+ "00000008" + "07050000";

function parse(bytes: Uint8Array): Proposal[] | Fault {
	return parseSA(bytes);
}

function changed(at: number, ...values: number[]): Proposal[] | Fault {
	const bytes = parseHex(text);
	bytes.set(values, at);
	return parseSA(bytes);
}

function single(count: number, transforms: string, length: number = 8 + transforms.length / 2): Uint8Array {
	const hex = (value: number) => (value < 16 ? "0" : "") + value.toString(16);
	return parseHex("0000000100000001" + "0000" + hex(length >> 8) + hex(length & 255) + "010100" + hex(count) + transforms);
}

test("sa: proposals, transforms and attributes, and back", (t) => {
	const list = parse(parseHex(text)) as Proposal[];
	t.is(list.length, 2);
	t.is(list[0]!.number, 1);
	t.is(list[0]!.protocol, ProtocolID.ESP);
	t.is(proposalSPI(list[0]!), 0xabcd);
	t.is(proposalSPI(list[1]!), 0xfffffffe);
	t.deepEqual(list[0]!.transforms.map((x) => [x.number, x.id, formatHex(x.attributes)]),
		[[1, ESPTransform.AES_CBC, "80040001"], [2, ESPTransform.TRIPLE_DES, "0002000400015180"]]);
	t.deepEqual(list[1]!.transforms.map((x) => [x.number, x.id, formatHex(x.attributes)]), [[7, 5, ""]]);
	t.is(formatHex(emitSA(list)), text);
});

test("T06 sa: the chosen transform goes back with its number and its bytes", (t) => {
	const list = parse(parseHex(text)) as Proposal[];
	const answer = emitSA([{ number: list[0]!.number, protocol: list[0]!.protocol, spi: parseHex("00001000"), transforms: [list[0]!.transforms[1]!] }]);
	t.is(formatHex(answer), "0000000100000001" + "0000001c" + "01030401" + "00001000" + "00000010" + "02030000" + "0002000400015180");
});

test("F12 sa: emitted in a fresh buffer of exactly its size", (t) => {
	const bytes = emitSA(parse(parseHex(text)) as Proposal[]);
	t.is(bytes.buffer.byteLength, text.length / 2);
	t.is(bytes.byteOffset, 0);
});

test("sa: cut at every byte", (t) => {
	t.is(truncate(parse, parseHex(text)), "");
});

test("F10 sa: each length field lied", (t) => {
	// proposal, its transforms, a variable attribute, the second proposal, its transform
	for (const at of [10, 22, 34, 42, 50, 62])
		t.is(lie(parse, parseHex(text), at), "");
});

test("F10 sa: trailing bytes are not a proposal", (t) => {
	t.deepEqual(parse(parseHex(text + "00")), { fault: "length", at: 68 });
	t.deepEqual(parse(parseHex(text + "00000014" + "02020401" + "fffffffe" + "00000008" + "07050000")), { fault: "length", at: 68 });
});

test("F10 sa: unknown DOI and situation", (t) => {
	t.deepEqual(changed(0, 0, 0, 0, 0), { fault: "doi", at: 0 });
	t.deepEqual(changed(0, 0, 0, 0, 2), { fault: "doi", at: 0 });
	t.deepEqual(changed(0, 0xff, 0xff, 0xff, 0xff), { fault: "doi", at: 0 });
	t.deepEqual(changed(4, 0, 0, 0, 0), { fault: "situation", at: 4 });
	t.deepEqual(changed(4, 0, 0, 0, 3), { fault: "situation", at: 4 });
	t.deepEqual(changed(4, 0x80, 0, 0, 1), { fault: "situation", at: 4 });
});

test("F10 sa: reserved bits and links that are neither more nor end", (t) => {
	t.deepEqual(changed(9, 1), { fault: "reserved", at: 9 });
	t.deepEqual(changed(21, 1), { fault: "reserved", at: 21 });
	t.deepEqual(changed(26, 1), { fault: "reserved", at: 26 });
	t.deepEqual(changed(27, 1), { fault: "reserved", at: 26 });
	t.deepEqual(changed(8, 3), { fault: "payload-type", at: 8 });
	t.deepEqual(changed(8, 13), { fault: "payload-type", at: 8 });
	t.deepEqual(changed(8, 0), { fault: "length", at: 48 });
	t.deepEqual(changed(20, 2), { fault: "count", at: 20 });
	t.deepEqual(changed(20, 0), { fault: "count", at: 20 });
});

test("F09 sa: proposals without transforms, counts that lie", (t) => {
	t.deepEqual(parse(single(0, "")), { fault: "count", at: 15 });
	t.deepEqual(changed(15, 0), { fault: "count", at: 15 });
	t.deepEqual(changed(15, 1), { fault: "count", at: 20 });
	t.deepEqual(changed(15, 3), { fault: "count", at: 32 });
	t.deepEqual(changed(15, 255), { fault: "too-many", at: 15 });
	t.true(isFault(parse(parseHex("0000000100000001"))));
});

test("F10 sa: SPI sizes", (t) => {
	for (const size of [0, 3, 5, 16, 255])
		t.deepEqual(changed(14, size), { fault: "spi", at: 14 });
	const phase1 = (size: number) => parseHex("0000000100000001" + "0000" + "00" + (16 + size).toString(16) + "0101"
		+ (size < 16 ? "0" : "") + size.toString(16) + "01" + "00".repeat(size) + "00000008" + "01010000");
	for (const size of [0, 8, 16])
		t.is((parse(phase1(size)) as Proposal[])[0]?.spi.length, size);
	t.deepEqual(parse(phase1(17)), { fault: "spi", at: 14 });
	t.is(proposalSPI((parse(phase1(8)) as Proposal[])[0]!), 0);
});

test("T07 sa: variable attributes of any size, none empty", (t) => {
	const with8 = single(1, "00000014" + "01010000" + "000c0008" + "0000000000015180");
	t.is(formatHex((parse(with8) as Proposal[])[0]!.transforms[0]!.attributes), "000c00080000000000015180");
	t.deepEqual(parse(single(1, "0000000c" + "01010000" + "000c0000")), { fault: "length", at: 26 });
	t.deepEqual(parse(single(1, "0000000c" + "01010000" + "000cffff")), { fault: "truncated", at: 26 });
	t.deepEqual(parse(single(1, "0000000a" + "01010000" + "800c")), { fault: "truncated", at: 24 });
});

test("sa: no more transforms than limits allow, over all proposals", (t) => {
	const spi = new Uint8Array(0);
	const transforms = (count: number) => {
		const list = [];
		for (let number = 1; number <= count; number++)
			list.push({ number, id: KEY_IKE, attributes: new Uint8Array(0) });
		return list;
	};
	const proposal = (number: number, count: number): Proposal => ({ number, protocol: ProtocolID.ISAKMP, spi, transforms: transforms(count) });
	t.is((parse(emitSA([proposal(1, TRANSFORMS)])) as Proposal[])[0]?.transforms.length, TRANSFORMS);
	t.is((parse(emitSA([proposal(1, TRANSFORMS + 1)])) as Fault).fault, "too-many");
	t.is((parse(emitSA([proposal(1, TRANSFORMS - 1), proposal(2, 1)])) as Proposal[]).length, 2);
	t.is((parse(emitSA([proposal(1, TRANSFORMS), proposal(2, 1)])) as Fault).fault, "too-many");
});

test("sa: random changes", (t) => {
	t.is(mutate(parse, parseHex(text), 2500, 0x5a), "");
});
