/** What modules/records asks of the C side beside its tables (tables.ts). */
import { LADDER_MESSAGE_SIZE, LADDER_MESSAGES, LADDER_SIZE } from "../../modules/limits.js";

const names = ["?", "SA", "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", "NAT-D", "NAT-OA", "FRAG"];
const MANY = 15;
const MORE = 0xf0;

/** As payloads.c. */
function runsOf(room: number, text: string): number[] {
	const runs = text.split(" ").filter((word) => word !== "").map((word) => word.split("*")).filter(([name]) => name !== "payload")
		.map(([name, count = "1"]) => Math.max(0, names.indexOf(name!)) << 4 | Math.min(Number(count), MANY));
	return runs.length > room ? [...runs.slice(0, room - 1), MORE] : runs;
}

/** As ladders.c. */
function put(table: Uint8Array, at: number, now: number, ...[exchange, number, flags, state, notification, payloads]: readonly [number, number, number, number, number, string]): void {
	if (!(at >= 0 && at + LADDER_SIZE <= table.length))
		throw new RangeError("beyond the table");
	const record = table.subarray(at, at + LADDER_SIZE);
	const view = new DataView(record.buffer, record.byteOffset);
	const places = Array.from({ length: Math.min(record[4]!, LADDER_MESSAGES) }, (_, place) => 64 + place * LADDER_MESSAGE_SIZE);
	const time = Math.max(0, Math.min(now - view.getFloat64(8), 0xffffffff));
	let to = places.findLast((place) => record[place + 8] === exchange && record[place + 9] === number && record[place + 10] === flags && view.getUint16(place + 14) === notification);
	if (to === undefined) {
		if (places.length === LADDER_MESSAGES)
			record[6]! |= 2;
		else
			record[4] = places.length + 1;
		to = 64 + Math.min(places.length, LADDER_MESSAGES - 1) * LADDER_MESSAGE_SIZE;
		record.fill(0, to, to + LADDER_MESSAGE_SIZE).set([exchange, number, flags, state], to + 8);
		record.set(runsOf(8, payloads), to + 16);
		view.setUint32(to, time);
		view.setUint16(to + 14, notification);
	}
	view.setUint32(to + 4, time);
	view.setUint16(to + 12, Math.min(view.getUint16(to + 12) + 1, 0xffff));
}

export const recordsNatives = {
	xs_ladder_put: put,
};
