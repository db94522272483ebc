/** Whether a negotiation may begin, by what the heap has left: it does not grow, and a full one ends the control plane. */
import type { Context } from "../../context.js";
import { NOTICE } from "../../../log/types.js";
import { closeIKESA } from "./end.js";

/** Slots of a negotiation at its height, and how many of them it may still be about to take: a phase 1, a quick mode. */
const NEGOTIATION = 120;
const PHASE1_GROWTH = 30;
const QUICK_GROWTH = 40;
/** What is at work beside negotiations: a message that is taken apart, pages and lines of the console that are half out. */
const WORK = 400;
/** What whoever has proved nothing leaves to others. */
const LEFT_TO_OTHERS = 2 * NEGOTIATION;
/** Milliseconds after which what found no room asks again. */
const PAUSE = 250;

function needed({ underway, openings, table }: Context): number {
	return NEGOTIATION + WORK + QUICK_GROWTH * underway.length + PHASE1_GROWTH * (openings.count + table.unproven().length);
}

/** Whether an initiator that has proved nothing may have a part of the heap. */
export function hasMemoryForUnproven(context: Context): boolean {
	return context.host.hasSlots?.(needed(context) + LEFT_TO_OTHERS) ?? true;
}

/**
 * Whether the heap has room for a negotiation that this gateway or a peer that has proved itself begins. What is half-open by others goes for it, the oldest first
 * (F13).
 */
export function makeRoom(context: Context, now: number): boolean {
	const { host, counters } = context;
	while (host.hasSlots?.(needed(context)) === false)
		if (!giveUpUnproven(context, now)) {
			counters.add("no-memory");
			host.log.limited(now, NOTICE, "", 0, "no-memory", "negotiations wait: memory has no room for another now");
			return false;
		}
	return true;
}

/** Gives up the oldest exchange whose initiator has proved nothing; false: there is none. */
export function giveUpUnproven(context: Context, now: number): boolean {
	const [oldest] = context.table.unproven();
	if (oldest === undefined)
		return false;
	context.counters.add("half-open-evicted");
	closeIKESA(context, now, oldest, "memory is needed for others");
	return true;
}

/** The same for what waits, which asks again after a while. */
export function makeRoomOrWait(context: Context, now: number): boolean {
	const { waiting } = context;
	if (waiting.retryAt !== undefined)
		return false;
	if (makeRoom(context, now))
		return true;
	waiting.retryAt = now + PAUSE;
	return false;
}
