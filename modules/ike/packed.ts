/**
 * Byte strings by number in one buffer. Each typed array costs a device's heap seven slots, and the field that holds it one more; an
 * IKE SA under negotiation has a dozen. Packed they cost four together.
 *
 * An entry is its number, its length in two bytes, and its bytes. What `unpack` returns looks into the buffer: it shows the entry until
 * the next `pack`, which makes a new buffer.
 */
export type Packed = ArrayBuffer | undefined;

const HEADER = 3;

/** Where the entry begins, or the size of all when it is not there. */
function find(all: Uint8Array, id: number): number {
	let at = 0;
	while (at < all.length && all[at] !== id)
		at += entrySize(all, at);
	return at;
}

function entrySize(all: Uint8Array, at: number): number {
	return HEADER + (all[at + 1]! << 8 | all[at + 2]!);
}

/** The bytes under `id`, a number from 1 to 255; undefined when there are none. */
export function unpack(packed: Packed, id: number): Uint8Array | undefined {
	if (packed === undefined)
		return undefined;
	const all = new Uint8Array(packed);
	const at = find(all, id);
	return at < all.length ? all.subarray(at + HEADER, at + entrySize(all, at)) : undefined;
}

/**
 * A buffer with `bytes`, at most 65,535 of them, under `id` in place of what was there; undefined takes the entry out. With `secret` the
 * old buffer is zeroed.
 */
export function pack(packed: Packed, id: number, bytes: Uint8Array | undefined, secret: boolean): Packed {
	const old = packed === undefined ? new Uint8Array(0) : new Uint8Array(packed);
	const at = find(old, id);
	const rest = at < old.length ? at + entrySize(old, at) : at;
	const added = bytes === undefined ? 0 : HEADER + bytes.length;
	const size = at + added + old.length - rest;
	let result: Packed;
	if (size > 0) {
		const all = new Uint8Array(size);
		all.set(old.subarray(0, at));
		if (bytes !== undefined) {
			all[at] = id;
			all[at + 1] = bytes.length >> 8;
			all[at + 2] = bytes.length;
			all.set(bytes, at + HEADER);
		}
		all.set(old.subarray(rest), at + added);
		result = all.buffer;
	}
	if (secret)
		old.fill(0);
	return result;
}
