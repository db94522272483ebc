/**
 * What to ask next, by what has been answered. A peer chooses one of what it is offered: the others of the same question are asked again without it, until
 * all are refused. So everything that it accepts is found with few messages.
 */
import { ACCEPTED, FITS, UNKNOWN, type Answers, type Mode } from "./answers.js";
import { isPossible, isWeakPhase1, isWeakPhase2, pfsGroups, phase1Candidates, phase2Candidates } from "./candidates.js";

/** Proposals in one question: it fits a datagram that is not cut, and a device's heap. */
const EACH = 20;
/** A peer that accepts so many of phase 1 is not asked about more. */
const ENOUGH = 16;

/** Passes over the candidates of phase 2, each with as many questions as it takes. */
const CONFIGURED = 0;
const STRONG = 1;
const WEAK = 2;
const AH = 3;
/** Groups that are tried with what is weak, and with AH, besides the connection's own: old peers have old ones. */
const OLD = 4;
const oldGroups: readonly (number | "off")[] = Object.freeze([14, "off", 2, 5] as const);

/** A question of phase 2. */
export interface Phase2Question {
	/** Places among the candidates. */
	readonly set: readonly number[];
	readonly pass: number;
	/** Places among the groups and among the connection's networks. */
	readonly group: number;
	readonly network: number;
}

/** Places of the candidates to offer next in this mode, none: there is nothing more to ask. Aggressive mode offers one group at a time (T05). */
export function phase1Question(answers: Answers, mode: Mode, configured: readonly number[]): number[] {
	const set: number[] = [];
	const add = (index: number): void => {
		if (index >= 0 && set.length < EACH && answers.phase1(mode, index) === UNKNOWN && !set.includes(index) && isPossible(phase1Candidates[index]!)
			&& (mode === "main" || set.length === 0 || phase1Candidates[set[0]!]!.dhGroup === phase1Candidates[index]!.dhGroup))
			set.push(index);
	};
	configured.forEach(add);
	if (set.length > 0 || answers.count(mode, ACCEPTED) >= ENOUGH)
		return set;
	for (const weak of [false, true])
		for (let i = 0; i < phase1Candidates.length && (set.length === 0 || weak === isWeakPhase1(phase1Candidates[set[0]!]!)); i++)
			if (isWeakPhase1(phase1Candidates[i]!) === weak)
				add(i);
	return set;
}

/** One question about what peers have most often, the settings' own first. */
export function likelyQuestion(configured: readonly number[]): number[] {
	const set = configured.filter((index) => index >= 0);
	phase1Candidates.forEach(({ encryption, hash, dhGroup }, index) => {
		const modern = hash === "sha256" && encryption !== "3des-cbc" && encryption !== "aes-192-cbc" && [14, 19, 20, 31, 2, 5].includes(dhGroup);
		const old = hash === "sha1" && encryption !== "aes-192-cbc" && [14, 2, 5].includes(dhGroup);
		if ((modern || old) && set.length < EACH && !set.includes(index) && isPossible(phase1Candidates[index]!))
			set.push(index);
	});
	return set;
}

/**
 * The next question about a connection, undefined: there is nothing more to ask. `configured` and `ownGroup` are places of what the settings have, `networks`
 * says how many pairs there are to try, the settings' first; `ah`: AH can be carried.
 */
export function phase2Question(answers: Answers, connection: number, configured: readonly number[], ownGroup: number, networks: number, ah: boolean): Phase2Question | undefined {
	const network = networkToAsk(answers, connection, networks);
	if (network < 0)
		return undefined;
	const chosen = answers.chosenAlgorithm(connection);
	const group = answers.chosenGroup(connection);
	return chosen < 0 ? search(answers, connection, configured, ownGroup, network, ah)
		: rest(answers, connection, group, network, ah) ?? otherGroups(answers, connection, chosen, group, network);
}

/** The first pair of networks that the peer takes, else the first that it was not asked about; -1: it refuses all. */
function networkToAsk(answers: Answers, connection: number, networks: number): number {
	let unknown = -1;
	for (let i = 0; i < networks; i++) {
		const answer = answers.network(connection, i);
		if (answer === ACCEPTED || answer === FITS)
			return i;
		if (answer === UNKNOWN && unknown < 0)
			unknown = i;
	}
	return unknown;
}

/** Nothing was accepted yet: the settings' own first, then the strong ones with each group, then what is weak. */
function search(answers: Answers, connection: number, configured: readonly number[], ownGroup: number, network: number, ah: boolean): Phase2Question | undefined {
	const known = configured.filter((index) => index >= 0 && (ah || phase2Candidates[index]!.protocol === "esp"));
	if (known.length > 0 && !answers.isTried(connection, ownGroup, CONFIGURED))
		return { set: known.slice(0, EACH), pass: CONFIGURED, group: ownGroup, network };
	for (const pass of ah ? [STRONG, WEAK, AH] : [STRONG, WEAK])
		for (let i = -1; i < pfsGroups.length; i++) {
			const group = i < 0 ? ownGroup : i;
			if (!answers.isTried(connection, group, pass) && (pass === STRONG || i < 0 || oldGroups.includes(pfsGroups[group]!)))
				return { set: unknownOf(answers, connection, pass), pass, group, network };
		}
	return undefined;
}

/** What else is accepted with the group that is. */
function rest(answers: Answers, connection: number, group: number, network: number, ah: boolean): Phase2Question | undefined {
	for (const pass of ah ? [STRONG, WEAK, AH] : [STRONG, WEAK]) {
		const set = unknownOf(answers, connection, pass);
		if (set.length > 0)
			return { set, pass, group, network };
	}
	return undefined;
}

/** Which other groups the peer takes with algorithms that it does. */
function otherGroups(answers: Answers, connection: number, algorithm: number, group: number, network: number): Phase2Question | undefined {
	for (let i = 0; i < pfsGroups.length; i++)
		if (i !== group && answers.group(connection, i) === UNKNOWN)
			return { set: [algorithm], pass: OLD, group: i, network };
	return undefined;
}

function unknownOf(answers: Answers, connection: number, pass: number): number[] {
	const set: number[] = [];
	for (let i = 0; i < phase2Candidates.length && set.length < EACH; i++)
		if (passOf(i) === pass && answers.algorithm(connection, i) === UNKNOWN && isPossible(phase2Candidates[i]!))
			set.push(i);
	return set;
}

function passOf(index: number): number {
	const proposal = phase2Candidates[index]!;
	return proposal.protocol === "ah" ? AH : isWeakPhase2(proposal) ? WEAK : STRONG;
}

/** Whether a question is about the group and no more. */
export function isGroupQuestion({ pass }: Phase2Question): boolean {
	return pass === OLD;
}
