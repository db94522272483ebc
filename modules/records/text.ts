/** Short texts in fixed memory: a byte with their size, then as much of their UTF-8 as there is room for. */
import { printable } from "../log/printable.js";

/** Writes `text` to the `room` bytes from `at` on, cut at the end of a character. */
export function putText(bytes: Uint8Array, at: number, room: number, text: string): void {
	const source = new Uint8Array(ArrayBuffer.fromString(printable(text.slice(0, room))));
	let size = Math.min(source.length, room - 1);
	if (size < source.length)
		while (size > 0 && ((source[size] as number) & 0xc0) === 0x80)
			size--;
	bytes.fill(0, at, at + room);
	bytes[at] = size;
	bytes.set(source.subarray(0, size), at + 1);
}

export function getText(bytes: Uint8Array, at: number): string {
	return String.fromArrayBuffer(bytes.slice(at + 1, at + 1 + (bytes[at] as number)).buffer as ArrayBuffer);
}
