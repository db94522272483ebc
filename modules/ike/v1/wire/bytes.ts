/** Big-endian numbers in byte arrays. The caller has checked that the bytes are there. */

export function read16(bytes: Uint8Array, at: number): number {
	return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Unsigned. */
export function read32(bytes: Uint8Array, at: number): number {
	return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function write16(bytes: Uint8Array, at: number, value: number): void {
	bytes[at] = value >>> 8;
	bytes[at + 1] = value;
}

export function write32(bytes: Uint8Array, at: number, value: number): void {
	bytes[at] = value >>> 24;
	bytes[at + 1] = value >>> 16;
	bytes[at + 2] = value >>> 8;
	bytes[at + 3] = value;
}

/** Equal length and content. Not for secrets: it stops at the first difference (`Crypto.equal` does not). */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
	const size = a.length;
	if (b.length !== size)
		return false;
	for (let i = 0; i < size; i++)
		if (a[i] !== b[i])
			return false;
	return true;
}

/** Lower-case hexadecimal digits. */
export function formatHex(bytes: Uint8Array): string {
	const size = bytes.length;
	let text = "";
	let at = 0;
	// Three at once: each text on the way costs XS memory.
	for (; at + 3 <= size; at += 3)
		text += (0x1000000 + (bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!)).toString(16).slice(1);
	for (; at < size; at++)
		text += (0x100 + bytes[at]!).toString(16).slice(1);
	return text;
}

/** The value of a lower-case or upper-case hexadecimal digit's character code; NaN for any other. */
function digit(code: number): number {
	if (code >= 0x30 && code <= 0x39)
		return code - 0x30;
	code |= 0x20;
	return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : NaN;
}

/** The bytes of hexadecimal digits. Throws RangeError on anything else: for constants and settings, not for the network. */
export function parseHex(text: string): Uint8Array {
	const size = text.length >>> 1;
	const bytes = new Uint8Array(size);
	for (let i = 0; i < size; i++) {
		const value = digit(text.charCodeAt(2 * i)) * 16 + digit(text.charCodeAt(2 * i + 1));
		if (!(value >= 0))
			throw new RangeError("not hexadecimal");
		bytes[i] = value;
	}
	if (text.length & 1)
		throw new RangeError("not hexadecimal");
	return bytes;
}

/**
 * Bytes from the network as text that can be shown: printable ASCII as it is, everything else, the backslash included, as
 * `\xNN`. What HTML and JSON want escaped beyond that is theirs.
 */
export function printable(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++) {
		const byte = bytes[i]!;
		text += byte >= 0x20 && byte < 0x7f && byte !== 0x5c
			? String.fromCharCode(byte)
			: "\\x" + "0123456789abcdef"[byte >>> 4]! + "0123456789abcdef"[byte & 15]!;
	}
	return text;
}
