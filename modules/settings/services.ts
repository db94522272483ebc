/** What pages may ask for around the settings: keys and certificates on their way into them, and backups. keyring.ts and backup.ts implement it. */
import type { CertificateKind, ChangeResult } from "./configuration.js";

/** Texts in PEM, "" for what there is not. */
export interface KeyringTexts {
	/** A certificate and those that lead to an authority; of a key that was made here, its signing request. */
	readonly certificate: string;
	readonly key: string;
	/** The authority at the end of the chain. */
	readonly authority: string;
	readonly list: string;
}

export interface Keyring {
	/** Seconds since 1970; 0: this unit does not know the time. */
	now(): number;
	/** Lines of a name, a space and a value, all printable ASCII (crypto/describe.c); "" for what cannot be read. */
	describe(kind: CertificateKind, pem: string): string;
	/**
	 * Makes an RSA key and a signing request; `done` gets them, or a sentence that says why not. It takes seconds.
	 * `names`: `DNS:gate.example,IP:10.0.0.1`.
	 */
	make(bits: number, subject: string, names: string, done: (texts: KeyringTexts | undefined, fault: string) => void): void;
	/** Takes a file apart; `done` gets what is in it, or a sentence that says what is wrong with it. */
	open(file: Uint8Array, passphrase: string, done: (texts: KeyringTexts | undefined, fault: string) => void): void;
}

export interface Backups {
	/**
	 * A backup with secrets, encrypted under `passphrase`, put together in `memory`: `done` gets its pieces, which are made out of `memory` as they are
	 * pulled, or a sentence that says why there is none.
	 */
	seal(memory: Uint8Array, passphrase: string, done: (pieces: Iterable<string> | undefined, fault: string) => void): void;
	/** A backup without secrets: each reads "(hidden)". */
	open(): Iterable<string>;
	/**
	 * Puts a backup, or any settings document, in place of the settings. `file` is written over. Secrets that the file does
	 * not have are those that are here under the same names. `isWanted`, asked before the settings are touched: somebody still waits for `done`.
	 */
	restore(file: Uint8Array, passphrase: string, withSecrets: boolean, isWanted: () => boolean, done: (result: ChangeResult) => void): void;
}
