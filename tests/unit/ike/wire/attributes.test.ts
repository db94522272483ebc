import test from "ava";
import { ATTRIBUTE_MAXIMUM, attributeLength, checkAttributes, findAttribute, writeAttribute } from "../../../../modules/ike/v1/wire/attributes.js";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import type { Fault } from "../../../../modules/ike/v1/wire/fault.js";
import { emitPhase1, parsePhase1, type Phase1Attributes } from "../../../../modules/ike/v1/wire/phase1.js";
import { emitPhase2, isTunnel, isUDP, parsePhase2, type Phase2Attributes } from "../../../../modules/ike/v1/wire/phase2.js";

const nothing1: Phase1Attributes = Object.freeze({ encryption: 0, hash: 0, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, unknown: 0 });
const nothing2: Phase2Attributes = Object.freeze({
	encapsulation: 0, authentication: 0, group: 0, keyLength: 0, seconds: 0, kilobytes: 0, extendedSequence: 0, unknown: 0
});

test("T07 attributes: basic below 65536, variable from there on", (t) => {
	const bytes = new Uint8Array(8);
	t.is(writeAttribute(bytes, 0, 12, 65535), 4);
	t.is(formatHex(bytes.subarray(0, 4)), "800cffff");
	t.is(writeAttribute(bytes, 0, 12, 65536), 8);
	t.is(formatHex(bytes), "000c000400010000");
	t.is(attributeLength(65535), 4);
	t.is(attributeLength(65536), 8);
	t.is(writeAttribute(bytes, 0, 12, ATTRIBUTE_MAXIMUM), 8);
	t.is(findAttribute(bytes, 12), ATTRIBUTE_MAXIMUM);
	t.is(findAttribute(bytes, 13), undefined);
});

test("attributes: a number of many bytes stops at the maximum", (t) => {
	t.is(findAttribute(parseHex("000c000500ffffffff"), 12), 0xffffffff);
	t.is(findAttribute(parseHex("000c00050100000000"), 12), ATTRIBUTE_MAXIMUM);
	t.is(findAttribute(parseHex("000c0010" + "ff".repeat(16)), 12), ATTRIBUTE_MAXIMUM);
	t.is(findAttribute(parseHex("000c0010" + "00".repeat(15) + "07"), 12), 7);
});

test("attributes: checked to fill their place exactly", (t) => {
	t.is(checkAttributes(parseHex("80010007000c00040000ffff"), 0, 12), undefined);
	t.is(checkAttributes(parseHex(""), 0, 0), undefined);
	t.deepEqual(checkAttributes(parseHex("8001000700"), 0, 5), { fault: "truncated", at: 4 });
	t.deepEqual(checkAttributes(parseHex("000c0005ffffffff"), 0, 8), { fault: "truncated", at: 2 });
	t.deepEqual(checkAttributes(parseHex("000c0000"), 0, 4), { fault: "length", at: 2 });
	t.deepEqual(checkAttributes(parseHex("ffff000cffff"), 2, 6), { fault: "truncated", at: 4 });
});

test("phase 1 attributes: fields and back", (t) => {
	const fields: Phase1Attributes = { encryption: 7, keyLength: 256, hash: 4, group: 14, authentication: 1, seconds: 28800, kilobytes: 0, unknown: 0 };
	const bytes = emitPhase1(fields);
	t.is(formatHex(bytes), "80010007" + "800e0100" + "80020004" + "8004000e" + "80030001" + "800b0001" + "800c7080");
	t.deepEqual(parsePhase1(bytes), fields);
	t.is(bytes.buffer.byteLength, bytes.length);
	for (const [seconds, kilobytes] of [[0, 0], [86400, 0], [0, 1000], [65536, 4194304], [65535, 65535]] as const) {
		const some = { ...fields, keyLength: 0, seconds, kilobytes };
		t.deepEqual(parsePhase1(emitPhase1(some)), some);
	}
});

test("phase 2 attributes: fields and back", (t) => {
	const fields: Phase2Attributes = {
		encapsulation: 3, authentication: 5, group: 14, keyLength: 128, seconds: 3600, kilobytes: 0, extendedSequence: 0, unknown: 0
	};
	const bytes = emitPhase2(fields);
	t.is(formatHex(bytes), "80010001" + "80020e10" + "80040003" + "80050005" + "80060080" + "8003000e");
	t.deepEqual(parsePhase2(bytes), fields);
	t.is(bytes.buffer.byteLength, bytes.length);
	for (const [seconds, kilobytes] of [[0, 0], [86400, 0], [0, 1000], [65536, 4194304], [65535, 65535]] as const) {
		const some = { ...fields, authentication: 0, group: 0, keyLength: 0, seconds, kilobytes };
		t.deepEqual(parsePhase2(emitPhase2(some)), some);
	}
});

