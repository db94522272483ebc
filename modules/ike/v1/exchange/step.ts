/**
 * Exchanges as data: a table for each role, a row for each step. A step takes one message of the peer and sends one back;
 * between the two the accelerator may have to work. `run.ts` goes through the rows.
 */
import type { Context } from "../../context.js";
import type { Exchange } from "../../exchange.js";
import type { Message, Opened, Sealed } from "../message.js";
import { PayloadType } from "../wire/constants.js";
import { faultNotification, isFault, type Fault } from "../wire/fault.js";
import { payloadName } from "../wire/names.js";

const { VENDOR, NOTIFICATION } = PayloadType;
const ANYWHERE = 1 << VENDOR | 1 << NOTIFICATION;

/** A set of types of payloads, a bit for each; of those for private use none, since they may be in every message. */
export function setOf(...types: readonly number[]): number {
	return types.reduce((set, type) => type < 32 ? set | 1 << type : set, 0);
}

/** The message is as if it had not come. */
export interface Drop {
	readonly outcome: "drop";
	/** Counted under this name. */
	readonly reason: string;
	readonly text: string;
}

/** The exchange ends, and the peer is told why. */
export interface Refusal {
	readonly outcome: "refuse";
	readonly reason: string;
	readonly text: string;
	/** NotifyType */
	readonly notify: number;
	/** What goes with it under the protection of an IKE SA, and never without. */
	readonly data?: Uint8Array;
}

/** How the receiving half of a step ends. */
export type Result =
	/** The message is valid and all it says is taken over; what comes next is the accelerator's work and the sending half. */
	| { readonly outcome: "proceed" }
	/** Whether it is valid only the shared secret can tell, which `Exchange.peerPublic` asks for: it is taken again when that is there. */
	| { readonly outcome: "postpone" }
	| Drop
	| Refusal;

export const proceed: Result = Object.freeze({ outcome: "proceed" });
export const postpone: Result = Object.freeze({ outcome: "postpone" });

export function drop(reason: string, text: string): Drop {
	return { outcome: "drop", reason, text };
}

export function refuse(notify: number, reason: string, text: string, data?: Uint8Array): Refusal {
	return data === undefined ? { outcome: "refuse", notify, reason, text } : { outcome: "refuse", notify, reason, text, data };
}

/** The payloads of a message, as sets of their types (`setOf`). */
export interface Expected {
	/** Those that are there exactly once. */
	readonly required: number;
	/** Those that may be there as well. Vendor IDs, notifications and private types may be in every message. */
	readonly allowed: number;
}

export interface Step<E extends Exchange> extends Expected {
	/** Number of the message that it takes; 0: none, it begins the exchange. */
	readonly message: number;
	/** Undefined: as its sender likes (message 3 of aggressive mode). */
	readonly encrypted: boolean | undefined;
	/** Opens the message, checks it with locals, authenticates it, then commits. Undefined where the exchange does not exist before (message 1). */
	readonly receive?: (context: Context, now: number, exchange: E, message: Message, step: Step<E>) => Result;
	/** Negotiation state once the message is valid. */
	readonly received: number;
	/**
	 * What the answer needs beyond public value and shared secret: true when the accelerator was given work for it, and `done` will be called. Asked
	 * again when that is done, until it answers false.
	 */
	readonly prepare?: (context: Context, exchange: E, done: (failed: boolean, error?: string) => void) => boolean;
	/** Makes the answer. */
	readonly send?: (context: Context, now: number, exchange: E) => Sealed;
	/** Negotiation state once the answer was given to the network. */
	readonly sent: number;
	/** We ask for what comes next: the answer is sent again until it comes. Else the peer asks again for what it lacks. */
	readonly repeats: boolean;
	/** What follows when the answer was given to the network, or after `receive` where there is none. */
	readonly after?: (context: Context, now: number, exchange: E) => void;
}

/** What the rows of one kind of exchange have in common. */
export interface Protocol<E extends Exchange> {
	readonly exchangeType: number;
	/** "main", "quick office" */
	name(exchange: E): string;
	steps(exchange: E): readonly Step<E>[];
	/** Negotiation state, where the exchange has one to show. */
	state(exchange: E, state: number): void;
	/** Tells the peer and ends the exchange. */
	refuse(context: Context, now: number, exchange: E, refusal: Refusal): void;
	/** How often a message that is not answered is sent again, where that is not RETRANSMISSIONS. */
	patience?(exchange: E): number;
	/** The peer repeats its last message although ours, which answers it, went out again. */
	stuck?(context: Context, now: number, exchange: E): void;
	/** The peer did not answer, or did not go on: ends the exchange. */
	silence(context: Context, now: number, exchange: E): void;
	/** Something of this unit's own threw in the middle of it: ends the exchange, whatever it was about to do. */
	broken(context: Context, now: number, exchange: E): void;
	/** It ended well: only what answers a peer that repeats is kept. */
	conclude(context: Context, now: number, exchange: E): void;
}

/** Why the payloads of a message are not those of its step; undefined when they are. */
export function misplaced({ required, allowed }: Expected, opened: Opened): string | undefined {
	const { payloads } = opened;
	const { length } = payloads;
	let seen = 0;
	let twice = 0;
	for (let i = 0; i < length; i++) {
		const { type } = payloads[i]!;
		// Others are for private use.
		if (type < 32) {
			const bit = 1 << type;
			twice |= seen & bit;
			seen |= bit;
		}
	}
	const wrong = required & (~seen | twice);
	if (wrong !== 0)
		return miscounted(lowest(wrong), payloads);
	const stray = seen & ~(required | allowed | ANYWHERE);
	return stray === 0 ? undefined : `${payloadName(lowest(stray))} payload out of place`;
}

/** The lowest type of a set that is not empty. */
function lowest(set: number): number {
	return 31 - Math.clz32(set & -set);
}

function miscounted(type: number, payloads: Opened["payloads"]): string {
	return `${payloads.filter((payload) => payload.type === type).length} ${payloadName(type)} payloads where there must be one`;
}

/** What to do about a message in clear that could not be parsed: it may be forged, so nothing. */
export function malformed(fault: Fault): Drop {
	return drop(`malformed-${fault.fault}`, `malformed message: ${fault.fault} at ${fault.at}`);
}

/** The notification for a part of an authenticated message that could not be parsed. */
export function refuseFault(fault: Fault): Refusal {
	return refuse(faultNotification(fault), `malformed-${fault.fault}`, `malformed payload: ${fault.fault} at ${fault.at}`);
}

/** A message's payloads when they are those of `step`, else what to do. */
export function check(step: Expected, opened: Opened | Fault): Opened | Drop {
	if (isFault(opened))
		return malformed(opened);
	const wrong = misplaced(step, opened);
	return wrong === undefined ? opened : drop("payload-out-of-place", wrong);
}

/** Whether `check` or a parser of payloads found something wrong. */
export function isResult(value: object): value is Drop | Refusal {
	return (value as Partial<Drop>).outcome !== undefined;
}
