/**
 * Byte strings by number in one buffer. Each typed array costs a device's heap seven slots, and the field that holds it one more; an
 * IKE SA under negotiation has a dozen. Packed they cost four together.
 *
 * An entry is its number, its length in two bytes, and its bytes. What `unpack` returns looks into the buffer: it shows the entry until
 * the next `pack`, which makes a new buffer.
 */
export type Packed = ArrayBuffer | undefined;

const find = native<(packed: Packed, id: number) => number>("xs_packed_find");
const replace = native<(packed: Packed, id: number, bytes: Uint8Array | undefined, secret: boolean) => Packed>("xs_packed_replace");

/** The bytes under `id`, a number from 1 to 255; undefined when there are none. */
export function unpack(packed: Packed, id: number): Uint8Array | undefined {
	if (packed === undefined)
		return undefined;
	const place = find(packed, id);
	return place < 0 ? undefined : new Uint8Array(packed, place >>> 16, place & 0xffff);
}

/** Whether there are bytes under `id`. */
export function holds(packed: Packed, id: number): boolean {
	return find(packed, id) >= 0;
}

/**
 * A buffer, of at most 65,535 bytes, with `bytes` under `id` in place of what was there; undefined takes the entry out. With `secret` the
 * old buffer is zeroed.
 */
export function pack(packed: Packed, id: number, bytes: Uint8Array | undefined, secret: boolean): Packed {
	return replace(packed, id, bytes, secret);
}
