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

	/** False when it waits already. There is room for every connection of the settings. */
	add(wanted: Wanted): boolean {
		if (this.has(wanted.peer, wanted.connection) || this.#list.length >= CONNECTIONS)
			return false;
		this.#list.push(wanted);
		return true;
	}

	get isEmpty(): boolean {
		return this.#list.length === 0;
	}

	has(peer: string, connection: string): boolean {
		return this.#list.some((each) => each.peer === peer && (connection === "" || each.connection === connection));
	}

	/** Takes out those of `peer` (one connection's only when it is not ""). */
	take(peer: string, connection: string = ""): Wanted[] {
		const taken = this.#list.filter((each) => each.peer === peer && (connection === "" || each.connection === connection));
		this.#list = this.#list.filter((each) => !taken.includes(each));
		return taken;
	}
}
