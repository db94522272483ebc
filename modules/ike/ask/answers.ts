/**
 * What a peer has answered so far, a byte for each thing that it can be asked about, all in one buffer:
 *
 *     candidates of phase 1 in main mode, then in aggressive mode
 *     for each connection: candidates of phase 2, groups of PFS, networks, what of each group was tried, and what the others go by
 */
import { phase1Candidates, pfsGroups, phase2Candidates } from "./candidates.js";

export const UNKNOWN = 0;
export const ACCEPTED = 1;
/** The question was not answered. */
export const SILENT = 2;
/** Not accepted nor refused: what was refused was something else of the same offer. */
export const FITS = 3;
/** Refused without a reason that has a number; with one it is this and the notification's type after it. */
const REFUSED = 4;

/** Connections of a peer that one asking goes into, and pairs of networks that are tried for each. */
export const CONNECTIONS = 4;
export const NETWORKS = 12;

export type Mode = "main" | "aggressive";

/** The byte for a refusal by a notification of this type. */
export function refusedBy(type: number): number {
	return type > 0 && type + REFUSED < 256 ? type + REFUSED : REFUSED;
}

/** The type of that notification, 0: none. */
export function notifyOf(answer: number): number {
	return answer > REFUSED ? answer - REFUSED : 0;
}

export function isRefused(answer: number): boolean {
	return answer >= REFUSED;
}

const PHASE1 = phase1Candidates.length;
const ALGORITHMS = 2 * PHASE1;
const GROUPS = phase2Candidates.length;
const PAIRS = GROUPS + pfsGroups.length;
const TRIED = PAIRS + NETWORKS;
const CHOSEN = TRIED + pfsGroups.length;
const STRIDE = CHOSEN + 3;

export class Answers {
	readonly #bytes = new Uint8Array(ALGORITHMS + CONNECTIONS * STRIDE);

	phase1(mode: Mode, index: number): number {
		return this.#bytes[phase1At(mode, index)]!;
	}

	setPhase1(mode: Mode, index: number, answer: number): void {
		this.#bytes[phase1At(mode, index)] = answer;
	}

	/** How many candidates of phase 1 have this answer. */
	count(mode: Mode, answer: number): number {
		const start = phase1At(mode, 0);
		let count = 0;
		for (let i = start; i < start + PHASE1; i++)
			if (this.#bytes[i] === answer)
				count++;
		return count;
	}

	algorithm(connection: number, index: number): number {
		return this.#bytes[at(connection, index)]!;
	}

	setAlgorithm(connection: number, index: number, answer: number): void {
		this.#bytes[at(connection, index)] = answer;
	}

	group(connection: number, index: number): number {
		return this.#bytes[at(connection, GROUPS + index)]!;
	}

	setGroup(connection: number, index: number, answer: number): void {
		this.#bytes[at(connection, GROUPS + index)] = answer;
	}

	network(connection: number, index: number): number {
		return this.#bytes[at(connection, PAIRS + index)]!;
	}

	setNetwork(connection: number, index: number, answer: number): void {
		this.#bytes[at(connection, PAIRS + index)] = answer;
	}

	/** Whether a pass over candidates, by its number from 0 to 7, was refused with a group. */
	isTried(connection: number, group: number, pass: number): boolean {
		return (this.#bytes[at(connection, TRIED + group)]! & 1 << pass) !== 0;
	}

	setTried(connection: number, group: number, pass: number): void {
		const place = at(connection, TRIED + group);
		this.#bytes[place] = this.#bytes[place]! | 1 << pass;
	}

	/** The algorithms and the group that the connection's other questions go by: the first that were accepted; -1: none yet. */
	chosenAlgorithm(connection: number): number {
		return this.#bytes[at(connection, CHOSEN)]! - 1;
	}

	chosenGroup(connection: number): number {
		return this.#bytes[at(connection, CHOSEN + 1)]! - 1;
	}

	choose(connection: number, algorithm: number, group: number): void {
		this.#bytes[at(connection, CHOSEN)] = algorithm + 1;
		this.#bytes[at(connection, CHOSEN + 1)] = group + 1;
	}

	/** The last refusal of the connection's, 0: none. */
	refusal(connection: number): number {
		return this.#bytes[at(connection, CHOSEN + 2)]!;
	}

	setRefusal(connection: number, answer: number): void {
		this.#bytes[at(connection, CHOSEN + 2)] = answer;
	}
}

function phase1At(mode: Mode, index: number): number {
	return mode === "main" ? index : PHASE1 + index;
}

function at(connection: number, offset: number): number {
	return ALGORITHMS + connection * STRIDE + offset;
}
