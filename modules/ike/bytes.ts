/** Small things that are done with secrets and other bytes. */

/** Bytes, or a number for its four bytes, big-endian. */
export type Part = Uint8Array | number;

/** The first `count` of the parts one after another, in a buffer of exactly that size. */
export const join = native<(parts: readonly Part[], count: number) => ArrayBuffer>("xs_bytes_join");

/** Overwrites a secret that is no longer needed. */
export const wipe = native<(secret: Uint8Array | ArrayBuffer | undefined) => void>("xs_bytes_wipe");

/** The parts one after another, in a fresh buffer of exactly that size. */
export function concat(...parts: readonly Part[]): Uint8Array {
	return joined(parts);
}

/** The same of a list. */
function joined(parts: readonly Part[]): Uint8Array {
	return new Uint8Array(join(parts, parts.length));
}

/** `value` as four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
