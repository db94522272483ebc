/**
 * Main mode with a pre-shared key (RFC 2409 5.4), three messages each way:
 *
 *     initiator                                responder
 *     1  SA VID             -->
 *                           <--                2  SA VID
 *     3  KE NONCE NAT-D     -->
 *                           <--                4  KE NONCE NAT-D
 *     5  ID HASH (encrypted) -->
 *                           <--                6  ID HASH (encrypted)
 */
import type { Context } from "../../context.js";
import { wipe } from "../../bytes.js";
import { phase1Problem } from "../../diagnosis.js";
import { identityData, identityText, isIdentity } from "../../identity.js";
import { few, phase1Text } from "../../names.js";
import { PRF } from "../../prf.js";
import { preSharedKeyBytes } from "../../../settings/bytes.js";
import type { Identity, PeerSettings } from "../../../settings/types.js";
import { phase1Hash, phase1IV, phase1Keys, preSharedKeyID, type Phase1Keys } from "../keys.js";
import { blockSize, lastBlock, openClear, openEncrypted, sealClear, sealEncrypted, type Message, type Opened, type Sealed } from "../message.js";
import { findNAT, natPayloads } from "../natdetection.js";
import { acceptPhase1, describePhase1, type Phase1Choice } from "../phase1offers.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { ExchangeType, IDType, NotifyType, PayloadType, ProtocolID } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { emitID, formatID, parseID, type Identification } from "../wire/id.js";
import { parseKE } from "../wire/ke.js";
import { parseNonce } from "../wire/nonce.js";
import { emitNotification, parseNotification } from "../wire/notification.js";
import { parseSA } from "../wire/sa.js";
import { emitVendor, isVendor } from "../wire/vendor.js";
import { notifyUnprotected } from "./notify.js";
import { establish, tell, type Phase1 } from "./phase1.js";
import { check, drop, isResult, malformed, proceed, refuse, type Result, type Step } from "./step.js";

const { SA, KE, NONCE, ID, HASH, CERTREQ, NAT_D, NOTIFICATION, VENDOR } = PayloadType;

/** Bytes of our nonces. */
const NONCE_SIZE = 32;

const idTypes: Readonly<Record<Identity["type"], number>> = Object.freeze({
	"address": IDType.IPV4_ADDR, "fqdn": IDType.FQDN, "user-fqdn": IDType.USER_FQDN, "dn": IDType.DER_ASN1_DN, "key-id": IDType.KEY_ID
});

// Messages 1 and 2: the proposals

/** The vendor IDs that say what we can do. */
export function vendorPayloads(natTraversal: boolean): Payload[] {
	const payloads: Payload[] = [];
	if (natTraversal)
		payloads.push({ type: VENDOR, body: emitVendor("natTraversal") });
	payloads.push({ type: VENDOR, body: emitVendor("deadPeerDetection") });
	return payloads;
}

/** Takes over what the peer's vendor IDs say; those that nobody knows are left alone. */
export function readVendors(exchange: Phase1, opened: Opened): void {
	for (const payload of opened.payloads)
		if (payload.type === VENDOR) {
			if (isVendor(payload.body, "natTraversal"))
				exchange.natTraversal = exchange.settings.natTraversal !== "off";
			else if (isVendor(payload.body, "deadPeerDetection"))
				exchange.sa.deadPeerDetection = true;
		}
}

/** Takes over what was agreed on. The shorter lifetime rules (T06). */
export function commitChoice(context: Context, exchange: Phase1, choice: Phase1Choice): void {
	const { sa } = exchange;
	const { proposal, seconds } = choice;
	sa.cipher = proposal.encryption;
	sa.prf = new PRF(context.host.crypto, proposal.hash);
	sa.algorithm = phase1Text(proposal);
	const own = exchange.settings.phase1Lifetime;
	sa.lifetime = seconds === 0 ? own : Math.min(own, seconds);
	exchange.dhGroup = proposal.dhGroup;
}

function sendProposals(_context: Context, _now: number, exchange: Phase1): Sealed {
	const natTraversal = exchange.settings.natTraversal !== "off";
	return sealClear(exchange.sa, ExchangeType.MAIN, [{ type: SA, body: exchange.sa_b }, ...vendorPayloads(natTraversal)]);
}

function sendChoice(_context: Context, _now: number, exchange: Phase1): Sealed {
	const sealed = sealClear(exchange.sa, ExchangeType.MAIN, [{ type: SA, body: exchange.answer }, ...vendorPayloads(exchange.natTraversal)]);
	exchange.answer = new Uint8Array(0);
	return sealed;
}

