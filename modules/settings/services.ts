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

/** What is in one of a device's two firmware slots. */
export interface FirmwareSlot {
	readonly slot: number;
	/** "": nothing that can be started. */
	readonly version: string;
	/** What it is to this unit, in a few words: "running, came up healthy"; "": nothing. */
	readonly state: string;
}

/** The firmware of a device. */
export interface Firmware {
	/** None, where the flash has room for one firmware only. */
	slots(): Iterable<FirmwareSlot>;
	/** How the last update went, in a sentence; "": there was none. */
	outcome(): string;
	/** Why there can be no update now, in a sentence; "": there can. */
	obstacle(): string;
	/** Begins to store an image in the slot that does not run. `older`: it may be older than what runs. Here and below: "", or why not, in a sentence. */
	begin(older: boolean): string;
	/** The next bytes of the image. */
	write(bytes: Uint8Array): string;
	/** That was all of it. "": it is verified, and the next start tries it. */
	end(): string;
	/** The version of the image that came last, as it says itself. */
	received(): string;
	/** A page of this unit was asked for, and comes: so far this firmware does what it is for. */
	served(): void;
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
