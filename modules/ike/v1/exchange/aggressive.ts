/**
 * Aggressive mode (RFC 2409 5.1, 5.4; RFC 3947 3.2, 4), two messages of the initiator and one of the responder:
 *
 *     initiator                                     responder
 *     1  SA KE NONCE ID VID         -->
 *                                   <--             2  SA KE NONCE ID HASH VID NAT-D
 *     3  HASH NAT-D (encrypted)     -->
 *
 * With certificates there are CERT payloads and SIG in place of HASH, and messages 1 and 2 have CERTREQ.
 * Identities go in clear, and with a pre-shared key message 2 gives whoever asks a hash to try keys on (F01). The third message
 * may come in clear as well (RFC 2409 5): its proof is no weaker for that, and nothing else in it is believed then.
 */
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { phase1IV } from "../keys.js";
import { blockSize, lastBlock, openClear, openEncrypted, sealClear, sealEncrypted, type Message, type Sealed } from "../message.js";
import type { Payload } from "../wire/chain.js";
import { ExchangeType, Flag, PayloadType } from "../wire/constants.js";
import { commitChoice, readChoice, readVendors, vendorPayloads } from "./agreement.js";
import { identityPrint, isExpected, ownIdentity, shownID } from "./identification.js";
import { arrived, detectNAT, keyExchangePayloads, makeKeyExchange, natHashes, takeKeyExchange } from "./keyexchange.js";
import type { Signed } from "./method.js";
import { sendProtected } from "./notify.js";
import { establish, type Phase1 } from "./phase1.js";
import {
	commitPeer, contactPayloads, deriveKeys, distrusted, hasInitialContact, idMismatch, identityBody, isDistrust, isDoubted, keyMismatch, methodOf, prepareInitiatorProof, prepareProof,
	proofPayloads, prove, scrub, unjudged, verify
} from "./proof.js";
import { certificateRequests } from "./signature.js";
import { check, isResult, malformed, postpone, proceed, setOf, type Result, type Step } from "./step.js";

const { SA, KE, NONCE, ID, CERT, CERTREQ, NAT_D } = PayloadType;

// Message 1

function sendOffer(context: Context, _now: number, exchange: Phase1): Sealed {
	const payloads: Payload[] = [{ type: SA, body: exchange.sa_b }];
	payloads.push(...keyExchangePayloads(context, exchange));
	payloads.push({ type: ID, body: ownIdentity(context, exchange.settings) }, ...certificateRequests(context, exchange.settings), ...vendorPayloads(exchange));
	return sealClear(exchange.sa, ExchangeType.AGGRESSIVE, payloads);
}

// Message 2

function prepareAnswer(context: Context, exchange: Phase1, done: Signed): boolean {
	makeKeyExchange(context, exchange);
	if (exchange.skeyid.length === 0)
		exchange.skeyid = methodOf(exchange).skeyid(context, exchange, exchange.settings);
	return prepareProof(context, exchange, done);
}

/** The answer, with the responder's proof. Initiator and key are not known to it for sure yet. */
function sendAnswer(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa, settings } = exchange;
	const payloads: Payload[] = [{ type: SA, body: exchange.answer }];
	payloads.push(...keyExchangePayloads(context, exchange));
	exchange.answer = new Uint8Array(0);
	sa.iv = phase1IV(sa.prf!, blockSize(sa), exchange.otherPublic, exchange.ownPublic);
	const identity = ownIdentity(context, settings);
	payloads.push({ type: ID, body: identity }, ...prove(context, exchange, identity), ...certificateRequests(context, settings), ...vendorPayloads(exchange), ...natHashes(context, exchange));
	return sealClear(sa, ExchangeType.AGGRESSIVE, payloads);
}

/** Message 2 is not the peer's: what was taken of it to find that out is given up, and the exchange waits on. */
function forget(exchange: Phase1): void {
	const { sa } = exchange;
	sa.cookies.fill(0, 8);
	sa.algorithm = "";
	sa.deadPeerDetection = exchange.natTraversal = false;
	wipe(exchange.skeyid);
	exchange.forgetSecret();
}

