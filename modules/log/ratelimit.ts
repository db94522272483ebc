/** What the network can cause at will is logged once for each source and cause in an interval, and a bounded number of times in all. */

/** Milliseconds in which a source and cause are logged once. */
export const INTERVAL = 30000;
/** Sources and causes that are told apart; also the most entries that the network can cause in one interval. */
export const SOURCES = 16;

export class RateLimit {
	readonly #sources = new Uint32Array(SOURCES);
	readonly #since = new Float64Array(SOURCES).fill(-INTERVAL);
	readonly #left = new Uint32Array(SOURCES);
	readonly #causes: string[] = new Array<string>(SOURCES).fill("");
	/** Left out because the table was full, or known of a place that was taken over. */
	#others = 0;

	/**
	 * -1: leave it out. Else write it, and say that so many were left out: of the same source and cause, and of those that the table
	 * could not tell apart.
	 */
	admit(time: number, source: number, cause: string): number {
		let place = -1;
		let oldest = 0;
		for (let i = 0; i < SOURCES; i++) {
			if (this.#sources[i] === source && this.#causes[i] === cause) {
				place = i;
				break;
			}
			if ((this.#since[i] as number) < (this.#since[oldest] as number))
				oldest = i;
		}
		const known = place >= 0;
		if (!known)
			place = oldest;
		if (time - (this.#since[place] as number) < INTERVAL) {
			if (known)
				this.#left[place] = (this.#left[place] as number) + 1;
			else
				this.#others++;
			return -1;
		}
		const left = (this.#left[place] as number) + this.#others;
		this.#others = 0;
		this.#left[place] = 0;
		this.#sources[place] = source;
		this.#since[place] = time;
		this.#causes[place] = cause;
		return left;
	}
}