function receiveChoice(context: Context, _now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const opened = check(step, openClear(message));
	if (isResult(opened))
		return opened;
	const proposals = parseSA(findPayload(opened.payloads, SA)!.body);
	if (isFault(proposals))
		return malformed(proposals);
	if (message.header.responderCookie.every((byte) => byte === 0))
		return drop("cookie", "the responder's cookie is zero");
	const choice = acceptPhase1(exchange.settings, proposals);
	if (choice === undefined)
		return drop("answer-not-offered", `the answer ${few(describePhase1(proposals))} is not one of our proposals`);
	exchange.sa.cookies.set(message.header.responderCookie, 8);
	readVendors(exchange, opened);
	commitChoice(context, exchange, choice);
	exchange.group = exchange.dhGroup;
	message.decision = exchange.sa.algorithm;
	return proceed;
}

// Messages 3 and 4: the public values and nonces, and where there is a NAT

function receiveKeyExchange(context: Context, _now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const opened = check(step, openClear(message));
	if (isResult(opened))
		return opened;
	const { sa } = exchange;
	const publicValue = parseKE(findPayload(opened.payloads, KE)!.body, exchange.dhGroup);
	if (isFault(publicValue))
		return malformed(publicValue);
	const nonce = parseNonce(findPayload(opened.payloads, NONCE)!.body);
	if (isFault(nonce))
		return malformed(nonce);
	const settings = exchange.settings;
	const nat = exchange.natTraversal
		? findNAT(sa.prf!, sa, { address: context.gateway.wanAddress, port: message.localPort }, message.from, opened.payloads)
		: undefined;
	exchange.group = exchange.dhGroup;
	exchange.peerPublic = exchange.otherPublic = publicValue.slice();
	if (sa.role === "initiator")
		exchange.nr = nonce.slice();
	else
		exchange.ni = nonce.slice();
	if (nat === undefined)
		exchange.natTraversal = false;
	else {
		const near = nat.near || settings.natTraversal === "force";
		sa.natT = near && nat.far ? "Both ends" : near ? "Near end" : nat.far ? "Far end" : "none";
		sa.encapsulation = near || nat.far;
		message.decision = `NAT-T ${sa.natT}`;
		if (sa.encapsulation && sa.role === "initiator" && sa.localPort !== context.gateway.natTraversalPort) {
			// T22: everything moves to the NAT traversal port, from message 5 on.
			sa.localPort = context.gateway.natTraversalPort;
			sa.remote = { address: sa.remote.address, port: context.gateway.natTraversalPort };
		}
	}
	return proceed;
}

function sendKeyExchange(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa } = exchange;
	const nonce = context.host.crypto.random(NONCE_SIZE);
	if (sa.role === "initiator")
		exchange.ni = nonce;
	else
		exchange.nr = nonce;
	exchange.ownPublic = exchange.pair!.publicValue;
	const payloads: Payload[] = [{ type: KE, body: exchange.ownPublic }, { type: NONCE, body: nonce }];
	if (exchange.natTraversal)
		payloads.push(...natPayloads(sa.prf!, sa, { address: context.gateway.wanAddress, port: sa.localPort }, exchange.settings.natTraversal === "force"));
	if (sa.role === "responder")
		sa.iv = phase1IV(sa.prf!, blockSize(sa), exchange.otherPublic, exchange.ownPublic);
	return sealClear(sa, ExchangeType.MAIN, payloads);
}

// Messages 5 and 6: the identities, and the proof of the key

/** SKEYID with the key of `settings`, and the keys that follow from it. */
function deriveKeys(exchange: Phase1, settings: PeerSettings): { readonly skeyid: Uint8Array; readonly keys: Phase1Keys } {
	const { sa } = exchange;
	const preSharedKey = preSharedKeyBytes(settings.preSharedKey ?? "");
	const skeyid = preSharedKeyID(sa.prf!, preSharedKey, exchange.ni, exchange.nr);
	wipe(preSharedKey);
	return { skeyid, keys: phase1Keys(sa.prf!, sa.cipher, skeyid, exchange.secret!, sa.cookies) };
}

function commitKeys(exchange: Phase1, skeyid: Uint8Array, keys: Phase1Keys): void {
	const { sa } = exchange;
	exchange.skeyid = skeyid;
	sa.d = keys.d;
	sa.a = keys.a;
	sa.key = keys.cipher;
}

function ownIdentity(settings: PeerSettings): Uint8Array {
	return emitID(idTypes[settings.localId.type], 0, 0, identityData(settings.localId));
}

