/**
 * Basic authentication (RFC 7617). Verifying a password is slow on purpose (PBKDF2), and a browser sends it with each request: so
 * the credentials that were right last are remembered as a digest under a key that is made at start, and others are verified only
 * as often as the machine can bear.
 */
import { decodeBase64 } from "./base64.js";
import { plain } from "./response.js";
import type { Response } from "./response.js";

/** What this room needs of cryptography; modules/crypto has it. */
export interface Keyed {
	hmac(name: "sha256", key: Uint8Array, data: Uint8Array): Uint8Array;
	random(size: number): Uint8Array;
	/** In time that does not depend on content. */
	equal(a: Uint8Array, b: Uint8Array): boolean;
}

export interface AuthenticationOptions {
	/** Shown by the browser when it asks for the password. */
	readonly realm: string;
	/** In constant time over equal lengths; may be slow. */
	readonly verify: (user: string, password: string) => boolean;
	readonly crypto: Keyed;
	readonly now: () => number;
}

/** Verifications in a row, and milliseconds after which one more may be made. */
export const VERIFICATIONS = 4;
export const VERIFICATION_TIME = 500;

export class Authentication {
	readonly #options: AuthenticationOptions;
	readonly #key: Uint8Array;
	/** HMAC of the Authorization field that was right last. */
	#known: Uint8Array | undefined;
	#left = VERIFICATIONS;
	#filledAt: number;
	/** Wrong credentials so far, and requests refused because there were too many. */
	failures = 0;
	refused = 0;

	constructor(options: AuthenticationOptions) {
		this.#options = options;
		this.#key = options.crypto.random(32);
		this.#filledAt = options.now();
	}

	/** Undefined when `authorization` (the field's value) is the administrator's; else the answer. */
	check(authorization: string): Response | undefined {
		if (authorization.slice(0, 6).toLowerCase() !== "basic ")
			return this.#challenge();
		const crypto = this.#options.crypto;
		const digest = crypto.hmac("sha256", this.#key, new Uint8Array(ArrayBuffer.fromString(authorization.slice(6).trim())));
		if (this.#known !== undefined && crypto.equal(digest, this.#known))
			return undefined;
		const text = decodeText(authorization.slice(6).trim());
		const colon = text === undefined ? -1 : text.indexOf(":");
		if (text === undefined || colon < 0)
			return this.#challenge();
		if (!this.#spend()) {
			this.refused++;
			return plain(429, "429 Too Many Requests: too many passwords were tried, try again in a second", ["Retry-After: 1"]);
		}
		if (!this.#options.verify(text.slice(0, colon), text.slice(colon + 1))) {
			this.failures++;
			return this.#challenge();
		}
		this.#known = digest;
		return undefined;
	}

	/** The password has changed: what was right is so no longer. */
	forget(): void {
		this.#known = undefined;
	}

	#challenge(): Response {
		return plain(401, "401 Unauthorized: this page is the administrator's", [`WWW-Authenticate: Basic realm="${quoted(this.#options.realm)}", charset="UTF-8"`]);
	}

	/** One verification out of the budget; false when there is none left. */
	#spend(): boolean {
		const now = this.#options.now();
		const earned = Math.floor((now - this.#filledAt) / VERIFICATION_TIME);
		if (earned > 0) {
			this.#left = Math.min(VERIFICATIONS, this.#left + earned);
			this.#filledAt += earned * VERIFICATION_TIME;
		}
		if (this.#left === 0)
			return false;
		this.#left--;
		return true;
	}
}

function decodeText(base64: string): string | undefined {
	const bytes = decodeBase64(base64);
	if (bytes === undefined)
		return undefined;
	try {
		return String.fromArrayBuffer(bytes.buffer as ArrayBuffer);
	}
	catch {
		// Not UTF-8.
		return undefined;
	}
}

/** `text` as the content of a quoted string: what may not be there becomes "?". */
function quoted(text: string): string {
	let result = "";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		result += c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c ? "?" : text[i];
	}
	return result;
}
