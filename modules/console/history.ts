/** Lines that were typed before, in a fixed memory: the oldest go when there is no room. */
import { CONSOLE_HISTORY_SIZE } from "../limits.js";

const LINE_FEED = 0x0a;

export class History {
	/** Each line ended by a line feed. */
	readonly #bytes = new Uint8Array(CONSOLE_HISTORY_SIZE);
	#size = 0;
	/** Where the line that is looked at begins; #size: none of them. */
	#at = 0;
	/** What was being typed when the looking began. */
	#typed: Uint8Array | undefined;

	/** Keeps a line, unless it is empty, the same as the last one, or larger than all the room; the looking is over. */
	add(line: Uint8Array): void {
		const room = line.length + 1;
		if (line.length > 0 && room <= CONSOLE_HISTORY_SIZE && !this.isLast(line)) {
			while (this.#size + room > CONSOLE_HISTORY_SIZE)
				this.forgetOldest();
			this.#bytes.set(line, this.#size);
			this.#bytes[this.#size + line.length] = LINE_FEED;
			this.#size += room;
		}
		this.#at = this.#size;
		this.#typed = undefined;
	}

	/** The line before; undefined: there is none. `current`: what stands there now. */
	previous(current: Uint8Array): Uint8Array | undefined {
		if (this.#at === 0)
			return undefined;
		if (this.#at === this.#size)
			this.#typed = current.slice();
		this.#at = this.startBefore(this.#at);
		return this.line();
	}

	/** The line after, at last what was being typed; undefined: there is none. */
	next(): Uint8Array | undefined {
		if (this.#at === this.#size)
			return undefined;
		this.#at += this.line().length + 1;
		if (this.#at < this.#size)
			return this.line();
		const typed = this.#typed;
		this.#typed = undefined;
		return typed;
	}

	private line(): Uint8Array {
		return this.#bytes.subarray(this.#at, this.#bytes.indexOf(LINE_FEED, this.#at));
	}

	private startBefore(at: number): number {
		let start = at - 1;
		while (start > 0 && this.#bytes[start - 1] !== LINE_FEED)
			start--;
		return start;
	}

	private isLast(line: Uint8Array): boolean {
		if (this.#size <= line.length)
			return false;
		const start = this.startBefore(this.#size);
		if (this.#size - start - 1 !== line.length)
			return false;
		for (let i = 0; i < line.length; i++) {
			if (this.#bytes[start + i] !== line[i])
				return false;
		}
		return true;
	}

	private forgetOldest(): void {
		const end = this.#bytes.indexOf(LINE_FEED) + 1;
		this.#bytes.copyWithin(0, end, this.#size);
		this.#size -= end;
	}
}
