/** What modules/records asks of the C side beside its tables (tables.ts). */
import { LADDER_MESSAGE_SIZE, LADDER_MESSAGES, LADDER_SIZE } from "../../modules/limits.js";
import {
	LADDER_BEGAN, LADDER_COUNT, LADDER_FIRST_MESSAGE, LADDER_FLAG_INCOMPLETE, LADDER_FLAGS, MESSAGE_EXCHANGE, MESSAGE_FIRST, MESSAGE_FLAGS, MESSAGE_LAST, MESSAGE_NOTIFICATION, MESSAGE_NUMBER,
	MESSAGE_PAYLOADS, MESSAGE_PAYLOADS_ROOM, MESSAGE_STATE, MESSAGE_TIMES, PAYLOAD_NAMES, PAYLOAD_RUN_MORE, PAYLOAD_RUN_MOST,
} from "../../modules/records/ladder.js";

/** As payloads.c. */
function runsOf(text: string): number[] {
	const names: readonly string[] = PAYLOAD_NAMES;
	const runs = text.split(" ").filter((word) => word !== "").map((word) => word.split("*")).filter(([name]) => name !== "payload")
		.map(([name, count = "1"]) => Math.max(0, names.indexOf(name!)) << 4 | Math.min(Number(count), PAYLOAD_RUN_MOST));
	return runs.length > MESSAGE_PAYLOADS_ROOM ? [...runs.slice(0, MESSAGE_PAYLOADS_ROOM - 1), PAYLOAD_RUN_MORE] : runs;
}

/** As ladders.c. */
function put(table: Uint8Array, at: number, now: number, ...[exchange, number, flags, state, notification, payloads]: readonly [number, number, number, number, number, string]): void {
	if (!(at >= 0 && at + LADDER_SIZE <= table.length))
		throw new RangeError("beyond the table");
	const record = table.subarray(at, at + LADDER_SIZE);
	const view = new DataView(record.buffer, record.byteOffset);
	const places = Array.from({ length: Math.min(record[LADDER_COUNT]!, LADDER_MESSAGES) }, (_, place) => LADDER_FIRST_MESSAGE + place * LADDER_MESSAGE_SIZE);
	const time = Math.max(0, Math.min(now - view.getFloat64(LADDER_BEGAN), 0xffffffff));
	let to = places.findLast((place) => record[place + MESSAGE_EXCHANGE] === exchange && record[place + MESSAGE_NUMBER] === number && record[place + MESSAGE_FLAGS] === flags
		&& view.getUint16(place + MESSAGE_NOTIFICATION) === notification);
	if (to === undefined) {
		if (places.length === LADDER_MESSAGES)
			record[LADDER_FLAGS]! |= LADDER_FLAG_INCOMPLETE;
		else
			record[LADDER_COUNT] = places.length + 1;
		to = LADDER_FIRST_MESSAGE + Math.min(places.length, LADDER_MESSAGES - 1) * LADDER_MESSAGE_SIZE;
		record.fill(0, to, to + LADDER_MESSAGE_SIZE).set(runsOf(payloads), to + MESSAGE_PAYLOADS);
		for (const [field, value] of [[MESSAGE_EXCHANGE, exchange], [MESSAGE_NUMBER, number], [MESSAGE_FLAGS, flags], [MESSAGE_STATE, state]] as const)
			record[to + field] = value;
		view.setUint32(to + MESSAGE_FIRST, time);
		view.setUint16(to + MESSAGE_NOTIFICATION, notification);
	}
	view.setUint32(to + MESSAGE_LAST, time);
	view.setUint16(to + MESSAGE_TIMES, Math.min(view.getUint16(to + MESSAGE_TIMES) + 1, 0xffff));
}

export const recordsNatives = {
	xs_ladder_put: put,
};
