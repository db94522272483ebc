/** Which record of the SAD has a limit in seconds that is reached next: none has to be looked at before. */
export class Deadlines {
	/** Ascending, and beside each time its record. */
	readonly #times: number[] = [];
	readonly #slots: number[] = [];

	/** `slot` has no other one. Infinity: it has none at all. */
	add(at: number, slot: number): void {
		if (at === Infinity)
			return;
		const times = this.#times;
		let first = 0;
		let end = times.length;
		while (first < end) {
			const middle = (first + end) >> 1;
			if (times[middle]! <= at)
				first = middle + 1;
			else
				end = middle;
		}
		times.splice(first, 0, at);
		this.#slots.splice(first, 0, slot);
	}

	remove(slot: number): void {
		const place = this.#slots.indexOf(slot);
		if (place < 0)
			return;
		this.#times.splice(place, 1);
		this.#slots.splice(place, 1);
	}

	/** Takes out the record whose time has come first by `now`; -1: none has. */
	take(now: number): number {
		if (now < this.next)
			return -1;
		this.#times.shift();
		return this.#slots.shift()!;
	}

	/** Infinity: there is none. */
	get next(): number {
		return this.#times[0] ?? Infinity;
	}
}
