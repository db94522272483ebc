import type { Crypto, HashName } from "../crypto/types.js";
import { join, wipe, type Part } from "./bytes.js";

/** The pseudo-random function of an IKE SA: HMAC with the negotiated hash. */
export class PRF {
	readonly hash: HashName;
	readonly #crypto: Crypto;

	constructor(crypto: Crypto, hash: HashName) {
		this.#crypto = crypto;
		this.hash = hash;
	}

	/** prf(key, the parts one after another); the parts' copy is wiped, since secrets are among them. */
	of(key: Uint8Array, ...parts: readonly Part[]): Uint8Array {
		const input = join(parts, parts.length);
		const result = this.#crypto.hmac(this.hash, key, input);
		wipe(input);
		return result;
	}

	/** The hash itself over the parts one after another. */
	digest(...parts: readonly Part[]): Uint8Array {
		return this.#crypto.hash(this.hash, join(parts, parts.length));
	}
}
