import { CONNECTIONS } from "../limits.js";
import { nameOf } from "./connections.js";

/** A connection that wants a quick mode as soon as its peer has an IKE SA. */
export interface Wanted {
	readonly peer: string;
	readonly connection: string;
	/** Inbound SPI of the pair to be replaced, 0 when there is none. */
	readonly replaces: number;
	/** How often its message was sent before it gave way to others; absent: never. */
	readonly tries?: number;
}

/** Connections that wait for phase 1 or for room, each once. */
export class Waiting {
	/** Those that wait longest first, beside what they are looked for by: the engine goes through such a list many times faster than we do. */
	readonly #list: Wanted[] = [];
	readonly #names: string[] = [];
	readonly #peers: string[] = [];
	/** Peers of which something has changed since somebody looked what can begin, in that order: nobody looks at all that wait for each message. */
	readonly #touched: string[] = [];
	/** Peers with which phase 1 is to begin as soon as not too many are beginning, in that order. */
	readonly unbegun: string[] = [];
	/** When what found no memory asks again; undefined: nothing has. */
	retryAt: number | undefined;
	/** Peers with an IKE SA over which what waits begins as soon as there is room for it. */
	readonly ready: string[] = [];

	/** False when it waits already. There is room for every connection of the settings. */
	add(wanted: Wanted): boolean {
		if (this.has(wanted.peer, wanted.connection) || this.#list.length >= CONNECTIONS)
			return false;
		this.#list.push(wanted);
		this.#names.push(nameOf(wanted.peer, wanted.connection));
		this.#peers.push(wanted.peer);
		this.touch(wanted.peer);
		return true;
	}

	/** What waits for `peer` may be able to begin. */
	touch(peer: string): void {
		if (this.#peers.includes(peer))
			enlist(this.#touched, peer);
	}

	/** The peers that were touched since the last call. */
	takeTouched(): string[] {
		return this.#touched.splice(0);
	}

	get isEmpty(): boolean {
		return this.#list.length === 0;
	}

	/** Nothing waits, and nothing is to be asked again. */
	get isIdle(): boolean {
		return this.retryAt === undefined && this.#list.length === 0;
	}

	has(peer: string, connection: string): boolean {
		return connection === "" ? this.#peers.includes(peer) : this.#names.includes(nameOf(peer, connection));
	}

	/** Takes out those of `peer` (one connection's only when it is not ""). */
	take(peer: string, connection: string = ""): Wanted[] {
		const taken: Wanted[] = [];
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i))
			if (connection === "" || this.#list[i]!.connection === connection)
				taken.push(this.takeAt(i));
			else
				i++;
		return taken;
	}

	/** Takes out the one of `peer` that waits longest. */
	next(peer: string): Wanted | undefined {
		const index = this.#peers.indexOf(peer);
		return index < 0 ? undefined : this.takeAt(index);
	}

	private takeAt(index: number): Wanted {
		this.#names.splice(index, 1);
		this.#peers.splice(index, 1);
		return this.#list.splice(index, 1)[0]!;
	}

	/** What `next` gave waits again, before all others. */
	back(wanted: Wanted): void {
		this.#list.unshift(wanted);
		this.#names.unshift(nameOf(wanted.peer, wanted.connection));
		this.#peers.unshift(wanted.peer);
	}
}

/** `peer` is in `list`, once. */
export function enlist(list: string[], peer: string): void {
	if (!list.includes(peer))
		list.push(peer);
}
