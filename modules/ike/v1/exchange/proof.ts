/**
 * Who the two sides of phase 1 are and how they prove it: identities, the keys that the proof depends on, and the choice among
 * several peers of the settings. Main and aggressive mode share it; what is particular to a method of authentication is behind `Method`.
 */
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { fact, finding, phase1Problem, unprovenProblem } from "../../diagnosis.js";
import { identityText } from "../../identity.js";
import { few } from "../../names.js";
import type { PeerSettings } from "../../../settings/types.js";
import { phase1Hash, phase1IV, phase1Keys, type Phase1Keys } from "../keys.js";
import { blockSize, type Message, type Opened } from "../message.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { NotifyType, PayloadType, ProtocolID } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { parseID, type Identification } from "../wire/id.js";
import { emitNotification, parseNotification } from "../wire/notification.js";
import { agreedLifetime } from "./agreement.js";
import { ownIdentity, shownID } from "./identification.js";
import type { Distrust, Method, Signed } from "./method.js";
import { notifyClear } from "./notify.js";
import { placeOf, tell, type Phase1 } from "./phase1.js";
import { sharedKey } from "./sharedkey.js";
import { signature } from "./signature.js";
import { drop, refuse, setOf, type Refusal, type Result } from "./step.js";

const { ID, HASH, SIG, CERT, CERTREQ, NOTIFICATION } = PayloadType;

/** Payloads of a proof beside the ID: which of them are there depends on the method. Requests come from peers that have certificates for others, too. */
export const proofPayloads = setOf(HASH, SIG, CERT, CERTREQ);

/** The method that was agreed on: all candidates have the same. */
export function methodOf(exchange: Phase1): Method {
	return exchange.settings.authentication === "certificate" ? signature : sharedKey;
}

// Keys

/** SKEYID and the keys that follow from it. */
export interface Derived extends Phase1Keys {
	readonly skeyid: Uint8Array;
}

/** SKEYID with what `settings` give to it, and the keys that follow. */
export function deriveKeys(context: Context, exchange: Phase1, settings: PeerSettings): Derived {
	const { sa } = exchange;
	const skeyid = methodOf(exchange).skeyid(context, exchange, settings);
	return { skeyid, ...phase1Keys(sa.prf!, sa.cipher, skeyid, exchange.secret!, sa.cookies) };
}

/** The exchange and its IKE SA have the keys from now on; `keys` themselves are wiped. */
function commitKeys(exchange: Phase1, keys: Derived): void {
	const { sa } = exchange;
	exchange.skeyid = keys.skeyid;
	sa.d = keys.d;
	sa.a = keys.a;
	sa.key = keys.cipher;
	scrub(keys);
}

/** Which peer of the settings it is, by the keys that are right; `keys` are wiped. */
export function commitPeer(context: Context, exchange: Phase1, settings: PeerSettings, keys: Derived): void {
	exchange.candidates = [settings];
	exchange.sa.peer = settings.name;
	exchange.sa.settings = settings;
	exchange.sa.lifetime = agreedLifetime(settings, exchange.offeredLifetime);
	context.table.named(exchange.sa);
	commitKeys(exchange, keys);
}

export function scrub({ skeyid, d, a, cipher }: Derived): void {
	wipe(skeyid);
	wipe(d);
	wipe(a);
	wipe(cipher);
}

// Our own identity and proof

/** HASH_I or HASH_R over the body of an ID payload: what we prove ours by, or what the peer's has to be. */
function hashOf(exchange: Phase1, skeyid: Uint8Array, own: boolean, identity: Uint8Array): Uint8Array {
	const { sa } = exchange;
	const initiator = sa.role === "initiator";
	const us = { publicValue: exchange.ownPublic, cookie: initiator ? sa.initiatorCookie : sa.responderCookie };
	const them = { publicValue: exchange.otherPublic, cookie: initiator ? sa.responderCookie : sa.initiatorCookie };
	return own ? phase1Hash(sa.prf!, skeyid, us, them, exchange.sa_b, identity) : phase1Hash(sa.prf!, skeyid, them, us, exchange.sa_b, identity);
}

