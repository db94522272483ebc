/**
 * Who tries passwords: after a few wrong ones an address has to wait before the next, twice as long each time. Others are not kept waiting by it.
 * The way out: time, the serial console's `unlock`, and a browser whose password was right before, which is not asked.
 */

/** Addresses that are remembered; of more the one that failed longest ago is forgotten. */
export const ADDRESSES = 8;
/** Wrong passwords that anybody may have. */
export const FREE = 3;
/** Milliseconds to wait after one more, and at most. */
export const FIRST_WAIT = 2_000;
export const LONGEST_WAIT = 300_000;
/** Milliseconds without another wrong password after which an address is forgotten. */
export const MEMORY = 3_600_000;

export class Lockouts {
	readonly #addresses: string[] = [];
	readonly #failures: number[] = [];
	/** When each failed last. */
	readonly #at: number[] = [];

	/** Milliseconds for which no password is taken from `address`; 0: it is. */
	wait(address: string, now: number): number {
		const index = this.find(address, now);
		return index < 0 ? 0 : Math.max(0, this.#at[index]! + waitAfter(this.#failures[index]!) - now);
	}

	/** A wrong password came from `address`; milliseconds that it has to wait now. */
	failed(address: string, now: number): number {
		let index = this.find(address, now);
		if (index < 0) {
			index = this.#addresses.length < ADDRESSES ? this.#addresses.length : this.oldest();
			this.#addresses[index] = address;
			this.#failures[index] = 0;
		}
		this.#failures[index]!++;
		this.#at[index] = now;
		return waitAfter(this.#failures[index]!);
	}

	/** The right one came from `address`. */
	forget(address: string): void {
		const index = this.#addresses.indexOf(address);
		if (index >= 0)
			this.remove(index);
	}

	/** Forgets all; how many had to wait. */
	clear(now: number): number {
		let waiting = 0;
		while (this.#addresses.length > 0) {
			if (this.wait(this.#addresses[0]!, now) > 0)
				waiting++;
			this.remove(0);
		}
		return waiting;
	}

	private find(address: string, now: number): number {
		const index = this.#addresses.indexOf(address);
		if (index < 0 || now - this.#at[index]! < MEMORY)
			return index;
		this.remove(index);
		return -1;
	}

	private oldest(): number {
		let oldest = 0;
		for (let i = 1; i < this.#at.length; i++)
			if (this.#at[i]! < this.#at[oldest]!)
				oldest = i;
		return oldest;
	}

	private remove(index: number): void {
		this.#addresses.splice(index, 1);
		this.#failures.splice(index, 1);
		this.#at.splice(index, 1);
	}
}

function waitAfter(failures: number): number {
	return failures <= FREE ? 0 : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - FREE - 1, 16));
}
