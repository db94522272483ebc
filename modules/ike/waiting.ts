import { CONNECTIONS } from "../limits.js";

/** A connection that wants a quick mode as soon as its peer has an IKE SA. */
export interface Wanted {
	readonly peer: string;
	readonly connection: string;
	/** Inbound SPI of the pair to be replaced, 0 when there is none. */
	readonly replaces: number;
}

/** Connections that wait for phase 1, each once. */
export class Waiting {
	#list: Wanted[] = [];
	/** Their connections: the engine goes through such a list many times faster than we do. */
	#names: string[] = [];

	/** False when it waits already. There is room for every connection of the settings. */
	add(wanted: Wanted): boolean {
		if (this.has(wanted.peer, wanted.connection) || this.#list.length >= CONNECTIONS)
			return false;
		this.#list.push(wanted);
		this.#names.push(wanted.connection);
		return true;
	}

	get isEmpty(): boolean {
		return this.#list.length === 0;
	}

	has(peer: string, connection: string): boolean {
		if (connection === "")
			return this.#list.some((each) => each.peer === peer);
		const names = this.#names;
		for (let i = names.indexOf(connection); i >= 0; i = names.indexOf(connection, i + 1))
			if (this.#list[i]!.peer === peer)
				return true;
		return false;
	}

	/** Takes out those of `peer` (one connection's only when it is not ""). */
	take(peer: string, connection: string = ""): Wanted[] {
		const isTaken = (each: Wanted): boolean => each.peer === peer && (connection === "" || each.connection === connection);
		const taken = this.#list.filter(isTaken);
		if (taken.length > 0) {
			this.#list = this.#list.filter((each) => !isTaken(each));
			this.#names = this.#list.map((each) => each.connection);
		}
		return taken;
	}

	/** Takes out the one of `peer` that waits longest. */
	next(peer: string): Wanted | undefined {
		const index = this.#list.findIndex((each) => each.peer === peer);
		return index < 0 ? undefined : this.takeAt(index);
	}

	private takeAt(index: number): Wanted {
		this.#names.splice(index, 1);
		return this.#list.splice(index, 1)[0]!;
	}

	/** What `next` gave waits again, before all others. */
	back(wanted: Wanted): void {
		this.#list.unshift(wanted);
		this.#names.unshift(wanted.connection);
	}
}
