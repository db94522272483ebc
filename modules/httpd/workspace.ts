/**
 * The one large piece of memory, for what does not fit into the heap of a device: a file that is uploaded, or put together for a download. It has one
 * user at a time, known by a ticket, and is zeroed after each: secrets go through it. It may be the settings' at other times.
 */
import { UPLOAD_SIZE } from "../limits.js";

/** Who else uses the memory, while nobody has a ticket. */
export interface Sharing {
	/** It is somebody's from now on, but for what is there and nowhere else. */
	lend(): void;
	/** How many bytes at its beginning that is, and stay as they are when it is nobody's any more. */
	kept(): number;
}

export class Workspace {
	/** For the holder of the ticket: all of it, or less while somebody else has something in it that is nowhere else. */
	bytes: Uint8Array;
	readonly #memory: Uint8Array;
	#ticket = 0;
	#last = 0;

	/** Why nobody got a ticket the last time: a sentence. */
	refusal = "";
	readonly #sharing: Sharing | undefined;

	/** `memory`: from `uploadMemory()` (memory.ts). `share`: who else uses it, and is told what asks whether it is lent. */
	constructor(memory: ArrayBuffer, share?: (isLent: () => boolean) => Sharing | undefined) {
		this.bytes = this.#memory = new Uint8Array(memory);
		if (this.bytes.length !== UPLOAD_SIZE)
			throw new RangeError(`workspace: ${this.bytes.length} bytes, expected ${UPLOAD_SIZE}`);
		this.#sharing = share?.(() => this.#ticket !== 0);
		this.clear();
	}

	/** A ticket, from 1; 0: there is none now, `refusal` says why. */
	take(): number {
		this.refusal = this.#ticket !== 0 ? "Another file is being sent to this unit or fetched from it: try again in a few seconds." : "";
		if (this.refusal !== "")
			return 0;
		this.#sharing?.lend();
		const from = this.#sharing?.kept() ?? 0;
		this.bytes = from === 0 ? this.#memory : this.#memory.subarray(from);
		this.#last = this.#last >= 0x3fffffff ? 1 : this.#last + 1;
		return this.#ticket = this.#last;
	}

	holds(ticket: number): boolean {
		return ticket !== 0 && ticket === this.#ticket;
	}

	/** Does nothing with a ticket that is no longer the one. */
	release(ticket: number): void {
		if (!this.holds(ticket))
			return;
		this.clear();
		this.#ticket = 0;
	}

	private clear(): void {
		this.bytes = this.#memory;
		this.bytes.fill(0, this.#sharing?.kept() ?? 0);
	}
}
