/** What a handler answers, and how it goes on the wire. */
import type { Sink } from "./sink.js";

export interface Response {
	readonly status: number;
	/** Content type; `text/plain; charset=utf-8` when absent. */
	readonly type?: string;
	/** More header lines, complete but for the line end: "Location: /status". From us, never from the network. */
	readonly headers?: readonly string[];
	/** The content of this path never changes: the browser may keep it. Absent: nobody keeps it. */
	readonly lasting?: boolean;
	/**
	 * Pieces of an iterator are of PAGE_PIECE_SIZE bytes at most in UTF-8; the next is asked for when the one before has been
	 * written. It is given up with `return()` when the client goes away. Absent: one line that names the status.
	 */
	readonly body?: string | Uint8Array | Iterator<string>;
	/**
	 * The answer is not known yet. Called once, while the connection waits; `done` takes the answer, at once or later. When the client has gone by then,
	 * it is not sent. What else the response says does not count.
	 */
	readonly later?: (done: (response: Response) => void) => void;
}

/** In place of an answer: it is not known yet. */
export const PENDING = "pending";

export interface Handler<R> {
	/**
	 * The header is complete, the body not read: an answer here refuses the request and no memory is spent on its body. PENDING: `resume` will be
	 * called, and then it is asked again.
	 */
	admit(request: R, resume: () => void): Response | typeof PENDING | undefined;
	/**
	 * What takes the file of a form with files that was admitted, when it is one that no memory holds; undefined: it is an upload as any other. Absent: there
	 * are none.
	 */
	sink?(request: R): Sink | undefined;
	/** Answers a request. Throwing is a fault of ours: 500. */
	respond(request: R): Response;
}

/**
 * Headers that every response has: it is not framed, not guessed at, and what it shows loads nothing that is not ours and runs no
 * script that is not a file of ours. No Cross-Origin-Opener-Policy: browsers take it over HTTPS alone, and complain of it on each page.
 */
const COMMON = "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'\r\n"
	+ "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n";

const REASONS: Readonly<Record<number, string>> = Object.freeze({
	200: "OK", 302: "Found", 303: "See Other", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
	405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 411: "Length Required", 413: "Content Too Large", 414: "URI Too Long",
	417: "Expectation Failed", 421: "Misdirected Request", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
	500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
});

/** The reason phrase of `status`. */
export function reason(status: number): string {
	return REASONS[status] ?? "";
}

/** A response of one line of text. */
export function plain(status: number, text: string, headers?: readonly string[]): Response {
	return headers === undefined ? { status, body: `${text}\n` } : { status, headers, body: `${text}\n` };
}

/** `length` in bytes, -1: in chunks, -2: up to the end of the connection (HTTP/1.0). */
export function formatHead(response: Response, length: number, keepAlive: boolean, minor: number): string {
	let head = `HTTP/1.1 ${response.status} ${reason(response.status)}\r\nContent-Type: ${response.type ?? "text/plain; charset=utf-8"}\r\nCache-Control: ${response.lasting === true ? "private, max-age=31536000, immutable" : "no-store"}\r\n${COMMON}`;
	if (response.headers !== undefined) {
		for (const line of response.headers)
			head += `${line}\r\n`;
	}
	if (length === -1)
		head += "Transfer-Encoding: chunked\r\n";
	else if (length >= 0)
		head += `Content-Length: ${length}\r\n`;
	if (!keepAlive)
		head += "Connection: close\r\n";
	else if (minor === 0)
		head += "Connection: keep-alive\r\n";
	return `${head}\r\n`;
}

/** `piece`, not empty, as a chunk (RFC 9112 7.1): in one buffer, its size in four hexadecimal digits written over the first four bytes. */
export function formatChunk(piece: string): Uint8Array {
	const bytes = new Uint8Array(ArrayBuffer.fromString(`0000\r\n${piece}\r\n`));
	let size = bytes.length - 8;
	if (size > 0xffff)
		throw new RangeError("piece too large");
	for (let i = 3; i >= 0; i--) {
		const digit = size & 15;
		bytes[i] = digit < 10 ? 0x30 + digit : 0x57 + digit;
		size >>= 4;
	}
	return bytes;
}
