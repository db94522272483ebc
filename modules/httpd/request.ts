/**
 * HTTP/1.1 requests (RFC 9112), parsed as the bytes come and without keeping them: of the header only the fields that the server
 * acts upon stay, of an unknown field nothing. Whatever two servers could read in two ways is refused: bare CR or LF, folded
 * fields, space before the colon, two lengths, a length and a coding.
 */
import { HTTP_BODY_SIZE, HTTP_HEADER_SIZE, HTTP_LINE_SIZE, UPLOAD_SIZE } from "../limits.js";
import { DISCARD_SIZE, EMPTY_LINES, FIELD_SIZE } from "./constants.js";
import { boundaryOf, parseMultipart, type Multipart } from "./multipart.js";
import type { SinkReader } from "./sink.js";

/** What a handler sees of a request. */
export interface Request {
	readonly method: "GET" | "HEAD" | "POST";
	/** Percent-decoded, begins with "/". */
	readonly path: string;
	/** What follows the "?", as it came. */
	readonly query: string;
	/** Host and port as the client named them; "" in HTTP/1.0 without a Host field. */
	readonly host: string;
	/** Value of the Authorization field, "" without one. */
	readonly authorization: string;
	/** Value of the X-Keygate field, "" without one. */
	readonly keygate: string;
	/** Empty until the body has been read. */
	readonly body: Uint8Array;
	/** The body as a form with files, where it is one: its memory is the request's until the answer is given. */
	readonly upload?: Multipart | undefined;
	readonly remoteAddress: string;
}

/** What the parser waits for. */
const HEAD = 0;
/** The header is complete: `accept()` or `discard()` says what to do with the body. */
export const ADMISSION = 1;
export const BODY = 2;
export const COMPLETE = 3;
/** `failure` is the status to answer; nothing more of the connection can be understood. */
export const FAILED = 4;

// States within HEAD.
const LINE = 0;
const LINE_FEED = 1;
const NAME = 2;
const VALUE = 3;
const VALUE_FEED = 4;
const END_FEED = 5;

const CR = 13;
const LF = 10;

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";
/** Fields that the server acts upon. The longest has 17 characters. */
const FIELDS = Object.freeze(["host", "content-length", "transfer-encoding", "connection", "authorization", "x-keygate", "expect", "content-type"]);
const NAME_SIZE = 17;
/** Methods of RFC 9110 and 5789 that no resource here has. */
const OTHER_METHODS = Object.freeze(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]);

function isToken(c: number): boolean {
	return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39) || (c < 0x7f && TOKEN_MARKS.indexOf(String.fromCharCode(c)) >= 0);
}

function isTokenText(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		if (!isToken(text.charCodeAt(i)))
			return false;
	}
	return text.length > 0;
}

/** Bytes `from`..`to` (not included), all ASCII, as text. */
function text(bytes: Uint8Array, from: number, to: number): string {
	return String.fromArrayBuffer(bytes.slice(from, to).buffer);
}

/** The comma-separated list `value` has `token` (lower case). */
function listed(value: string, token: string): boolean {
	let from = 0;
	while (from <= value.length) {
		let to = value.indexOf(",", from);
		if (to < 0)
			to = value.length;
		if (value.slice(from, to).trim() === token)
			return true;
		from = to + 1;
	}
	return false;
}

export class RequestParser implements Request {
	stage = HEAD;
	/** The status that says what was wrong, when `stage` is FAILED. */
	failure = 0;
	method: "GET" | "HEAD" | "POST" = "GET";
	path = "";
	query = "";
	host = "";
	authorization = "";
	keygate = "";
	body: Uint8Array;
	upload: Multipart | undefined;
	/** Takes the body as it comes, in place of memory. */
	sink: SinkReader | undefined;
	readonly remoteAddress: string;
	/** Of a form with files, "" for other bodies. */
	boundary = "";
	/** Bytes of the body as announced. */
	length = 0;
	/** 0 for HTTP/1.0. */
	minor = 1;
	keepAlive = true;
	/** The client waits for "100 Continue" before it sends the body. */
	expectsContinue = false;
	/** A byte of the request has come. */
	started = false;

	#state = LINE;
	/** The request line, the name, or the value so far. */
	#text = "";
	/** Bytes of the request line or of all header fields so far. */
	#size = 0;
	#emptyLines = 0;
	/** Index in FIELDS of the field whose value comes; -1: none of them. */
	#field = -1;
	/** Bit n: FIELDS[n] was there. */
	#seen = 0;
	#connection = "";
	/** What a transfer coding is answered with: no body may come in pieces of unknown number. 0: there is none. */
	#coding = 0;
	#received = 0;
	#discarding = false;

	constructor(remoteAddress: string) {
		this.remoteAddress = remoteAddress;
		this.body = new Uint8Array(0);
	}

