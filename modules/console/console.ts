/** The serial console: one command a line, each answer ended by the prompt. */
import type { FirewallReader } from "../log/firewall.js";
import type { LogReader } from "../log/types.js";
import { printable } from "../log/printable.js";
import type { Firmware } from "../settings/services.js";
import type { Commands } from "../status/types.js";
import type { SerialOptions, SerialPort } from "../types/io.js";
import { answer, completion } from "./commands.js";
import type { Answer } from "./commands.js";
import type { Question } from "./dialog.js";
import { LineReader, type Line } from "./line.js";
import { PENDING } from "./trace.js";

export const PROMPT = "keygate> ";
/** Bytes read at once. */
const INPUT = 64;
/** Milliseconds between two looks at what an answer that goes on has to say. */
const LIVE = 250;

export interface ConsoleOptions {
	/** Opens the port with the console's callbacks: `(options) => new Serial(options)`. */
	readonly open: (options: SerialOptions) => SerialPort;
	readonly commands: Commands;
	readonly log: LogReader;
	readonly firewall: FirewallReader;
	/** What `unlock` does; how many had to wait. */
	readonly unlock?: () => number;
	/** Absent where the firmware is not this unit's own affair. */
	readonly firmware?: Firmware | undefined;
	/** Milliseconds. */
	readonly now: () => number;
	/** `pollAt()` may be another one than before. */
	readonly reschedule: () => void;
	/** The other end is gone; the console is closed. */
	readonly onClose?: () => void;
}

/**
 * Nothing is read while an answer is being written, and no more of an answer is made than the port takes: a slow line or a
 * flood of commands costs one line and one piece of an answer.
 */
export class Console {
	readonly #options: ConsoleOptions;
	readonly #port: SerialPort;
	readonly #reader: LineReader;
	/** Bytes the port takes now. */
	#room = 0;
	/** What was read and not looked at yet. */
	#input: Uint8Array | undefined;
	#at = 0;
	/** Text that comes before the rest of the answer. */
	#text = PROMPT;
	#answer: Iterator<string | Question, void, string> | undefined;
	/** What the answer has asked: the next line is for it. */
	#question: Question | undefined;
	/** What was said to it. */
	#reply = "";
	/** When the answer, which goes on, is looked at again; undefined: it has an end, or there is none. */
	#liveAt: number | undefined;
	/** What of a piece did not fit. */
	#waiting: Uint8Array | undefined;
	#closed = false;

