/** Small pieces put together, so that each write to the network is worth its while. */

/** Characters up to which pieces are put together. Well below PAGE_PIECE_SIZE, since some characters are three bytes. */
const ENOUGH = 2048;

/** The same text in pieces of ENOUGH characters at most, larger only where one of `pieces` is. */
export function* gather(pieces: Iterable<string>): Generator<string> {
	let text = "";
	for (const piece of pieces) {
		if (text !== "" && text.length + piece.length > ENOUGH) {
			yield text;
			text = "";
		}
		text += piece;
	}
	if (text !== "")
		yield text;
}
