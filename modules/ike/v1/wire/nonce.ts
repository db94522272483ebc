/**
 * The nonce payload (RFC 2408 3.13): its body is the nonce.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                            Nonce Data                         ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { fault, type Fault } from "./fault.js";

/** RFC 2409 5: between 8 and 256 bytes. */
const NONCE_MINIMUM = 8;
const NONCE_MAXIMUM = 256;
/** Bytes of our own. */
export const NONCE_SIZE = 32;

/** The nonce in the payload's body, a view. Faults: length. */
export function parseNonce(body: Uint8Array): Uint8Array | Fault {
	return body.length >= NONCE_MINIMUM && body.length <= NONCE_MAXIMUM ? body : fault("length", 0);
}

/** The body of a nonce payload. */
export function emitNonce(nonce: Uint8Array): Uint8Array {
	if (nonce.length < NONCE_MINIMUM || nonce.length > NONCE_MAXIMUM)
		throw new RangeError("nonce size");
	return nonce.slice();
}