	constructor(options: ConsoleOptions) {
		this.#options = options;
		this.#port = options.open({
			onReadable: () => this.pump(),
			onWritable: (count) => {
				this.#room = count;
				this.pump();
			},
			onError: () => this.gone()
		});
		this.#reader = new LineReader({ terminal: this.#port.terminal, prompt: PROMPT, complete: (text) => completion(options, text) });
	}

	/** When `poll()` is to be called; undefined: not. */
	pollAt(): number | undefined {
		return this.#liveAt;
	}

	/** Shows what an answer that goes on has to say. */
	poll(now: number): void {
		if (this.#liveAt === undefined || now < this.#liveAt)
			return;
		this.#liveAt = undefined;
		this.pump();
	}

	/** Closes the port. May be called again. */
	close(): void {
		if (this.#closed)
			return;
		this.#closed = true;
		this.#answer = this.#question = this.#input = this.#waiting = undefined;
		this.#liveAt = undefined;
		this.#port.close();
	}

	private gone(): void {
		this.close();
		this.#options.onClose?.();
	}

	private pump(): void {
		while (!this.#closed && this.flush() && this.feed())
			continue;
	}

	/** Writes what there is; true when nothing is left and the next line may be read. */
	private flush(): boolean {
		for (;;) {
			if (this.#waiting === undefined) {
				const text = this.next();
				if (text === undefined)
					return true;
				this.#waiting = new Uint8Array(ArrayBuffer.fromString(this.#port.terminal ? withReturns(text) : text));
			}
			if (this.#room === 0)
				return false;
			const bytes = this.#waiting;
			const size = Math.min(bytes.length, this.#room);
			this.#room = this.#port.write(size === bytes.length ? bytes : bytes.slice(0, size));
			this.#waiting = size === bytes.length ? undefined : bytes.slice(size);
		}
	}

	/** The next piece of text to write, undefined when the console waits for a line. */
	private next(): string | undefined {
		while (this.#text === "" && this.#answer !== undefined && this.#liveAt === undefined && this.#question === undefined) {
			const { done, value } = this.step(this.#answer);
			if (done === true)
				this.prompt();
			else if (value === PENDING)
				this.wait();
			else if (typeof value === "string")
				this.#text = value;
			else
				this.ask(value);
		}
		const text = this.#text;
		this.#text = "";
		return text === "" ? undefined : text;
	}

	private ask(question: Question): void {
		this.#question = question;
		this.#reader.ask(question.ask, question.hidden === true);
		this.#text = question.ask;
	}

	/** The answer is over. */
	private prompt(): void {
		this.#answer = this.#question = undefined;
		this.#reader.command();
		this.#text = PROMPT + this.#reader.unfinished;
	}

	private wait(): void {
		this.#liveAt = this.#options.now() + LIVE;
		this.#options.reschedule();
	}

	/** What an answer tells of may go away while it is written: then it ends with a line that says so, not with the gateway. */
	private step(answer: Iterator<string | Question, void, string>): IteratorResult<string | Question, void> {
		const reply = this.#reply;
		this.#reply = "";
		try {
			return answer.next(reply);
		}
		catch (error) {
			this.#answer = [][Symbol.iterator]();
			return { done: false, value: `? the answer ends here: ${printable(String(error))}\n` };
		}
	}

	/** Takes what was read up to the end of a line, or a little more of what can be read; false when nothing can. */
	private feed(): boolean {
		if (this.#input === undefined) {
			const bytes = this.#port.read(INPUT);
			if (bytes === undefined)
				return false;
			this.#input = new Uint8Array(bytes);
			this.#at = 0;
		}
		const input = this.#input;
		while (this.#at < input.length) {
			// Any key ends an answer that goes on; on a pipe the next line does, and is answered as always.
			if (this.#liveAt !== undefined && this.#port.terminal) {
				// All of it: a key may be several bytes.
				this.#at = input.length;
				this.#liveAt = undefined;
				this.prompt();
				break;
			}
			const line = this.#reader.feed(input[this.#at++] as number);
			if (line !== undefined) {
				this.#liveAt = undefined;
				if (this.#question !== undefined)
					this.replied(line);
				else
					this.#answer = (line.list ?? (line.fault !== undefined ? [`? ${line.fault}\n`] : this.run(line.text)))[Symbol.iterator]();
				break;
			}
		}
		if (this.#at === input.length)
			this.#input = undefined;
		this.#text += this.#reader.echo;
		this.#reader.echo = "";
		return true;
	}

	/** A line came for the question that was asked. */
	private replied(line: Line): void {
		if (line.fault !== undefined) {
			this.#text = `? ${line.fault}\n${this.#question!.ask}`;
			return;
		}
		this.#question = undefined;
		this.#reader.command();
		if (line.list === undefined && line.cancelled === true)
			this.#answer = ["given up: nothing was changed\n"][Symbol.iterator]();
		else if (line.list === undefined)
			this.#reply = line.text;
	}

	private run(line: string): Answer {
		try {
			return answer(this.#options, line, this.#port.terminal);
		}
		catch (error) {
			return [`? ${printable(String(error))}\n`];
		}
	}
}

/** A terminal without translation of its own needs CR LF. */
function withReturns(text: string): string {
	let result = "";
	let start = 0;
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", start)) {
		result += text.slice(start, at > 0 && text.charAt(at - 1) === "\r" ? at - 1 : at) + "\r\n";
		start = at + 1;
	}
	return start === 0 ? text : result + text.slice(start);
}
