/**
 * Static tables: memory that belongs to the C side and that a native returns as a buffer, always the same one. Here they are plain
 * buffers. A room with a table of its own adds one line: the native's name and the table's bytes.
 */
export const tables: Readonly<Record<string, () => ArrayBuffer>> = {};

/** A native that returns the same zeroed buffer of `size` bytes at each call. */
export function table(size: number): () => ArrayBuffer {
	const memory = new ArrayBuffer(size);
	return () => memory;
}
