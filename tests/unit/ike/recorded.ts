/** An accelerator without chance: its random numbers and its key agreements are those of a recorded negotiation. */
import { Accelerator } from "../../../modules/crypto/crypto.js";
import type { Crypto, KeyPair } from "../../../modules/crypto/types.js";

/** Hands out the recorded random numbers of the given sizes in turn, zeros for what nothing depends on. */
export class RecordedCrypto implements Crypto {
	readonly description = "recorded";
	readonly #accelerator = new Accelerator();
	readonly #randoms: Uint8Array[];
	readonly #pairs: { readonly pair: KeyPair; readonly secret: Uint8Array }[];
	#current: { readonly pair: KeyPair; readonly secret: Uint8Array } | undefined;
	readonly hash: Crypto["hash"] = (name, data) => this.#accelerator.hash(name, data);
	readonly hmac: Crypto["hmac"] = (name, key, data) => this.#accelerator.hmac(name, key, data);
	readonly encrypt: Crypto["encrypt"] = (name, key, iv, data) => this.#accelerator.encrypt(name, key, iv, data);
	readonly decrypt: Crypto["decrypt"] = (name, key, iv, data) => this.#accelerator.decrypt(name, key, iv, data);
	readonly equal: Crypto["equal"] = (a, b) => this.#accelerator.equal(a, b);
	readonly sign: Crypto["sign"] = (own, hash, done) => this.#accelerator.sign(own, hash, done);
	readonly certificates = this.#accelerator.certificates;
	readonly deriveKey: Crypto["deriveKey"] = (password, salt, iterations, size) => this.#accelerator.deriveKey(password, salt, iterations, size);

	constructor(randoms: Uint8Array[], pairs: { readonly pair: KeyPair; readonly secret: Uint8Array }[]) {
		this.#randoms = randoms;
		this.#pairs = pairs;
	}

	random(size: number): Uint8Array {
		if (this.#randoms[0]?.length === size)
			return this.#randoms.shift()!;
		return new Uint8Array(size);
	}

	readonly keyAgreement: Crypto["keyAgreement"] = {
		generate: (_group, done) => {
			this.#current = this.#pairs.shift();
			done(this.#current?.pair);
		},
		agree: (_pair, _value, done) => done(this.#current?.secret.slice())
	};
}
