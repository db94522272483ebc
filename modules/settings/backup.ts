/**
 * Backups of the settings (docs/backup.md). A backup is the settings document. Its secrets read "(hidden)"; with a passphrase they follow as one
 * encrypted block, the last field of the document, on a line of its own:
 *
 *     "secrets": {"cipher": "aes-256-gcm", "kdf": "pbkdf2-hmac-sha256", "iterations": N, "salt": HEX, "nonce": HEX, "data": BASE64}
 *
 * In the block each secret is a line, a JSON text, in the order in which the document has them. The block vouches for all that stands before it.
 */
import { deriveSlowly } from "../crypto/credentials.js";
import type { Workshop } from "../crypto/types.js";
import { decode64, encode64 } from "../base64.js";
import { SETTINGS_SIZE } from "../limits.js";
import { fromHexadecimal, lineEnd, toHexadecimal, utf8 } from "./bytes.js";
import type { ChangeResult, Configuration } from "./configuration.js";
import { Place } from "./secrets.js";
import type { Backups } from "./services.js";
import type { Fault } from "./types.js";

/** Rounds of PBKDF2 for a passphrase, and what a file may ask for. */
const BACKUP_ITERATIONS = 200_000;
const MOST_ITERATIONS = 2_000_000;
const SALT_SIZE = 16;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;
/** Bytes and characters of one piece; some characters are three bytes. */
const PIECE_SIZE = 1200;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const MARK = "\t\"secrets\": {";

const REFUSED = "Nothing was changed.";
const TOO_LARGE = "The settings are too large for a backup with secrets.";

interface Block {
	/** Where the line feed stands before it, and before that a comma. */
	readonly at: number;
	readonly iterations: number;
	readonly salt: Uint8Array;
	readonly nonce: Uint8Array;
	/** Of the data in base64. */
	readonly from: number;
	readonly to: number;
}

export interface OwnBackupsOptions {
	readonly configuration: Configuration;
	readonly crypto: Workshop;
}

export class OwnBackups implements Backups {
	readonly #configuration: Configuration;
	readonly #crypto: Workshop;

	constructor({ configuration, crypto }: OwnBackupsOptions) {
		this.#configuration = configuration;
		this.#crypto = crypto;
	}

