/** What modules/settings asks of the C side beside its table (tables.ts). */

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** As bytes.c. */
function lineEnd(bytes: Uint8Array, from: number): number {
	const end = bytes.indexOf(LINE_FEED, from);
	return end < 0 ? bytes.length : end;
}

function plainEnd(bytes: Uint8Array, from: number): number {
	let at = Math.min(from, bytes.length);
	while (at < bytes.length && bytes[at]! >= 0x20 && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH)
		at++;
	return at;
}

export const settingsNatives = {
	xs_settings_line_end: lineEnd,
	xs_settings_plain_end: plainEnd,
};
