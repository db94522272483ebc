/**
 * The fragment payload, proprietary (T24), as Cisco, Microsoft ([MS-IKEE]) and strongSwan have it: a message that is too long for a datagram
 * goes in pieces, each under an ISAKMP header of its own in clear, whatever the whole is.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !          Fragment ID          !  Fragment Num !     Flags     !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                         Fragment Data                         ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { read16, write16 } from "./bytes.js";
import { fault, type Fault } from "./fault.js";

export interface Fragment {
	/** The same for all fragments of a message. */
	readonly id: number;
	/** From 1. */
	readonly number: number;
	readonly last: boolean;
	/** A view of the body, one byte at least. */
	readonly data: Uint8Array;
}

const FIXED = 4;
const LAST = 1;

/** The fragment in a payload's body. Faults: truncated, length (without data), count (number 0). */
export function parseFragment(body: Uint8Array): Fragment | Fault {
	if (body.length < FIXED)
		return fault("truncated", body.length);
	if (body.length === FIXED)
		return fault("length", FIXED);
	if (body[2] === 0)
		return fault("count", 2);
	return { id: read16(body, 0), number: body[2]!, last: (body[3]! & LAST) !== 0, data: body.subarray(FIXED) };
}

/** The body of a fragment payload in a fresh buffer. */
export function emitFragment({ id, number, last, data }: Fragment): Uint8Array {
	const body = new Uint8Array(FIXED + data.length);
	write16(body, 0, id);
	body[2] = number;
	body[3] = last ? LAST : 0;
	body.set(data, FIXED);
	return body;
}
