/** Bytes of a serial line to command lines: bounded, and for a person who sits at a terminal edited, completed and remembered. */
import { CONSOLE_LINE_SIZE } from "../limits.js";
import { History } from "./history.js";
import { KeyReader } from "./keys.js";
import {
	BACK, CANCEL, CLEAR, COMPLETE, END, ERASE, ERASE_AFTER, ERASE_ALL, ERASE_WORD, FORWARD, HOME, LEFT, NEXT, NOTHING, PREVIOUS, RIGHT, SELF
} from "./keys.js";

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;
/** Columns of the line that are shown at once, behind the prompt: a longer one is shown in part, so that no terminal breaks it. */
const COLUMNS = 68;
/** How far the part moves when the cursor leaves it. */
const JUMP = 20;

export type Line =
	| {
		readonly text: string; readonly fault?: undefined; readonly list?: undefined;
		/** It was given up (Ctrl-C): there is nothing in it. */
		readonly cancelled?: true;
	}
	/** What is wrong with the line, for a person. */
	| { readonly fault: string; readonly list?: undefined }
	/** Lines to show; then the same line goes on. */
	| { readonly list: Iterable<string>; readonly fault?: undefined };

/** What may stand for the end of a line: texts that begin with it. */
export interface Completion {
	/** Where in the text what is completed begins. */
	readonly at: number;
	readonly candidates: () => Iterable<string>;
}

export interface LineOptions {
	readonly terminal: boolean;
	readonly prompt: string;
	/** What may stand for the end of `text`. */
	readonly complete: (text: string) => Completion;
}

export class LineReader {
	readonly #options: LineOptions;
	readonly #bytes = new Uint8Array(CONSOLE_LINE_SIZE);
	readonly #keys: KeyReader | undefined;
	readonly #history: History | undefined;
	#prompt: string;
	/** An answer is typed and not a command: nothing is completed, and nothing is remembered. */
	#asked = false;
	#hidden = false;
	#size = 0;
	/** Where the next byte goes. */
	#cursor = 0;
	/** The first character that is shown. */
	#shown = 0;
	#tooLong = false;
	#control = false;
	#afterReturn = false;
	/** What the terminal is to show of what was fed; whoever shows it empties it. */
	echo = "";

	constructor(options: LineOptions) {
		this.#options = options;
		this.#prompt = options.prompt;
		if (options.terminal) {
			this.#keys = new KeyReader();
			this.#history = new History();
		}
	}

