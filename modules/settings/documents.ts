/**
 * The settings document in use and the one before it, in static memory: a device's heap has no room for them, and what a control plane leaves there the
 * next one finds. A document is written over the older one and counts once it is complete:
 *
 *      0       number of the document in use, one more for each; 0: there is none
 *      4       1: the document in use is in memory, where that has room for one
 *      8, 12   bytes of the document in the first area, which is the one in use, and in the second, 0: none
 *     16       notes of whoever keeps the documents
 *     80       the two areas, SETTINGS_SIZE bytes each
 *
 * A device has one memory of UPLOAD_SIZE bytes there, which is that of files, too. The document in use is read where it is kept, and is in memory, at its
 * beginning, only until it is; the other one follows it.
 *
 * The lines are those of document.ts without their indentation.
 */
import { SETTINGS_HEADER_SIZE, SETTINGS_SIZE, UPLOAD_SIZE } from "../limits.js";
import { lineEnd, utf8 } from "./bytes.js";
import type { CertificateKind } from "./configuration.js";

const NUMBER = 0;
const HELD = 4;
const SIZES = 8;
const NOTES = 16;
/** Bytes that are exchanged, compared or read at once. */
const STEP = 1024;
/** More bytes than a line's beginning has that is looked for. */
const PREFIX = 32;
/** In the order in which documents have them. */
const LISTS: readonly (CertificateKind | "")[] = Object.freeze(["", "own", "trusted", "revocationLists"]);
const CURRENT = 0;
const OTHER = 1;
const QUOTE = 0x22;

/** Bytes of a document from `offset` on, into `target`: how many, fewer than it has at the end. */
export type Read = (offset: number, target: Uint8Array) => number;

export class Documents {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	/** Where the document in use is kept. */
	readonly #kept: Read;
	/** The memory is that of files, too, with room for one document. */
	readonly isSingle: boolean;
	/** Where `json` found an element last: its list, its index, and the place of its first line; "": nowhere. */
	#foundIn: CertificateKind | "" = "";
	#found = 0;
	#foundAt = 0;

