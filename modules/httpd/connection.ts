/** One connection: requests in, one at a time, and their responses out, as fast as the client takes them. */
import type { TCPConstructor, TCPSocket } from "../types/io.js";
import { UPLOAD_SIZE } from "../limits.js";
import { BODY_TIME, EVICTABLE_TIME, HEADER_TIME, IDLE_TIME, LINGER_SIZE, LINGER_TIME, READ_SIZE, REFUSAL, REQUESTS, RESPONSE_TIME, SINK_TIME, STALL_TIME, UPLOAD_RETRY, UPLOAD_TIME } from "./constants.js";
import { ADMISSION, BODY, COMPLETE, FAILED, RequestParser } from "./request.js";
import type { Request } from "./request.js";
import { formatChunk, formatHead, PENDING, plain, reason } from "./response.js";
import type { Handler, Response } from "./response.js";
import { SinkReader } from "./sink.js";
import type { Workspace } from "./workspace.js";

const CROWDED = "memory is full of what is under way (negotiations, other pages): nothing was done";

/** What a connection needs of its server. */
export interface ConnectionHost {
	readonly TCP: TCPConstructor;
	readonly handler: Handler<Request>;
	readonly workspace: Workspace | undefined;
	now(): number;
	/** Whether memory has room for one more page. */
	hasRoom(): boolean;
	/** A handler or a page threw. */
	fault(text: string): void;
	/** The connection's deadline has changed. */
	moved(): void;
	/** Finds a place for a connection that waits for one; `speaks`: it has a request, for which one that has none gives way. */
	place(connection: Connection, speaks: boolean): boolean;
	/** It is over, and its place free. */
	ended(connection: Connection): void;
}

const READING = 0;
const RESPONDING = 1;
const LINGERING = 2;
const CLOSED = 3;
/** The answer is being worked out. */
const WAITING = 4;

/** What a connection waits for is there, and it goes on with the next `poll()`: a page needs the stack on which that was told. */
export const READY = 2;
/** Whether the request is welcome is being found out. */
const HELD = 1;

export class Connection {
	/** When `expire()` is due. */
	deadline: number;
	/** Since when it waits for the client to say what it wants, or to go; -1 while a request is answered. */
	idleSince: number;
	/** Nothing was ever said. */
	silent = true;
	/** One of its requests was admitted. */
	welcome = false;
	/** Its last answer is out: only the client's leaving is waited for. */
	done = false;
	/** It has one of the server's places; without one it waits for the client's first byte, and not for long. */
	placed: boolean;
	/** HELD, READY, or 0. */
	held = 0;
	readonly #host: ConnectionHost;
	readonly #socket: TCPSocket;
	readonly #parser: RequestParser;
	#phase = READING;
	#running = false;
	#room = 0;
	/** Bytes read and not yet parsed (pipelined requests), from #inAt on. */
	#in: Uint8Array | undefined;
	#inAt = 0;
	/** Bytes to write, from #outAt on. */
	#out: Uint8Array | undefined;
	#outAt = 0;
	#pieces: Iterator<string> | undefined;
	#chunked = false;
	/** The answer, known before the body has been read. */
	#early: Response | undefined;
	#end = 0;
	#requests = 0;
	#discarded = 0;
	/** Of the workspace, 0: this connection has it not. */
	#ticket = 0;

