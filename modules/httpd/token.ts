/**
 * The form token: proof that a POST comes from a page of ours. Another site can make a browser send a form, with the password that
 * the browser knows; it cannot read the token, nor set a header field.
 */
import type { Keyed } from "./authentication.js";
import { formValue } from "./form.js";
import type { Request } from "./request.js";

const HEX = "0123456789abcdef";

export class FormToken {
	/** 32 hexadecimal digits, the same until the next start. */
	readonly text: string;
	readonly #crypto: Keyed;
	readonly #key: Uint8Array;

	constructor(crypto: Keyed) {
		this.#crypto = crypto;
		this.#key = crypto.random(32);
		const bytes = this.digest("form");
		let text = "";
		for (let i = 0; i < 16; i++)
			text += HEX[bytes[i]! >> 4]! + HEX[bytes[i]! & 15]!;
		this.text = text;
	}

	/** The request carries the token in the field `token` of its form, or the header `X-Keygate: 1`. */
	accepts(request: Request): boolean {
		if (request.keygate === "1")
			return true;
		const token = request.upload !== undefined ? request.upload.text("token") : formValue(request.body, "token");
		// Compared by digests: equal in length whatever was sent.
		return token !== undefined && this.#crypto.equal(this.digest(token), this.digest(this.text));
	}

	private digest(text: string): Uint8Array {
		return this.#crypto.hmac("sha256", this.#key, new Uint8Array(ArrayBuffer.fromString(text)));
	}
}
