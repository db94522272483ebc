/** What is told when something does not come up: one of the causes, in a sentence, with what was seen of it. */
import { formatAddress, type Endpoint } from "../addresses.js";
import { NOTICE } from "../log/types.js";
import { settingOf } from "./causes.js";
import type { Context } from "./context.js";
import { few } from "./names.js";
import type { Cause, FactName, Problem, Role, Sign } from "./types.js";

/** Where in a negotiation something was found. An IKE SA is such a place. */
export interface Place {
	/** Name in the settings, "": none of them. */
	readonly peer: string;
	readonly role: Role;
	readonly mode: "main" | "aggressive";
	readonly state: number;
	/** Where the other side is, if it is known. */
	readonly remote?: Endpoint;
}

/** What was found. */
export interface Finding {
	readonly cause: Cause;
	readonly sign: Sign;
	/** One sentence with both sides' values where known; no secrets. */
	readonly text: string;
	/** `facts` of the other side. */
	readonly theirs: string;
	/** The field to change, where it is not the one that goes with the cause. */
	readonly field?: string;
}

/** Values of one kind in a fact; the rest is counted. */
const VALUES = 6;

/** What the other side has, for `Problem.theirs`: each value once, and only the first few. */
export function facts(name: FactName, values: readonly string[]): string {
	let text = "";
	let count = 0;
	for (let i = 0; i < values.length; i++) {
		if (values.indexOf(values[i]!) < i)
			continue;
		if (count++ < VALUES)
			text += `${name} ${values[i]}\n`;
	}
	return count > VALUES ? `${text}${name} ${count - VALUES} more\n` : text;
}

/** The same of one value. */
export function fact(name: FactName, value: string): string {
	return `${name} ${value}\n`;
}

export function finding(cause: Cause, sign: Sign, text: string, theirs: string = "", field?: string): Finding {
	return field === undefined ? { cause, sign, text, theirs } : { cause, sign, text, theirs, field };
}

/** "the peer offers A, B; the settings accept C" */
export function offerText(offered: readonly string[], accepted: string): string {
	return `the peer offers ${few(offered)}; the settings accept ${accepted}`;
}

function problem(context: Context, now: number, { peer, role, mode, state, remote }: Place, connection: string, phase: 1 | 2, { cause, sign, text, theirs, field }: Finding): Problem {
	const settings = context.connections.peer(peer);
	const certificate = settings?.authentication === "certificate";
	// Of whom the settings do not have it.
	const address = settings?.remoteGateway === "0.0.0.0" && remote !== undefined && !theirs.startsWith("address ") ? fact("address", formatAddress(remote.address)) : "";
	return { time: now, peer, connection, phase, cause, text, setting: settingOf(peer, connection, cause, sign, certificate, field), sign, role, mode, state, theirs: address + theirs };
}

/** Tells the gateway that phase 1 with the peer at `place` does not come up. */
export function phase1Problem(context: Context, now: number, place: Place, found: Finding): void {
	context.host.problem(problem(context, now, place, "", 1, found));
}

/** Milliseconds for which the same is not told again of a peer whose unproven messages cause it. */
const INTERVAL = 60000;

/** The same for what anybody can cause by a datagram: told once for each peer and cause in an interval. */
export function unprovenProblem(context: Context, now: number, place: Place, found: Finding): void {
	const { peer } = place;
	const before = context.told.get(peer);
	if (before?.cause === found.cause && now - before.at < INTERVAL)
		return;
	context.told.set(peer, { cause: found.cause, at: now });
	phase1Problem(context, now, place, found);
}

/** Tells the gateway that phase 2 of a connection ("": none of the peer's) does not come up. */
export function phase2Problem(context: Context, now: number, place: Place, connection: string, found: Finding): void {
	context.host.problem(problem(context, now, place, connection, 2, found));
}

/** Counts and logs, at a limited rate, what a message from the network was refused for. Needs nothing but the message (F05). */
export function refused(context: Context, now: number, peer: string, source: number, reason: string, text: string): void {
	context.counters.add(reason);
	context.host.log.limited(now, NOTICE, peer, source, reason, text);
}
