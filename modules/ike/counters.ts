/** How often each thing happened: messages refused by reason, exchanges failed, limits met. Reasons are keygate's own words, so they are few. */
export class Counters {
	readonly #counts = new Map<string, number>();

	add(name: string): void {
		this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
	}

	get(name: string): number {
		return this.#counts.get(name) ?? 0;
	}

	*[Symbol.iterator](): Iterator<{ readonly name: string; readonly value: number }> {
		for (const [name, value] of this.#counts)
			yield { name: `ike-${name}`, value };
	}
}
