/**
 * A small HTTP/1.1 server with bounds on everything: connections, bytes, time. It knows nothing of what it serves. Its only events
 * are those of its sockets and `poll()`, which is due at `pollAt()`.
 */
import { HTTP_CONNECTIONS } from "../limits.js";
import type { ListenerConstructor, ListenerSocket, TCPConstructor, TCPSocket } from "../types/io.js";
import { Connection, READY } from "./connection.js";
import type { ConnectionHost } from "./connection.js";
import { EVICTABLE_TIME, REFUSALS } from "./constants.js";
import type { Request } from "./request.js";
import type { Handler } from "./response.js";
import type { Workspace } from "./workspace.js";

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
	/** For forms with files; without it there are none. */
	readonly workspace?: Workspace;
	/** Whether memory has room for one more page; absent: it has. */
	readonly hasRoom?: () => boolean;
	/** `pollAt()` may have changed. */
	readonly reschedule?: () => void;
	/** So many connections were refused before they came here, the last one from `address`: for the log. */
	readonly refused?: (count: number, address: string) => void;
	/** An exception of the handler or a page, answered with 500 or an end of the connection: for the log. */
	readonly fault?: (text: string) => void;
}

export class HTTPServer implements ConnectionHost {
	readonly TCP: TCPConstructor;
	readonly handler: Handler<Request>;
	readonly workspace: Workspace | undefined;
	readonly #listener: ListenerSocket;
	readonly #now: () => number;
	readonly #reschedule: (() => void) | undefined;
	readonly #fault: ((text: string) => void) | undefined;
	readonly #hasRoom: (() => boolean) | undefined;
	readonly #connections: Connection[] = [];
	/** Connections without a place: they have said nothing yet, or are told to come again. Oldest first. */
	readonly #waiting: Connection[] = [];
	/** Most connections served at once so far. */
	highWater = 0;
	#closed = false;

