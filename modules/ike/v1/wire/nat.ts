/**
 * The payloads of NAT traversal (RFC 3947), their drafts' the same under other type numbers (T21).
 *
 * NAT-D (3.2): its body is a hash of cookies, address and port, the destination's first (T23).
 *
 * NAT-OA (5.2):
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !   ID Type     !   RESERVED    !            RESERVED           !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~            IPv4 (4 octets) or IPv6 address (16 octets)        ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { read32, write16, write32 } from "./bytes.js";
import { COOKIE_SIZE, IDType, PayloadType } from "./constants.js";
import { fault, type Fault } from "./fault.js";

export function isNATD(type: number): boolean {
	return type === PayloadType.NAT_D || type === PayloadType.NAT_D_DRAFT;
}

export function isNATOA(type: number): boolean {
	return type === PayloadType.NAT_OA || type === PayloadType.NAT_OA_DRAFT;
}

/** The hash of `size` bytes in a NAT-D payload's body, a view. Faults: length. */
export function parseNATD(body: Uint8Array, size: number): Uint8Array | Fault {
	return body.length === size ? body : fault("length", 0);
}

/** What a NAT-D payload hashes: CKY-I | CKY-R | IP | Port, in a fresh buffer. */
export function natdInput(cookies: Uint8Array, address: number, port: number): Uint8Array {
	const bytes = new Uint8Array(2 * COOKIE_SIZE + 6);
	bytes.set(cookies);
	write32(bytes, 2 * COOKIE_SIZE, address);
	write16(bytes, 2 * COOKIE_SIZE + 4, port);
	return bytes;
}

export interface OriginalAddress {
	/** IDType.IPV4_ADDR or IPV6_ADDR */
	readonly type: number;
	/** The IPv4 address, 0 for IPv6. */
	readonly address: number;
}

/** The address in a NAT-OA payload's body. Faults: truncated, reserved, payload-type, length. */
export function parseNATOA(body: Uint8Array): OriginalAddress | Fault {
	if (body.length < 4)
		return fault("truncated", body.length);
	const type = body[0]!;
	if (type !== IDType.IPV4_ADDR && type !== IDType.IPV6_ADDR)
		return fault("payload-type", 0);
	if (body[1] || body[2] || body[3])
		return fault("reserved", 1);
	if (body.length !== (type === IDType.IPV4_ADDR ? 8 : 20))
		return fault("length", 4);
	return { type, address: type === IDType.IPV4_ADDR ? read32(body, 4) : 0 };
}

/** The body of a NAT-OA payload for an IPv4 address, in a fresh buffer. */
export function emitNATOA(address: number): Uint8Array {
	const body = new Uint8Array(8);
	body[0] = IDType.IPV4_ADDR;
	write32(body, 4, address);
	return body;
}
