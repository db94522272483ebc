/**
 * Main mode (RFC 2409 5.1, 5.4), three messages each way:
 *
 *     initiator                                responder
 *     1  SA VID             -->
 *                           <--                2  SA VID
 *     3  KE NONCE NAT-D     -->
 *                           <--                4  KE NONCE NAT-D [CERTREQ]
 *     5  ID HASH (encrypted) -->
 *                           <--                6  ID HASH (encrypted)
 *
 * With certificates messages 5 and 6 have CERT payloads and SIG in place of HASH, and message 5 CERTREQ.
 */
import type { Context } from "../../context.js";
import type { PeerSettings } from "../../../settings/types.js";
import { phase1IV } from "../keys.js";
import { blockSize, lastBlock, openClear, openEncrypted, sealClear, sealEncrypted, type Message, type Opened, type Sealed } from "../message.js";
import { append } from "../wire/chain.js";
import { ExchangeType, PayloadType } from "../wire/constants.js";
import type { Identification } from "../wire/id.js";
import { commitChoice, readChoice, readVendors, vendorPayloads } from "./agreement.js";
import { arrived, detectNAT, keyExchangePayloads, natHashes, takeKeyExchange } from "./keyexchange.js";
import { identityPrint, isExpected, ownIdentity, shownID } from "./identification.js";
import type { Distrust } from "./method.js";
import { establish, type Phase1 } from "./phase1.js";
import {
	commitPeer, contactPayloads, deriveKeys, distrusted, hasInitialContact, idMismatch, identityBody, isDistrust, isDoubted, keyMismatch,
	prepareInitiatorProof, prepareProof, proofPayloads, prove, scrub, unjudged, verify, type Derived
} from "./proof.js";
import { certificateRequests } from "./signature.js";
import { check, isResult, malformed, proceed, setOf, type Result, type Step } from "./step.js";

const { SA, KE, NONCE, ID, CERT, CERTREQ, NAT_D } = PayloadType;

// Messages 1 and 2: the proposals

function sendProposals(_context: Context, _now: number, exchange: Phase1): Sealed {
	return sealClear(exchange.sa, ExchangeType.MAIN, append([{ type: SA, body: exchange.sa_b }], vendorPayloads(exchange)));
}

function sendChoice(_context: Context, _now: number, exchange: Phase1): Sealed {
	const sealed = sealClear(exchange.sa, ExchangeType.MAIN, append([{ type: SA, body: exchange.answer }], vendorPayloads(exchange)));
	exchange.answer = new Uint8Array(0);
	return sealed;
}

function receiveChoice(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const opened = check(step, openClear(message));
	if (isResult(opened))
		return opened;
	const choice = readChoice(context, now, exchange, opened, message);
	if (isResult(choice))
		return choice;
	exchange.sa.cookies.set(message.header.responderCookie, 8);
	readVendors(exchange, opened, message);
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
	const wrong = takeKeyExchange(exchange, opened);
	if (wrong !== undefined)
		return malformed(wrong);
	exchange.group = exchange.dhGroup;
	exchange.peerPublic = exchange.otherPublic;
	detectNAT(context, exchange, message, opened);
	return proceed;
}

function sendKeyExchange(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa } = exchange;
	const payloads = append(keyExchangePayloads(context, exchange), natHashes(context, exchange));
	if (sa.role === "responder") {
		sa.iv = phase1IV(sa.prf!, blockSize(sa), exchange.otherPublic, exchange.ownPublic);
		append(payloads, certificateRequests(context, exchange.settings));
	}
	return sealClear(sa, ExchangeType.MAIN, payloads);
}

// Messages 5 and 6: the identities, and the proof of the key

/** Our identity and proof; on the first contact since our start also INITIAL-CONTACT (T18). */
function sendProof(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa, settings } = exchange;
	const identity = ownIdentity(context, settings);
	const payloads = append([{ type: ID, body: identity }], prove(context, exchange, identity));
	if (sa.role === "initiator")
		append(payloads, certificateRequests(context, settings));
	append(payloads, contactPayloads(context, exchange));
	const sealed = sealEncrypted(context.host.crypto, sa, sa.iv, ExchangeType.MAIN, 0, payloads);
	sa.iv = lastBlock(sa, sealed.bytes);
	return sealed;
}

/** A message 5 or 6 that the keys of some settings decrypt. */
interface Proven {
	readonly opened: Opened;
	readonly verdict: Identification | Distrust;
}

