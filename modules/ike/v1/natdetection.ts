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
	return prf.digest(natdInput(sa.cookies, address, port));
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
function findNAT(prf: PRF, sa: IKESA, own: Endpoint, from: Endpoint, payloads: readonly Payload[]): NATFinding | undefined {
	const agreed = sa.natDraft ? PayloadType.NAT_D_DRAFT : PayloadType.NAT_D;
	const other = sa.natDraft ? PayloadType.NAT_D : PayloadType.NAT_D_DRAFT;
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

/**
 * The same of a message that came by another port than message 1, where `sa` still has the ports and the peer's address of that one. Its sender may have
 * hashed what it spoke by before it moved (libreswan's pluto does, in message 3 of aggressive mode): then the hashes tell of message 1's way. Either reading
 * clears an end. That both are clear explains a move only where we asked for it by `force`: else what the hashes say as they came holds.
 */
export function findNATAfterMove(prf: PRF, sa: IKESA, own: Endpoint, from: Endpoint, payloads: readonly Payload[], force: boolean): NATFinding | undefined {
	const strict = findNAT(prf, sa, own, from, payloads);
	if (strict === undefined || own.port === sa.localPort)
		return strict;
	const before = findNAT(prf, sa, { address: own.address, port: sa.localPort }, sa.remote, payloads)!;
	const near = strict.near && before.near;
	// whoever moved and comes from another port than the one it moved to has a NAT in front of it, whatever it looked like before
	const far = strict.far && (before.far || from.port !== own.port || from.address !== sa.remote.address);
	return near || far || force ? { near, far } : strict;
}
