/** What may happen to a message on its way, and the fields of a message, also of one that is encrypted. */
import { parsePayloads } from "../../../../modules/ike/v1/wire/chain.js";
import { HEADER_SIZE, NON_ESP_MARKER_SIZE } from "../../../../modules/ike/v1/wire/constants.js";
import { isFault } from "../../../../modules/ike/v1/wire/fault.js";

export const kinds = ["lost", "doubled", "late", "truncated", "flipped", "replayed", "reflected"] as const;
export type FaultKind = typeof kinds[number];

export interface MessageFault {
	readonly kind: FaultKind;
	/** "after payload 2", "KE + 4": where, "" where there is one way alone. */
	readonly where: string;
	/** What the message becomes: of the kinds that change it. */
	readonly change?: (bytes: Uint8Array) => Uint8Array;
}

interface Place {
	readonly name: string;
	readonly at: number;
}

const header: readonly Place[] = [
	{ name: "initiator's cookie", at: 0 }, { name: "responder's cookie", at: 8 }, { name: "first payload", at: 16 }, { name: "version", at: 17 },
	{ name: "exchange", at: 18 }, { name: "flags", at: 19 }, { name: "message ID", at: 23 }, { name: "length", at: 26 }, { name: "length", at: 27 }
];

interface Layout {
	/** Where each payload ends, counted in the message. */
	readonly ends: readonly number[];
	readonly places: readonly Place[];
}

/** Payloads and their fields, of which those of a body are `most` at most, evenly spread. `plain`: what the message's body was before it was encrypted. */
function layoutOf(bytes: Uint8Array, plain: Uint8Array | undefined, most: number): Layout {
	const body = plain ?? bytes.subarray(HEADER_SIZE);
	const payloads = parsePayloads(body, bytes[16]!, 0, body.length);
	const ends: number[] = [HEADER_SIZE];
	const places = [...header];
	for (const { offset, body: content } of isFault(payloads) ? [] : payloads) {
		const at = HEADER_SIZE + offset;
		const number = ends.length;
		places.push({ name: `payload ${number}, next`, at }, { name: `payload ${number}, reserved`, at: at + 1 }, { name: `payload ${number}, length`, at: at + 3 });
		const step = Math.max(1, Math.ceil(content.length / most));
		for (let i = 0; i < content.length; i += step)
			places.push({ name: `payload ${number} + ${i}`, at: at + 4 + i });
		ends.push(at + 4 + content.length);
	}
	return { ends, places };
}

/** The message up to `end`; its header says so, or what it said. */
function cut(bytes: Uint8Array, end: number, honest: boolean): Uint8Array {
	const result = bytes.slice(0, end);
	if (honest)
		result.set([0, 0, end >>> 8, end & 255], 24);
	return result;
}

/** Bytes before a message: the marker that tells it from ESP, on the NAT traversal port. */
export function markerOf(bytes: Uint8Array): number {
	return bytes.subarray(0, NON_ESP_MARKER_SIZE).every((byte) => byte === 0) ? NON_ESP_MARKER_SIZE : 0;
}

/** `change` of the message that is in a datagram. */
function inside(marker: number, change: (bytes: Uint8Array) => Uint8Array): (bytes: Uint8Array) => Uint8Array {
	return (whole) => {
		const changed = change(whole.subarray(marker));
		const result = new Uint8Array(marker + changed.length);
		result.set(changed, marker);
		return result;
	};
}

/** All faults of the message in a datagram, of which those in bodies are `most` for each payload at most. */
export function faultsOf(datagram: Uint8Array, plain: Uint8Array | undefined, most: number): MessageFault[] {
	const marker = markerOf(datagram);
	const bytes = datagram.subarray(marker);
	const { ends, places } = layoutOf(bytes, plain, most);
	const faults: MessageFault[] = (["lost", "doubled", "late", "replayed", "reflected"] as const).map((kind) => ({ kind, where: "" }));
	ends.forEach((end, index) => {
		for (const honest of [false, true])
			if (end < bytes.length)
				faults.push({ kind: "truncated", where: `after payload ${index}${honest ? ", and its header says so" : ""}`, change: inside(marker, (whole) => cut(whole, end, honest)) });
	});
	for (const { name, at } of places)
		faults.push({
			kind: "flipped", where: name, change: inside(marker, (whole) => {
				const result = whole.slice();
				result[at] = result[at]! ^ 1 << at % 8;
				return result;
			})
		});
	return faults;
}
