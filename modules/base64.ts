/** Base64 (RFC 4648 4), of bytes where they lie and of texts. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The text of the bytes `from` to `to` (not included). */
export function encode64(bytes: Uint8Array, from: number, to: number): string {
	let text = "";
	for (let i = from; i < to; i += 3) {
		const bits = (bytes[i] as number) << 16 | (i + 1 < to ? (bytes[i + 1] as number) << 8 : 0) | (i + 2 < to ? bytes[i + 2] as number : 0);
		text += DIGITS.charAt(bits >> 18) + DIGITS.charAt(bits >> 12 & 63) + (i + 1 < to ? DIGITS.charAt(bits >> 6 & 63) : "=") + (i + 2 < to ? DIGITS.charAt(bits & 63) : "=");
	}
	return text;
}

function sextet(c: number): number {
	if (c >= 0x41 && c <= 0x5a)
		return c - 0x41;
	if (c >= 0x61 && c <= 0x7a)
		return c - 0x61 + 26;
	if (c >= 0x30 && c <= 0x39)
		return c - 0x30 + 52;
	return c === 0x2b ? 62 : c === 0x2f ? 63 : -1;
}

/** Writes what the text in the bytes `from` to `to` (not included) stands for from `from` on, and returns how many bytes that are; -1: it is not base64. */
export function decode64(bytes: Uint8Array, from: number, to: number): number {
	let end = to;
	if ((to - from) % 4 !== 0)
		return -1;
	while (end > from && to - end < 2 && bytes[end - 1] === 0x3d)
		end--;
	let at = from;
	let bits = 0;
	for (let i = from; i < end; i++) {
		const value = sextet(bytes[i] as number);
		if (value < 0)
			return -1;
		bits = (bits << 6 | value) & 0xffffff;
		const place = (i - from) % 4;
		if (place > 0)
			bytes[at++] = bits >> (6 - place * 2) & 0xff;
	}
	return at - from;
}

/** The bytes that `text` stands for; undefined when it is not base64 with its padding. */
export function decodeBase64(text: string): Uint8Array | undefined {
	const bytes = new Uint8Array(ArrayBuffer.fromString(text));
	const size = decode64(bytes, 0, bytes.length);
	return size < 0 ? undefined : bytes.slice(0, size);
}
