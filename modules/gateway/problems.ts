/** What does not come up and why: at most one problem for each peer and connection, the newest PROBLEMS of them. */
import type { Problem } from "../ike/types.js";
import { PROBLEMS } from "../limits.js";

export class Problems {
	/** Oldest first. */
	readonly #list: Problem[] = [];

	/** Shows `problem` in place of an earlier one of the same connection; the oldest goes when there are too many. */
	add(problem: Problem): void {
		this.remove(problem.peer, problem.connection);
		if (this.#list.length >= PROBLEMS)
			this.#list.shift();
		this.#list.push(problem);
	}

	/** The peer's phase 1 (`connection` "") or the connection came up, or is no longer wanted. */
	remove(peer: string, connection: string): void {
		const index = this.#list.findIndex((problem) => problem.peer === peer && problem.connection === connection);
		if (index >= 0)
			this.#list.splice(index, 1);
	}

	get count(): number {
		return this.#list.length;
	}

	[Symbol.iterator](): Iterator<Problem> {
		return this.#list[Symbol.iterator]();
	}
}
