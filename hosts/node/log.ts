/** What modules/log asks of the C side beside its table (tables.ts). */

/** As printable.c. */
function isPlain(text: string): boolean {
	return /^[\x20-\x7e]*$/.test(text);
}

/** As printable.c. */
function put(bytes: Uint8Array, at: number, room: number, text: string): number {
	if (!isPlain(text) || text.length > room)
		return -1;
	bytes.fill(0, at, at + room).set(Buffer.from(text), at);
	return text.length;
}

export const logNatives = {
	xs_printable_plain: isPlain,
	xs_printable_put: put,
};