/** Whether the accelerator has to work for our proof first: then `done` is called when it has. The keys are there. */
export function prepareProof(context: Context, exchange: Phase1, done: Signed): boolean {
	const { sign } = methodOf(exchange);
	if (sign === undefined || exchange.signature.length > 0)
		return false;
	sign(context, exchange, hashOf(exchange, exchange.skeyid, true, ownIdentity(context, exchange.settings)), done);
	return true;
}

/** The same for an initiator, who has its keys from then on, and the IV of what is encrypted with them. */
export function prepareInitiatorProof(context: Context, exchange: Phase1, done: Signed): boolean {
	const { sa } = exchange;
	if (sa.key.length === 0) {
		commitKeys(exchange, deriveKeys(context, exchange, exchange.settings));
		sa.iv = phase1IV(sa.prf!, blockSize(sa), exchange.ownPublic, exchange.otherPublic);
	}
	return prepareProof(context, exchange, done);
}

/** The payloads that prove `identity`, the body of our ID payload. */
export function prove(context: Context, exchange: Phase1, identity: Uint8Array): Payload[] {
	return methodOf(exchange).prove(context, exchange, hashOf(exchange, exchange.skeyid, true, identity));
}

/** INITIAL-CONTACT on the first contact since our start, or since there was nothing of the peer any more (T18), else nothing. Only for messages that are protected. */
export function contactPayloads(context: Context, exchange: Phase1): Payload[] {
	const { contacted } = context;
	const { name } = exchange.settings;
	if (contacted === undefined || contacted.has(name))
		return [];
	contacted.add(name);
	return [{
		type: NOTIFICATION,
		body: emitNotification({ protocol: ProtocolID.ISAKMP, type: NotifyType.INITIAL_CONTACT, spi: exchange.sa.cookies, data: new Uint8Array(0) })
	}];
}

// The peer's identity and proof

/** What is wrong with the payloads of a message that has to bring a proof by the agreed method. */
function misplacedProof(exchange: Phase1, opened: Opened): string | undefined {
	const { proof } = methodOf(exchange);
	let count = 0;
	const { payloads } = opened;
	for (let i = 0; i < payloads.length; i++) {
		const { type } = payloads[i]!;
		if (type === proof)
			count++;
		else if (type === HASH || type === SIG)
			return "the proof of another method";
	}
	return count === 1 ? undefined : `${count} proofs where there must be one`;
}

/** The identification in an ID payload's body when it is proved under `skeyid`; undefined when it is not; else why it is not enough. */
export function verify(context: Context, exchange: Phase1, settings: PeerSettings, skeyid: Uint8Array, opened: Opened, body: Uint8Array): Identification | Distrust | undefined {
	if (misplacedProof(exchange, opened) !== undefined)
		return undefined;
	const parsed = parseID(body);
	const identity = isFault(parsed) ? nobody() : parsed;
	const verdict = methodOf(exchange).verify(context, exchange, settings, hashOf(exchange, skeyid, false, body), opened, identity);
	if (verdict !== "proved")
		return verdict;
	return isFault(parsed)
		? { cause: "id-mismatch", text: `the peer's ID payload is malformed: ${parsed.fault} at ${parsed.at}`, notify: NotifyType.INVALID_ID_INFORMATION, theirs: "" }
		: identity;
}

/** Stands for an identity that cannot be read, which a proof can cover all the same (F07). */
function nobody(): Identification {
	return { type: 0, protocol: 0, port: 0, data: new Uint8Array(0) };
}

export function isDistrust(verdict: Identification | Distrust): verdict is Distrust {
	return "cause" in verdict;
}

/** Body of the ID payload of an opened message that has one. */
export function identityBody(opened: Opened): Uint8Array {
	return findPayload(opened.payloads, ID)!.body;
}