	/** Throws what the Listener throws: the port is taken, or not allowed. */
	constructor(options: HTTPServerOptions) {
		this.TCP = options.TCP;
		this.handler = options.handler;
		this.workspace = options.workspace;
		this.#now = options.now;
		this.#reschedule = options.reschedule;
		this.#fault = options.fault;
		this.#hasRoom = options.hasRoom;
		const accept = (count: number): void => this.accept(count);
		const { address, port, refused } = options;
		this.#listener = new options.Listener({ ...(address === undefined ? {} : { address }), port, onReadable: accept, onRefused: refused });
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

	/** Lets those go on whose answer is there, and ends what has taken too long. */
	poll(now: number): void {
		for (let i = this.#connections.length - 1; i >= 0; i--) {
			const connection = this.#connections[i];
			if (connection?.held === READY) {
				connection.held = 0;
				connection.run();
			}
		}
		this.expire(this.#connections, now);
		this.expire(this.#waiting, now);
	}

	/** When `poll()` is due; undefined: not before the next event. */
	pollAt(): number | undefined {
		const at = Math.min(earliest(this.#connections), earliest(this.#waiting));
		return at === Infinity ? undefined : at;
	}

	/** Closes the listener and every connection. */
	close(): void {
		if (this.#closed)
			return;
		this.#closed = true;
		this.#listener.close();
		while (this.#connections.length > 0)
			this.#connections[this.#connections.length - 1]!.close();
		while (this.#waiting.length > 0)
			this.#waiting[this.#waiting.length - 1]!.close();
	}

	fault(text: string): void {
		this.#fault?.(text);
	}

	hasRoom(): boolean {
		return this.#hasRoom?.() ?? true;
	}

	/** Closes a connection that is kept and has said nothing for a while, the one that has been quiet for longest, for its memory; false: there is none. */
	shed(): boolean {
		const since = this.#now() - EVICTABLE_TIME;
		let first: Connection | undefined;
		for (const connection of this.#connections)
			if (connection.isQuiet && connection.idleSince <= since && (first === undefined || connection.idleSince < first.idleSince))
				first = connection;
		first?.close();
		return first !== undefined;
	}

	moved(): void {
		this.#reschedule?.();
	}

	ended(connection: Connection): void {
		let index = this.#connections.indexOf(connection);
		if (index >= 0)
			this.#connections.splice(index, 1);
		else if ((index = this.#waiting.indexOf(connection)) >= 0)
			this.#waiting.splice(index, 1);
		this.#reschedule?.();
	}

	private accept(count: number): void {
		while (count-- > 0 && !this.#closed) {
			const from = this.#listener.read();
			if (from === undefined)
				return;
			this.admit(from);
		}
	}

	private admit(from: TCPSocket): void {
		const full = this.#connections.length >= HTTP_CONNECTIONS;
		if (full && this.#waiting.length >= REFUSALS)
			this.giveUp();
		const connection = new Connection(this, from, !full);
		if (full)
			this.#waiting.push(connection);
		else
			this.seat(connection);
		this.#reschedule?.();
	}

	private seat(connection: Connection): void {
		this.#connections.push(connection);
		this.highWater = Math.max(this.highWater, this.#connections.length);
	}

	place(connection: Connection, speaks: boolean): boolean {
		if (speaks && this.#connections.length >= HTTP_CONNECTIONS)
			this.evict(this.heldBy(connection.address));
		const index = this.#waiting.indexOf(connection);
		if (index < 0 || this.#connections.length >= HTTP_CONNECTIONS)
			return false;
		this.#waiting.splice(index, 1);
		connection.placed = true;
		this.seat(connection);
		return true;
	}

	/** One that has been told to come again goes before one that has said nothing. */
	private giveUp(): void {
		for (const connection of this.#waiting) {
			if (!connection.silent)
				return connection.close();
		}
		const oldest = this.#waiting[0]!;
		oldest.refuse();
		oldest.close();
	}

	/**
	 * Who says nothing makes place for who has a request: at once when nothing was ever said or the last answer is out, and after
	 * a while when a header does not come to its end, when a body comes that is of no use, or when the connection is only kept (a
	 * browser keeps some that it may never use again). Those that were never let in go first, and of them the one that has been quiet for longest. `held`: how many
	 * places the address that asks has for such: of one that has more they go at once, and one that has half of all gets none of those that were let in.
	 */
	private evict(held: number): void {
		let first: Connection | undefined;
		for (const connection of this.#connections) {
			if (this.matters(connection, held))
				continue;
			if (first === undefined || rank(connection) < rank(first) || (rank(connection) === rank(first) && connection.idleSince < first.idleSince))
				first = connection;
		}
		first?.yield();
	}

	/** It does not give way to an address that holds so many places. */
	private matters(connection: Connection, held: number): boolean {
		if (connection.idleSince < 0)
			return true;
		if (rank(connection) === 0)
			return false;
		const isQuiet = connection.idleSince + EVICTABLE_TIME <= this.#now();
		return connection.welcome ? !isQuiet || held >= HTTP_CONNECTIONS / 2 : !isQuiet && this.heldBy(connection.address) <= held + 1;
	}

	/** How many places an address has for connections that were not let in. */
	private heldBy(address: string): number {
		let count = 0;
		for (const connection of this.#connections)
			count += !connection.welcome && connection.address === address ? 1 : 0;
		return count;
	}

	private expire(connections: Connection[], now: number): void {
		for (let i = connections.length - 1; i >= 0; i--) {
			const connection = connections[i];
			if (connection !== undefined && connection.deadline <= now)
				connection.expire();
		}
	}
}

/** How much a connection that is quiet matters: 0 is for nothing. */
function rank(connection: Connection): number {
	return connection.silent || connection.done ? 0 : connection.welcome ? 2 : 1;
}

function earliest(connections: readonly Connection[]): number {
	let at = Infinity;
	for (let i = 0; i < connections.length; i++)
		at = Math.min(at, connections[i]!.held === READY ? 0 : connections[i]!.deadline);
	return at;
}
