/** The payloads of a message, as the log names them ("SA VID*3"), in a byte for each run of one kind: its kind above, how many below. */

const names = Object.freeze(["?", "SA", "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", "NAT-D", "NAT-OA", "FRAG"]);
/** Most of one run. */
const MANY = 15;
/** Stands for what there was no room for; no run has no payload. */
const MORE = 0xf0;

/** Writes `text` to the `room` bytes from `at` on. */
export function putPayloads(bytes: Uint8Array, at: number, room: number, text: string): void {
	bytes.fill(0, at, at + room);
	if (text === "")
		return;
	const runs = text.split(" ");
	let used = 0;
	for (let i = 0; i < runs.length; i++) {
		const run = runs[i]!;
		const star = run.indexOf("*");
		const name = star < 0 ? run : run.slice(0, star);
		// Of "payload 77" the number alone counts, as one of kinds without a name.
		if (name === "payload")
			continue;
		if (used === room) {
			bytes[at + room - 1] = MORE;
			return;
		}
		bytes[at + used++] = Math.max(0, names.indexOf(name)) << 4 | Math.min(star < 0 ? 1 : Number(run.slice(star + 1)), MANY);
	}
}

export function getPayloads(bytes: Uint8Array, at: number, room: number): string {
	let text = "";
	for (let i = 0; i < room && bytes[at + i] !== 0; i++) {
		const run = bytes[at + i] as number;
		const count = run & 15;
		text += (i > 0 ? " " : "") + (run === MORE ? "\u2026" : names[run >> 4]! + (count > 1 ? `*${count}` : ""));
	}
	return text;
}