/** Message 2. Its proof covers all that matters of it, and is judged with keys made from it. */
function receiveAnswer(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const opened = check(step, openClear(message));
	if (isResult(opened))
		return opened;
	const choice = readChoice(context, now, exchange, opened, message);
	if (isResult(choice))
		return choice;
	const { sa, settings } = exchange;
	const wrong = takeKeyExchange(exchange, opened);
	if (wrong !== undefined)
		return malformed(wrong);
	const method = methodOf(exchange);
	exchange.peerPublic = exchange.otherPublic;
	if (method.needsSecret && exchange.secret === undefined)
		return postpone;
	sa.cookies.set(message.header.responderCookie, 8);
	commitChoice(context, exchange, choice);
	exchange.skeyid = method.skeyid(context, exchange, settings);
	const verdict = verify(context, exchange, settings, exchange.skeyid, opened, identityBody(opened));
	if (verdict === undefined) {
		forget(exchange);
		return keyMismatch(context, now, exchange, message, 2);
	}
	if (isDistrust(verdict))
		return distrusted(context, now, exchange, settings, verdict);
	if (!isExpected(settings, verdict))
		return idMismatch(context, now, exchange, settings, verdict);
	sa.identity = identityPrint(context, identityBody(opened));
	readVendors(exchange, opened, message);
	detectNAT(context, exchange, message, opened);
	message.decision = `${sa.algorithm}, ${shownID(verdict)}, NAT-T ${sa.natT}`;
	return proceed;
}

// Message 3

/** Our proof; on the first contact since our start also INITIAL-CONTACT (T18). */
function sendProof(context: Context, _now: number, exchange: Phase1): Sealed {
	const { sa } = exchange;
	const payloads = prove(context, exchange, ownIdentity(context, exchange.settings));
	payloads.push(...natHashes(context, exchange), ...contactPayloads(context, exchange));
	const sealed = sealEncrypted(context.host.crypto, sa, sa.iv, ExchangeType.AGGRESSIVE, 0, payloads);
	sa.iv = lastBlock(sa, sealed.bytes);
	return sealed;
}

/** Message 3. Nobody has to work for the shared secret before it comes (F13). */
function receiveProof(context: Context, now: number, exchange: Phase1, message: Message, step: Step<Phase1>): Result {
	const { sa, settings } = exchange;
	if (exchange.secret === undefined) {
		exchange.peerPublic = exchange.otherPublic;
		return postpone;
	}
	if (isDoubted(now, exchange))
		return unjudged(message);
	const encrypted = (message.header.flags & Flag.ENCRYPTION) !== 0;
	const keys = deriveKeys(context, exchange, settings);
	const opened = check(step, encrypted ? openEncrypted(context.host.crypto, sa, keys.cipher, sa.iv, message) : openClear(message));
	const verdict = isResult(opened) ? undefined : verify(context, exchange, settings, keys.skeyid, opened, exchange.identity);
	if (isResult(opened) || verdict === undefined) {
		scrub(keys);
		return isResult(opened) && !encrypted ? opened : keyMismatch(context, now, exchange, message, 3);
	}
	commitPeer(context, exchange, settings, keys);
	if (encrypted)
		sa.iv = lastBlock(sa, message.bytes);
	if (isDistrust(verdict))
		return distrusted(context, now, exchange, settings, verdict);
	sa.identity = identityPrint(context, exchange.identity);
	detectNAT(context, exchange, message, opened);
	arrived(context, exchange, message);
	message.decision = `peer ${settings.name}, ${shownID(verdict)}, NAT-T ${sa.natT}`;
	exchange.initialContact = encrypted && hasInitialContact(opened);
	return proceed;
}

function established(context: Context, now: number, exchange: Phase1): void {
	establish(context, now, exchange);
	if (exchange.sa.role !== "responder" || exchange.sa.closed)
		return;
	// A responder has no message of phase 1 that could carry it under protection.
	const contact = contactPayloads(context, exchange);
	if (contact.length > 0)
		sendProtected(context, exchange.sa, contact, "INITIAL-CONTACT");
}

function row(step: Step<Phase1>): Step<Phase1> {
	return Object.freeze(step);
}

const first = setOf(SA, KE, NONCE, ID);

export const aggressiveInitiator: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 0, encrypted: false, required: setOf(), allowed: setOf(), received: 1, send: sendOffer, sent: 3, repeats: true }),
	row({
		message: 2, encrypted: false, required: first, allowed: proofPayloads | setOf(NAT_D),
		receive: receiveAnswer, received: 4, prepare: prepareInitiatorProof, send: sendProof, sent: 9, repeats: false, after: established
	})
]);

export const aggressiveResponder: readonly Step<Phase1>[] = Object.freeze([
	row({ message: 1, encrypted: false, required: first, allowed: setOf(CERT, CERTREQ), received: 2, prepare: prepareAnswer, send: sendAnswer, sent: 3, repeats: false }),
	row({
		message: 3, encrypted: undefined, required: setOf(), allowed: proofPayloads | setOf(NAT_D),
		receive: receiveProof, received: 4, sent: 9, repeats: false, after: established
	})
]);
