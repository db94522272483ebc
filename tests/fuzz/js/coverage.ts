/** Which parts of keygate's TypeScript an input reached, by V8's own counters. */
import { Session } from "node:inspector";

interface Counted {
	readonly result: readonly { readonly url: string; readonly functions: readonly { readonly ranges: readonly { readonly startOffset: number; readonly count: number }[] }[] }[];
}

export class Coverage {
	readonly #session = new Session();
	readonly #seen = new Set<string>();

	constructor() {
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	/** Blocks of modules/ that were entered since the last time, and never before. */
	take(): number {
		let found = 0;
		this.#session.post("Profiler.takePreciseCoverage", (_error: Error | null, { result }: Counted) => {
			for (const { url, functions } of result) {
				const at = url.indexOf("/build/js/modules/");
				if (at < 0)
					continue;
				for (const { ranges } of functions)
					for (const { startOffset, count } of ranges) {
						const key = `${url.slice(at)}:${startOffset}`;
						if (count > 0 && !this.#seen.has(key)) {
							this.#seen.add(key);
							found++;
						}
					}
			}
		});
		return found;
	}

	/** Blocks that were entered so far. */
	get blocks(): number {
		return this.#seen.size;
	}

	close(): void {
		this.#session.disconnect();
	}
}
