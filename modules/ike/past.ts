import { CONNECTIONS } from "../limits.js";
import type { IKESA } from "./sa.js";

/** Renewals of all connections for some hours. More would be searched for longer than they are worth. */
const SIZE = Math.min(4 * CONNECTIONS, 256);
/**
 * Message IDs of exchanges that are over and have had their effect: nothing in them says when they were, or who of the two sent them, so that somebody on the way can send them
 * again, to either side, for as long as their IKE SA lives. The oldest goes first.
 */
export class Past {
	readonly #ids = new Uint32Array(SIZE);
	readonly #owners = new Uint32Array(SIZE);
	#next = 0;

	add({ cookies }: IKESA, messageID: number): void {
		this.#ids[this.#next] = messageID;
		this.#owners[this.#next] = owner(cookies);
		this.#next = (this.#next + 1) % SIZE;
	}

	has({ cookies }: IKESA, messageID: number): boolean {
		const ids = this.#ids;
		for (let i = ids.indexOf(messageID); i >= 0; i = ids.indexOf(messageID, i + 1))
			if (this.#owners[i] === owner(cookies))
				return true;
		return false;
	}
}

/** Half of the responder's cookie, which tells IKE SAs apart. */
function owner(cookies: Uint8Array): number {
	return (cookies[8]! << 24 | cookies[9]! << 16 | cookies[10]! << 8 | cookies[11]!) >>> 0;
}
