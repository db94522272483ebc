/** The whole engine in place of one of the two strongSwan gateways of the recorded negotiations: with its random numbers it makes its hashes and keys. */
import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { IKE } from "../../../modules/ike/ike.js";
import { concat } from "../../../modules/ike/bytes.js";
import { PRF } from "../../../modules/ike/prf.js";
import type { ChildSA, IKEHost, SAKeys } from "../../../modules/ike/types.js";
import { phase2IV } from "../../../modules/ike/v1/keys.js";
import { formatHex, parseHex } from "../../../modules/ike/v1/wire/bytes.js";
import { parsePayloads, wholePayload, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import { negotiations, type NegotiationVector } from "../../vectors/ike-main-quick.js";
import { connection, peer } from "./network.js";
import { RecordedCrypto } from "./recorded.js";

interface Recorded {
	readonly ike: IKE;
	readonly children: ChildSA[];
	readonly causes: string[];
	/** What goes out next, without the marker. */
	next(): Uint8Array;
	/** A recorded message comes. */
	take(index: number): void;
	/** A message comes to the NAT traversal port. */
	give(bytes: Uint8Array): void;
}

function record(vector: NegotiationVector, role: "initiator" | "responder"): Recorded {
	const own = role === "initiator" ? "10.0.0.1" : "10.0.0.2";
	const other = role === "initiator" ? "10.0.0.2" : "10.0.0.1";
	const { quick, phase1, phase2 } = vector;
	const initiator = role === "initiator";
	const randoms = initiator
		? [parseHex(vector.initiatorCookie), parseHex(vector.initiatorNonce), messageID(quick.messageID), parseHex(quick.initiatorNonce)]
		: [parseHex(vector.responderCookie), parseHex(vector.responderNonce), parseHex(quick.responderNonce)];
	const pairs = [{
		pair: { group: phase1.group, publicValue: parseHex(initiator ? vector.initiatorPublicValue : vector.responderPublicValue), privateValue: new Uint8Array(32) },
		secret: parseHex(vector.sharedSecret)
	}];
	if (phase2.pfs !== 0)
		pairs.push({ pair: { group: phase2.pfs, publicValue: new Uint8Array(0), privateValue: new Uint8Array(32) }, secret: parseHex(quick.sharedSecret) });
	const children: ChildSA[] = [];
	const causes: string[] = [];
	const host: IKEHost = {
		crypto: new RecordedCrypto(randoms, pairs),
		log: { write() {}, limited() {} },
		wallClock: () => 0,
		lookUp: () => false,
		reserve: () => initiator ? quick.initiatorSPI : quick.responderSPI,
		release() {},
		installInbound: (_now, child) => children.push(copy(child)),
		installOutbound: (_now, child) => children.push(copy(child)),
		remove() {},
		heard: () => 0,
		problem: (problem) => causes.push(problem.cause),
		solved() {},
		seen() {},
		ended() {},
		attempted() {},
		moved() {}
	};
	const ike = new IKE({
		host,
		gateway: { wanAddress: initiator ? 0x0a000001 : 0x0a000002, ikePort: 500, natTraversalPort: 4500 },
		peers: [peer("other", own, other, {
			preSharedKey: "0x" + vector.preSharedKey,
			phase1Proposals: [{ encryption: phase1.encryption, hash: phase1.hash, dhGroup: phase1.group }],
			phase1Lifetime: lifetimeOf(vector),
			natTraversal: "force",
			connections: [connection({
				localNetwork: initiator ? "10.1.0.0/24" : "10.2.0.0/24", remoteNetwork: initiator ? "10.2.0.0/24" : "10.1.0.0/24",
				phase2Proposals: [{ protocol: "esp", encryption: phase2.encryption, ...(phase2.authentication === "" ? {} : { authentication: phase2.authentication }) }],
				pfs: phase2.pfs === 0 ? "off" : phase2.pfs
			})]
		})]
	});
	const out: Uint8Array[] = [];
	return {
		ike, children, causes,
		next() {
			ike.dispatch(0, (bytes, _to, localPort) => out.push(localPort === 4500 ? bytes.slice(4) : bytes.slice()));
			return out.shift() ?? new Uint8Array(0);
		},
		give(bytes) {
			ike.process(0, { address: initiator ? 0x0a000002 : 0x0a000001, port: 4500 }, 4500, concat(new Uint8Array(4), bytes));
			// The accelerator answers at once here; the states advance when messages go out.
			ike.dispatch(0, (sent, _to, localPort) => out.push(localPort === 4500 ? sent.slice(4) : sent.slice()));
		},
		take(index) {
			const message = vector.messages[index]!;
			const bytes = parseHex((message.port === 4500 ? "00000000" : "") + message.bytes);
			ike.process(0, { address: initiator ? 0x0a000002 : 0x0a000001, port: message.port }, message.port, bytes);
		}
	};
}

/** Phase 1's lifetime as the recorded message 1 offers it: the last two bytes of its SA payload. */
function lifetimeOf(vector: NegotiationVector): number {
	const body = (parsePayloads(parseHex(vector.messages[0]!.bytes), 1, 28, vector.messages[0]!.bytes.length / 2) as ReceivedPayload[])[0]!.body;
	return (body[body.length - 2]! << 8) | body[body.length - 1]!;
}

function messageID(id: number): Uint8Array {
	return Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id);
}