	/** Takes one byte; a line when it was its end (CR, LF or CR LF). */
	feed(byte: number): Line | undefined {
		const afterReturn = this.#afterReturn;
		this.#afterReturn = byte === RETURN;
		if (byte === LINE_FEED && afterReturn)
			return undefined;
		if (byte === RETURN || byte === LINE_FEED) {
			this.show("\r\n");
			return this.end();
		}
		if (this.#keys !== undefined)
			return this.key(this.#keys.feed(byte), byte);
		if (byte === TAB)
			this.append(SPACE);
		else if (byte < SPACE || byte === DELETE)
			this.#control = true;
		else
			this.append(byte);
		return undefined;
	}

	/** The next line is the answer to a question. `hidden`: it is not shown as it is typed. */
	ask(prompt: string, hidden: boolean): void {
		this.#prompt = prompt;
		this.#asked = true;
		this.#hidden = hidden;
	}

	/** The next line is a command again. */
	command(): void {
		this.#prompt = this.#options.prompt;
		this.#asked = this.#hidden = false;
	}

	/** The line that goes on after a list, as the terminal is to show it. */
	get unfinished(): string {
		return this.#size === 0 ? "" : this.part();
	}

	// A pipe

	private append(byte: number): void {
		if (this.#size === CONSOLE_LINE_SIZE)
			this.#tooLong = true;
		else
			this.#bytes[this.#size++] = byte;
	}

	// A terminal

	private key(key: number, byte: number): Line | undefined {
		const history = this.#history!;
		if (this.#asked && (key === PREVIOUS || key === NEXT || key === COMPLETE))
			return undefined;
		switch (key) {
			case NOTHING:
				return undefined;
			case SELF:
				this.insert(byte);
				return undefined;
			case LEFT:
				return this.move(this.before(this.#cursor));
			case RIGHT:
				return this.move(this.after(this.#cursor));
			case HOME:
				return this.move(0);
			case END:
				return this.move(this.#size);
			case BACK:
				return this.back();
			case ERASE:
				return this.erase(this.#cursor, this.after(this.#cursor));
			case ERASE_AFTER:
				return this.erase(this.#cursor, this.#size);
			case ERASE_ALL:
				return this.erase(0, this.#cursor);
			case ERASE_WORD:
				return this.erase(this.wordBefore(), this.#cursor);
			case PREVIOUS:
				return this.replace(history.previous(this.#bytes.subarray(0, this.#size)));
			case NEXT:
				return this.replace(history.next());
			case COMPLETE:
				return this.complete();
			case CLEAR:
				this.show("\u001b[H\u001b[2J");
				this.redraw();
				return undefined;
			case CANCEL:
				this.show("^C\r\n");
				this.clear();
				history.add(this.#bytes.subarray(0, 0));
				return { text: "", cancelled: true };
			default:
				return key === FORWARD ? this.move(this.wordAfter()) : this.move(this.wordBefore());
		}
	}

	/** A byte where the cursor is. Those of one character are shown together, once its last one is here. */
	private insert(byte: number): void {
		if (this.#size === CONSOLE_LINE_SIZE) {
			this.show("\u0007");
			return;
		}
		const bytes = this.#bytes;
		const end = this.#cursor === this.#size;
		bytes.copyWithin(this.#cursor + 1, this.#cursor, this.#size);
		bytes[this.#cursor++] = byte;
		this.#size++;
		const start = this.before(this.#cursor);
		const first = bytes[start] as number;
		const size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
		if (this.#cursor - start < size || first >= 0x80 && first < 0xc2)
			return;
		const text = decode(bytes, start, this.#cursor) ?? "?";
		if (this.#hidden)
			return;
		if (end && this.#shown === 0 && this.columns(this.#size) <= COLUMNS)
			this.show(text);
		else
			this.redraw();
	}

	private back(): undefined {
		if (this.#cursor === 0)
			return undefined;
		const short = this.#cursor === this.#size && this.#shown === 0 && this.columns(this.#size) <= COLUMNS;
		const start = this.before(this.#cursor);
		const columns = this.columns(this.#cursor) - this.columns(start);
		this.#size -= this.#cursor - start;
		this.#bytes.copyWithin(start, this.#cursor, this.#size + this.#cursor - start);
		this.#cursor = start;
		if (short && !this.#hidden)
			this.show("\b \b".repeat(columns));
		else
			this.redraw();
		return undefined;
	}

	private erase(from: number, to: number): undefined {
		if (from < to) {
			this.#bytes.copyWithin(from, to, this.#size);
			this.#size -= to - from;
			this.#cursor = from;
			this.redraw();
		}
		return undefined;
	}

	private move(to: number): undefined {
		if (to !== this.#cursor) {
			this.#cursor = to;
			this.redraw();
		}
		return undefined;
	}

	private replace(line: Uint8Array | undefined): undefined {
		if (line !== undefined) {
			this.#bytes.set(line);
			this.#size = this.#cursor = line.length;
			this.#shown = 0;
			this.redraw();
		}
		return undefined;
	}

	/** Puts in what all candidates go on with; shows them when that is nothing. */
	private complete(): Line | undefined {
		const text = decode(this.#bytes, 0, this.#cursor);
		if (text === undefined)
			return undefined;
		const { at, candidates } = this.#options.complete(text);
		let common: string | undefined;
		let count = 0;
		for (const candidate of candidates()) {
			count++;
			common = common === undefined ? candidate : commonStart(common, candidate);
		}
		if (common === undefined)
			this.show("\u0007");
		else if (count === 1 || common.length > text.length - at)
			this.type(common.slice(text.length - at) + (count === 1 && at === 0 ? " " : ""));
		else {
			this.show("\r\n");
			return { list: listed(candidates()) };
		}
		return undefined;
	}

	private type(text: string): void {
		const bytes = new Uint8Array(ArrayBuffer.fromString(text));
		for (let i = 0; i < bytes.length; i++)
			this.insert(bytes[i] as number);
	}

	/** Where the character before `at` begins, and where the one at it ends. */
	private before(at: number): number {
		let to = at - 1;
		while (to > 0 && ((this.#bytes[to] as number) & 0xc0) === 0x80)
			to--;
		return Math.max(to, 0);
	}

	private after(at: number): number {
		let to = at + 1;
		while (to < this.#size && ((this.#bytes[to] as number) & 0xc0) === 0x80)
			to++;
		return Math.min(to, this.#size);
	}

	private wordBefore(): number {
		let to = this.#cursor;
		while (to > 0 && this.#bytes[to - 1] === SPACE)
			to--;
		while (to > 0 && this.#bytes[to - 1] !== SPACE)
			to--;
		return to;
	}

	private wordAfter(): number {
		let to = this.#cursor;
		while (to < this.#size && this.#bytes[to] === SPACE)
			to++;
		while (to < this.#size && this.#bytes[to] !== SPACE)
			to++;
		return to;
	}

	/** Columns of what stands before `end`: one for each character. */
	private columns(end: number): number {
		let columns = 0;
		for (let i = 0; i < end; i++) {
			if (((this.#bytes[i] as number) & 0xc0) !== 0x80)
				columns++;
		}
		return columns;
	}

	private redraw(): void {
		this.show(`\r${this.#prompt}\u001b[K${this.part()}`);
	}

	/** The part of the line that is shown, chosen so that the cursor is in it, and the way back to the cursor. */
	private part(): string {
		if (this.#hidden)
			return "";
		const cursor = this.columns(this.#cursor);
		if (cursor < this.#shown)
			this.#shown = Math.max(0, cursor - JUMP);
		if (cursor > this.#shown + COLUMNS)
			this.#shown = cursor - COLUMNS + JUMP;
		const start = this.offset(this.#shown);
		const behind = Math.min(this.columns(this.#size), this.#shown + COLUMNS) - cursor;
		return (decode(this.#bytes, start, this.offset(this.#shown + COLUMNS)) ?? "?") + "\b".repeat(behind);
	}

	/** Where the character in this column begins. */
	private offset(column: number): number {
		let at = 0;
		for (let left = column; left > 0 && at < this.#size; left--)
			at = this.after(at);
		return at;
	}

	// Both

	private end(): Line {
		const text = decode(this.#bytes, 0, this.#size);
		const line = this.#tooLong ? { fault: `the line is too long: expected at most ${CONSOLE_LINE_SIZE} bytes` }
			: this.#control ? { fault: "control characters are not part of a command" }
			: text === undefined ? { fault: "the line is not UTF-8" }
			: { text };
		if (!this.#asked)
			this.#history?.add(this.#bytes.subarray(0, this.#size));
		this.clear();
		return line;
	}

	private clear(): void {
		// It may be a password.
		if (this.#asked)
			this.#bytes.fill(0);
		this.#size = this.#cursor = this.#shown = 0;
		this.#tooLong = this.#control = false;
	}

	private show(text: string): void {
		if (this.#options.terminal)
			this.echo += text;
	}
}

function commonStart(a: string, b: string): string {
	let size = 0;
	while (size < a.length && size < b.length && a.charCodeAt(size) === b.charCodeAt(size))
		size++;
	// Not half a character.
	return a.slice(0, size > 0 && a.charCodeAt(size - 1) >> 10 === 0x36 ? size - 1 : size);
}

function* listed(candidates: Iterable<string>): Generator<string, void, undefined> {
	for (const candidate of candidates)
		yield `${candidate}\n`;
}

function decode(bytes: Uint8Array, start: number, end: number): string | undefined {
	try {
		return String.fromArrayBuffer(bytes.slice(start, end).buffer);
	}
	catch {
		return undefined;
	}
}
