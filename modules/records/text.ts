/** Short texts in fixed memory: a byte with their size, then as much of their UTF-8 as there is room for. */
import { printable, putPlain } from "../log/printable.js";

/** Bytes of the mark of a text that was cut. */
const CUT = 3;

/** Writes `text` to the `room` bytes from `at` on; one that is cut ends with an ellipsis. */
export function putText(bytes: Uint8Array, at: number, room: number, text: string): void {
	const plain = putPlain(bytes, at + 1, room - 1, text);
	if (plain >= 0) {
		bytes[at] = plain;
		return;
	}
	const source = new Uint8Array(ArrayBuffer.fromString(printable(text.slice(0, room))));
	let size = source.length;
	bytes.fill(0, at, at + room);
	if (size > room - 1) {
		size = room - 1 - CUT;
		while (size > 0 && ((source[size] as number) & 0xc0) === 0x80)
			size--;
		bytes.set(new Uint8Array(ArrayBuffer.fromString("\u2026")), at + 1 + size);
		bytes[at] = size + CUT;
	}
	else
		bytes[at] = size;
	bytes.set(source.subarray(0, size), at + 1);
}

export function getText(bytes: Uint8Array, at: number): string {
	return String.fromArrayBuffer(bytes.slice(at + 1, at + 1 + (bytes[at] as number)).buffer);
}
