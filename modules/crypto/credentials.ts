/**
 * Keys and certificates on their way into the settings (credentials.h; natives in credentials.c): a key made here with its signing request, what a file
 * has, and what is to be told of certificates.
 */
import type { TextKind, Workshop } from "./types.js";

type Bytes = ArrayBuffer | Uint8Array;

const nativeSubmit = native<(bytes: Bytes) => number>("xs_credentials_submit");
const nativeText = native<(which: number) => string>("xs_credentials_text");
const nativeClear = native<() => void>("xs_credentials_clear");
const nativeDescribe = native<(kind: number, text: string) => string>("xs_credentials_describe");

/** By their numbers in certificates.h. */
const kinds: readonly TextKind[] = Object.freeze(["own", "trusted", "revocation list"]);

/** Bits of the RSA keys that are made. */
const KEY_SIZES = Object.freeze([2048, 3072, 4096] as const);
/** Bytes of a passphrase, and of subject and names together. */
const PASSPHRASE_SIZE = 511;
const REQUEST_SIZE = 1022;

export type ImportFault =
	/** Nothing in it that can be used. */
	| "unknown" | "malformed"
	/** It is wrong, or is needed and was not given. */
	| "passphrase"
	| "cipher" | "effort"
	/** It is a signing request. */
	| "request"
	| "large" | "strange" | "failed"
	/** Another such work is under way. */
	| "busy";

const importFaults: readonly ("" | ImportFault)[] = Object.freeze(["", "unknown", "malformed", "passphrase", "cipher", "effort", "request", "large", "strange", "failed"]);

/** Texts in PEM, "" for what there is not. */
export interface Credentials {
	/** A certificate and those that lead to an authority; of what was made here, the signing request. */
	readonly certificate: string;
	readonly key: string;
	/** The authority at the end of the chain. */
	readonly authority: string;
	readonly list: string;
}

/**
 * Makes an RSA key of `bits` and the request for a certificate with this subject (`C=DE, O=Example, CN=gate`) and alternative names
 * (`DNS:gate.example,IP:10.0.0.1`). `done` is called later (before it returns where the size is not possible); without `made` it could not be done, and `error`
 * says why: "refused" is a subject or a name that is none, "full" other such work.
 */
export function makeRequest(crypto: Workshop, bits: number, subject: string, names: string, done: (made: Credentials | undefined, error?: string) => void): void {
	const data = new Uint8Array(ArrayBuffer.fromString(`${subject}\0${names}`));
	if (data.length > REQUEST_SIZE || !(KEY_SIZES as readonly number[]).includes(bits))
		return done(undefined, "refused");
	crypto.labour("request", bits, new Uint8Array(0), data, (result, error) => done(result === undefined ? undefined : take(), error));
}

/** Takes apart a file, of which a copy is made. `done` is called later, or before it returns when there is no need to look at the file. */
export function importFile(crypto: Workshop, file: Uint8Array, passphrase: Uint8Array, done: (found: Credentials | undefined, fault: "" | ImportFault) => void): void {
	const result = file.length === 0 ? -2 : nativeSubmit(file);
	if (result !== 0 || passphrase.length > PASSPHRASE_SIZE)
		return done(undefined, result === -4 ? "busy" : passphrase.length > PASSPHRASE_SIZE ? "passphrase" : file.length === 0 ? "unknown" : "large");
	crypto.labour("import", 0, passphrase, new Uint8Array(0), (outcome, error) => {
		const fault = outcome === undefined ? error === "full" ? "busy" : "failed" : importFaults[outcome[0]!] ?? "failed";
		done(fault === "" ? take() : undefined, fault);
	});
}

/** 32 bytes from a password (RFC 8018), as `Crypto.deriveKey` makes them, without holding anything up; undefined: it could not be done. */
export function deriveSlowly(crypto: Workshop, password: Uint8Array, salt: Uint8Array, iterations: number, done: (key: Uint8Array | undefined, error?: string) => void): void {
	crypto.labour("derive", iterations, password, salt, done);
}

function take(): Credentials {
	const found = { certificate: nativeText(0), key: nativeText(1), authority: nativeText(2), list: nativeText(3) };
	nativeClear();
	return found;
}

/** What there is to tell of a text in PEM (describe.c): lines of a name, a space and a value, all printable ASCII; "" when it cannot be read. */
export function describeCertificate(kind: TextKind, text: string): string {
	return nativeDescribe(kinds.indexOf(kind), text);
}
