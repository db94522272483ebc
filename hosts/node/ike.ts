/** What modules/ike asks of the C side (packed.c, bytestrings.c). */

type Packed = ArrayBuffer | undefined;

const HEADER = 3;

function entrySize(all: Uint8Array, at: number): number {
	return HEADER + (all[at + 1]! << 8 | all[at + 2]!);
}

/** Where the entry begins, or the size of all when it is not there. */
function find(all: Uint8Array, id: number): number {
	let at = 0;
	while (at < all.length && all[at] !== id)
		at += entrySize(all, at);
	return at;
}

function place(packed: Packed, id: number): number {
	const all = new Uint8Array(packed ?? new ArrayBuffer(0));
	const at = find(all, id);
	return at < all.length ? (at + HEADER) * 65536 + entrySize(all, at) - HEADER : -1;
}

function replace(packed: Packed, id: number, bytes: Uint8Array | undefined, secret: boolean): Packed {
	const old = new Uint8Array(packed ?? new ArrayBuffer(0));
	if (bytes !== undefined && bytes.length > 0xffff)
		throw new RangeError("entry too long");
	const at = find(old, id);
	const rest = at < old.length ? at + entrySize(old, at) : at;
	const size = bytes === undefined ? 0 : HEADER + bytes.length;
	const all = new Uint8Array(at + size + old.length - rest);
	if (all.length > 0xffff)
		throw new RangeError("too many entries");
	all.set(old.subarray(0, at));
	if (bytes !== undefined) {
		all.set([id, bytes.length >> 8, bytes.length & 255], at);
		all.set(bytes, at + HEADER);
	}
	all.set(old.subarray(rest), at + size);
	if (secret)
		old.fill(0);
	return all.length > 0 ? all.buffer : undefined;
}

function join(parts: readonly Uint8Array[]): ArrayBuffer {
	const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
	parts.reduce((at, part) => {
		all.set(part, at);
		return at + part.length;
	}, 0);
	return all.buffer;
}

function wipe(secret: Uint8Array | ArrayBuffer | undefined): void {
	(secret instanceof ArrayBuffer ? new Uint8Array(secret) : secret)?.fill(0);
}

function unhex(text: string): ArrayBuffer | undefined {
	if (text.length % 2 === 1 || !/^[0-9a-f]*$/i.test(text))
		return undefined;
	return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16)).buffer;
}

export const ikeNatives = {
	xs_packed_find: place,
	xs_packed_replace: replace,
	xs_bytes_join: join,
	xs_bytes_wipe: wipe,
	xs_bytes_same: (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0,
	xs_bytes_hex: (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex"),
	xs_bytes_unhex: unhex,
};
