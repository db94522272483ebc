/** The C side's tables as TypeScript reaches them: buffers over static memory, and the numbers in them. */

/** The SAD's records: SA_TABLE_SIZE bytes. */
export const sadTable = native<() => ArrayBuffer>("xs_sad_table");
/** The SPD: SPD_TABLE_SIZE bytes. */
export const spdTable = native<() => ArrayBuffer>("xs_spd_table");
/** Events and counters: ENGINE_TABLE_SIZE bytes. */
export const engineTable = native<() => ArrayBuffer>("xs_engine_table");
/** The firewall log: FIREWALL_ENTRIES bytes, then entries to its end. */
export const firewallTable = native<() => ArrayBuffer>("xs_firewall_table");
/**
 * Gives the keys in record `slot` to the accelerator and zeroes them there. 0, or a result of accelerator.h: -2 a size is wrong, -3 the
 * library failed, -4 no context is free.
 */
export const openContext = native<(slot: number) => number>("xs_sad_open");
/** Takes the keys of record `slot` back from the accelerator, which zeroes them. A record without any is let be. */
export const closeContext = native<(slot: number) => void>("xs_sad_close");

const word = 0x100000000;

/** The 64-bit number at `offset`; exact below 2^53. */
export function getNumber64(view: DataView, offset: number): number {
	return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * word;
}

/** Writes `value`, a whole number from 0 to 2^53, as 64 bits. */
export function setNumber64(view: DataView, offset: number, value: number): void {
	view.setUint32(offset, value % word, true);
	view.setUint32(offset + 4, Math.floor(value / word), true);
}
