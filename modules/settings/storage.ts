/** Where bytes outlast a power cut: a partition of the flash, or files. Each host has one of its own. */
export interface Storage {
	/** Reads what is in slot `slot` from `offset` on into `target`: how many bytes there were, fewer than `target` has at its end. */
	read(slot: number, offset: number, target: Uint8Array): number;
	/**
	 * What is in the slot is not needed any more: `write` may be called once for each byte from now on. "", or why not. A power cut meanwhile may leave anything in
	 * this slot, and nothing else in another.
	 */
	erase(slot: number): string;
	/** Writes to a slot that was erased. When it returns "" the bytes are safe; else why not. A power cut meanwhile may leave anything where they were to be. */
	write(slot: number, offset: number, bytes: Uint8Array): string;
}

/** Slots: two for each thing that is kept. */
export const SETTINGS_SLOTS = 0;
export const LOG_SLOTS = 2;
