/** The pairs of SAs that quick modes made: which connection each belongs to, and its two entries in the SAD. */
import type { Endpoint } from "../addresses.js";
import type { Handle, SAParameters } from "../ipsec/types.js";
import { SECURITY_ASSOCIATIONS } from "../limits.js";

export interface Pair {
	readonly peer: string;
	readonly connection: string;
	/** Index of the connection's policy. */
	readonly policy: number;
	readonly inboundSPI: number;
	readonly outboundSPI: number;
	readonly inbound: Handle;
	/** Undefined until the peer is known to be able to receive. */
	outbound: Handle | undefined;
	/** The outgoing SA while it waits to be used, with keys of its own; undefined before and after. */
	waiting: SAParameters | undefined;
	/** When it is used. */
	outboundAt: number;
	remote: Endpoint;
	/** A newer pair carries the outgoing traffic. */
	replaced: boolean;
}

export class Pairs {
	readonly #list: Pair[] = [];

	/** Adds a pair. The SAD is full before this table is: it has two records for each pair. */
	add(pair: Pair): void {
		if (this.#list.length >= SECURITY_ASSOCIATIONS / 2)
			throw new RangeError("more SA pairs than the SAD can hold");
		this.#list.push(pair);
	}

	delete(pair: Pair): void {
		const index = this.#list.indexOf(pair);
		if (index >= 0)
			this.#list.splice(index, 1);
	}

	find(matches: (pair: Pair) => boolean): Pair | undefined {
		return this.#list.find(matches);
	}

	/** The pairs that match, in a list of their own: the caller may delete while it goes through them. */
	filter(matches: (pair: Pair) => boolean): Pair[] {
		return this.#list.filter(matches);
	}

	get count(): number {
		return this.#list.length;
	}

	[Symbol.iterator](): Iterator<Pair> {
		return this.#list[Symbol.iterator]();
	}
}