	constructor(host: ConnectionHost, from: TCPSocket, placed: boolean) {
		this.#host = host;
		this.placed = placed;
		this.idleSince = host.now();
		this.deadline = this.idleSince + (placed ? HEADER_TIME : EVICTABLE_TIME);
		const socket = this.#socket = new host.TCP({
			from,
			onReadable: () => this.run(),
			onWritable: (count) => {
				this.#room = count;
				this.run();
			},
			onError: () => this.close(),
		});
		this.#parser = new RequestParser(socket.remoteAddress ?? "");
	}

	/** Who is at its other end. */
	get address(): string {
		return this.#parser.remoteAddress;
	}

	/** Between two requests, or before the first. */
	get isQuiet(): boolean {
		return this.#phase === READING && !this.#parser.started && this.#in === undefined;
	}

	/** Closes at once; nothing is called afterwards. */
	close(): void {
		if (this.#phase === CLOSED)
			return;
		this.#phase = CLOSED;
		this.leaveWorkspace();
		this.giveUp();
		this.#in = this.#out = this.#early = undefined;
		this.#socket.close();
		this.#host.ended(this);
	}

	/** The deadline has come. */
	expire(): void {
		if (!this.placed && this.silent) {
			if (this.#host.place(this, false))
				this.due(HEADER_TIME);
			else
				this.refuse();
		}
		else if (this.#phase === READING && this.#parser.started) {
			if (this.#early !== undefined) {
				// What the answer is, is known; it was to wait for the end of the body.
				this.#parser.keepAlive = false;
				this.begin(this.#early);
			}
			else
				this.#parser.fail(408);
			this.run();
		}
		else
			this.close();
	}

	/** Closes at once, so that another gets its place, with what can be said now. */
	yield(): void {
		if (this.#phase === READING && this.#parser.started)
			this.expire();
		this.close();
	}

	/** Answers 503, and closes once the client has it. */
	refuse(): void {
		this.silent = false;
		this.#parser.fail(503);
		this.run();
	}

	/** Goes as far as bytes and room allow. */
	run(): void {
		if (this.#running)
			return;
		this.#running = true;
		try {
			while (this.step())
				;
		}
		catch (e) {
			// Of a page: what has been sent cannot be taken back, so the connection ends, without the last chunk.
			this.#host.fault(String(e));
			this.close();
		}
		this.#running = false;
	}

	/** False when there is nothing to do before the next event. */
	private step(): boolean {
		switch (this.#phase) {
			case READING:
				return this.read();
			case RESPONDING:
				return this.write();
			case LINGERING:
				return this.linger();
			default:
				return false;
		}
	}

	private read(): boolean {
		const parser = this.#parser;
		if (parser.stage === ADMISSION)
			return this.held !== HELD && this.admit();
		if (parser.stage === COMPLETE)
			return this.respond();
		if (parser.stage === FAILED)
			return this.answerFailure();
		if (this.#in === undefined) {
			const bytes = this.#socket.read(READ_SIZE);
			if (bytes === undefined || bytes.byteLength === 0)
				return false;
			this.#in = new Uint8Array(bytes);
			this.#inAt = 0;
		}
		if (!parser.started) {
			this.silent = false;
			this.idleSince = this.#host.now();
			this.due(HEADER_TIME);
			if (!this.placed && !this.#host.place(this, true)) {
				this.refuse();
				return true;
			}
		}
		this.#inAt = parser.push(this.#in, this.#inAt);
		if (this.#inAt >= this.#in.length)
			this.#in = undefined;
		if (parser.sink !== undefined && parser.stage === BODY)
			this.due(Math.min(UPLOAD_TIME, Math.max(0, this.#end - this.#host.now())));
		return true;
	}

	private admit(): boolean {
		const parser = this.#parser;
		const answer = this.call(true);
		if (answer === PENDING) {
			this.held = HELD;
			this.idleSince = -1;
			this.due(BODY_TIME);
			return false;
		}
		if (answer !== undefined)
			this.#requests += REFUSAL - 1;
		else if (!this.welcome) {
			this.welcome = true;
			this.#socket.welcome?.();
		}
		this.#early = answer ?? this.enterWorkspace();
		if (this.#early === undefined) {
			this.idleSince = -1;
			this.accept();
			if (parser.stage === BODY && parser.expectsContinue && this.#in === undefined)
				this.interim();
		}
		else if (parser.expectsContinue)
			// The client has been told not to send its body before it hears from us, yet may.
			parser.keepAlive = false;
		else
			parser.discard();
		if (this.#early !== undefined && !parser.keepAlive)
			return this.respond();
		this.due(this.#ticket === 0 ? BODY_TIME : UPLOAD_TIME);
		return true;
	}

	/** The body goes into the heap, the workspace, or through that to a sink. */
	private accept(): void {
		const parser = this.#parser;
		const { handler, workspace } = this.#host;
		const sink = this.#ticket === 0 ? undefined : handler.sink?.(parser);
		if (sink !== undefined)
			parser.pour(new SinkReader(sink, parser.boundary, workspace!.bytes));
		else if (this.#ticket === 0)
			parser.accept();
		else
			parser.accept(workspace!.bytes);
		this.#end = this.#host.now() + SINK_TIME;
	}

	/** A form with files is read into the workspace, or refused. */
	private enterWorkspace(): Response | undefined {
		const { boundary, isTooLarge } = this.#parser;
		if (boundary === "")
			return undefined;
		if (isTooLarge && this.#host.handler.sink?.(this.#parser) === undefined)
			return plain(413, `413 Content Too Large: a file may have ${UPLOAD_SIZE >> 10} KiB, with the form that it comes in`);
		this.#ticket = this.#host.workspace?.take() ?? 0;
		if (this.#ticket !== 0 && this.#parser.length > this.#host.workspace!.bytes.length && this.#host.handler.sink?.(this.#parser) === undefined) {
			const room = this.#host.workspace!.bytes.length >> 10;
			this.leaveWorkspace();
			return plain(413, `413 Content Too Large: the settings in use could not be kept and are in the memory of files, which has room for ${room} KiB until they can be. A firmware can be sent all the same; a restart goes back to the settings that were kept.`);
		}
		return this.#ticket !== 0 ? undefined
			: plain(503, `503 Service Unavailable: ${this.#host.workspace?.refusal ?? ""}`, [`Retry-After: ${UPLOAD_RETRY}`]);
	}

	private leaveWorkspace(): void {
		const upload = this.#parser.upload;
		if (upload !== undefined)
			upload.closed = true;
		this.#parser.sink?.abandon();
		this.#host.workspace?.release(this.#ticket);
		this.#ticket = 0;
	}

	private interim(): void {
		const bytes = ArrayBuffer.fromString("HTTP/1.1 100 Continue\r\n\r\n");
		// Without room for it the client goes on by itself after a while (RFC 9110 10.1.1).
		if (this.#room >= bytes.byteLength)
			this.put(new Uint8Array(bytes));
	}

	/** False: the client has left. */
	private put(bytes: Uint8Array): boolean {
		try {
			this.#room = this.#socket.write(bytes);
			return true;
		}
		catch {
			this.close();
			return false;
		}
	}

	/** The handler knows by now whether it is welcome. */
	private resume(): void {
		if (this.held !== HELD)
			return;
		this.held = READY;
		this.#host.moved();
	}

	private respond(): boolean {
		const response = this.#early ?? (this.#parser.sink === undefined && !this.#host.hasRoom() ? plain(503, `503 Service Unavailable: ${CROWDED}`, ["Retry-After: 2"]) : this.call(false) as Response);
		if (response.later === undefined)
			this.begin(response);
		else {
			this.#phase = WAITING;
			this.idleSince = -1;
			this.#end = this.#host.now() + RESPONSE_TIME;
			this.due(RESPONSE_TIME);
			response.later((answer) => {
				if (this.#phase === WAITING) {
					this.begin(answer);
					this.held = READY;
					this.#host.moved();
				}
				else
					// Nobody waits for it any more: what it holds is let go.
					(answer.body as Partial<Iterator<string>> | undefined)?.return?.();
			});
		}
		return true;
	}

	private call(admission: boolean): Response | typeof PENDING | undefined {
		try {
			return admission ? this.#host.handler.admit(this.#parser, () => this.resume()) : this.#parser.sink?.respond() ?? this.#host.handler.respond(this.#parser);
		}
		catch (e) {
			this.#host.fault(String(e));
			return plain(500, "500 Internal Server Error");
		}
	}

	/** What cannot be understood is answered, and the connection is at its end. */
	private answerFailure(): boolean {
		const status = this.#parser.failure;
		this.#parser.keepAlive = false;
		this.begin(plain(status, `${status} ${reason(status)}`, status === 405 ? ["Allow: GET, HEAD, POST"] : status === 503 ? ["Retry-After: 1"] : undefined));
		return true;
	}

	private begin(response: Response): void {
		const parser = this.#parser;
		const body = response.body ?? `${response.status} ${reason(response.status)}\n`;
		const bytes = typeof body === "string" ? new Uint8Array(ArrayBuffer.fromString(body)) : body instanceof Uint8Array ? body : undefined;
		const pieces = bytes === undefined ? body as Iterator<string> : undefined;
		this.#early = undefined;
		this.held = 0;
		this.leaveWorkspace();
		if (++this.#requests >= REQUESTS || (pieces !== undefined && parser.minor === 0))
			parser.keepAlive = false;
		this.#chunked = pieces !== undefined && parser.minor > 0;
		const length = bytes !== undefined ? bytes.length : this.#chunked ? -1 : -2;
		const head = formatHead(response, response.status === 304 ? -2 : length, parser.keepAlive, parser.minor);
		this.#pieces = pieces;
		this.#outAt = 0;
		if (parser.failure === 0 && parser.method === "HEAD" || response.status === 304) {
			this.giveUp();
			this.#out = new Uint8Array(ArrayBuffer.fromString(head));
		}
		else
			this.#out = typeof body === "string" ? new Uint8Array(ArrayBuffer.fromString(head + body)) : this.join(head, bytes);
		this.#phase = RESPONDING;
		this.idleSince = -1;
		this.#end = this.#host.now() + RESPONSE_TIME;
		this.due(STALL_TIME);
	}

	private join(head: string, bytes: Uint8Array | undefined): Uint8Array {
		const start = new Uint8Array(ArrayBuffer.fromString(head));
		if (bytes === undefined)
			return start;
		const all = new Uint8Array(start.length + bytes.length);
		all.set(start);
		all.set(bytes, start.length);
		return all;
	}

	private write(): boolean {
		if (this.#out === undefined && !this.nextPiece())
			return this.finish();
		const out = this.#out!;
		const count = Math.min(this.#room, out.length - this.#outAt);
		if (count <= 0)
			return false;
		if (!this.put(count === out.length ? out : out.subarray(this.#outAt, this.#outAt + count)))
			return false;
		this.#outAt += count;
		if (this.#outAt === out.length)
			this.#out = undefined;
		this.due(STALL_TIME);
		return true;
	}

	/** False at the end of the body. */
	private nextPiece(): boolean {
		this.#outAt = 0;
		while (this.#pieces !== undefined) {
			const next = this.#pieces.next();
			if (next.done === true) {
				this.#pieces = undefined;
				if (this.#chunked) {
					this.#out = new Uint8Array(ArrayBuffer.fromString("0\r\n\r\n"));
					return true;
				}
			}
			else if (next.value.length > 0) {
				this.#out = this.#chunked ? formatChunk(next.value) : new Uint8Array(ArrayBuffer.fromString(next.value));
				return true;
			}
		}
		return false;
	}

	/** The response is out. */
	private finish(): boolean {
		this.idleSince = this.#host.now();
		if (!this.#parser.keepAlive) {
			this.#phase = LINGERING;
			this.done = true;
			this.#in = undefined;
			this.#socket.end?.();
			this.#end = this.#host.now() + LINGER_TIME;
			this.due(LINGER_TIME);
			return true;
		}
		this.#parser.reset();
		this.#phase = READING;
		this.due(IDLE_TIME);
		return true;
	}

	private linger(): boolean {
		const bytes = this.#socket.read(READ_SIZE);
		if (bytes === undefined || bytes.byteLength === 0)
			return false;
		this.#discarded += bytes.byteLength;
		if (this.#discarded > LINGER_SIZE)
			this.close();
		return true;
	}

	private giveUp(): void {
		const pieces = this.#pieces;
		this.#pieces = undefined;
		pieces?.return?.();
	}

	private due(time: number): void {
		const deadline = this.#host.now() + time;
		this.deadline = this.#phase === READING ? deadline : Math.min(deadline, this.#end);
		this.#host.moved();
	}
}
