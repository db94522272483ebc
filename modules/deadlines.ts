/** What has a time at which something is to be done about it: what comes next is known, and nothing has to be looked at before. */
export class Deadlines<T> {
	/** Ascending, and beside each time what it is of. */
	readonly #times: number[] = [];
	readonly #list: T[] = [];

	/** `what` has no other one. Infinity: it has none at all. */
	add(at: number, what: T): void {
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
		if (first === times.length) {
			times.push(at);
			this.#list.push(what);
			return;
		}
		times.splice(first, 0, at);
		this.#list.splice(first, 0, what);
	}

	/** `at`: its time, if the caller knows it; then it is found at once. */
	remove(what: T, at = -Infinity): void {
		const times = this.#times;
		let first = 0;
		let end = at === -Infinity ? 0 : times.length;
		while (first < end) {
			const middle = (first + end) >> 1;
			if (times[middle]! < at)
				first = middle + 1;
			else
				end = middle;
		}
		const place = this.#list.indexOf(what, first);
		if (place < 0)
			return;
		if (place === 0) {
			times.shift();
			this.#list.shift();
			return;
		}
		times.splice(place, 1);
		this.#list.splice(place, 1);
	}

	/** Takes out what has come first by `now`; undefined: nothing has. */
	take(now: number): T | undefined {
		if (now < this.next)
			return undefined;
		this.#times.shift();
		return this.#list.shift();
	}

	/** Infinity: there is none. */
	get next(): number {
		return this.#times[0] ?? Infinity;
	}
}
