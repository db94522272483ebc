/** Messages of an independent implementation: what our codecs read of them is what it put in, and what they write is what it sent. */
import test from "ava";
import { formatHex, parseHex } from "../../../../modules/ike/v1/wire/bytes.js";
import { emitChain, emitMessage, findPayload, parsePayloads, payloadsEnd, type ReceivedPayload } from "../../../../modules/ike/v1/wire/chain.js";
import { HEADER_SIZE, PayloadType, ProtocolID } from "../../../../modules/ike/v1/wire/constants.js";
import { deletedCookies, deletedSPI, parseDelete, type Delete } from "../../../../modules/ike/v1/wire/delete.js";
import { parseHeader, type Header } from "../../../../modules/ike/v1/wire/header.js";
import { addressRange, emitRangeID, parseID, type Identification } from "../../../../modules/ike/v1/wire/id.js";
import { payloadNames } from "../../../../modules/ike/v1/wire/names.js";
import { isUDP, parsePhase2, type Phase2Attributes } from "../../../../modules/ike/v1/wire/phase2.js";
import { parsePhase1, type Phase1Attributes } from "../../../../modules/ike/v1/wire/phase1.js";
import { emitSA, parseSA, proposalSPI, type Proposal } from "../../../../modules/ike/v1/wire/sa.js";
import { parseVendor } from "../../../../modules/ike/v1/wire/vendor.js";
import { negotiations } from "../../../vectors/ike-main-quick.js";
import { mutate, truncate } from "./hostile.js";

function payloads(bytes: Uint8Array, first: number, offset: number): ReceivedPayload[] {
	return parsePayloads(bytes, first, offset, bytes.length) as ReceivedPayload[];
}

function body(list: readonly ReceivedPayload[], type: number): Uint8Array {
	return findPayload(list, type)!.body;
}

/** The n-th message of a negotiation with its payloads, those of an encrypted one from its plain bytes. */
function open(vector: typeof negotiations[number], n: number) {
	const bytes = parseHex(vector.messages[n]!.bytes);
	const header = parseHeader(bytes) as Header;
	const plain = n < 4 ? bytes.subarray(HEADER_SIZE) : parseHex(vector.plain[n - 4]!);
	return { bytes, header, plain, list: payloads(plain, header.nextPayload, 0) };
}