	/** `table`: from `settingsTable()` (table.ts). Documents that are in it stay. `kept` reads the one in use, when it is not there. */
	constructor(table: ArrayBuffer, kept: Read) {
		this.#bytes = new Uint8Array(table);
		this.#view = new DataView(table);
		this.#kept = kept;
		this.isSingle = this.#bytes.length === SETTINGS_HEADER_SIZE + UPLOAD_SIZE;
		if (!this.isSingle && this.#bytes.length !== SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE)
			throw new RangeError(`settings: ${this.#bytes.length} bytes, expected ${SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE}`);
	}

	/** One more with each document that came into use; 0: there is none. */
	get number(): number {
		return this.#view.getUint32(NUMBER);
	}

	/** 64 bytes for whoever keeps the documents: the next control plane finds them, too. */
	get notes(): Uint8Array {
		return this.#bytes.subarray(NOTES, SETTINGS_HEADER_SIZE);
	}

	/** The document in use is in memory. */
	get isHeld(): boolean {
		return !this.isSingle || this.#view.getUint32(HELD) !== 0;
	}

	/** The document in use, when it is in memory: not to be written to. */
	get current(): Uint8Array {
		return this.document(CURRENT);
	}

	/** The first `size` bytes of memory are the document in use. */
	hold(size: number): void {
		this.setSize(CURRENT, size);
		this.#view.setUint32(HELD, 1);
		this.#foundIn = "";
		this.#foundAt = 0;
	}

	/** The document in use is read where it is kept from now on, and zeroed in memory that has room for one. */
	settle(): void {
		if (!this.isSingle || !this.isHeld)
			return;
		this.current.fill(0);
		this.hold(0);
		this.#view.setUint32(HELD, 0);
	}

	/** In memory that has room for one nobody needs the other document any more: it is zeroed. */
	drop(): void {
		if (!this.isSingle)
			return;
		this.other.fill(0);
		this.forget();
	}

	/** Another document is in use. */
	advance(): void {
		this.#view.setUint32(NUMBER, this.number + 1);
	}

	/** The document that was written last, or was in use before. */
	get other(): Uint8Array {
		return this.document(OTHER);
	}

	/** There is no other document any more: its memory is somebody else's. */
	forget(): void {
		this.setSize(OTHER, 0);
	}

	/** Bytes that the other document may have. */
	get room(): number {
		return this.isSingle ? Math.min(SETTINGS_SIZE, UPLOAD_SIZE - this.size(CURRENT)) : SETTINGS_SIZE;
	}

	/** The memory of the other document, `room` bytes, for one that comes from outside. Until `write` there is no other document then. */
	get spare(): Uint8Array {
		this.forget();
		const from = this.start(OTHER);
		return this.#bytes.subarray(from, from + this.room);
	}

	/** Writes the other document and returns its bytes. More than `room`: it does not fit, and there is none. */
	write(lines: Iterable<string>): number {
		const memory = this.spare;
		const size = fill(memory, lines);
		if (size <= memory.length)
			this.setSize(OTHER, size);
		return size;
	}

	/** Writes over the document in use, where memory has room for both: the other one stays. It fits, as `compare` has found. */
	overwrite(lines: Iterable<string>): void {
		const from = this.start(CURRENT);
		this.hold(fill(this.#bytes.subarray(from, from + SETTINGS_SIZE), lines));
		this.advance();
	}

	/** What `write` would come to, of which nothing is written: bytes, and whether it is what the document in use, which is in memory, says. */
	compare(lines: Iterable<string>, equal: Equal): { readonly size: number; readonly isSame: boolean } {
		const { current } = this;
		let size = 0;
		let isSame = true;
		for (const line of lines) {
			const bytes = utf8(line.trimStart());
			const part = current.subarray(size, size + bytes.length);
			isSame &&= part.length === bytes.length && equal(part, bytes);
			size += bytes.length;
		}
		return { size, isSame: isSame && size === current.length };
	}

	/** The other document comes into use, and that one becomes the other, where memory has room for both. False: there is none. */
	exchange(): boolean {
		const [current, other] = [this.size(CURRENT), this.size(OTHER)];
		if (other === 0)
			return false;
		const bytes = this.#bytes;
		const to = this.start(CURRENT);
		const from = this.start(OTHER);
		if (this.isSingle) {
			bytes.copyWithin(to, from, from + other);
			bytes.fill(0, to + other, from + other);
		}
		else
			for (let at = 0; at < Math.max(current, other); at += STEP) {
				const before = bytes.slice(to + at, to + at + STEP);
				bytes.copyWithin(to + at, from + at, from + at + STEP);
				bytes.set(before, from + at);
			}
		this.hold(other);
		this.setSize(OTHER, this.isSingle ? 0 : current);
		this.advance();
		return true;
	}

	/** The document before the one in use is in use again, and the later one is gone. False: there is none. */
	revert(): boolean {
		if (!this.exchange())
			return false;
		this.forget();
		return true;
	}

	/** Reads part of the document in use. */
	read(offset: number, target: Uint8Array): number {
		if (!this.isHeld)
			return this.#kept(offset, target);
		const part = this.current.subarray(offset, offset + target.length);
		target.set(part);
		return part.length;
	}

	/** Whether the other document says the same as the one in use. `equal` compares bytes. */
	isSame(equal: Equal): boolean {
		return isRead((offset, target) => this.read(offset, target), this.other, equal);
	}

	/** Whether the document in use, which is in memory, is what is kept. */
	isKept(equal: Equal): boolean {
		return isRead(this.#kept, this.current, equal);
	}

	/** The text in the field `name` of the `index`th element of the list `list`, "" when it is not there. Both are names of `certificates`. */
	text(list: CertificateKind, index: number, name: string): string {
		const text = this.json(list, index, name);
		return text === "" ? "" : JSON.parse(text) as string;
	}

	/**
	 * The same as it stands in the document, in quotes. From where the last one was found on, when it is not before that: whoever asks for texts in their order
	 * has the document read once.
	 */
	json(list: CertificateKind, index: number, name: string): string {
		const piece = new Uint8Array(STEP);
		const open = utf8(`"${list}": [\n`);
		const field = utf8(`"${name}": "`);
		const isBehind = this.#foundIn === list ? index >= this.#found : LISTS.indexOf(list) > LISTS.indexOf(this.#foundIn);
		let inside: boolean = isBehind && this.#foundIn === list;
		let element = inside ? this.#found - 1 : -1;
		// Of the document the piece has `size` bytes from `from` on: of each line its beginning, and its end a few pieces later.
		let from = isBehind ? this.#foundAt : 0;
		let size = this.read(from, piece);
		for (let at = from; at < from + size || size === STEP;) {
			if (at + PREFIX > from + size && size === STEP) {
				from = at;
				size = this.read(from, piece);
			}
			const start = at - from;
			const first = piece[start]!;
			const wanted: Uint8Array = inside ? field : open;
			let same: number = start + wanted.length <= size ? 0 : -1;
			while (same >= 0 && same < wanted.length && piece[start + same] === wanted[same])
				same++;
			let end = lineEnd(piece, start);
			for (; end >= size && size > 0; end = lineEnd(piece, 0)) {
				from += size;
				size = this.read(from, piece);
			}
			if (size === 0)
				break;
			const next = from + end + 1;
			if (!inside)
				inside = same === wanted.length;
			else if (first === 0x5d)
				break;
			else if (first === 0x7b) {
				element++;
				if (element === index) {
					this.#foundIn = list;
					this.#found = index;
					this.#foundAt = at;
				}
			}
			else if (element === index && same === wanted.length) {
				// Without the comma and the line feed.
				const value = new Uint8Array(next - at - field.length + 1);
				this.read(at + field.length - 1, value);
				return String.fromArrayBuffer(value.buffer.slice(0, value.lastIndexOf(QUOTE) + 1));
			}
			at = next;
		}
		return "";
	}

	private document(area: number): Uint8Array {
		const from = this.start(area);
		return this.#bytes.subarray(from, from + this.size(area));
	}

	private start(area: number): number {
		return SETTINGS_HEADER_SIZE + (area === CURRENT ? 0 : this.isSingle ? this.size(CURRENT) : SETTINGS_SIZE);
	}

	private size(area: number): number {
		return this.#view.getUint32(SIZES + 4 * area);
	}

	private setSize(area: number, size: number): void {
		this.#view.setUint32(SIZES + 4 * area, size);
	}
}

/** Writes lines without their indentation as far as there is memory, and returns the bytes of all of them. */
function fill(memory: Uint8Array, lines: Iterable<string>): number {
	let size = 0;
	for (const line of lines) {
		const bytes = utf8(line.trimStart());
		if (size + bytes.length <= memory.length)
			memory.set(bytes, size);
		size += bytes.length;
	}
	return size;
}

type Equal = (a: Uint8Array, b: Uint8Array) => boolean;

/** Whether `bytes` are all that `read` has. */
function isRead(read: Read, bytes: Uint8Array, equal: Equal): boolean {
	const piece = new Uint8Array(STEP);
	for (let at = 0; at <= bytes.length; at += STEP) {
		const part = bytes.subarray(at, at + STEP);
		const size = read(at, piece);
		if (size !== part.length || size > 0 && !equal(piece.subarray(0, size), part))
			return false;
	}
	return true;
}
