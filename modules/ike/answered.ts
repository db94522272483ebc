import { IKESA_ANSWERED } from "../limits.js";
import { LINGER } from "./retransmission.js";

/**
 * What is left of an exchange that is over: enough to know its messages again, and to answer a peer that lost the last one (T30). An
 * exchange is dozens of objects; this is one, and is kept for a minute.
 */
export interface Answered {
	/** 0: phase 1. */
	readonly messageID: number;
	/** Fingerprint of the last message accepted. */
	readonly received: number;
	/** The last message sent, as it went out; undefined when the peer had the last word. */
	readonly sent: ArrayBuffer | undefined;
	/** Forgotten then. */
	readonly until: number;
	/** How often the peer was answered again. */
	repeats: number;
}

/** An IKE SA. */
interface Owner {
	readonly answered: Answered[];
	nextAt: number;
}

/** The table of IKE SAs, which has their times. */
interface Timetable {
	soon(sa: Owner, at: number): void;
}

/** Adds to what `sa` has, from which the oldest goes when there is too much. */
export function remember(table: Timetable, sa: Owner, now: number, messageID: number, received: number, sent: Uint8Array | undefined): void {
	const { answered } = sa;
	if (answered.length >= IKESA_ANSWERED)
		answered.shift();
	// A buffer of its own, without a view: a device's heap has a slot for each part of it.
	answered.push({ messageID, received, sent: sent?.slice().buffer, until: now + LINGER, repeats: 0 });
	table.soon(sa, now + LINGER);
}

/** Forgets those in `list` whose time is over. */
export function expire(list: Answered[], now: number): void {
	while (list.length > 0 && now >= list[0]!.until)
		list.shift();
}
