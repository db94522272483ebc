/** An accelerator as hardware is: what it has done is told later, not in the order in which it was asked for, and some of it fails. */
import type { Random } from "./network.js";

type Done<T> = (value: T | undefined, error?: string) => void;

export class Slow {
	/** Percent of jobs that end in a failure. */
	failures = 0;
	/** Jobs whose end was told; the failed ones of them; those told before one that was asked for earlier. */
	told = 0;
	failed = 0;
	overtaking = 0;
	readonly #longest: number;
	readonly #random: Random;
	readonly #waiting: { readonly at: number; readonly number: number; readonly tell: () => void }[] = [];
	#number = 0;
	#last = 0;

	/** A job takes up to `longest` milliseconds. */
	constructor(longest: number, random: Random) {
		this.#longest = longest;
		this.#random = random;
	}

	/** In place of `done` for a job that is asked for at `now()`. */
	late<T>(now: () => number, done: Done<T>): Done<T> {
		const number = ++this.#number;
		const wait = 1 + this.#random.below(this.#longest);
		const fails = this.#random.chance(this.failures);
		return (value, error) => {
			this.#waiting.push({
				at: now() + wait, number, tell: () => {
					this.told++;
					this.failed += fails ? 1 : 0;
					this.overtaking += number < this.#last ? 1 : 0;
					this.#last = Math.max(this.#last, number);
					done(fails ? undefined : value, fails ? "failed" : error);
				},
			});
		};
	}

	/** When the next end is told. */
	get next(): number {
		return this.#waiting.reduce((at, each) => Math.min(at, each.at), Infinity);
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	/** Tells what is due. Whether there was any. */
	tell(now: number): boolean {
		const due = this.#waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
		for (const each of due) {
			this.#waiting.splice(this.#waiting.indexOf(each), 1);
			each.tell();
		}
		return due.length > 0;
	}
}