function copy(child: ChildSA): ChildSA {
	return {
		...child,
		inboundKeys: { encryption: child.inboundKeys.encryption.slice(), authentication: child.inboundKeys.authentication.slice() },
		outboundKeys: { encryption: child.outboundKeys.encryption.slice(), authentication: child.outboundKeys.authentication.slice() }
	};
}

/** ID and HASH of a message 5 or 6, decrypted. */
function proof(vector: NegotiationVector, iv: Uint8Array, bytes: Uint8Array): string {
	const plain = new Accelerator().decrypt(vector.phase1.encryption, parseHex(vector.encryptionKey), iv, bytes.subarray(28));
	const payloads = parsePayloads(plain, bytes[16]!, 0, plain.length) as ReceivedPayload[];
	return payloads.filter((payload) => payload.type !== 11).map((payload) => formatHex(wholePayload(plain, payload).subarray(2))).join(" ");
}

function expectedProof(plain: string): string {
	const bytes = parseHex(plain);
	const payloads = parsePayloads(bytes, 5, 0, bytes.length) as ReceivedPayload[];
	return payloads.filter((payload) => payload.type !== 11).map((payload) => formatHex(wholePayload(bytes, payload).subarray(2))).join(" ");
}

const lastBlockOf = (vector: NegotiationVector, bytes: Uint8Array): Uint8Array => bytes.slice(bytes.length - vector.initialIV.length / 2);

/** A recorded message with its plain bytes encrypted anew under `iv`: our own messages before it were longer, so that the chain of IVs is another. */
function encrypted(vector: NegotiationVector, index: number, iv: Uint8Array): Uint8Array {
	const bytes = parseHex(vector.messages[index]!.bytes);
	bytes.set(new Accelerator().encrypt(vector.phase1.encryption, parseHex(vector.encryptionKey), iv, parseHex(vector.plain[index - 4]!)), 28);
	return bytes;
}

/** The IV of quick mode after the last message of phase 1. */
function quickIV(vector: NegotiationVector, last: Uint8Array): Uint8Array {
	return phase2IV(new PRF(new Accelerator(), vector.phase1.hash), lastBlockOf(vector, last), vector.quick.messageID);
}

function keys({ encryption, authentication }: SAKeys): { readonly encryption: string; readonly authentication: string } {
	return { encryption: formatHex(encryption), authentication: formatHex(authentication) };
}

for (const vector of negotiations) {
	test(`responder in place of strongSwan, up to the keys of both SAs: ${vector.name}`, (t) => {
		const { ike, children, causes, next, take, give } = record(vector, "responder");
		take(0);
		next();
		take(2);
		next();
		take(4);
		const message6 = next();
		t.is(proof(vector, lastBlockOf(vector, parseHex(vector.messages[4]!.bytes)), message6), expectedProof(vector.plain[1]!));
		const sa = [...ike.ikeSecurityAssociations()][0]!;
		t.is(sa.state, 9);
		t.is(sa.id, vector.initiatorCookie);
		t.is(sa.natT, "Both ends");
		const quick1 = encrypted(vector, 6, quickIV(vector, message6));
		give(quick1);
		const quick2 = next();
		t.is(children.length, 1);
		t.deepEqual(keys(children[0]!.inboundKeys), vector.quick.toResponder);
		t.is(children[0]!.outboundSPI, vector.quick.initiatorSPI);
		give(encrypted(vector, 8, lastBlockOf(vector, quick2)));
		t.is(children.length, 2);
		t.deepEqual(keys(children[1]!.outboundKeys), vector.quick.toInitiator);
		t.deepEqual(causes, []);
	});

	test(`initiator in place of strongSwan, up to the keys of both SAs: ${vector.name}`, (t) => {
		const { ike, children, causes, next, take, give } = record(vector, "initiator");
		t.is(ike.initiate(0, "other", "office"), "started");
		const message1 = next();
		const recorded1 = parseHex(vector.messages[0]!.bytes);
		const size = (recorded1[30]! << 8) | recorded1[31]!;
		t.is(formatHex(message1.subarray(32, 28 + size)), formatHex(recorded1.subarray(32, 28 + size)));
		take(1);
		next();
		take(3);
		const message5 = next();
		t.is(proof(vector, parseHex(vector.initialIV), message5), expectedProof(vector.plain[0]!));
		const message6 = encrypted(vector, 5, lastBlockOf(vector, message5));
		give(message6);
		t.is([...ike.ikeSecurityAssociations()][0]!.state, 9);
		const quick1 = next();
		give(encrypted(vector, 7, lastBlockOf(vector, quick1)));
		const quick3 = next();
		const plain = new Accelerator().decrypt(vector.phase1.encryption, parseHex(vector.encryptionKey), lastBlockOf(vector, encrypted(vector, 7, lastBlockOf(vector, quick1))), quick3.subarray(28));
		t.is(formatHex(plain.subarray(4, 4 + vector.quick.HASH_3.length / 2)), vector.quick.HASH_3);
		t.is(children.length, 2);
		t.deepEqual(keys(children[0]!.inboundKeys), vector.quick.toInitiator);
		t.deepEqual(keys(children[1]!.outboundKeys), vector.quick.toResponder);
		t.is(children[0]!.outboundSPI, vector.quick.responderSPI);
		t.deepEqual(causes, []);
	});
}