/** Opens message 5 or 6 with keys, and judges its proof. Undefined: not with these. */
function openProof(context: Context, exchange: Phase1, message: Message, step: Step<Phase1>, settings: PeerSettings, key: Uint8Array, skeyid: Uint8Array): Proven | undefined {
	const { sa } = exchange;
	const opened = check(step, openEncrypted(context.host.crypto, sa, key, sa.iv, message));
	if (isResult(opened))
		return undefined;
	const verdict = verify(context, exchange, settings, skeyid, opened, identityBody(opened));
	return verdict === undefined ? undefined : { opened, verdict };
}

/** Message 5: the first that a key proves. Which peer's key, we only know now (T02). */
function receiveInitiatorProof(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const { sa } = exchange;
	let stranger: { readonly settings: PeerSettings; readonly verdict: Identification | Distrust; readonly keys: Derived } | undefined;
	const { candidates } = exchange;
	if (isDoubted(now, exchange))
		return unjudged(message);
	for (let i = 0; i < candidates.length; i++) {
		const settings = candidates[i]!;
		const keys = deriveKeys(context, exchange, settings);
		const proven = openProof(context, exchange, message, step, settings, keys.cipher, keys.skeyid);
		if (proven === undefined) {
			scrub(keys);
			continue;
		}
		const { verdict } = proven;
		if (isDistrust(verdict) || !isExpected(settings, verdict)) {
			stranger ??= { settings, verdict, keys };
			continue;
		}
		commitPeer(context, exchange, settings, keys);
		sa.identity = identityPrint(context, identityBody(proven.opened));
		exchange.initialContact = hasInitialContact(proven.opened);
		sa.iv = lastBlock(sa, message.bytes);
		arrived(context, exchange, message);
		message.decision = `peer ${settings.name}, ${shownID(verdict)}`;
		return proceed;
	}
	if (stranger !== undefined) {
		const { settings, verdict } = stranger;
		commitPeer(context, exchange, settings, stranger.keys);
		sa.iv = lastBlock(sa, message.bytes);
		return isDistrust(verdict) ? distrusted(context, now, exchange, settings, verdict) : idMismatch(context, now, exchange, settings, verdict);
	}
	return keyMismatch(context, now, exchange, message, 5);
}

/** Message 6. */
function receiveResponderProof(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const { sa, settings } = exchange;
	const proven = openProof(context, exchange, message, step, settings, sa.key, exchange.skeyid);
	if (proven === undefined)
		return keyMismatch(context, now, exchange, message, 6);
	const { verdict, opened } = proven;
	sa.iv = lastBlock(sa, message.bytes);
	if (isDistrust(verdict))
		return distrusted(context, now, exchange, settings, verdict);
	if (!isExpected(settings, verdict))
		return idMismatch(context, now, exchange, settings, verdict);
	sa.remote = message.from;
	sa.identity = identityPrint(context, identityBody(opened));
	exchange.initialContact = hasInitialContact(opened);
	message.decision = shownID(verdict);
	return proceed;
}

function established(context: Context, now: number, exchange: Phase1): void {
	establish(context, now, exchange);
}

function row(step: Step<Phase1>): Step<Phase1> {
	return Object.freeze(step);
}

/** RFC 2408 3.9, 3.10: certificates and requests for them can come at any point; those in clear are none that anything is proved with. */
const offers = Object.freeze({ required: setOf(SA), allowed: setOf(CERT, CERTREQ) });
const keyExchange = Object.freeze({ required: setOf(KE, NONCE), allowed: setOf(NAT_D, CERT, CERTREQ) });
const proofs = Object.freeze({ required: setOf(ID), allowed: proofPayloads });

export const mainInitiator: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 0, encrypted: false, required: setOf(), allowed: setOf(), received: 1, send: sendProposals, sent: 3, repeats: true }),
	row({ message: 2, encrypted: false, ...offers, receive: receiveChoice, received: 4, send: sendKeyExchange, sent: 5, repeats: true }),
	row({ message: 4, encrypted: false, ...keyExchange, receive: receiveKeyExchange, received: 6, prepare: prepareInitiatorProof, send: sendProof, sent: 7, repeats: true }),
	row({ message: 6, encrypted: true, ...proofs, receive: receiveResponderProof, received: 8, sent: 9, repeats: false, after: established })
]);

export const mainResponder: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 1, encrypted: false, ...offers, received: 2, send: sendChoice, sent: 3, repeats: false }),
	row({ message: 3, encrypted: false, ...keyExchange, receive: receiveKeyExchange, received: 4, send: sendKeyExchange, sent: 5, repeats: false }),
	row({ message: 5, encrypted: true, ...proofs, receive: receiveInitiatorProof, received: 6, prepare: prepareProof, send: sendProof, sent: 7, repeats: false, after: established })
]);
