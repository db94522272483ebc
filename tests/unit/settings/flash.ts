/** A flash that may lose its power at any byte of any write. */
import type { Storage } from "../../../modules/settings/storage.js";

/** What was done to it: bytes that a slot gets from `offset` on. */
export interface Operation {
	readonly slot: number;
	readonly offset: number;
	readonly bytes: Uint8Array;
	readonly erases: boolean;
}

/** Bytes of a header: those that an erased slot loses first. */
const SLOT_SIZE = 64 * 1024;

export class Flash implements Storage {
	readonly slots: Uint8Array[];
	readonly sizes: number[];
	/** All that was done, in order. */
	readonly operations: Operation[] = [];
	/** What it says to every erase and write; "": it does them. */
	fault = "";

	constructor(slots = 4) {
		this.slots = Array.from({ length: slots }, () => new Uint8Array(SLOT_SIZE).fill(0xff));
		this.sizes = Array.from({ length: slots }, () => 0);
	}

	read(slot: number, offset: number, target: Uint8Array): number {
		const bytes = this.slots[slot]!.subarray(offset, Math.min(this.sizes[slot]!, offset + target.length));
		target.set(bytes);
		return bytes.length;
	}

	erase(slot: number): string {
		if (this.fault === "")
			this.#do({ slot, offset: 0, bytes: new Uint8Array(this.sizes[slot]!).fill(0xff), erases: true });
		return this.fault;
	}

	write(slot: number, offset: number, bytes: Uint8Array): string {
		if (this.fault === "")
			this.#do({ slot, offset, bytes: bytes.slice(), erases: false });
		return this.fault;
	}

	/** Does an operation up to its byte `count`; the byte that is under way then is anything. */
	apply({ slot, offset, bytes, erases }: Operation, count = bytes.length, noise = 0): void {
		const memory = this.slots[slot]!;
		memory.set(bytes.subarray(0, count), offset);
		if (count < bytes.length)
			memory[offset + count] = noise;
		this.sizes[slot] = erases && count === bytes.length ? 0 : Math.max(this.sizes[slot]!, offset + Math.min(count + 1, bytes.length));
	}

	#do(operation: Operation): void {
		this.operations.push(operation);
		this.apply(operation);
	}
}
