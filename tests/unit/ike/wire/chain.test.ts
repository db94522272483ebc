import test from "ava";
import { PAYLOADS } from "../../../../modules/limits.js";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import {
	emitChain, emitMessage, findPayload, parsePayloads, payloadsEnd, wholePayload, type Payload, type ReceivedPayload
} from "../../../../modules/ike/v1/wire/chain.js";
import { PayloadType } from "../../../../modules/ike/v1/wire/constants.js";
import { isFault, type Fault } from "../../../../modules/ike/v1/wire/fault.js";
import { parseHeader, type Header } from "../../../../modules/ike/v1/wire/header.js";
import { mutate, truncate } from "./hostile.js";

function payloads(): Payload[] {
	return [
		{ type: PayloadType.HASH, body: parseHex("aabbccdd") },
		{ type: PayloadType.NONCE, body: parseHex("0102030405060708") },
		{ type: PayloadType.VENDOR, body: new Uint8Array(0) }
	];
}

const chain = "0a000008aabbccdd" + "0d00000c0102030405060708" + "00000004";

function parse(bytes: Uint8Array): object {
	return parsePayloads(bytes, PayloadType.HASH, 0, bytes.length);
}

const fields = Object.freeze({ exchangeType: 32, flags: 1, messageID: 0x89abcdef });

function message(list: readonly Payload[], block?: number): Uint8Array {
	const cookies = { initiatorCookie: parseHex("0102030405060708"), responderCookie: parseHex("1112131415161718") };
	return emitMessage({ ...fields, ...cookies }, list, block);
}

test("chain: payloads and back", (t) => {
	t.is(formatHex(emitChain(payloads())), chain);
	const list = parse(parseHex(chain)) as ReceivedPayload[];
	t.is(list.length, 3);
	t.deepEqual(list.map((p) => p.type), [8, 10, 13]);
	t.deepEqual(list.map((p) => p.offset), [0, 8, 20]);
	t.deepEqual(list.map((p) => formatHex(p.body)), ["aabbccdd", "0102030405060708", ""]);
	t.is(formatHex(emitChain(list)), chain);
});

test("chain: no payloads", (t) => {
	t.deepEqual(parsePayloads(new Uint8Array(0), PayloadType.NONE, 0, 0), []);
	t.is(payloadsEnd([], 28), 28);
	t.is(emitChain([]).length, 0);
	const bytes = message([]);
	t.is(bytes.length, 28);
	t.is(bytes[16], PayloadType.NONE);
});

test("chain: bodies that are views of larger buffers are written as what they show", (t) => {
	const all = parseHex("ffaabbccddff0102030405060708");
	t.is(formatHex(emitChain([{ type: PayloadType.HASH, body: all.subarray(1, 5) }, { type: PayloadType.NONCE, body: all.subarray(6) }, { type: PayloadType.VENDOR, body: all.subarray(3, 3) }])), chain);
});

test("chain: positions outside the bytes are a programmer's error", (t) => {
	const bytes = parseHex(chain);
	for (const [offset, end] of [[0, 25], [24, 25], [-1, 24], [8, 7], [30, 30]] as const)
		t.throws(() => parsePayloads(bytes, PayloadType.HASH, offset, end), { instanceOf: RangeError }, `${offset} to ${end}`);
	t.deepEqual(parsePayloads(bytes, PayloadType.HASH, 24, 24), { fault: "truncated", at: 24 });
});

test("chain: a payload that its length field cannot tell is a programmer's error", (t) => {
	t.throws(() => emitChain([{ type: PayloadType.VENDOR, body: new Uint8Array(0xfffc) }]), { instanceOf: RangeError });
	const longest = emitChain([{ type: PayloadType.VENDOR, body: new Uint8Array(0xfffb).fill(7) }]);
	t.is(formatHex(longest.subarray(0, 5)), "0000ffff07");
	t.is(longest.length, 0xffff);
});

test("chain: a whole payload and the first of a type", (t) => {
	const bytes = parseHex("ffff" + chain);
	const list = parsePayloads(bytes, PayloadType.HASH, 2, bytes.length) as ReceivedPayload[];
	t.is(formatHex(wholePayload(bytes, list[1]!)), "0d00000c0102030405060708");
	t.is(findPayload(list, PayloadType.NONCE), list[1]);
	t.is(findPayload(list, PayloadType.KE), undefined);
	t.is(payloadsEnd(list, 2), bytes.length);
});

