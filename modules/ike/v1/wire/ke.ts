/**
 * The key exchange payload (RFC 2408 3.7): its body is the public value and nothing else.
 *
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ~                       Key Exchange Data                       ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { fault, type Fault } from "./fault.js";

const sizes: { readonly [group: number]: number } = Object.freeze({
	2: 128, 5: 192, 14: 256, 15: 384, 16: 512, 17: 768, 18: 1024, 19: 64, 20: 96, 21: 132, 31: 32
});

/** Bytes of a public value of `group`: MODP padded to the prime (RFC 2409 5), ECP x|y (RFC 5903 7), curve25519 (RFC 8031); 0: unknown. */
export function publicValueSize(group: number): number {
	return sizes[group] ?? 0;
}

/** The public value of `group` in the payload's body, a view. Its size is right, its value is still to be judged. Faults: length. */
export function parseKE(body: Uint8Array, group: number): Uint8Array | Fault {
	return body.length !== 0 && body.length === publicValueSize(group) ? body : fault("length", 0);
}

/** The body of a key exchange payload. */
export function emitKE(publicValue: Uint8Array): Uint8Array {
	return publicValue.slice();
}
