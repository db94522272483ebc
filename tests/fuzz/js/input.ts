/** What a fuzzing target is given: bytes that it takes piece by piece; behind their end everything is zero. */
import type { Random } from "../../unit/ike/network.js";

export class Input {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get isOver(): boolean {
		return this.#at >= this.#bytes.length;
	}

	/** 0 to 255. */
	byte(): number {
		return this.#bytes[this.#at++] ?? 0;
	}

	/** 0 to 65535. */
	word(): number {
		return this.byte() << 8 | this.byte();
	}

	/** Up to `count` bytes, as many as there are. */
	bytes(count: number): Uint8Array {
		const bytes = this.#bytes.slice(this.#at, this.#at + count);
		this.#at += bytes.length;
		return bytes;
	}

	rest(): Uint8Array {
		return this.bytes(this.#bytes.length);
	}

	pick<T>(list: readonly T[]): T {
		return list[this.byte() % list.length]!;
	}
}

const interesting = [0, 1, 2, 3, 4, 7, 8, 16, 32, 64, 127, 128, 255];

/** One input made of another, or of two. */
export function mutated(random: Random, bytes: Uint8Array, other: Uint8Array, words: readonly Uint8Array[]): Uint8Array {
	let result = [...bytes];
	for (let changes = 1 + random.below(6); changes > 0; changes--) {
		const at = random.below(result.length + 1);
		switch (random.below(8)) {
		case 0: result[at] = random.below(256); break;
		case 1: result[at] = (result[at] ?? 0) ^ 1 << random.below(8); break;
		case 2: result[at] = interesting[random.below(interesting.length)]!; break;
		case 3: result.splice(at, 1 + random.below(8)); break;
		case 4: result.splice(at, 0, ...Array.from({ length: 1 + random.below(8) }, () => random.below(256))); break;
		case 5: result.splice(at, 0, ...result.slice(random.below(result.length + 1)).slice(0, 1 + random.below(32))); break;
		case 6: result = [...result.slice(0, at), ...other.slice(random.below(other.length + 1))]; break;
		default: result.splice(at, 0, ...words.length > 0 ? words[random.below(words.length)]! : []);
		}
	}
	return Uint8Array.from(result.slice(0, 4096), (byte) => byte ?? 0);
}