/** The peer says that it has started anew (T18). */
export function hasInitialContact(opened: Opened): boolean {
	return opened.payloads.some((payload) => {
		const notification = payload.type === NOTIFICATION ? parseNotification(payload.body) : undefined;
		return notification !== undefined && !isFault(notification) && notification.type === NotifyType.INITIAL_CONTACT;
	});
}

/** Signatures under one exchange that are looked at however wrong those before were, and milliseconds after which one more is. */
const SIGNATURES = 8;
const SIGNATURE_PAUSE = 500;

/** As many wrong signatures have come under the exchange as are looked at: each costs a millisecond or less, and whoever knows the secret can send as many as he likes. */
export function isDoubted(now: number, { doubts, sa }: Phase1): boolean {
	return doubts >= SIGNATURES + Math.floor((now - sa.startedAt) / SIGNATURE_PAUSE);
}

/** What is made of a proof then; the exchange waits on. */
export function unjudged(message: Message): Result {
	message.names = "";
	return drop("too-many-signatures", "too many wrong signatures came before it");
}

/**
 * T01: what decrypts to nonsense was encrypted with another key, and what is proved by another hash as well. Whether the peer did it or somebody who has
 * seen its cookies cannot be told: the exchange goes on waiting. `number` is the message's.
 */
export function keyMismatch(context: Context, now: number, exchange: Phase1, message: Message, number: number): Result {
	const { secret, proof } = methodOf(exchange);
	if (proof === SIG) {
		if (!exchange.hinted) {
			tell(context, now, exchange, finding("key-mismatch", "garbage", `the peer's message ${number} cannot be decrypted, or its signature is not by the key of its certificate`));
			notifyClear(context, message, NotifyType.INVALID_SIGNATURE);
		}
		message.names = "";
		return drop("signature", "it does not decrypt, or its signature is not by the key of its certificate");
	}
	const how = number === 5 ? "does not decrypt with" : "is not proved by";
	if (!exchange.hinted) {
		tell(context, now, exchange, finding("key-mismatch", "garbage", exchange.candidates.length === 1
			? `the peer's message ${number} ${how} our ${secret}: the keys of both sides differ`
			: `the peer's message ${number} ${how} the ${secret} of any of ${few(exchange.candidates.map((each) => each.name))}`));
		notifyClear(context, message, NotifyType.AUTHENTICATION_FAILED);
	}
	message.names = "";
	return drop("key-mismatch", `it ${how} our ${secret}`);
}

/** The peer has proved to be somebody else than the settings say. */
export function idMismatch(context: Context, now: number, exchange: Phase1, settings: PeerSettings, identity: Identification): Refusal {
	exchange.hinted = true;
	phase1Problem(context, now, placeOf(exchange), finding("id-mismatch", "decision", mismatchText([settings], shownID(identity)), fact("peerIdentity", shownID(identity))));
	return refuse(NotifyType.INVALID_ID_INFORMATION, "id-mismatch", `identity ${shownID(identity)} is not the one of the settings`);
}

/** "the peer says it is fqdn a.example; the settings expect fqdn b.example" */
export function mismatchText(peers: readonly PeerSettings[], identity: string): string {
	return `the peer says it is ${identity}; the settings expect ${few(peers.map(({ remoteId }) => remoteId === undefined ? "any identity" : identityText(remoteId)))}`;
}

/** The peer's proof is right by its keys, and not enough. */
export function distrusted(context: Context, now: number, exchange: Phase1, settings: PeerSettings, { cause, text, notify, theirs }: Distrust): Refusal {
	exchange.hinted = true;
	// Whoever has a certificate, or none, gets this far without a secret.
	(exchange.sa.isUnproven ? unprovenProblem : phase1Problem)(context, now, { ...placeOf(exchange), peer: settings.name }, finding(cause, "decision", text, theirs));
	return refuse(notify, cause, text);
}
