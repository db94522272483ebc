/**
 * Basic authentication (RFC 7617). Verifying a password is slow on purpose (PBKDF2), and a browser sends it with each request: so
 * the credentials that were right last are remembered as a digest under a key that is made at start, as are those that were wrong last.
 * Others are verified one after the other, beside everything else, and only as often as the machine can bear; who has tried too many waits (lockout.ts).
 */
import { decodeBase64 } from "../base64.js";
import { Lockouts } from "./lockout.js";
import { PENDING, plain } from "./response.js";
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
	/** In constant time over equal lengths. PENDING: `done` is called with the answer; undefined in it: it could not be found out now. */
	readonly verify: (user: string, password: string, done: (right: boolean | undefined) => void) => boolean | typeof PENDING;
	/** A wrong password came from `address`, which has to wait so many milliseconds before the next. */
	readonly failed?: (address: string, wait: number) => void;
	/** Whether a wrong password came from `address` lately; absent: it cannot be told. */
	readonly isSuspect?: (address: string) => boolean;
	readonly crypto: Keyed;
	readonly now: () => number;
}

/** Verifications in a row, and milliseconds after which one more may be made. */
export const VERIFICATIONS = 4;
export const VERIFICATION_TIME = 500;
/** Requests that may wait for the end of a verification of other credentials than theirs: each has a connection's place meanwhile. */
export const WAITING = 4;
/** Of both, what is kept for addresses that have given no wrong password lately: many that try passwords leave a way in for others. */
const KEPT = 2;

export class Authentication {
	readonly #options: AuthenticationOptions;
	readonly #key: Uint8Array;
	readonly #lockouts = new Lockouts();
	/** HMAC of the Authorization field that was right last, of the one that was wrong last, and of the one that is being verified. */
	#known: Uint8Array | undefined;
	#wrong: Uint8Array | undefined;
	#checking: Uint8Array | undefined;
	/** The password has changed while one was being verified. */
	#changed = false;
	/** Verifying could not be done: true while those who waited for it are told. */
	#unable = false;
	/** Requests that wait for the end of a verification. */
	#waiting: (() => void)[] = [];
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

	/**
	 * Undefined when `authorization` (the field's value) is the administrator's; else the answer; or PENDING: `resume` is called when it is to be asked
	 * again. `address` is where the request comes from.
	 */
	check(authorization: string, address = "", resume?: () => void): Response | typeof PENDING | undefined {
		if (authorization.slice(0, 6).toLowerCase() !== "basic ")
			return this.challenge();
		const { crypto, now } = this.#options;
		const digest = crypto.hmac("sha256", this.#key, new Uint8Array(ArrayBuffer.fromString(authorization.slice(6).trim())));
		if (this.#known !== undefined && crypto.equal(digest, this.#known))
			return undefined;
		if (this.#wrong !== undefined && crypto.equal(digest, this.#wrong))
			return this.challenge();
		const text = decodeText(authorization.slice(6).trim());
		const colon = text === undefined ? -1 : text.indexOf(":");
		if (text === undefined || colon < 0)
			return this.challenge();
		const wait = this.#lockouts.wait(address, now());
		if (wait > 0)
			return this.tooMany(Math.ceil(wait / 1000));
		if (this.#unable)
			return plain(503, "503 Service Unavailable: the password cannot be verified now, try again in a second", ["Retry-After: 1"]);
		const kept = this.#options.isSuspect?.(address) === true ? KEPT : 0;
		if (this.#checking === undefined) {
			if (!this.spend(kept))
				return this.tooMany(1);
			return this.verify(digest, text.slice(0, colon), text.slice(colon + 1), address, resume);
		}
		if (this.#waiting.length >= WAITING - kept && !crypto.equal(digest, this.#checking))
			return this.tooMany(1);
		if (resume !== undefined)
			this.#waiting.push(resume);
		return PENDING;
	}

	/** Whether `password` is the one in `authorization`, the field of a request that was let in. */
	isPasswordOf(authorization: string, password: string): boolean {
		const { crypto } = this.#options;
		const text = decodeText(authorization.slice(6).trim()) ?? "";
		const digest = (one: string): Uint8Array => crypto.hmac("sha256", this.#key, new Uint8Array(ArrayBuffer.fromString(one)));
		// Compared by digests: equal in length whatever was typed.
		return text.indexOf(":") >= 0 && crypto.equal(digest(text.slice(text.indexOf(":") + 1)), digest(password));
	}

	/** The password has changed: what was right or wrong is so no longer. */
	forget(): void {
		this.#known = this.#wrong = undefined;
		this.#changed = this.#checking !== undefined;
	}

	/** Nobody has to wait any more; how many had to. */
	unlock(): number {
		return this.#lockouts.clear(this.#options.now());
	}

	private verify(digest: Uint8Array, user: string, password: string, address: string, resume: (() => void) | undefined): Response | typeof PENDING | undefined {
		this.#checking = digest;
		const right = this.#options.verify(user, password, (found) => this.verified(found, address));
		if (right === PENDING) {
			if (resume !== undefined)
				this.#waiting.push(resume);
			return PENDING;
		}
		this.verified(right, address);
		return right ? undefined : this.challenge();
	}

	private verified(right: boolean | undefined, address: string): void {
		const digest = this.#checking;
		this.#checking = undefined;
		this.#unable = right === undefined || this.#changed;
		this.#changed = false;
		if (!this.#unable && right === true) {
			this.#known = digest;
			this.#lockouts.forget(address);
		}
		else if (!this.#unable) {
			this.#wrong = digest;
			this.failures++;
			this.#options.failed?.(address, this.#lockouts.failed(address, this.#options.now()));
		}
		const waiting = this.#waiting;
		this.#waiting = [];
		for (let i = 0; i < waiting.length; i++)
			waiting[i]!();
		this.#unable = false;
	}

	private tooMany(seconds: number): Response {
		this.refused++;
		return plain(429, `429 Too Many Requests: too many passwords were tried, try again in ${seconds === 1 ? "a second" : `${seconds} seconds, or type "unlock" on the serial console`}`, [`Retry-After: ${seconds}`]);
	}

	private challenge(): Response {
		return plain(401, "401 Unauthorized: this page is the administrator's", [`WWW-Authenticate: Basic realm="${quoted(this.#options.realm)}", charset="UTF-8"`]);
	}

	/** One verification out of the budget; false when there are no more left than are `kept`. */
	private spend(kept: number): boolean {
		const now = this.#options.now();
		const earned = Math.floor((now - this.#filledAt) / VERIFICATION_TIME);
		if (earned > 0) {
			this.#left = Math.min(VERIFICATIONS, this.#left + earned);
			this.#filledAt += earned * VERIFICATION_TIME;
		}
		if (this.#left <= kept)
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
