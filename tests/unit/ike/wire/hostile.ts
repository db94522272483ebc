/** Bytes made wrong in every way that tests know, and what must hold for a parser that reads them. */
import { faultReasons, isFault, type Fault } from "../../../../modules/ike/v1/wire/fault.js";

/** Numbers from 0 below `bound`, always the same ones for a seed (xorshift). */
export function generator(seed: number): (bound: number) => number {
	let state = seed | 1;
	return (bound) => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>> 0) % bound;
	};
}

/** A parser under test, given the bytes of one payload's body or one message. */
export type Parser = (bytes: Uint8Array) => object;

/** What is wrong with what `parse` returned for `bytes`; "" when it is a sound fault, or a result that reaches nowhere outside `bytes`. */
export function complaint(parse: Parser, bytes: Uint8Array): string {
	let result;
	try {
		result = parse(bytes);
	}
	catch (error) {
		return `threw ${String(error)}`;
	}
	if (isFault(result))
		return soundFault(result, bytes.length);
	return inside(result, bytes, 0);
}

function soundFault(fault: Fault, size: number): string {
	if (!(fault.fault in faultReasons))
		return "unknown reason " + fault.fault;
	return fault.at >= 0 && fault.at <= size ? "" : "position " + fault.at;
}

function inside(value: object, bytes: Uint8Array, depth: number): string {
	if (value instanceof Uint8Array)
		return value.length === 0 || (value.buffer === bytes.buffer && value.byteOffset >= bytes.byteOffset
			&& value.byteOffset + value.length <= bytes.byteOffset + bytes.length) ? "" : "reads outside";
	if (depth > 4)
		return "too deep";
	for (const item of Object.values(value)) {
		if (typeof item === "object") {
			const text = inside(item, bytes, depth + 1);
			if (text !== "")
				return text;
		}
		else if (item === undefined || item !== item)
			return "has " + item;
	}
	return "";
}

/** A view of `bytes` in the middle of a larger buffer, so that reads outside find other bytes and not the end. */
export function embedded(bytes: Uint8Array): Uint8Array {
	const all = new Uint8Array(bytes.length + 16).fill(0x5a);
	all.set(bytes, 8);
	return all.subarray(8, 8 + bytes.length);
}

/** The first complaint of `parse` about `good` cut off at every byte; those cuts must all be faults, but for `allowed` lengths. */
export function truncate(parse: Parser, good: Uint8Array, allowed: (length: number) => boolean = () => false): string {
	for (let length = 0; length < good.length; length++) {
		const bytes = embedded(good.subarray(0, length));
		const text = complaint(parse, bytes);
		if (text !== "")
			return `cut at ${length}: ${text}`;
		if (!isFault(parse(bytes)) && !allowed(length))
			return `cut at ${length}: accepted`;
	}
	return "";
}

/** The first complaint of `parse` about `good` with the 16 bits at `at` set to each length that lies; all of them must be faults. */
export function lie(parse: Parser, good: Uint8Array, at: number): string {
	const truth = (good[at]! << 8) | good[at + 1]!;
	for (const length of [0, 1, 3, 4, 7, truth - 1, truth + 1, truth + 4, 0x7fff, 0x8000, 0xffff]) {
		if (length === truth || length < 0)
			continue;
		const bytes = embedded(good);
		bytes[at] = length >>> 8;
		bytes[at + 1] = length;
		const text = complaint(parse, bytes);
		if (text !== "")
			return `length ${length} at ${at}: ${text}`;
		if (!isFault(parse(bytes)))
			return `length ${length} at ${at}: accepted`;
	}
	return "";
}

/** The first complaint of `parse` about `rounds` random changes of `good`: bytes set, bits flipped, pieces moved, ends cut. */
export function mutate(parse: Parser, good: Uint8Array, rounds: number, seed: number): string {
	const random = generator(seed);
	for (let round = 0; round < rounds; round++) {
		let bytes = embedded(good);
		for (let changes = 1 + random(4); changes > 0 && bytes.length > 0; changes--) {
			const at = random(bytes.length);
			switch (random(5)) {
				case 0: bytes[at] = random(256); break;
				case 1: bytes[at] = bytes[at]! ^ (1 << random(8)); break;
				case 2: bytes[at] = [0, 1, 3, 4, 127, 128, 255][random(7)]!; break;
				case 3: bytes.copyWithin(at, random(bytes.length)); break;
				default: bytes = bytes.subarray(0, at);
			}
		}
		const text = complaint(parse, bytes);
		if (text !== "")
			return `round ${round}: ${text}`;
	}
	return "";
}
