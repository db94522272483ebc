/** The whole engine in place of one of the two strongSwan gateways of a recorded aggressive mode: with its random numbers it makes its hashes and keys. */
import test from "ava";
import { encryptions } from "../../../modules/crypto/algorithms.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { IKE } from "../../../modules/ike/ike.js";
import { PRF } from "../../../modules/ike/prf.js";
import { phase1IV, phase1Keys, preSharedKeyID } from "../../../modules/ike/v1/keys.js";
import { formatHex, parseHex } from "../../../modules/ike/v1/wire/bytes.js";
import { findPayload, parsePayloads, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import { aggressiveNegotiations, type AggressiveVector } from "../../vectors/ike-aggressive.js";
import { peer } from "./network.js";
import { RecordedCrypto } from "./recorded.js";

const SA = 1;
const KE = 4;
const ID = 5;
const HASH = 8;
const NONCE = 10;

function open(bytes: Uint8Array): ReceivedPayload[] {
	return parsePayloads(bytes, bytes[16]!, 28, bytes.length) as ReceivedPayload[];
}

function body(bytes: Uint8Array, type: number): Uint8Array {
	return findPayload(open(bytes), type)!.body;
}

interface Recorded {
	readonly ike: IKE;
	readonly causes: string[];
	/** What goes out next, without the marker. */
	next(): Uint8Array;
	/** A recorded message comes. */
	take(index: number): void;
}

function record(vector: AggressiveVector, role: "initiator" | "responder"): Recorded {
	const own = role === "initiator" ? "10.0.0.1" : "10.0.0.2";
	const other = role === "initiator" ? "10.0.0.2" : "10.0.0.1";
	const bytes = parseHex(vector.messages[role === "initiator" ? 0 : 1]!.bytes);
	const offer = body(parseHex(vector.messages[0]!.bytes), SA);
	const causes: string[] = [];
	const { encryption, hash, group } = vector.phase1;
	const ike = new IKE({
		host: {
			crypto: new RecordedCrypto([role === "initiator" ? bytes.slice(0, 8) : bytes.slice(8, 16), body(bytes, NONCE).slice(), Uint8Array.of(1, 2, 3, 4)],
				[{ pair: { group, publicValue: body(bytes, KE).slice(), privateValue: new Uint8Array(32) }, secret: parseHex(vector.sharedSecret) }]),
			log: { write() {}, limited() {} },
			wallClock: () => 0,
			lookUp: () => false,
			reserve: () => 0,
			release() {},
			installInbound() {},
			installOutbound() {},
			remove() {},
			problem: (problem) => causes.push(problem.cause),
			solved() {},
			seen() {},
			ended() {},
			attempted() {},
			moved() {},
			heard: () => 0
		},
		gateway: { wanAddress: role === "initiator" ? 0x0a000001 : 0x0a000002, ikePort: 500, natTraversalPort: 4500 },
		peers: [peer("other", own, other, {
			phase1Mode: "aggressive", preSharedKey: "0x" + vector.preSharedKey, natTraversal: "force",
			localId: vector[role], remoteId: vector[role === "initiator" ? "responder" : "initiator"],
			phase1Proposals: [{ encryption, hash, dhGroup: group }],
			// As the recorded message 1 offers it.
			phase1Lifetime: (offer[offer.length - 2]! << 8) | offer[offer.length - 1]!
		})]
	});
	const out: Uint8Array[] = [];
	return {
		ike, causes,
		next() {
			ike.dispatch(0, (sent, _to, localPort) => out.push(localPort === 4500 ? sent.slice(4) : sent.slice()));
			return out.shift() ?? new Uint8Array(0);
		},
		take(index) {
			const message = vector.messages[index]!;
			ike.process(0, { address: role === "initiator" ? 0x0a000002 : 0x0a000001, port: message.port }, message.port, parseHex((message.port === 4500 ? "00000000" : "") + message.bytes));
		}
	};
}

for (const vector of aggressiveNegotiations) {
	const recorded1 = parseHex(vector.messages[0]!.bytes);
	const recorded2 = parseHex(vector.messages[1]!.bytes);

	test(`aggressive mode, keys are strongSwan's: ${vector.name}`, (t) => {
		const prf = new PRF(new Accelerator(), vector.phase1.hash);
		const skeyid = preSharedKeyID(prf, parseHex(vector.preSharedKey), body(recorded1, NONCE), body(recorded2, NONCE));
		t.is(formatHex(skeyid), vector.SKEYID);
		const keys = phase1Keys(prf, vector.phase1.encryption, skeyid, parseHex(vector.sharedSecret), recorded2.subarray(0, 16));
		t.deepEqual([formatHex(keys.d), formatHex(keys.a), formatHex(keys.cipher)], [vector.SKEYID_d, vector.SKEYID_a, vector.encryptionKey]);
		t.is(formatHex(phase1IV(prf, encryptions[vector.phase1.encryption].blockSize, body(recorded1, KE), body(recorded2, KE))), vector.initialIV);
	});

	test(`aggressive mode, responder in place of strongSwan: ${vector.name}`, (t) => {
		const { ike, causes, next, take } = record(vector, "responder");
		take(0);
		const message2 = next();
		t.is(formatHex(message2.subarray(0, 16)), formatHex(recorded2.subarray(0, 16)));
		for (const type of [SA, KE, NONCE, ID, HASH])
			t.is(formatHex(body(message2, type)), formatHex(body(recorded2, type)), `payload ${type}`);
		t.is(formatHex(body(message2, HASH)), vector.HASH_R);
		take(2);
		next();
		const [sa] = [...ike.ikeSecurityAssociations()];
		t.is(sa!.state, 9);
		t.is(sa!.natT, "Both ends");
		t.deepEqual(causes, []);
	});

	test(`aggressive mode, initiator in place of strongSwan: ${vector.name}`, (t) => {
		const { ike, causes, next, take } = record(vector, "initiator");
		t.is(ike.initiate(0, "other", "office"), "started");
		const message1 = next();
		for (const type of [SA, KE, NONCE, ID])
			t.is(formatHex(body(message1, type)), formatHex(body(recorded1, type)), `payload ${type}`);
		take(1);
		const message3 = next();
		const plain = new Accelerator().decrypt(vector.phase1.encryption, parseHex(vector.encryptionKey), parseHex(vector.initialIV), message3.subarray(28));
		t.is(formatHex(findPayload(parsePayloads(plain, message3[16]!, 0, plain.length) as ReceivedPayload[], HASH)!.body), vector.HASH_I);
		t.is([...ike.ikeSecurityAssociations()][0]!.state, 9);
		t.deepEqual(causes, []);
	});
}
