/** Runs a target on its corpus, and then on what becomes of that: inputs that reach something new are kept and changed again. */
import { Random } from "../../unit/ike/network.js";
import { Coverage } from "./coverage.js";
import { mutated } from "./input.js";

export interface Target {
	readonly name: string;
	/** Inputs to begin with, beside those of the corpus. */
	readonly seeds: readonly Uint8Array[];
	/** Bytes that mean something to it. */
	readonly words: readonly Uint8Array[];
	/** Throws when something does not hold. */
	run(input: Uint8Array): void;
	/** Executions in npm test. */
	readonly runs: number;
}

export interface Finding {
	readonly input: Uint8Array;
	readonly text: string;
}

export interface Result {
	readonly executions: number;
	/** Blocks of modules/ that were entered. */
	readonly blocks: number;
	readonly findings: readonly Finding[];
	/** The inputs that reached something that no other before had. */
	readonly kept: readonly Uint8Array[];
}

export interface Limits {
	readonly runs?: number;
	/** Milliseconds since 1970. */
	readonly until?: number;
	readonly seed: number;
	/** Without looking at what is reached: every input of the corpus is changed as often as any other, and none is kept. Faster, and the same every time. */
	readonly blind?: boolean;
	/** Is told now and then. */
	readonly progress?: (executions: number, blocks: number, kept: number) => void;
}

const none = new Uint8Array(0);
/** Different findings after which it ends. */
const ENOUGH = 10;

/** What the finding is, without what differs from one time to the next. */
function sort(text: string): string {
	return text.split("\n").slice(0, 3).join(" ").replaceAll(/\d+/g, "#");
}

export function fuzz(target: Target, corpus: readonly Uint8Array[], { runs = Infinity, until = Infinity, seed, blind = false, progress }: Limits): Result {
	const random = new Random(seed);
	const coverage = blind ? undefined : new Coverage();
	const findings: Finding[] = [];
	const known = new Set<string>();
	const kept: Uint8Array[] = [];
	let executions = 0;
	const attempt = (input: Uint8Array): void => {
		executions++;
		try {
			target.run(input);
		}
		catch (error) {
			const text = error instanceof Error ? error.stack ?? error.message : String(error);
			if (!known.has(sort(text))) {
				known.add(sort(text));
				findings.push({ input, text });
			}
		}
		if (coverage !== undefined && coverage.take() > 0)
			kept.push(input);
	};
	const first = [...target.seeds, ...corpus];
	first.forEach(attempt);
	const pool = blind ? first : kept;
	const began = executions;
	while (executions - began < runs && Date.now() < until && findings.length < ENOUGH) {
		// the younger ones more often
		const choose = (): Uint8Array => pool[pool.length - 1 - Math.min(random.below(pool.length + 1), random.below(pool.length + 1))] ?? none;
		attempt(mutated(random, choose(), choose(), target.words));
		if (executions % 500 === 0)
			progress?.(executions, coverage?.blocks ?? 0, kept.length);
	}
	coverage?.close();
	return { executions, blocks: coverage?.blocks ?? 0, findings, kept };
}

export function holds(condition: boolean, text: string): void {
	if (!condition)
		throw new Error(`does not hold: ${text}`);
}
