/** What does not come up and why: at most one problem for each peer and connection, the newest PROBLEMS of them. */
import type { Problem } from "../ike/types.js";
import { PROBLEMS } from "../limits.js";
import type { PeerSettings } from "../settings/types.js";
import { certainty, others, weight, type Situation } from "../status/problems.js";
import { ACTIVATED } from "../status/words.js";

/** Milliseconds for which a problem is not displaced by one that is worth less, unless that shows a negotiation that got further. */
const STANDING = 120000;

export class Problems {
	/** Oldest first. */
	readonly #list: Problem[] = [];
	/** The peer that somebody asked for last, and when. */
	#asked = "";
	#askedAt = 0;

	/**
	 * Shows `problem` in place of an earlier one of the same connection; the oldest goes when there are too many. While phase 1 does not come up, that is
	 * what is shown of the peer: its connections can do nothing about it.
	 */
	add(problem: Problem): void {
		const { peer, connection, phase } = problem;
		const before = this.#list.find((each) => each.peer === peer && each.connection === connection);
		if (before !== undefined && !(peer === this.#asked && before.time < this.#askedAt) && outranks(before, problem))
			return;
		this.remove(peer, connection);
		// Nobody who has proved nothing takes anything away.
		if (phase === 1 && peer !== "" && problem.sign !== "request" && problem.role === "initiator")
			for (let i = this.#list.length - 1; i >= 0; i--)
				if (this.#list[i]!.peer === peer && this.#list[i]!.phase === 2 && this.#list[i]!.sign !== "packets")
					this.#list.splice(i, 1);
		if (this.#list.length >= PROBLEMS)
			this.#list.shift();
		this.#list.push(problem);
	}

	/** Somebody asks for the peer, and wants to know what is wrong now: what was told before stands until something else is. */
	anew(now: number, peer: string): void {
		this.#asked = peer;
		this.#askedAt = now;
	}

	/** The peer's phase 1 (`connection` "") or the connection came up, or is no longer wanted. */
	remove(peer: string, connection: string): void {
		const index = this.#list.findIndex((problem) => problem.peer === peer && problem.connection === connection);
		if (index >= 0)
			this.#list.splice(index, 1);
	}

	/** The connection came up: what was told of it goes, and what was told of none in particular, or of what the peer wanted besides (XAUTH, mode config). */
	solved(peer: string, connection: string): void {
		this.remove(peer, connection);
		if (this.#list.some((each) => each.peer === peer && each.connection === "" && (each.phase === 2 || each.state === ACTIVATED)))
			this.remove(peer, "");
	}

	/** Pairs of networks, ours and its own, that a peer asked for and did not get. */
	networks(peer: string): (readonly [string, string])[] {
		const pairs: (readonly [string, string])[] = [];
		for (const { peer: of, cause, role, theirs } of this.#list) {
			const local = valueOf(theirs, "localNetwork ");
			const remote = valueOf(theirs, "remoteNetwork ");
			if (of === peer && cause === "network-mismatch" && role === "responder" && local !== "" && remote !== "")
				pairs.push([local, remote]);
		}
		return pairs;
	}

	/** Other peers are in the settings: what was told of those that are gone, or others now, goes; so does what was told of somebody who was in no settings. */
	keep(before: readonly PeerSettings[], after: readonly PeerSettings[]): void {
		for (const peer of before) {
			if (after.includes(peer))
				continue;
			const next = after.find(({ name }) => name === peer.name);
			this.remove(peer.name, "");
			for (const connection of peer.connections)
				if (next === undefined || !next.connections.includes(connection))
					this.remove(peer.name, connection.name);
		}
		if (!after.every((peer) => before.includes(peer)))
			this.remove("", "");
	}

	get count(): number {
		return this.#list.length;
	}

	[Symbol.iterator](): Iterator<Problem> {
		return this.#list[Symbol.iterator]();
	}
}

/** Whether `shown` stays although `next` was found after it: both sides may begin, and what one role sees for sure the other only guesses. */
function outranks(shown: Problem, next: Problem): boolean {
	return shown.phase === next.phase && weight(shown) > weight(next) && depth(next) <= depth(shown) && next.time - shown.time < STANDING;
}

/** How many of the three pairs of messages of phase 1 were over. */
function depth({ state }: Problem): number {
	return state <= 3 ? 0 : state <= 5 ? 1 : 2;
}

/** The value of the first of the facts that begins so. */
function valueOf(facts: string, name: string): string {
	for (const line of facts.split("\n"))
		if (line.startsWith(name))
			return line.slice(name.length);
	return "";
}

/** Characters of a line of the log, so that with the longest name of a peer it is an entry that is not cut. */
const LINE = 140;

/** A problem as the log has it: in as many entries as it takes, then how sure it is and what else it could be. */
export function logLines(problem: Problem, situation: Situation): string[] {
	const { connection, cause, text } = problem;
	const lines: string[] = [];
	let rest = `${connection === "" ? "" : `${connection}: `}${cause}: ${text}`;
	while (rest.length > LINE) {
		const end = breakAt(rest);
		lines.push(rest.slice(0, end));
		rest = `... ${rest.slice(end)}`;
	}
	lines.push(rest);
	const sure = certainty(problem, situation);
	if (sure !== "certain") {
		const list = others(problem, situation);
		lines.push(list.length === 0 ? `${cause} is ${sure}` : `${cause} is ${sure}; it could be ${list.join(", ")}`);
	}
	return lines;
}

/** Where a line that is too long is broken: after a mark, else after a space, else anywhere. */
function breakAt(text: string): number {
	for (const mark of ["; ", ", ", " "]) {
		const at = text.lastIndexOf(mark, LINE - mark.length);
		if (at > LINE / 3)
			return at + mark.length;
	}
	return LINE;
}
