/** The payloads of a message, as the log names them ("SA VID*3"),. What `payloads.c` writes is read here. */
import { PAYLOAD_NAMES, PAYLOAD_RUN_MORE, PAYLOAD_RUN_MOST } from "./ladder.js";

export function getPayloads(bytes: Uint8Array, at: number, room: number): string {
	let text = "";
	for (let i = 0; i < room && bytes[at + i] !== 0; i++) {
		const run = bytes[at + i] as number;
		const count = run & PAYLOAD_RUN_MOST;
		text += (i > 0 ? " " : "") + (run === PAYLOAD_RUN_MORE ? "\u2026" : PAYLOAD_NAMES[run >> 4]! + (count > 1 ? `*${count}` : ""));
	}
	return text;
}