/** HASH_I or HASH_R, as our own proof or what the peer's has to be. */
function proof(exchange: Phase1, skeyid: Uint8Array, own: boolean, identity: Uint8Array): Uint8Array {
	const { sa } = exchange;
	const initiator = sa.role === "initiator";
	const us = { publicValue: exchange.ownPublic, cookie: initiator ? sa.initiatorCookie : sa.responderCookie };
	const them = { publicValue: exchange.otherPublic, cookie: initiator ? sa.responderCookie : sa.initiatorCookie };
	return own ? phase1Hash(sa.prf!, skeyid, us, them, exchange.sa_b, identity) : phase1Hash(sa.prf!, skeyid, them, us, exchange.sa_b, identity);
}

/** Our identity and proof; on the first contact since our start also INITIAL-CONTACT (T18). */
function sendProof(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa } = exchange;
	const { crypto } = context.host;
	if (sa.role === "initiator") {
		const { skeyid, keys } = deriveKeys(exchange, exchange.settings);
		commitKeys(exchange, skeyid, keys);
		sa.iv = phase1IV(sa.prf!, blockSize(sa), exchange.ownPublic, exchange.otherPublic);
	}
	const identity = ownIdentity(exchange.settings);
	const payloads: Payload[] = [{ type: ID, body: identity }, { type: HASH, body: proof(exchange, exchange.skeyid, true, identity) }];
	if (!context.contacted.has(exchange.settings.name)) {
		context.contacted.add(exchange.settings.name);
		payloads.push({
			type: NOTIFICATION,
			body: emitNotification({ protocol: ProtocolID.ISAKMP, type: NotifyType.INITIAL_CONTACT, spi: sa.cookies, data: new Uint8Array(0) })
		});
	}
	const sealed = sealEncrypted(crypto, sa, sa.iv, ExchangeType.MAIN, 0, payloads);
	sa.iv = lastBlock(sa, sealed.bytes);
	return sealed;
}

/** A message 5 or 6 that the key of some settings decrypts and proves. */
interface Proven {
	readonly opened: Opened;
	readonly identity: Identification;
}

/** Opens message 5 or 6 with keys, and compares its proof. Undefined: not with these. */
function openProof(context: Context, exchange: Phase1, message: Message, step: Step<Phase1>, key: Uint8Array, skeyid: Uint8Array): Proven | undefined {
	const { sa } = exchange;
	const { crypto } = context.host;
	const opened = check(step, openEncrypted(crypto, sa, key, sa.iv, message));
	if (isResult(opened))
		return undefined;
	const body = findPayload(opened.payloads, ID)!.body;
	const identity = parseID(body);
	if (isFault(identity) || !crypto.equal(proof(exchange, skeyid, false, body), findPayload(opened.payloads, HASH)!.body))
		return undefined;
	return { opened, identity };
}

/** Whether the peer is who the settings say, by type and by text (T03). Its protocol and port are of no account (T04). */
function isExpected(settings: PeerSettings, identity: Identification): boolean {
	const { remoteId } = settings;
	return remoteId === undefined || (idTypes[remoteId.type] === identity.type && isIdentity(remoteId, identity.data));
}

function hasInitialContact(opened: Opened): boolean {
	return opened.payloads.some((payload) => {
		const notification = payload.type === NOTIFICATION ? parseNotification(payload.body) : undefined;
		return notification !== undefined && !isFault(notification) && notification.type === NotifyType.INITIAL_CONTACT;
	});
}

function idMismatch(context: Context, now: number, exchange: Phase1, settings: PeerSettings, identity: Identification): Result {
	exchange.hinted = true;
	phase1Problem(context, now, settings.name, "id-mismatch",
		`the peer says it is ${formatID(identity)}; the settings expect ${settings.remoteId === undefined ? "any identity" : identityText(settings.remoteId)}`);
	return refuse(NotifyType.INVALID_ID_INFORMATION, "id-mismatch", `identity ${formatID(identity)} is not the one of the settings`);
}

