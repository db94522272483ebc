/** What modules/log asks of the C side beside its table (tables.ts). */

/** As printable.c. */
function isPlain(text: string): boolean {
	return /^[\x20-\x7e]*$/.test(text);
}

export const logNatives = {
	xs_printable_plain: isPlain,
};
