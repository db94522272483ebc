/** How often each thing happened: messages dropped or refused by reason, exchanges failed, limits met. The reasons are keygate's own words, so they are few; those that are 0 are not kept. */
export class Counters<Name extends string = string> {
	readonly #prefix: string;
	readonly #names: Name[] = [];
	readonly #values: number[] = [];

	/** `prefix`: before each name where they are shown. */
	constructor(prefix = "") {
		this.#prefix = prefix;
	}

	add(name: Name): void {
		const index = this.#names.indexOf(name);
		if (index >= 0)
			this.#values[index]!++;
		else {
			this.#names.push(name);
			this.#values.push(1);
		}
	}

	get(name: Name): number {
		return this.#values[this.#names.indexOf(name)] ?? 0;
	}

	*[Symbol.iterator](): Generator<{ readonly name: string; readonly value: number }, void, undefined> {
		for (let i = 0; i < this.#names.length; i++)
			yield { name: this.#prefix + this.#names[i]!, value: this.#values[i]! };
	}
}
