/** Names and their places in a fixed table: a name keeps its place while others come and go. */
export class Places {
	/** "": free. */
	readonly #names: string[];

	constructor(size: number) {
		this.#names = new Array<string>(size).fill("");
	}

	/** -1: it has none. */
	find(name: string): number {
		return name === "" ? -1 : this.#names.indexOf(name);
	}

	/** Gives a place to each of `names` (as many as there are places at most); `freed` is called for each place whose name is not among them. */
	keep(names: readonly string[], freed: (place: number) => void): void {
		for (let place = 0; place < this.#names.length; place++)
			if (this.#names[place] !== "" && !names.includes(this.#names[place]!)) {
				this.#names[place] = "";
				freed(place);
			}
		for (let i = 0; i < names.length; i++)
			if (this.find(names[i]!) < 0)
				this.#names[this.#names.indexOf("")] = names[i]!;
	}

	get used(): number {
		let count = 0;
		for (let place = 0; place < this.#names.length; place++)
			if (this.#names[place] !== "")
				count++;
		return count;
	}
}
