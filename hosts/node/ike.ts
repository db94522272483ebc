/** What modules/ike asks of the C side (packed.c, bytestrings.c, v1/wire). */

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

/** `count` bytes from `at` on, which are there. */
function field(bytes: Uint8Array, at: number, count: number): DataView {
	if (!(at >= 0 && at + count <= bytes.length))
		throw new RangeError("beyond the bytes");
	return new DataView(bytes.buffer, bytes.byteOffset + Math.floor(at), count);
}

function bits(value: number): number {
	if (!(value >= -(2 ** 31) && value < 2 ** 32))
		throw new RangeError("number of 32 bits");
	return value;
}

function join(parts: readonly (Uint8Array | number)[]): ArrayBuffer {
	const pieces = parts.map((part) => {
		const four = new Uint8Array(4);
		if (typeof part === "number")
			field(four, 0, 4).setUint32(0, bits(part));
		return typeof part === "number" ? four : part;
	});
	const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
	pieces.reduce((at, piece) => {
		all.set(piece, at);
		return at + piece.length;
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

/** As chain.c. */
function payload(bytes: Uint8Array, type: number, offset: number, end: number): number {
	if (offset < 0 || end < offset || end > bytes.length)
		throw new RangeError("beyond the message");
	if (!(type === 1 || type >= 4 && type <= 14 || type === 20 || type === 21 || type >= 128 && type <= 255))
		return -1;
	if (end - offset < 4)
		return -2;
	if (bytes[offset + 1] !== 0)
		return -3;
	const length = field(bytes, offset + 2, 2).getUint16(0);
	return length < 4 ? -4 : length > end - offset ? -5 : bytes[offset]! << 16 | length;
}

function chain(payloads: readonly { readonly type: number; readonly body: Uint8Array }[], _count: number, before: number, block: number): ArrayBuffer {
	if (payloads.some(({ body }) => body.length > 0xffff - 4))
		throw new RangeError("payload size");
	const pieces = payloads.map(({ body }, i) => Buffer.concat([Uint8Array.of(payloads[i + 1]?.type ?? 0, 0, body.length + 4 >> 8, body.length + 4 & 255), body]));
	const all = Buffer.concat(pieces);
	const bytes = new Uint8Array(before + Math.ceil(all.length / block) * block);
	bytes.set(all, before);
	return bytes.buffer;
}

function header(bytes: Uint8Array, cookies: Uint8Array, ...[nextPayload, exchangeType, flags, messageID, length]: readonly [number, number, number, number, number]): void {
	if (cookies.length !== 16)
		throw new RangeError("cookie size");
	if (bytes.length < 28 || !(messageID >= 0 && messageID < 2 ** 32) || !(length >= 28 && length < 2 ** 32))
		throw new RangeError("no header");
	bytes.set(cookies);
	bytes.set([nextPayload, 0x10, exchangeType, flags], 16);
	field(bytes, 20, 4).setUint32(0, messageID);
	field(bytes, 24, 4).setUint32(0, length);
}

const payloadTypes: { readonly [type: number]: string } = {
	1: "SA", 4: "KE", 5: "ID", 6: "CERT", 7: "CERTREQ", 8: "HASH", 9: "SIG", 10: "NONCE", 11: "N", 12: "D", 13: "VID", 14: "ATTR", 20: "NAT-D", 21: "NAT-OA", 130: "NAT-D", 131: "NAT-OA", 132: "FRAG",
};

/** As chain.c. */
function names(payloads: readonly { readonly type: number }[]): string {
	const types = payloads.map(({ type }) => type);
	const runs = types.flatMap((type, i) => type === types[i - 1] ? [] : [{ type, count: [...types, -1].findIndex((other, k) => k > i && other !== type) - i }]);
	return runs.map(({ type, count }) => (payloadTypes[type] ?? `payload ${type}`) + (count > 1 ? `*${count}` : "")).join(" ");
}

export const ikeNatives = {
	xs_packed_find: place,
	xs_packed_replace: replace,
	xs_bytes_join: join,
	xs_bytes_wipe: wipe,
	xs_bytes_same: (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0,
	xs_bytes_begin: (bytes: Uint8Array, start: Uint8Array): boolean => Buffer.compare(bytes.subarray(0, start.length), start) === 0,
	xs_bytes_hex: (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex"),
	xs_bytes_unhex: unhex,
	xs_bytes_read16: (bytes: Uint8Array, at: number): number => field(bytes, at, 2).getUint16(0),
	xs_bytes_read32: (bytes: Uint8Array, at: number): number => field(bytes, at, 4).getUint32(0),
	xs_bytes_write16: (bytes: Uint8Array, at: number, value: number): void => field(bytes, at, 2).setUint16(0, bits(value)),
	xs_bytes_write32: (bytes: Uint8Array, at: number, value: number): void => field(bytes, at, 4).setUint32(0, bits(value)),
	xs_chain_payload: payload,
	xs_chain_emit: chain,
	xs_chain_names: names,
	xs_header_write: header,
};
