/** Bytes of a serial line to command lines: bounded, edited and echoed when a person sits at it. */
import { CONSOLE_LINE_SIZE } from "../limits.js";

const BACKSPACE = 0x08;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
/** Control-C and Control-U give up the line. */
const CANCEL = 0x03;
const KILL = 0x15;
const DELETE = 0x7f;

export type Line =
	| { readonly text: string; readonly fault?: undefined }
	/** What is wrong with the line, for a person. */
	| { readonly fault: string };

export class LineReader {
	readonly #bytes = new Uint8Array(CONSOLE_LINE_SIZE);
	readonly #terminal: boolean;
	#size = 0;
	#tooLong = false;
	#control = false;
	#afterReturn = false;
	/** What the terminal is to show of what was fed; whoever shows it empties it. */
	echo = "";

	constructor(terminal: boolean) {
		this.#terminal = terminal;
	}

	/** Takes one byte; a line when it was its end (CR, LF or CR LF). */
	feed(byte: number): Line | undefined {
		const afterReturn = this.#afterReturn;
		this.#afterReturn = byte === RETURN;
		if (byte === LINE_FEED && afterReturn)
			return undefined;
		if (byte === RETURN || byte === LINE_FEED) {
			this.#show("\r\n");
			return this.#end();
		}
		if (this.#terminal && (byte === CANCEL || byte === KILL)) {
			this.#show(byte === CANCEL ? "^C\r\n" : "^U\r\n");
			this.#clear();
			return { text: "" };
		}
		if (this.#terminal && (byte === BACKSPACE || byte === DELETE)) {
			this.#erase();
			return undefined;
		}
		if (byte === TAB)
			this.#append(0x20);
		else if (byte < 0x20 || byte === DELETE)
			this.#control = true;
		else
			this.#append(byte);
		return undefined;
	}

	#append(byte: number): void {
		if (this.#size === CONSOLE_LINE_SIZE) {
			this.#tooLong = true;
			return;
		}
		this.#bytes[this.#size++] = byte;
		if (this.#control)
			return;
		// The bytes of one character are shown together, once its last one is here.
		if (byte < 0x80)
			this.#show(String.fromCharCode(byte));
		else if (this.#terminal)
			this.#showCharacter();
	}

	#showCharacter(): void {
		let start = this.#size - 1;
		while (start > 0 && this.#size - start < 4 && ((this.#bytes[start] as number) & 0xc0) === 0x80)
			start--;
		const first = this.#bytes[start] as number;
		const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
		if (first >= 0xc2 && this.#size - start === size)
			this.#show(decode(this.#bytes, start, this.#size) ?? "?");
	}

	#erase(): void {
		if (this.#size === 0)
			return;
		let size = this.#size - 1;
		while (size > 0 && ((this.#bytes[size] as number) & 0xc0) === 0x80)
			size--;
		this.#size = size;
		this.#tooLong = false;
		this.#show("\b \b");
	}

	#end(): Line {
		const text = decode(this.#bytes, 0, this.#size);
		const line = this.#tooLong ? { fault: `the line is too long: expected at most ${CONSOLE_LINE_SIZE} bytes` }
			: this.#control ? { fault: "control characters are not part of a command" }
			: text === undefined ? { fault: "the line is not UTF-8" }
			: { text };
		this.#clear();
		return line;
	}

	#clear(): void {
		this.#size = 0;
		this.#tooLong = this.#control = false;
	}

	#show(text: string): void {
		if (this.#terminal)
			this.echo += text;
	}
}

function decode(bytes: Uint8Array, start: number, end: number): string | undefined {
	try {
		return String.fromArrayBuffer(bytes.slice(start, end).buffer as ArrayBuffer);
	}
	catch {
		return undefined;
	}
}
