/** Base64 (RFC 4648 4), the direction that Basic authentication needs. */

function sextet(c: number): number {
	if (c >= 0x41 && c <= 0x5a)
		return c - 0x41;
	if (c >= 0x61 && c <= 0x7a)
		return c - 0x61 + 26;
	if (c >= 0x30 && c <= 0x39)
		return c - 0x30 + 52;
	return c === 0x2b ? 62 : c === 0x2f ? 63 : -1;
}

/** The bytes that `text` stands for; undefined when it is not base64 with its padding. */
export function decodeBase64(text: string): Uint8Array | undefined {
	if (text.length % 4 !== 0)
		return undefined;
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const digits = text.length - padding;
	const bytes = new Uint8Array(text.length / 4 * 3 - padding);
	let bits = 0;
	let at = 0;
	for (let i = 0; i < digits; i++) {
		const value = sextet(text.charCodeAt(i));
		if (value < 0)
			return undefined;
		bits = ((bits << 6) | value) & 0xffffff;
		if (i % 4 > 0)
			bytes[at++] = bits >> (6 - i % 4 * 2);
	}
	return bytes;
}