	open(): Iterable<string> {
		return inPieces(this.#configuration.document(false));
	}

	seal(memory: Uint8Array, passphrase: string, done: (pieces: Iterable<string> | undefined, fault: string) => void): void {
		const salt = this.#crypto.random(SALT_SIZE);
		this.derive(passphrase, salt, BACKUP_ITERATIONS, (key) => {
			if (key === undefined)
				return done(undefined, "A key is being made, or a file read: try again in a moment.");
			const end = this.writeDocument(memory);
			const size = end < 0 ? -1 : write(memory.subarray(end, memory.length - TAG_SIZE), this.secretTexts(memory.subarray(0, end)));
			if (size < 0)
				return done(undefined, TOO_LARGE);
			const nonce = this.#crypto.random(NONCE_SIZE);
			const tag = this.#crypto.seal(key, nonce, this.#crypto.hash("sha256", memory.subarray(0, end)), memory.subarray(end, end + size));
			key.fill(0);
			memory.set(tag, end + size);
			done(sealed(memory, end, end + size + TAG_SIZE, `"iterations": ${BACKUP_ITERATIONS}, "salt": "${toHexadecimal(salt)}", "nonce": "${toHexadecimal(nonce)}"`), "");
		});
	}

	restore(sent: Uint8Array, passphrase: string, withSecrets: boolean, isWanted: () => boolean, done: (result: ChangeResult) => void): void {
		const file = asWritten(sent);
		const block = findBlock(file);
		if (block === null)
			return done(refused("The block of secrets in the file is damaged."));
		if (block === undefined || !withSecrets)
			return done(this.put(block === undefined ? file : withoutBlock(file, block.at), undefined));
		if (passphrase === "")
			return done(refused("This backup has its secrets under a passphrase: type it, or restore it without them."));
		this.derive(passphrase, block.salt, block.iterations, (key) => {
			if (!isWanted())
				return;
			const secrets = key === undefined ? undefined : this.unseal(file, block, key);
			key?.fill(0);
			done(key === undefined ? refused("A key is being made, or another file read: try again in a moment.")
				: secrets === undefined ? refused("The passphrase is wrong, or the file was changed since it was made.")
				: this.put(withoutBlock(file, block.at), secrets));
		});
	}

	private derive(passphrase: string, salt: Uint8Array, iterations: number, done: (key: Uint8Array | undefined) => void): void {
		const secret = utf8(passphrase);
		deriveSlowly(this.#crypto, secret, salt, iterations, done);
		secret.fill(0);
	}

	/** The document without secrets, up to where a block of them begins; -1: it does not fit. */
	private writeDocument(memory: Uint8Array): number {
		const end = write(memory, this.#configuration.document(false));
		// Without "\n}\n".
		return end < 0 ? -1 : end - 3;
	}

	/** The texts of all secrets that are hidden in the document, a line each, in their order. */
	private *secretTexts(document: Uint8Array): Generator<string> {
		const place = new Place();
		for (let from = 0, to = 0; from < document.length; from = to) {
			to = Math.min(lineEnd(document, from) + 1, document.length);
			const field = place.enter(document, from, to);
			if (field !== "")
				yield `${this.own(field, place.name)!}\n`;
		}
	}

	/** The secrets, decrypted where they were; undefined: key or file are not what they were. */
	private unseal(file: Uint8Array, { at, nonce, from, to }: Block, key: Uint8Array): Uint8Array | undefined {
		const digest = this.#crypto.hash("sha256", file.subarray(0, at - 1));
		const size = decode64(file, from, to);
		if (size < TAG_SIZE)
			return undefined;
		const data = file.subarray(from, from + size - TAG_SIZE);
		return this.#crypto.open(key, nonce, digest, data, file.slice(from + size - TAG_SIZE, from + size)) ? data : undefined;
	}

	/**
	 * Replaces the settings by a document whose hidden secrets are `secrets` in turn, behind it in its memory, or without them those that are here. Line by line, and
	 * in that memory: in the heap of a full gateway there is no room for a second document. Both move to its end, and what is made of them grows from its beginning.
	 */
	private put(file: Uint8Array, block: Uint8Array | undefined): ChangeResult {
		// What is before the file is another's.
		const memory = new Uint8Array(file.buffer, file.byteOffset);
		const begin = memory.length - (block?.length ?? 0);
		if (block !== undefined)
			memory.copyWithin(begin, block.byteOffset - file.byteOffset, block.byteOffset - file.byteOffset + block.length);
		const secrets = block === undefined ? undefined : lines(memory.subarray(begin));
		const start = begin - file.length;
		memory.copyWithin(start, 0, file.length);
		const document = memory.subarray(start, begin);
		const place = new Place();
		// Its indentation, with which it may be too large once the secrets are in it: messages tell columns without it then.
		const isLarge = document.length > SETTINGS_SIZE / 2;
		const missing: Fault[] = [];
		let size = 0;
		for (let from = 0; from < document.length;) {
			const to = Math.min(lineEnd(document, from) + 1, document.length);
			let line: string | undefined;
			const field = place.enter(document, from, to);
			if (field !== "") {
				const secret = secrets === undefined ? this.own(field, place.name) : secrets.next().value as string | undefined;
				if (secret === undefined)
					missing.push({ path: place.path(field), text: `is not in the file, and here is none for ${place.name === "" ? "it" : `"${place.name}"`}: restore a backup with secrets, or make a setting of that name here first` });
				else
					// What stands here of a password is its hash.
					line = `"${field === "password" ? "passwordHash" : field}": ${secret}${place.isLast ? "" : ","}\n`;
			}
			if (isLarge)
				from = place.start;
			const bytes = line === undefined ? undefined : utf8(line);
			const next = size + (bytes?.length ?? to - from);
			if (next > SETTINGS_SIZE || next > start + to)
				return refused("The file is too large.");
			if (bytes === undefined)
				memory.copyWithin(size, start + from, start + to);
			else
				memory.set(bytes, size);
			size = next;
			from = to;
		}
		return missing.length > 0 ? refused("", missing) : this.#configuration.replace(memory.subarray(0, size), undefined, true);
	}

	/** The JSON text of a secret that is here; undefined: there is none. Of a password it is its hash. */
	private own(field: string, name: string): string | undefined {
		const { gateway, peers } = this.#configuration.settings;
		if (field === "key")
			return this.#configuration.keyText(name);
		const secret = field === "preSharedKey" ? peers.find((peer) => peer.name === name)?.preSharedKey : gateway.admin.passwordHash;
		return secret === undefined ? undefined : JSON.stringify(secret);
	}
}

function refused(text: string, faults: readonly Fault[] = []): ChangeResult {
	return { ok: false, faults, text: text === "" ? REFUSED : `${text} ${REFUSED}` };
}

/** Writes texts one after the other; their bytes, -1: they do not fit. */
function write(memory: Uint8Array, texts: Iterable<string>): number {
	let size = 0;
	for (const text of texts) {
		const bytes = utf8(text);
		if (size + bytes.length > memory.length)
			return -1;
		memory.set(bytes, size);
		size += bytes.length;
	}
	return size;
}

/** The lines of decrypted secrets. */
function* lines(bytes: Uint8Array): Generator<string> {
	let from = 0;
	for (let to = lineEnd(bytes, 0); to < bytes.length; to = lineEnd(bytes, from)) {
		yield String.fromArrayBuffer(bytes.slice(from, to).buffer);
		from = to + 1;
	}
}

/**
 * The file as this program writes it: without a byte order mark, and with a line feed alone for each end of a line, whatever an editor or a mail program has made
 * of them; in place. No text of the document has such bytes in it: there they are escaped.
 */
function asWritten(file: Uint8Array): Uint8Array {
	const mark = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? 3 : 0;
	let size = 0;
	for (let from = mark, to = 0; from < file.length; from = to + 1) {
		to = lineEnd(file, from);
		const end = to < file.length && to > from && file[to - 1] === RETURN ? to - 1 : to;
		if (size !== from)
			file.copyWithin(size, from, end);
		size += end - from;
		if (to < file.length)
			file[size++] = LINE_FEED;
	}
	return file.subarray(0, size);
}

/** Undefined: the file has no block of secrets. Null: it has one that is none. */
function findBlock(file: Uint8Array): Block | undefined | null {
	const mark = utf8(MARK);
	for (let at = lineEnd(file, 0); at < file.length; at = lineEnd(file, at + 1)) {
		let same = 0;
		while (same < mark.length && file[at + 1 + same] === mark[same])
			same++;
		if (same === mark.length)
			return readBlock(file, at);
	}
	return undefined;
}

function readBlock(file: Uint8Array, at: number): Block | null {
	const end = lineEnd(file, at + 1);
	// Names and values before the data are far shorter.
	const from = at + 1 + MARK.length;
	const head = String.fromArrayBuffer(file.slice(from, Math.min(from + 320, end)).map((byte) => byte < 0x7f ? byte : 0x3f).buffer);
	const data = head.indexOf("\"data\": \"");
	const iterations = Number(part(head, "\"iterations\": ", ","));
	const salt = fromHexadecimal(part(head, "\"salt\": \"", "\""));
	const nonce = fromHexadecimal(part(head, "\"nonce\": \"", "\""));
	const to = end >= file.length ? -1 : file.lastIndexOf(0x22, end);
	if (data < 0 || to < from + data + 9 || file[at - 1] !== 0x2c || part(head, "\"cipher\": \"", "\"") !== "aes-256-gcm" || part(head, "\"kdf\": \"", "\"") !== "pbkdf2-hmac-sha256"
		|| !(iterations >= 1 && iterations <= MOST_ITERATIONS && Number.isInteger(iterations)) || salt?.length !== SALT_SIZE || nonce?.length !== NONCE_SIZE)
		return null;
	return { at, iterations, salt, nonce, from: from + data + 9, to };
}

function part(text: string, before: string, after: string): string {
	const from = text.indexOf(before);
	const to = from < 0 ? -1 : text.indexOf(after, from + before.length);
	return to < 0 ? "" : text.slice(from + before.length, to);
}

/** The document that the block was added to: in place, over the comma and the line feed before the block. */
function withoutBlock(file: Uint8Array, at: number): Uint8Array {
	file[at - 1] = LINE_FEED;
	file[at] = 0x7d;
	return file.subarray(0, at + 1);
}

/** The pieces of a backup whose document ends at `end`, and its block at `to`. */
function* sealed(memory: Uint8Array, end: number, to: number, parameters: string): Generator<string> {
	for (let from = 0; from < end;) {
		let next = Math.min(from + PIECE_SIZE, end);
		while (next < end && ((memory[next] as number) & 0xc0) === 0x80)
			next--;
		yield String.fromArrayBuffer(memory.slice(from, next).buffer);
		from = next;
	}
	yield `,\n${MARK}"cipher": "aes-256-gcm", "kdf": "pbkdf2-hmac-sha256", ${parameters}, "data": "`;
	for (let from = end; from < to; from += 768)
		yield encode64(memory, from, Math.min(from + 768, to));
	yield "\"}\n}\n";
}

/** Lines cut where they are long, never between the halves of a character. */
function* inPieces(texts: Iterable<string>): Generator<string> {
	for (const text of texts) {
		let from = 0;
		while (text.length - from > PIECE_SIZE) {
			const c = text.charCodeAt(from + PIECE_SIZE - 1);
			const to = from + PIECE_SIZE - (c >= 0xd800 && c <= 0xdbff ? 1 : 0);
			yield text.slice(from, to);
			from = to;
		}
		yield from === 0 ? text : text.slice(from);
	}
}
