/** Small things that are done with secrets and other bytes. */

/** The parts one after another, in a fresh buffer of exactly that size. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
	let size = 0;
	for (let i = 0; i < parts.length; i++)
		size += parts[i]!.length;
	const result = new Uint8Array(size);
	let offset = 0;
	for (let i = 0; i < parts.length; i++) {
		result.set(parts[i]!, offset);
		offset += parts[i]!.length;
	}
	return result;
}

/** `value` as four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
	return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Overwrites a secret that is no longer needed. */
export function wipe(secret: Uint8Array | ArrayBuffer | undefined): void {
	if (secret instanceof ArrayBuffer)
		new Uint8Array(secret).fill(0);
	else
		secret?.fill(0);
}
