/** Keyed digests for tests that are not about cryptography. */
import type { Keyed } from "../../../modules/httpd/authentication.js";
import { textOf } from "./network.js";

/** Not cryptography, but keyed, and different for different data. */
export function fakeCrypto(): Keyed & { compared: number } {
	let seed = 1;
	return {
		compared: 0,
		hmac(_name, key, data) {
			const digest = new Uint8Array(32);
			let state = 7;
			for (let i = 0; i < key.length + data.length; i++)
				state = (state * 31 + (i < key.length ? key[i]! : data[i - key.length]!) + 1) % 4294967291;
			for (let i = 0; i < 32; i++)
				digest[i] = state = (state * 69069 + i) % 4294967291;
			return digest;
		},
		random: (size) => new Uint8Array(size).fill(seed++),
		equal(a, b) {
			this.compared++;
			return textOf(a) === textOf(b);
		},
	};
}
