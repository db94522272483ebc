/**
 * A small HTTP/1.1 server with bounds on everything: connections, bytes, time. It knows nothing of what it serves. Its only events
 * are those of its sockets and `poll()`, which is due at `pollAt()`.
 */
import { HTTP_CONNECTIONS } from "../limits.js";
import type { ListenerConstructor, ListenerSocket, TCPConstructor, TCPSocket } from "../types/io.js";
import { Connection } from "./connection.js";
import type { ConnectionHost } from "./connection.js";
import { EVICTABLE_TIME, REFUSALS } from "./constants.js";
import type { Request } from "./request.js";
import type { Handler } from "./response.js";

export interface HTTPServerOptions {
	readonly Listener: ListenerConstructor;
	readonly TCP: TCPConstructor;
	/** Own address, dotted; every address when absent. */
	readonly address?: string;
	/** 0: one that is free. */
	readonly port: number;
	/** Milliseconds of a monotonic clock. */
	readonly now: () => number;
	readonly handler: Handler<Request>;
	/** `pollAt()` may have changed. */
	readonly reschedule?: () => void;
	/** An exception of the handler or a page, answered with 500 or an end of the connection: for the log. */
	readonly fault?: (text: string) => void;
}

export class HTTPServer implements ConnectionHost {
	readonly TCP: TCPConstructor;
	readonly handler: Handler<Request>;
	readonly #listener: ListenerSocket;
	readonly #now: () => number;
	readonly #reschedule: (() => void) | undefined;
	readonly #fault: ((text: string) => void) | undefined;
	readonly #connections: Connection[] = [];
	/** Connections over the limit, while they are told so; oldest first. */
	readonly #refused: Connection[] = [];
	/** Most connections served at once so far. */
	highWater = 0;
	#closed = false;

	/** Throws what the Listener throws: the port is taken, or not allowed. */
	constructor(options: HTTPServerOptions) {
		this.TCP = options.TCP;
		this.handler = options.handler;
		this.#now = options.now;
		this.#reschedule = options.reschedule;
		this.#fault = options.fault;
		const accept = (count: number): void => this.#accept(count);
		this.#listener = new options.Listener(options.address === undefined
			? { port: options.port, onReadable: accept }
			: { address: options.address, port: options.port, onReadable: accept });
	}

	/** The port that it listens on. */
	get port(): number {
		return this.#listener.port;
	}

	/** Connections served now. */
	get connections(): number {
		return this.#connections.length;
	}

	now(): number {
		return this.#now();
	}

	/** Ends what has taken too long. */
	poll(now: number): void {
		this.#expire(this.#connections, now);
		this.#expire(this.#refused, now);
	}

	/** When `poll()` is due; undefined: not before the next event. */
	pollAt(): number | undefined {
		let at: number | undefined;
		for (const connection of this.#connections)
			at = at === undefined ? connection.deadline : Math.min(at, connection.deadline);
		for (const connection of this.#refused)
			at = at === undefined ? connection.deadline : Math.min(at, connection.deadline);
		return at;
	}

	/** Closes the listener and every connection. */
	close(): void {
		if (this.#closed)
			return;
		this.#closed = true;
		this.#listener.close();
		while (this.#connections.length > 0)
			this.#connections[this.#connections.length - 1]!.close();
		while (this.#refused.length > 0)
			this.#refused[this.#refused.length - 1]!.close();
	}

	fault(text: string): void {
		this.#fault?.(text);
	}

	moved(): void {
		this.#reschedule?.();
	}

	ended(connection: Connection): void {
		let index = this.#connections.indexOf(connection);
		if (index >= 0)
			this.#connections.splice(index, 1);
		else if ((index = this.#refused.indexOf(connection)) >= 0)
			this.#refused.splice(index, 1);
		this.#reschedule?.();
	}

	#accept(count: number): void {
		while (count-- > 0 && !this.#closed) {
			const from = this.#listener.read();
			if (from === undefined)
				return;
			this.#admit(from);
		}
	}

	#admit(from: TCPSocket): void {
		if (this.#connections.length >= HTTP_CONNECTIONS)
			this.#evict();
		const full = this.#connections.length >= HTTP_CONNECTIONS;
		if (full && this.#refused.length >= REFUSALS)
			this.#refused[0]!.close();
		const connection = new Connection(this, from);
		if (full) {
			this.#refused.push(connection);
			connection.refuse();
		}
		else {
			this.#connections.push(connection);
			this.highWater = Math.max(this.highWater, this.#connections.length);
		}
		this.#reschedule?.();
	}

	/** A browser keeps connections open that it may never use again: the one that is quiet for longest makes place. */
	#evict(): void {
		let oldest: Connection | undefined;
		for (const connection of this.#connections) {
			if (connection.idleSince >= 0 && (oldest === undefined || connection.idleSince < oldest.idleSince))
				oldest = connection;
		}
		if (oldest !== undefined && oldest.idleSince + EVICTABLE_TIME <= this.#now())
			oldest.close();
	}

	#expire(connections: Connection[], now: number): void {
		for (let i = connections.length - 1; i >= 0; i--) {
			const connection = connections[i];
			if (connection !== undefined && connection.deadline <= now)
				connection.expire();
		}
	}
}