for (const vector of negotiations) {
	test(`recorded ${vector.name}: every message, read and written again`, (t) => {
		for (let n = 0; n < vector.messages.length; n++) {
			const { bytes, header, plain, list } = open(vector, n);
			t.is(header.length, bytes.length);
			t.is(formatHex(header.initiatorCookie), vector.initiatorCookie);
			t.is(formatHex(header.responderCookie), n === 0 ? "0000000000000000" : vector.responderCookie);
			t.is(header.messageID, n < 6 ? 0 : vector.quick.messageID);
			t.is(header.flags, n < 4 ? 0 : 1);
			t.is(header.exchangeType, n < 6 ? 2 : 32);
			const end = payloadsEnd(list, 0);
			t.is(formatHex(emitChain(list)), formatHex(plain.subarray(0, end)));
			const again = emitMessage(header, list);
			t.is(formatHex(again.subarray(HEADER_SIZE)), formatHex(plain.subarray(0, end)));
			if (n < 4)
				t.is(formatHex(again), formatHex(bytes));
		}
	});

	test(`recorded ${vector.name}: payloads`, (t) => {
		const first = open(vector, 0).list;
		t.is(payloadNames(first), "SA VID*5");
		t.deepEqual(first.slice(1).map((p) => parseVendor(p.body)), ["xauth", "deadPeerDetection", "fragmentation", "natTraversal", "natTraversal02n"]);
		const offer = parseSA(body(first, PayloadType.SA)) as Proposal[];
		t.is(formatHex(emitSA(offer)), formatHex(body(first, PayloadType.SA)));
		const phase1 = parsePhase1(offer[0]!.transforms[0]!.attributes) as Phase1Attributes;
		t.is(phase1.group, vector.phase1.group);
		t.is(phase1.encryption, vector.phase1.encryption === "3des-cbc" ? 5 : 7);
		t.is(phase1.keyLength, vector.phase1.encryption === "3des-cbc" ? 0 : Number(vector.phase1.encryption.slice(4, 7)));
		t.is(phase1.hash, { md5: 1, sha1: 2, sha256: 4, sha384: 5, sha512: 6 }[vector.phase1.hash]);
		t.is(phase1.authentication, 1);
		t.is(phase1.unknown, 0);

		for (const [n, nonce, value] of [[2, vector.initiatorNonce, vector.initiatorPublicValue], [3, vector.responderNonce, vector.responderPublicValue]] as const) {
			const list = open(vector, n).list;
			t.is(payloadNames(list), "KE NONCE NAT-D*2");
			t.is(formatHex(body(list, PayloadType.NONCE)), nonce);
			t.is(formatHex(body(list, PayloadType.KE)), value);
		}
		for (const [n, hash, address] of [[4, vector.HASH_I, 0x0a000001], [5, vector.HASH_R, 0x0a000002]] as const) {
			const list = open(vector, n).list;
			t.is(payloadNames(list), "ID HASH");
			t.is(formatHex(body(list, PayloadType.HASH)), hash);
			t.is(addressRange(parseID(body(list, PayloadType.ID)) as Identification)?.first, address);
		}
		for (const [n, hash, nonce, spi] of [
			[6, vector.quick.HASH_1, vector.quick.initiatorNonce, vector.quick.initiatorSPI],
			[7, vector.quick.HASH_2, vector.quick.responderNonce, vector.quick.responderSPI]
		] as const) {
			const list = open(vector, n).list;
			// under NAT traversal charon adds original addresses for transport mode only
			t.is(payloadNames(list), vector.phase2.pfs === 0 ? "HASH SA NONCE ID*2" : "HASH SA NONCE KE ID*2");
			t.is(formatHex(body(list, PayloadType.HASH)), hash);
			t.is(formatHex(body(list, PayloadType.NONCE)), nonce);
			const proposal = (parseSA(body(list, PayloadType.SA)) as Proposal[])[0]!;
			t.is(proposal.protocol, ProtocolID.ESP);
			t.is(proposalSPI(proposal), spi);
			const phase2 = parsePhase2(proposal.transforms[0]!.attributes) as Phase2Attributes;
			t.true(isUDP(phase2.encapsulation));
			t.is(phase2.group, vector.phase2.pfs);
			t.is(phase2.unknown, 0);
			const ids = list.filter((p) => p.type === PayloadType.ID);
			t.is(formatHex(ids[0]!.body), formatHex(emitRangeID(0x0a010000, 0x0a0100ff, 0, 0)));
			t.is(formatHex(ids[1]!.body), formatHex(emitRangeID(0x0a020000, 0x0a0200ff, 0, 0)));
		}
		t.is(formatHex(body(open(vector, 8).list, PayloadType.HASH)), vector.quick.HASH_3);
	});

	test(`recorded ${vector.name}: Deletes`, (t) => {
		const read = (n: number) => {
			const list = payloads(parseHex(vector.informational[n]!.plain), PayloadType.HASH, 0);
			t.is(payloadNames(list), "HASH D");
			t.is(formatHex(list[0]!.body), vector.informational[n]!.HASH);
			return parseDelete(list[1]!.body) as Delete;
		};
		t.is(deletedSPI(read(0), 0), vector.quick.initiatorSPI);
		t.is(formatHex(deletedCookies(read(1), 0)), vector.initiatorCookie + vector.responderCookie);
	});
}

test("recorded: messages cut at every byte and changed at random, down to their SA payloads", (t) => {
	const vector = negotiations[1]!;
	const read = (bytes: Uint8Array) => {
		const header = parseHeader(bytes);
		if (!("length" in header))
			return header;
		const list = parsePayloads(bytes, header.nextPayload, HEADER_SIZE, header.length);
		if (!("length" in list))
			return list;
		const sa = findPayload(list, PayloadType.SA);
		return sa === undefined ? list : parseSA(sa.body);
	};
	const bytes = parseHex(vector.messages[0]!.bytes);
	t.is(truncate(read, bytes), "");
	t.is(mutate(read, bytes, 600, 0x9e), "");
});
