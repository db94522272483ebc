/** Text from outside made safe to show on a line of its own (traps F16): nothing in it moves a cursor, ends a line or turns a direction. */

/** Whether there is nothing but printable ASCII in `text`. */
const isPlain = native<(text: string) => boolean>("xs_printable_plain");

/** Writes a text of printable ASCII that fits into the `room` bytes from `at` on, zeroes the rest of them, and answers its size; -1, with nothing written, when it is another one. */
export const putPlain = native<(bytes: Uint8Array, at: number, room: number, text: string) => number>("xs_printable_put");

/** C0, DEL, C1, line and paragraph separators, marks and overrides of direction, halves of surrogate pairs, byte order mark. */
function isUnsafe(c: number): boolean {
	if (c < 0x7f)
		return c < 0x20;
	if (c < 0xa0)
		return true;
	if (c === 0xad || c === 0x061c || c === 0xfeff)
		return true;
	if (c >= 0x200b && c <= 0x200f || c >= 0x2028 && c <= 0x202e || c >= 0x2060 && c <= 0x206f)
		return true;
	return c >= 0xd800 && c <= 0xdfff || c >= 0xfff0;
}

function hexadecimal(c: number): string {
	const digits = c.toString(16);
	return c < 0x100 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/** Index of the first unsafe character of `text` from `from` on, the length of `text` when there is none. */
export function nextUnsafe(text: string, from: number): number {
	for (let i = from; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (c >= 0x20 && c < 0x7f)
			continue;
		if (c >= 0xd800 && c <= 0xdbff) {
			const low = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
			// Tags (U+E0000 to U+E0FFF, high surrogates DB40 to DB43) are invisible: escaped like halves.
			if (low >= 0xdc00 && low <= 0xdfff && !(c >= 0xdb40 && c <= 0xdb43)) {
				i++;
				continue;
			}
		}
		if (isUnsafe(c))
			return i;
	}
	return text.length;
}

/** True when nothing in `text` needs an escape. */
export function isPrintable(text: string): boolean {
	return isPlain(text) || nextUnsafe(text, 0) === text.length;
}

/** `text` with every unsafe character written as `\xNN` or `\uNNNN`; `text` itself when it is safe. Applying it twice changes nothing. */
export function printable(text: string): string {
	if (isPlain(text))
		return text;
	let at = nextUnsafe(text, 0);
	if (at === text.length)
		return text;
	let result = "";
	let start = 0;
	while (at < text.length) {
		result += text.slice(start, at) + hexadecimal(text.charCodeAt(at));
		start = at + 1;
		at = nextUnsafe(text, start);
	}
	return result + text.slice(start);
}

/** `text` made printable, cut to `size` characters with `...` at its end when it is longer, in double quotes. */
export function quoted(text: string, size = 48): string {
	return `"${printable(text.length > size ? text.slice(0, size - 3) + "..." : text)}"`;
}