	/** Ready for the next request of the connection. */
	reset(): void {
		this.stage = HEAD;
		this.failure = 0;
		this.path = this.query = this.host = this.authorization = this.keygate = "";
		if (this.body.length > 0)
			this.body = new Uint8Array(0);
		this.upload = undefined;
		this.sink = undefined;
		this.boundary = "";
		this.length = 0;
		this.minor = 1;
		this.keepAlive = true;
		this.expectsContinue = false;
		this.started = false;
		this.#state = LINE;
		this.#text = "";
		this.#size = 0;
		this.#emptyLines = 0;
		this.#seen = 0;
		this.#connection = "";
		this.#coding = 0;
		this.#received = 0;
		this.#discarding = false;
	}

	/** Takes bytes from index `from` on, up to where the stage changes; returns the index of the first byte not taken. */
	push(bytes: Uint8Array, from: number): number {
		let i = from;
		while (i < bytes.length) {
			if (this.stage === HEAD)
				i = this.head(bytes, i);
			else if (this.stage === BODY)
				i = this.take(bytes, i);
			else
				break;
		}
		return i;
	}

	/** It has more bytes than may be taken: only `discard()` is possible. */
	get isTooLarge(): boolean {
		return this.length > UPLOAD_SIZE;
	}

	/** The request is welcome: its body is read. `memory`: for a form with files, as large as the largest. */
	accept(memory?: Uint8Array): void {
		if (this.length > 0) {
			this.body = memory === undefined ? new Uint8Array(this.length) : memory.subarray(0, this.length);
			this.stage = BODY;
		}
		else
			this.complete();
	}

	/** The request is welcome: its body, a form with a file at its end, goes to `sink`. */
	pour(sink: SinkReader): void {
		this.sink = sink;
		this.stage = BODY;
		if (this.length === 0)
			this.complete();
	}

	/** The answer is known already: the body is read and thrown away, for the next request is behind it. */
	discard(): void {
		this.#discarding = true;
		this.stage = this.length > 0 ? BODY : COMPLETE;
	}

	fail(status: number): void {
		this.stage = FAILED;
		this.failure = status;
		this.keepAlive = false;
		this.#text = "";
	}

