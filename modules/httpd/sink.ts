/**
 * A form whose last field is a file that is larger than any memory: what stands before the file is a form as any other, the file goes to a sink in pieces as
 * it comes. The memory that the body passes through is small: what may be the beginning of the form's end stays in it until more has come.
 */
import { contentEnd, parseUpTo } from "./multipart.js";
import type { Multipart } from "./multipart.js";
import type { Request } from "./request.js";
import type { Response } from "./response.js";

/** What takes the file. */
export interface Sink {
	/** The file begins; the fields before it are in `request.upload`, now and not later. False: it is not wanted, and what comes of it is thrown away. */
	begin(request: Request): boolean;
	/** The next bytes; they are somebody else's afterwards. False as above. */
	write(bytes: Uint8Array): boolean;
	/** Called once, after `begin`. `whole`: the file came to its end, and the form too; else the client has gone, or what it sent is no form. */
	end(whole: boolean): void;
	/** The answer to a form that came to its end. */
	respond(): Response;
}

/** The name of the file's field. */
const FILE = "file";
/** Bytes that the fields before the file may have, with their headers. */
const FIELDS_SIZE = 2048;
/** Bytes that the sink is given at once; the last ones may be a few hundred more. */
export const PIECE_SIZE = 4096;
/** Bytes that are taken into the memory at once. */
const STEP_SIZE = 512;

const FIELDS = 0;
const CONTENT = 1;
const TAIL = 2;
/** It is no such form. */
const BROKEN = 3;

const DASH = 0x2d;

export class SinkReader {
	readonly #sink: Sink;
	readonly #memory: Uint8Array;
	readonly #mark: Uint8Array;
	readonly #boundary: string;
	#state = FIELDS;
	/** Bytes in the memory. */
	#size = 0;
	#begun = false;
	#wanted = true;
	/** The fields before the file. */
	upload: Multipart | undefined;

	/** `memory`: of which the first 2 * PIECE_SIZE bytes are used. */
	constructor(sink: Sink, boundary: string, memory: Uint8Array) {
		this.#sink = sink;
		this.#boundary = boundary;
		this.#memory = memory.subarray(0, 2 * PIECE_SIZE);
		this.#mark = new Uint8Array(ArrayBuffer.fromString(`--${boundary}`));
	}

	/** Takes the next bytes of the body. */
	push(bytes: Uint8Array, request: Request & { upload: Multipart | undefined }): void {
		for (let from = 0; from < bytes.length; from += STEP_SIZE)
			this.step(bytes.length <= STEP_SIZE ? bytes : bytes.subarray(from, from + STEP_SIZE), request);
	}

	private step(bytes: Uint8Array, request: Request & { upload: Multipart | undefined }): void {
		if (this.#state === BROKEN || !this.#wanted)
			return;
		this.#memory.set(bytes, this.#size);
		this.#size += bytes.length;
		if (this.#state === FIELDS)
			this.fields(request);
		if (this.#state === CONTENT && this.#size >= PIECE_SIZE + this.#mark.length + 4)
			this.pass();
		if (this.#state === TAIL && this.#size > this.#mark.length + 4)
			this.#state = BROKEN;
	}

	/** The body has come to its end. False: it is no such form. */
	finish(): boolean {
		if (this.#state === CONTENT && this.#wanted)
			this.pass();
		const { length } = this.#mark;
		const isWhole = !this.#wanted || this.#state === TAIL && this.#memory[length] === DASH && this.#memory[length + 1] === DASH
			&& (this.#size === length + 2 || this.#size === length + 4 && this.#memory[length + 2] === 13 && this.#memory[length + 3] === 10);
		this.end(isWhole);
		return isWhole;
	}

	/** The client has gone. */
	abandon(): void {
		this.end(false);
	}

	/** The answer to a form that is whole. */
	respond(): Response {
		return this.#sink.respond();
	}

	private end(whole: boolean): void {
		if (this.#begun)
			this.#sink.end(whole);
		this.#begun = false;
	}

	private fields(request: Request & { upload: Multipart | undefined }): void {
		const found = parseUpTo(this.#memory.subarray(0, this.#size), this.#boundary, FILE);
		if (found === undefined) {
			if (this.#size > FIELDS_SIZE)
				this.#state = BROKEN;
			return;
		}
		this.#state = CONTENT;
		this.#begun = true;
		request.upload = found.form;
		this.#wanted = this.#sink.begin(request);
		found.form.closed = true;
		this.drop(found.from);
	}

	/** Gives the sink what is surely of the file. */
	private pass(): void {
		const end = contentEnd(this.#memory.subarray(0, this.#size), 0, this.#mark);
		if (end >= 0) {
			this.give(end);
			this.drop(end + 2);
			this.#state = TAIL;
		}
		else if (this.#size > PIECE_SIZE) {
			this.give(PIECE_SIZE);
			this.drop(PIECE_SIZE);
		}
	}

	private give(count: number): void {
		if (count > 0 && this.#wanted)
			this.#wanted = this.#sink.write(this.#memory.subarray(0, count));
	}

	private drop(count: number): void {
		this.#memory.copyWithin(0, count, this.#size);
		this.#size -= count;
	}
}
