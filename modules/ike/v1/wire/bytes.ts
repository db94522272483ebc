/** Big-endian numbers in byte arrays. The caller has checked that the bytes are there: else these throw RangeError. */

const unhex = native<(text: string) => ArrayBuffer | undefined>("xs_bytes_unhex");

export const read16 = native<(bytes: Uint8Array, at: number) => number>("xs_bytes_read16");
/** Unsigned. */
export const read32 = native<(bytes: Uint8Array, at: number) => number>("xs_bytes_read32");
export const write16 = native<(bytes: Uint8Array, at: number, value: number) => void>("xs_bytes_write16");
/** Its lower 32 bits. */
export const write32 = native<(bytes: Uint8Array, at: number, value: number) => void>("xs_bytes_write32");

/** Equal length and content. Not for secrets: it stops at the first difference (`Crypto.equal` does not). */
export const sameBytes = native<(a: Uint8Array, b: Uint8Array) => boolean>("xs_bytes_same");

/** Whether `bytes` begin with all of `start`. Not for secrets either. */
export const beginsWith = native<(bytes: Uint8Array, start: Uint8Array) => boolean>("xs_bytes_begin");

/** Lower-case hexadecimal digits. */
export const formatHex = native<(bytes: Uint8Array) => string>("xs_bytes_hex");

/** The bytes of hexadecimal digits. Throws RangeError on anything else: for constants and settings, not for the network. */
export function parseHex(text: string): Uint8Array {
	const bytes = unhex(text);
	if (bytes === undefined)
		throw new RangeError("not hexadecimal");
	return new Uint8Array(bytes);
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
