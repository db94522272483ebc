/**
 * The hash payload (RFC 2408 3.11): its body is what the negotiated PRF returned. The signature payload (3.12) looks the same.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                           Hash Data                           ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { fault, type Fault } from "./fault.js";

/** The hash of `size` bytes in the payload's body, a view. Faults: length. */
export function parseHash(body: Uint8Array, size: number): Uint8Array | Fault {
	return body.length === size ? body : fault("length", 0);
}

/** The body of a hash payload. */
export function emitHash(hash: Uint8Array): Uint8Array {
	return hash.slice();
}
