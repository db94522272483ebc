/** A network without a network: Listener and TCP in the shape of io.ts, whose clients are driven by the test. */
import type { ListenerOptions, ListenerSocket, TCPOptions, TCPSocket } from "../../../modules/types/io.js";

export function bytesOf(text: string): Uint8Array {
	return new Uint8Array(ArrayBuffer.fromString(text));
}

/** Bytes as text, one character each. */
export function textOf(bytes: Uint8Array): string {
	let text = "";
	for (let i = 0; i < bytes.length; i++)
		text += String.fromCharCode(bytes[i]!);
	return text;
}

export interface Answer {
	readonly status: number;
	readonly head: string;
	readonly body: string;
}

/** The test's end of a connection. */
export class Client {
	readonly network: Network;
	readonly address: string;
	/** Everything the server wrote, one character a byte. */
	received = "";
	/** Bytes the server may write before the client reads again. */
	room: number;
	/** The server closed. */
	closed = false;
	/** The server said that it writes no more. */
	ended = false;
	/** The server said that it may be here. */
	welcome = false;
	/** Largest single write. */
	largest = 0;
	options: TCPOptions | undefined;
	socket: TCPSocket | undefined;
	waiting: Uint8Array[] = [];

	constructor(network: Network, address: string, room: number) {
		this.network = network;
		this.address = address;
		this.room = room;
	}

	/** Sends bytes; `size`: in pieces of that many. */
	send(text: string, size = text.length): this {
		const bytes = bytesOf(text);
		for (let from = 0; from < bytes.length && !this.closed; from += size) {
			const piece = bytes.slice(from, from + size);
			this.waiting.push(piece);
			this.options?.onReadable?.call(this.socket!, piece.length);
		}
		return this;
	}

	/** Takes in what came and makes room for more. */
	read(room: number): void {
		this.room = room;
		if (!this.closed)
			this.options?.onWritable?.call(this.socket!, room);
	}

	/** Ends the connection from its side. */
	leave(): void {
		if (!this.closed) {
			this.closed = true;
			this.options?.onError?.call(this.socket!);
		}
	}

	/** The responses so far, chunked bodies put together. `heads`: methods were HEAD, so no bodies follow. */
	answers(heads = false): Answer[] {
		const list: Answer[] = [];
		let rest = this.received;
		while (rest.length > 0) {
			const end = rest.indexOf("\r\n\r\n");
			if (end < 0)
				throw new Error(`half a head: ${rest}`);
			const head = rest.slice(0, end + 2);
			rest = rest.slice(end + 4);
			let body = "";
			const length = field(head, "Content-Length");
			if (heads || head.startsWith("HTTP/1.1 100"))
				body = "";
			else if (field(head, "Transfer-Encoding") === "chunked") {
				for (;;) {
					const line = rest.indexOf("\r\n");
					const size = Number(`0x${rest.slice(0, line)}`);
					if (line < 0 || !(size >= 0))
						throw new Error(`no chunk: ${rest}`);
					body += rest.slice(line + 2, line + 2 + size);
					if (rest.slice(line + 2 + size, line + 4 + size) !== "\r\n")
						throw new Error("no end of chunk");
					rest = rest.slice(line + 4 + size);
					if (size === 0)
						break;
				}
			}
			else if (length !== undefined) {
				body = rest.slice(0, Number(length));
				rest = rest.slice(Number(length));
			}
			else {
				body = rest;
				rest = "";
			}
			list.push({ status: Number(head.slice(9, 12)), head, body });
		}
		return list;
	}

	/** Status of the one response there is; 0 when there is none. */
	status(): number {
		const answers = this.answers();
		return answers.length === 1 ? answers[0]!.status : answers.length === 0 ? 0 : -answers.length;
	}
}

/** The value of a header field in `head`. */
export function field(head: string, name: string): string | undefined {
	const at = head.indexOf(`\r\n${name}: `);
	return at < 0 ? undefined : head.slice(at + name.length + 4, head.indexOf("\r\n", at + 2));
}

class Accepted implements TCPSocket {
	readonly client: Client;
	constructor(client: Client) {
		this.client = client;
	}
	get remoteAddress(): string {
		return this.client.address;
	}
	read(): undefined {
		return undefined;
	}
	write(): number {
		throw new Error("not taken over");
	}
	close(): void {
		this.client.closed = true;
	}
}

class FakeTCP implements TCPSocket {
	readonly client: Client;
	constructor(options: TCPOptions) {
		this.client = (options.from as Accepted).client;
		this.client.options = options;
		this.client.socket = this;
	}
	get remoteAddress(): string {
		return this.client.address;
	}
	read(count = Infinity): ArrayBuffer | undefined {
		if (this.client.closed)
			throw new Error("read after close");
		const first = this.client.waiting.shift();
		if (first === undefined)
			return undefined;
		if (first.length > count)
			this.client.waiting.unshift(first.slice(count));
		return first.slice(0, count).buffer;
	}
	write(bytes: ArrayBuffer | Uint8Array): number {
		const client = this.client;
		const data = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
		if (client.closed || client.ended)
			throw new Error("write after close");
		if (data.length > client.room)
			throw new Error("no room");
		client.received += textOf(data);
		client.largest = Math.max(client.largest, data.length);
		client.room -= data.length;
		return client.room;
	}
	end(): void {
		this.client.ended = true;
	}
	welcome(): void {
		this.client.welcome = true;
	}
	close(): void {
		this.client.closed = true;
	}
}

export class Network {
	time = 0;
	readonly TCP = FakeTCP;
	readonly Listener: new (options: ListenerOptions) => ListenerSocket;
	listening = false;
	#options: ListenerOptions | undefined;
	#listener: ListenerSocket | undefined;
	readonly #waiting: Client[] = [];

	constructor() {
		const network = this;
		this.Listener = class implements ListenerSocket {
			readonly port: number;
			constructor(options: ListenerOptions) {
				network.#options = options;
				network.#listener = this;
				network.listening = true;
				this.port = options.port === 0 ? 40000 : options.port;
			}
			read(): TCPSocket | undefined {
				const client = network.#waiting.shift();
				return client === undefined ? undefined : new Accepted(client);
			}
			close(): void {
				network.listening = false;
			}
		};
	}

	/** The host has refused so many connections. */
	refuse(count: number, address: string): void {
		this.#options!.onRefused?.call(this.#listener!, count, address);
	}

	/** A client that has connected and been told of room for `room` bytes. */
	connect(room = 1 << 20, address = "10.1.0.9"): Client {
		const client = new Client(this, address, room);
		this.#waiting.push(client);
		this.#options!.onReadable.call(this.#listener!, 1);
		if (!client.closed && room > 0)
			client.read(room);
		return client;
	}
}