/** Message 5: the first that a key proves. Which peer's key, we only know now (T02). */
function receiveInitiatorProof(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const { sa } = exchange;
	let stranger: { readonly settings: PeerSettings; readonly identity: Identification; readonly skeyid: Uint8Array; readonly keys: Phase1Keys } | undefined;
	for (const settings of exchange.candidates) {
		const { skeyid, keys } = deriveKeys(exchange, settings);
		const proven = openProof(context, exchange, message, step, keys.cipher, skeyid);
		if (proven === undefined) {
			scrub(skeyid, keys);
			continue;
		}
		if (!isExpected(settings, proven.identity)) {
			stranger ??= { settings, identity: proven.identity, skeyid, keys };
			continue;
		}
		commitPeer(exchange, settings, skeyid, keys);
		exchange.initialContact = hasInitialContact(proven.opened);
		sa.iv = lastBlock(sa, message.bytes);
		// T22: from an authenticated message on, the peer is where that came from.
		sa.remote = message.from;
		sa.localPort = message.localPort;
		if (sa.encapsulation && sa.localPort !== context.gateway.natTraversalPort)
			sa.encapsulation = false;
		message.decision = `peer ${settings.name}, ${formatID(proven.identity)}`;
		return proceed;
	}
	if (stranger !== undefined) {
		commitPeer(exchange, stranger.settings, stranger.skeyid, stranger.keys);
		sa.iv = lastBlock(sa, message.bytes);
		return idMismatch(context, now, exchange, stranger.settings, stranger.identity);
	}
	return keyMismatch(context, now, exchange, message);
}

/** T01: what decrypts to nonsense was encrypted with another key. Whether the peer did it or somebody who has seen its cookies cannot be told: the exchange goes on waiting. */
function keyMismatch(context: Context, now: number, exchange: Phase1, message: Message): Result {
	if (!exchange.hinted) {
		tell(context, now, exchange, "key-mismatch", exchange.candidates.length === 1
			? "the peer's message 5 does not decrypt with our pre-shared key: the keys of both sides differ"
			: `the peer's message 5 does not decrypt with the pre-shared key of any of ${exchange.candidates.map((each) => each.name).join(", ")}`);
		notifyUnprotected(context, exchange.sa, NotifyType.AUTHENTICATION_FAILED);
	}
	message.names = "";
	return drop("key-mismatch", "it does not decrypt with our pre-shared key");
}

function commitPeer(exchange: Phase1, settings: PeerSettings, skeyid: Uint8Array, keys: Phase1Keys): void {
	exchange.candidates = [settings];
	exchange.sa.peer = settings.name;
	exchange.sa.settings = settings;
	commitKeys(exchange, skeyid, keys);
}

function scrub(skeyid: Uint8Array, keys: Phase1Keys): void {
	wipe(skeyid);
	wipe(keys.d);
	wipe(keys.a);
	wipe(keys.cipher);
}

/** Message 6. */
function receiveResponderProof(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const { sa } = exchange;
	const proven = openProof(context, exchange, message, step, sa.key, exchange.skeyid);
	if (proven === undefined) {
		message.names = "";
		return drop("key-mismatch", "it is not proved by our pre-shared key");
	}
	sa.iv = lastBlock(sa, message.bytes);
	if (!isExpected(exchange.settings, proven.identity))
		return idMismatch(context, now, exchange, exchange.settings, proven.identity);
	sa.remote = message.from;
	exchange.initialContact = hasInitialContact(proven.opened);
	message.decision = formatID(proven.identity);
	return proceed;
}

function established(context: Context, now: number, exchange: Phase1): void {
	establish(context, now, exchange);
}

const none = Object.freeze([]) as readonly number[];

function row(step: Step<Phase1>): Step<Phase1> {
	return Object.freeze(step);
}

/** Certificate requests are sent by peers that have certificates for others. */
const keyExchange = Object.freeze({ required: Object.freeze([KE, NONCE]), allowed: Object.freeze([NAT_D, CERTREQ]) });
const proofs = Object.freeze({ required: Object.freeze([ID, HASH]), allowed: none });

export const mainInitiator: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 0, encrypted: false, required: none, allowed: none, received: 1, send: sendProposals, sent: 3, repeats: true }),
	row({ message: 2, encrypted: false, required: Object.freeze([SA]), allowed: none, receive: receiveChoice, received: 4, send: sendKeyExchange, sent: 5, repeats: true }),
	row({ message: 4, encrypted: false, ...keyExchange, receive: receiveKeyExchange, received: 6, send: sendProof, sent: 7, repeats: true }),
	row({ message: 6, encrypted: true, ...proofs, receive: receiveResponderProof, received: 8, sent: 9, repeats: false, after: established })
]);

export const mainResponder: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 1, encrypted: false, required: Object.freeze([SA]), allowed: none, received: 2, send: sendChoice, sent: 3, repeats: false }),
	row({ message: 3, encrypted: false, ...keyExchange, receive: receiveKeyExchange, received: 4, send: sendKeyExchange, sent: 5, repeats: false }),
	row({ message: 5, encrypted: true, ...proofs, receive: receiveInitiatorProof, received: 6, send: sendProof, sent: 7, repeats: false, after: established })
]);
