/** The payloads of a message, as the log names them ("SA VID*3"), in a byte for each run of one kind: its kind above, how many below. What `payloads.c` writes is read here. */

/** As in payloads.c. */
const names = Object.freeze(["?", "SA", "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", "NAT-D", "NAT-OA", "FRAG"]);
/** Stands for what there was no room for; no run has no payload. */
const MORE = 0xf0;

export function getPayloads(bytes: Uint8Array, at: number, room: number): string {
	let text = "";
	for (let i = 0; i < room && bytes[at + i] !== 0; i++) {
		const run = bytes[at + i] as number;
		const count = run & 15;
		text += (i > 0 ? " " : "") + (run === MORE ? "\u2026" : names[run >> 4]! + (count > 1 ? `*${count}` : ""));
	}
	return text;
}