test("T07 attributes: several pairs of life type and duration, in either form", (t) => {
	const pairs1 = parseHex("800b0001" + "000c000400015180" + "800b0002" + "800c03e8");
	t.deepEqual(parsePhase1(pairs1), { ...nothing1, seconds: 86400, kilobytes: 1000 });
	const pairs2 = parseHex("80010002" + "0002000400465000" + "80010001" + "80020384");
	t.deepEqual(parsePhase2(pairs2), { ...nothing2, seconds: 900, kilobytes: 4608000 });
	t.deepEqual(parsePhase2(parseHex("00010004" + "00000001" + "00020008" + "0000000000000e10")), { ...nothing2, seconds: 3600 });
});

test("T07 attributes: a duration without its type before it, and a type without its duration", (t) => {
	t.deepEqual(parsePhase1(parseHex("800c0e10")), { fault: "attribute", at: 0 });
	t.deepEqual(parsePhase1(parseHex("800c0e10" + "800b0001")), { fault: "attribute", at: 0 });
	t.deepEqual(parsePhase1(parseHex("800b0001")), { fault: "attribute", at: 4 });
	t.deepEqual(parsePhase1(parseHex("800b0001" + "800b0002" + "800c0001")), { fault: "attribute", at: 4 });
	t.deepEqual(parsePhase2(parseHex("80020e10")), { fault: "attribute", at: 0 });
	t.deepEqual(parsePhase2(parseHex("80010001" + "80020e10" + "80020e10")), { fault: "attribute", at: 8 });
	t.deepEqual(parsePhase2(parseHex("80010001" + "80040001")), { fault: "attribute", at: 8 });
	t.deepEqual(parsePhase2(parseHex("80010001" + "80010001" + "80020e10")), { fault: "attribute", at: 4 });
});

test("T08 attributes: a key length that is not given is told from any that is", (t) => {
	t.is((parsePhase1(parseHex("80010007")) as Phase1Attributes).keyLength, 0);
	t.is((parsePhase1(parseHex("80010007" + "800e0080")) as Phase1Attributes).keyLength, 128);
	t.is((parsePhase2(parseHex("80040001")) as Phase2Attributes).keyLength, 0);
	t.is((parsePhase2(parseHex("80060100")) as Phase2Attributes).keyLength, 256);
});

test("F09 attributes: zero of anything", (t) => {
	for (const type of [1, 2, 3, 4, 11, 14])
		t.is((parsePhase1(parseHex("80" + (type < 16 ? "0" : "") + type.toString(16) + "0000")) as Fault).fault, "attribute", `${type}`);
	t.is((parsePhase1(parseHex("800b0001" + "800c0000")) as Fault).fault, "attribute");
	t.is((parsePhase1(parseHex("800b0001" + "000c000400000000")) as Fault).fault, "attribute");
	for (const type of [1, 3, 4, 5, 6, 11])
		t.is((parsePhase2(parseHex("800" + type.toString(16) + "0000")) as Fault).fault, "attribute", `${type}`);
	t.is((parsePhase2(parseHex("80010001" + "80020000")) as Fault).fault, "attribute");
});

test("attributes: the same twice is once, two different ones contradict (RFC 2407 4.5)", (t) => {
	t.deepEqual(parsePhase1(parseHex("80010007" + "80010007")), { ...nothing1, encryption: 7 });
	t.deepEqual(parsePhase1(parseHex("80010007" + "80010005")), { fault: "attribute", at: 4 });
	t.deepEqual(parsePhase2(parseHex("80050002" + "80050005")), { fault: "attribute", at: 4 });
	t.deepEqual(parsePhase2(parseHex("80010001" + "80020e10" + "80010001" + "80020e11")), { fault: "attribute", at: 12 });
});

test("attributes: what has no field is named, for the transform not to be chosen", (t) => {
	t.deepEqual(parsePhase1(parseHex("80010007" + "800d0001" + "80050001")), { ...nothing1, encryption: 7, unknown: 13 });
	t.deepEqual(parsePhase1(parseHex("800b0003" + "800c0001")), { ...nothing1, unknown: 12 });
	t.deepEqual(parsePhase2(parseHex("80040001" + "80070008")), { ...nothing2, encapsulation: 1, unknown: 7 });
	t.deepEqual(parsePhase2(parseHex("80010003" + "80020e10")), { ...nothing2, unknown: 2 });
	t.deepEqual(parsePhase2(parseHex("ffff0000")), { ...nothing2, unknown: 0x7fff });
});

test("phase 2 attributes: extended sequence numbers", (t) => {
	t.is((parsePhase2(parseHex("800b0001")) as Phase2Attributes).extendedSequence, 1);
});

test("T21 attributes: encapsulation values of RFC 3947 and of its drafts", (t) => {
	t.deepEqual([1, 2, 3, 4, 61443, 61444, 0, 5].map(isTunnel), [true, false, true, false, true, false, false, false]);
	t.deepEqual([1, 2, 3, 4, 61443, 61444, 0, 5].map(isUDP), [false, false, true, true, true, true, false, false]);
	t.is((parsePhase2(parseHex("8004f003")) as Phase2Attributes).encapsulation, 61443);
});
