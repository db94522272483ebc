/** Texts of the settings as bytes. */

/** Where the next line feed is, from `from` on; the length: nowhere. */
export const lineEnd = native<(bytes: Uint8Array, from: number) => number>("xs_settings_line_end");
/** Where the next byte is that a JSON text has not as it is, or that ends it: a quote, a backslash, a control character; the length: nowhere. */
export const plainEnd = native<(bytes: Uint8Array, from: number) => number>("xs_settings_plain_end");

/** The UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

/** Two digits a byte, lower case. */
export function toHexadecimal(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++) {
		const byte = bytes[i] as number;
		text += "0123456789abcdef".charAt(byte >> 4) + "0123456789abcdef".charAt(byte & 15);
	}
	return text;
}

/** The bytes of whole pairs of hexadecimal digits, either case, or undefined when `text` is not that. */
export function fromHexadecimal(text: string): Uint8Array | undefined {
	if (text.length % 2 !== 0)
		return undefined;
	const bytes = new Uint8Array(text.length / 2);
	for (let i = 0; i < bytes.length; i++) {
		const high = digit(text.charCodeAt(2 * i));
		const low = digit(text.charCodeAt(2 * i + 1));
		if (high < 0 || low < 0)
			return undefined;
		bytes[i] = high * 16 + low;
	}
	return bytes;
}

/** What the text of a pre-shared key or a key ID stands for: its own UTF-8 bytes, or the bytes after `0x`. A secret's are for the caller to zero after use. */
export function textOrBytes(text: string): Uint8Array {
	return (text.startsWith("0x") ? fromHexadecimal(text.slice(2)) : undefined) ?? utf8(text);
}

function digit(c: number): number {
	if (c >= 0x30 && c <= 0x39)
		return c - 0x30;
	const letter = c | 0x20;
	return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