test("T27 chain: padding behind the last payload is not looked at", (t) => {
	for (const padding of ["00", "0000000000000000", "deadbeef"]) {
		const bytes = parseHex(chain + padding);
		const list = parse(bytes) as ReceivedPayload[];
		t.is(list.length, 3);
		t.is(payloadsEnd(list, 0), 24);
	}
});

test("chain: cut at every byte", (t) => {
	t.is(truncate(parse, parseHex(chain)), "");
});

test("F10 chain: lengths of 0, 3, 65535 and others that lie", (t) => {
	for (const length of [0, 1, 2, 3]) {
		const bytes = parseHex(chain);
		bytes[3] = length;
		t.deepEqual(parse(bytes), { fault: "length", at: 2 });
	}
	for (const [at, high, low] of [[2, 0xff, 0xff], [2, 0, 25], [10, 0, 17], [10, 0x80, 0], [22, 0, 5]] as const) {
		const bytes = parseHex(chain);
		bytes[at] = high;
		bytes[at + 1] = low;
		t.deepEqual(parse(bytes), { fault: "truncated", at });
	}
});

test("F10 chain: reserved bits and unknown payload types", (t) => {
	for (const at of [1, 9, 21]) {
		const bytes = parseHex(chain);
		bytes[at] = 0x80;
		t.deepEqual(parse(bytes), { fault: "reserved", at });
	}
	for (const type of [2, 3, 15, 19, 22, 33, 127]) {
		t.deepEqual(parsePayloads(parseHex(chain), type, 0, 24), { fault: "payload-type", at: 0 });
		const bytes = parseHex(chain);
		bytes[8] = type;
		t.deepEqual(parse(bytes), { fault: "payload-type", at: 8 });
	}
});

test("T21 chain: payload types of drafts and private use are carried", (t) => {
	for (const type of [20, 21, 128, 130, 131, 132, 255])
		t.is((parsePayloads(parseHex("00000004"), type, 0, 4) as ReceivedPayload[])[0]?.type, type);
});

test("chain: no more payloads than limits allow", (t) => {
	const list: Payload[] = [];
	while (list.length < PAYLOADS)
		list.push({ type: PayloadType.VENDOR, body: new Uint8Array(0) });
	const full = emitChain(list);
	t.is((parsePayloads(full, PayloadType.VENDOR, 0, full.length) as ReceivedPayload[]).length, PAYLOADS);
	list.push(list[0]!);
	const over = emitChain(list);
	t.is((parsePayloads(over, PayloadType.VENDOR, 0, over.length) as Fault).fault, "too-many");
});

test("message: header and chain agree", (t) => {
	const bytes = message(payloads());
	const header = parseHeader(bytes) as Header;
	t.is(bytes.length, 28 + 24);
	t.is(header.length, bytes.length);
	t.is(header.nextPayload, PayloadType.HASH);
	t.is(header.messageID, 0x89abcdef);
	t.is(formatHex(bytes.subarray(28)), chain);
});

test("F12 message: a fresh buffer of exactly its size, padded with zeros to whole blocks", (t) => {
	for (const [block, length] of [[1, 24], [8, 24], [16, 32]] as const) {
		const bytes = message(payloads(), block);
		t.is(bytes.length, 28 + length);
		t.is(bytes.byteOffset, 0);
		t.is(bytes.buffer.byteLength, bytes.length);
		t.is((parseHeader(bytes) as Header).length, bytes.length);
		t.is(formatHex(bytes.subarray(28)), chain + "00".repeat(length - 24));
	}
});

test("chain: random changes", (t) => {
	t.is(mutate(parse, parseHex(chain + "0000"), 1500, 0x77), "");
});

test("T01 chain: what decrypts to nonsense is a fault or harmless, never an exception", (t) => {
	let faults = 0;
	for (let seed = 1; seed <= 200; seed++) {
		const bytes = new Uint8Array(64);
		for (let i = 0, x = seed; i < 64; i++) {
			x = (x * 1103515245 + 12345) & 0x7fffffff;
			bytes[i] = x >>> 16;
		}
		if (isFault(parsePayloads(bytes, PayloadType.ID, 0, 64)))
			faults++;
	}
	t.true(faults > 190, `${faults} of 200`);
});
