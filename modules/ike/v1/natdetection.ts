/** Where there is a NAT (RFC 3947 3.2): both sides send hashes of the addresses and ports that they see. */
import type { Endpoint } from "../../addresses.js";
import type { PRF } from "../prf.js";
import type { IKESA } from "../sa.js";
import { sameBytes } from "./wire/bytes.js";
import type { Payload } from "./wire/chain.js";
import { PayloadType } from "./wire/constants.js";
import { natdInput } from "./wire/nat.js";

/** Which ends are behind a NAT. */
export interface NATFinding {
	readonly near: boolean;
	readonly far: boolean;
}

function natHash(prf: PRF, sa: IKESA, address: number, port: number): Uint8Array {
	return prf.digest(natdInput(sa.initiatorCookie, sa.responderCookie, address, port));
}

/**
 * The payloads to send: the hash of the destination, then that of the source (T23). With `force` the second is that of no
 * address, so that the peer finds a NAT and both sides put ESP in UDP.
 */
export function natPayloads(prf: PRF, sa: IKESA, own: Endpoint, force: boolean): Payload[] {
	const type = sa.natDraft ? PayloadType.NAT_D_DRAFT : PayloadType.NAT_D;
	return [
		{ type, body: natHash(prf, sa, sa.remote.address, sa.remote.port) },
		{ type, body: force ? natHash(prf, sa, 0, 0) : natHash(prf, sa, own.address, own.port) }
	];
}

/** What the peer's payloads tell: undefined when there are not the two at least that there must be. `from` is where they came from. */
export function findNAT(prf: PRF, sa: IKESA, own: Endpoint, from: Endpoint, payloads: readonly Payload[]): NATFinding | undefined {
	const [agreed, other] = sa.natDraft ? [PayloadType.NAT_D_DRAFT, PayloadType.NAT_D] : [PayloadType.NAT_D, PayloadType.NAT_D_DRAFT];
	let hashes = payloads.filter((payload) => payload.type === agreed);
	if (hashes.length < 2)
		// T21: the number that the peer's vendor ID stands for is not always the one it uses; some send both.
		hashes = payloads.filter((payload) => payload.type === other);
	if (hashes.length < 2)
		return undefined;
	const ownHash = natHash(prf, sa, own.address, own.port);
	const remoteHash = natHash(prf, sa, from.address, from.port);
	return {
		near: !sameBytes(hashes[0]!.body, ownHash),
		far: !hashes.some((payload, index) => index > 0 && sameBytes(payload.body, remoteHash))
	};
}