	private take(bytes: Uint8Array, from: number): number {
		const count = Math.min(bytes.length - from, this.length - this.#received);
		if (this.sink !== undefined)
			this.sink.push(bytes.subarray(from, from + count), this);
		else if (!this.#discarding)
			this.body.set(bytes.subarray(from, from + count), this.#received);
		this.#received += count;
		if (this.#received === this.length)
			this.complete();
		return from + count;
	}

	private complete(): void {
		this.stage = COMPLETE;
		if (this.sink !== undefined) {
			if (!this.sink.finish())
				this.fail(400);
		}
		else if (this.boundary !== "" && !this.#discarding && (this.upload = parseMultipart(this.body, this.boundary)) === undefined)
			this.fail(400);
	}

	/** One run of bytes of the same kind; returns the index after it. */
	private head(bytes: Uint8Array, from: number): number {
		this.started = true;
		if (this.#state === LINE)
			return this.line(bytes, from);
		if (this.#state === NAME)
			return this.name(bytes, from);
		if (this.#state === VALUE)
			return this.value(bytes, from);
		if (bytes[from] !== LF)
			this.fail(400);
		else if (this.#state === LINE_FEED)
			this.endLine();
		else if (this.#state === VALUE_FEED)
			this.endField();
		else
			this.endHead();
		return from + 1;
	}

	private line(bytes: Uint8Array, from: number): number {
		let i = from;
		while (i < bytes.length && bytes[i]! >= 0x20 && bytes[i]! <= 0x7e)
			i++;
		this.#size += i - from;
		if (this.#size > HTTP_LINE_SIZE)
			this.fail(414);
		else {
			this.#text += text(bytes, from, i);
			if (i < bytes.length) {
				if (bytes[i] !== CR)
					this.fail(400);
				this.#state = LINE_FEED;
				i++;
			}
		}
		return i;
	}

	private endLine(): void {
		const line = this.#text;
		if (line === "") {
			this.#state = LINE;
			if (++this.#emptyLines > EMPTY_LINES)
				this.fail(400);
			return;
		}
		this.#text = "";
		this.#size = 0;
		this.#state = NAME;
		const first = line.indexOf(" ");
		const last = line.lastIndexOf(" ");
		if (first <= 0 || last === first)
			this.fail(400);
		else
			this.requestLine(line.slice(0, first), line.slice(first + 1, last), line.slice(last + 1));
	}

	private requestLine(method: string, target: string, version: string): void {
		if (version.length !== 8 || !version.startsWith("HTTP/") || version[6] !== ".")
			return this.fail(400);
		const major = version.charCodeAt(5) - 0x30;
		this.minor = version.charCodeAt(7) - 0x30;
		if (!(major >= 0 && major <= 9 && this.minor >= 0 && this.minor <= 9))
			return this.fail(400);
		if (major !== 1)
			return this.fail(505);
		if (method === "GET" || method === "HEAD" || method === "POST")
			this.method = method;
		else
			return this.fail(OTHER_METHODS.indexOf(method) >= 0 ? 405 : isTokenText(method) ? 501 : 400);
		this.target(target);
	}

	/** Origin form, or absolute form, whose authority takes the place of the Host field (RFC 9112 3.2.2). */
	private target(target: string): void {
		if (target.slice(0, 7).toLowerCase() === "http://") {
			let slash = target.indexOf("/", 7);
			if (slash < 0)
				slash = target.length;
			this.host = target.slice(7, slash);
			if (this.host === "")
				return this.fail(400);
			target = target.slice(slash);
			if (target === "")
				target = "/";
		}
		if (target[0] !== "/" || target.indexOf(" ") >= 0 || target.indexOf("#") >= 0)
			return this.fail(400);
		const mark = target.indexOf("?");
		this.query = mark < 0 ? "" : target.slice(mark + 1);
		try {
			this.path = decodeURIComponent(mark < 0 ? target : target.slice(0, mark));
		}
		catch {
			this.fail(400);
		}
	}

	private name(bytes: Uint8Array, from: number): number {
		if (this.#text === "" && bytes[from] === CR) {
			this.#state = END_FEED;
			return from + 1;
		}
		let i = from;
		while (i < bytes.length && isToken(bytes[i]!))
			i++;
		if (!this.count(i - from))
			return i;
		// One character more than the longest name we know is enough to know that it is another.
		if (this.#text.length <= NAME_SIZE)
			this.#text += text(bytes, from, Math.min(i, from + NAME_SIZE + 1));
		if (i < bytes.length) {
			if (bytes[i] !== 0x3a || this.#text === "") {
				this.fail(400);
				return i;
			}
			this.count(1);
			this.beginField();
			i++;
		}
		return i;
	}

	private beginField(): void {
		this.#field = FIELDS.indexOf(this.#text.toLowerCase());
		this.#text = "";
		this.#state = VALUE;
		if (this.#field >= 0) {
			// Connection is a list and may come in parts; the others may not come twice.
			if ((this.#seen & (1 << this.#field)) !== 0 && FIELDS[this.#field] !== "connection")
				this.fail(400);
			this.#seen |= 1 << this.#field;
		}
	}

	private value(bytes: Uint8Array, from: number): number {
		const keep = this.#field >= 0;
		let i = from;
		let b = 0;
		while (i < bytes.length && ((b = bytes[i]!) >= 0x20 || b === 9) && b !== 0x7f && !(keep && b > 0x7f))
			i++;
		if (!this.count(i - from))
			return i;
		if (keep && i > from) {
			if (this.#text.length + i - from > FIELD_SIZE) {
				this.fail(431);
				return i;
			}
			this.#text += text(bytes, from, i);
		}
		if (i < bytes.length) {
			if (b !== CR)
				this.fail(400);
			this.#state = VALUE_FEED;
			i++;
		}
		return i;
	}

	private count(bytes: number): boolean {
		this.#size += bytes;
		if (this.#size > HTTP_HEADER_SIZE) {
			this.fail(431);
			return false;
		}
		return true;
	}

	private endField(): void {
		const value = this.#text.trim();
		this.#text = "";
		this.#state = NAME;
		this.count(2);
		switch (this.#field) {
			case 0:
				if (value.length === 0 || value.indexOf(",") >= 0 || value.indexOf(" ") >= 0)
					return this.fail(400);
				if (this.host === "")
					this.host = value;
				break;
			case 1:
				return this.lengthField(value);
			case 2:
				this.#coding = value.toLowerCase() === "chunked" ? 411 : 501;
				break;
			case 3:
				if (this.#connection.length + value.length > FIELD_SIZE)
					return this.fail(431);
				this.#connection += "," + value.toLowerCase();
				break;
			case 4:
				this.authorization = value;
				break;
			case 5:
				this.keygate = value;
				break;
			case 6:
				if (value.toLowerCase() !== "100-continue")
					return this.fail(417);
				this.expectsContinue = this.minor > 0;
				break;
			case 7:
				this.boundary = boundaryOf(value);
				break;
		}
	}

	private lengthField(value: string): void {
		let length = 0;
		for (let i = 0; i < value.length; i++) {
			const digit = value.charCodeAt(i) - 0x30;
			if (digit < 0 || digit > 9)
				return this.fail(400);
			// Larger than the largest is large enough: no sum that could lose digits.
			length = Math.min(length * 10 + digit, DISCARD_SIZE + 1);
		}
		if (value === "")
			return this.fail(400);
		this.length = length;
	}

	private endHead(): void {
		if (this.minor > 0 && (this.#seen & 1) === 0)
			return this.fail(400);
		if (this.#coding !== 0)
			return this.fail((this.#seen & 2) !== 0 || this.minor === 0 ? 400 : this.#coding);
		if (this.method !== "POST")
			this.boundary = "";
		if (this.length > (this.boundary === "" ? HTTP_BODY_SIZE : DISCARD_SIZE))
			return this.fail(413);
		this.keepAlive = this.minor > 0 ? !listed(this.#connection, "close") : listed(this.#connection, "keep-alive");
		this.#connection = "";
		this.stage = ADMISSION;
	}
}
