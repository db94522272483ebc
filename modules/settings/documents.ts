/**
 * The settings document in use and the one before it, in static memory: a device's heap has no room for them, and what a control plane leaves there the
 * next one finds. A document is written over the older one and counts once it is complete:
 *
 *      0       number of the document in use, one more for each; 0: there is none
 *      8, 12   bytes of the document in the first area, which is the one in use, and in the second, 0: none
 *     16       notes of whoever keeps the documents
 *     80       the two areas, SETTINGS_SIZE bytes each
 *
 * The lines are those of document.ts without their indentation.
 */
import { SETTINGS_HEADER_SIZE, SETTINGS_SIZE } from "../limits.js";
import { utf8 } from "./bytes.js";

const NUMBER = 0;
const SIZES = 8;
const NOTES = 16;
/** Bytes that are exchanged at once. */
const STEP = 1024;
const CURRENT = 0;
const OTHER = 1;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;

export class Documents {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;

	/** `table`: from `settingsTable()` (table.ts). Documents that are in it stay. */
	constructor(table: ArrayBuffer) {
		this.#bytes = new Uint8Array(table);
		this.#view = new DataView(table);
		if (this.#bytes.length !== SETTINGS_HEADER_SIZE + 2 * SETTINGS_SIZE)
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

	/** The document in use: its own memory, not to be written to. */
	get current(): Uint8Array {
		return this.document(CURRENT);
	}

	/** The document that was written last, or was in use before. */
	get other(): Uint8Array {
		return this.document(OTHER);
	}

	/** There is no other document any more: its memory is somebody else's. */
	forget(): void {
		this.setSize(OTHER, 0);
	}

	/** The memory of the other document, SETTINGS_SIZE bytes, for one that comes from outside. Until `write` there is no other document then. */
	get spare(): Uint8Array {
		this.forget();
		return this.#bytes.subarray(start(OTHER), start(OTHER) + SETTINGS_SIZE);
	}

	/** Writes the other document and returns its bytes. More than SETTINGS_SIZE: it does not fit, and there is none. */
	write(lines: Iterable<string>): number {
		let size = 0;
		this.forget();
		for (const line of lines) {
			const bytes = utf8(line.trimStart());
			if (size + bytes.length <= SETTINGS_SIZE)
				this.#bytes.set(bytes, start(OTHER) + size);
			size += bytes.length;
		}
		if (size <= SETTINGS_SIZE)
			this.setSize(OTHER, size);
		return size;
	}

	/** The other document comes into use, and that one becomes the other. False: there is none. */
	exchange(): boolean {
		const [current, other] = [this.size(CURRENT), this.size(OTHER)];
		if (other === 0)
			return false;
		const bytes = this.#bytes;
		const most = Math.max(current, other);
		for (let at = 0; at < most; at += STEP) {
			const from = start(CURRENT) + at;
			const before = bytes.slice(from, from + STEP);
			bytes.copyWithin(from, start(OTHER) + at, start(OTHER) + at + STEP);
			bytes.set(before, start(OTHER) + at);
		}
		this.setSize(CURRENT, other);
		this.setSize(OTHER, current);
		this.#view.setUint32(NUMBER, this.number + 1);
		return true;
	}

	/** The document before the one in use is in use again, and the later one is gone. False: there is none. */
	revert(): boolean {
		if (!this.exchange())
			return false;
		this.forget();
		return true;
	}

	/** The text in the field `name` of the `index`th element of the list `list`, "" when it is not there. Both are names of `certificates`. */
	text(list: string, index: number, name: string): string {
		const end = start(CURRENT) + this.size(CURRENT);
		const open = utf8(`"${list}": [\n`);
		const field = utf8(`"${name}": "`);
		let element = -1;
		let inside = false;
		for (let at = start(CURRENT); at < end;) {
			const next = this.#bytes.indexOf(LINE_FEED, at) + 1;
			if (next === 0)
				break;
			if (!inside)
				inside = this.starts(at, open);
			else if (this.#bytes[at] === 0x5d)
				break;
			else if (this.#bytes[at] === 0x7b)
				element++;
			else if (element === index && this.starts(at, field)) {
				// Without the comma and the line feed.
				const last = this.#bytes.lastIndexOf(QUOTE, next - 1);
				return JSON.parse(String.fromArrayBuffer(this.#bytes.slice(at + field.length - 1, last + 1).buffer)) as string;
			}
			at = next;
		}
		return "";
	}

	private starts(at: number, text: Uint8Array): boolean {
		for (let i = 0; i < text.length; i++)
			if (this.#bytes[at + i] !== text[i])
				return false;
		return true;
	}

	private document(area: number): Uint8Array {
		return this.#bytes.subarray(start(area), start(area) + this.size(area));
	}

	private size(area: number): number {
		return this.#view.getUint32(SIZES + 4 * area);
	}

	private setSize(area: number, size: number): void {
		this.#view.setUint32(SIZES + 4 * area, size);
	}
}

function start(area: number): number {
	return SETTINGS_HEADER_SIZE + area * SETTINGS_SIZE;
}
