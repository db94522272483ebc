/** Public values, nonces, and where there is a NAT: what main mode has in messages 3 and 4, aggressive mode in all three. */
import type { Context } from "../../context.js";
import type { Message, Opened } from "../message.js";
import { findNATAfterMove, natPayloads } from "../natdetection.js";
import { sameBytes } from "../wire/bytes.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { PayloadType } from "../wire/constants.js";
import { fault, isFault, type Fault } from "../wire/fault.js";
import { parseKE } from "../wire/ke.js";
import { NONCE_SIZE, parseNonce } from "../wire/nonce.js";
import type { Phase1 } from "./phase1.js";

const { KE, NONCE } = PayloadType;

/** Takes over the peer's public value and nonce, when they are well-formed; else why not, and nothing has changed. */
export function takeKeyExchange(exchange: Phase1, opened: Opened): Fault | undefined {
	const publicValue = parseKE(findPayload(opened.payloads, KE)!.body, exchange.dhGroup);
	if (isFault(publicValue))
		return publicValue;
	// message 3 of main mode looks like message 4; nobody else has this value
	if (sameBytes(publicValue, exchange.ownPublic))
		return fault("reflected", 0);
	const nonce = parseNonce(findPayload(opened.payloads, NONCE)!.body);
	if (isFault(nonce))
		return nonce;
	exchange.otherPublic = publicValue.slice();
	if (exchange.sa.role === "initiator")
		exchange.nr = nonce.slice();
	else
		exchange.ni = nonce.slice();
	return undefined;
}

/** Our public value, which the accelerator has made, and a new nonce; once they are there they stay. Returns the nonce. */
export function makeKeyExchange(context: Context, exchange: Phase1): Uint8Array {
	const initiator = exchange.sa.role === "initiator";
	let nonce = initiator ? exchange.ni : exchange.nr;
	if (nonce.length === 0) {
		nonce = context.host.crypto.random(NONCE_SIZE);
		if (initiator)
			exchange.ni = nonce;
		else
			exchange.nr = nonce;
	}
	return nonce;
}

/** Our public value and nonce. */
export function keyExchangePayloads(context: Context, exchange: Phase1): Payload[] {
	const nonce = makeKeyExchange(context, exchange);
	return [{ type: KE, body: exchange.ownPublic }, { type: NONCE, body: nonce }];
}

/** The hashes by which the peer finds a NAT, when it has shown that it looks for one. */
export function natHashes(context: Context, exchange: Phase1): Payload[] {
	const { sa } = exchange;
	return exchange.natTraversal
		? natPayloads(sa.prf!, sa, { address: context.gateway.wanAddress, port: sa.localPort }, exchange.settings.natTraversal === "force")
		: [];
}

/** Where there is a NAT, by the peer's hashes; without them there is no NAT traversal. An initiator moves to its port when there is one (T22). */
export function detectNAT(context: Context, exchange: Phase1, message: Message, opened: Opened): void {
	const { sa, settings } = exchange;
	const { wanAddress, natTraversalPort } = context.gateway;
	const force = settings.natTraversal === "force";
	const nat = exchange.natTraversal
		? findNATAfterMove(sa.prf!, sa, { address: wanAddress, port: message.localPort }, message.from, opened.payloads, force)
		: undefined;
	if (nat === undefined) {
		exchange.natTraversal = false;
		return;
	}
	const near = nat.near || force;
	sa.natT = near && nat.far ? "Both ends" : near ? "Near end" : nat.far ? "Far end" : "none";
	sa.encapsulation = near || nat.far;
	message.decision = `NAT-T ${sa.natT}`;
	if (sa.encapsulation && sa.role === "initiator" && sa.localPort !== natTraversalPort) {
		sa.localPort = natTraversalPort;
		sa.remote = { address: sa.remote.address, port: natTraversalPort };
	}
}

/**
 * T22: from the initiator's proof on, the peer is where that came from. Whoever did not move to the NAT traversal port has ESP without UDP; who moved there has it
 * in UDP, also when we see no NAT: the hashes that we sent it may have been changed on the way, and nothing covers them.
 */
export function arrived(context: Context, exchange: Phase1, message: Message): void {
	const { sa } = exchange;
	const { natTraversalPort } = context.gateway;
	const hasMoved = sa.localPort !== message.localPort && message.localPort === natTraversalPort;
	sa.remote = message.from;
	sa.localPort = message.localPort;
	if (hasMoved && exchange.natTraversal) {
		sa.encapsulation = true;
		if (sa.natT === "none")
			sa.natT = "Far end";
	}
	else if (sa.localPort !== natTraversalPort) {
		sa.encapsulation = false;
		sa.natT = "none";
	}
}
