import type { Endpoint } from "../addresses.js";
import { SECURITY_ASSOCIATIONS } from "../limits.js";
import { nameOf } from "./connections.js";

/** A pair of traffic SAs as IKE remembers it: enough to renew it, and to tell the peer of its end. It belongs to the peer, not to the IKE SA that made it (T16). */
export interface Child {
	readonly peer: string;
	readonly connection: string;
	/** Of the IKE SA that made it: two gateways may be one peer of the settings. */
	readonly identity: number;
	readonly protocol: "esp" | "ah" | "ah+esp";
	readonly inboundSPI: number;
	/** Of ESP, or of AH when there is no ESP. */
	readonly outboundSPI: number;
	/** Of the AH around ESP, 0: there is none. */
	readonly outboundAHSPI: number;
	readonly bornAt: number;
}

/** A peer whose pairs live on without an IKE SA: a NAT in front of this gateway has to be kept open for them (T23), and whether the peer lives is to be known as before (T25). */
export interface Path {
	readonly peer: string;
	readonly identity: number;
	remote: Endpoint;
	readonly localPort: number;
	/** When the next keepalive goes; Infinity: there is no NAT. */
	keepaliveAt: number;
	/** When it is looked whether the peer lives; Infinity: never. */
	livenessAt: number;
	/** When an IKE SA was asked for, to learn it; undefined: not yet. */
	askedAt: number | undefined;
}

/** The pairs there are. */
export class Children {
	/** Of pairs that an earlier control plane left some have the incoming SA alone: so many records, so many pairs. */
	readonly size = SECURITY_ASSOCIATIONS;
	/** Oldest first, beside what they are looked for by: the engine goes through such a list many times faster than we do. */
	readonly #list: Child[] = [];
	readonly #spis: number[] = [];
	readonly #connections: string[] = [];
	readonly #peers: string[] = [];
	/** What the peer calls them, where it is ESP and where it is AH; 0: there is none such. */
	readonly #espSPIs: number[] = [];
	readonly #ahSPIs: number[] = [];
	/** One for each peer. */
	readonly paths: Path[] = [];
	#highWater = 0;

	/** False when there are as many as the SAD can hold. */
	add(child: Child): boolean {
		if (this.#list.length >= this.size)
			return false;
		this.#list.push(child);
		this.#spis.push(child.inboundSPI);
		this.#connections.push(nameOf(child.peer, child.connection));
		this.#peers.push(child.peer);
		this.#espSPIs.push(child.protocol === "ah" ? 0 : child.outboundSPI);
		this.#ahSPIs.push(child.protocol === "ah" ? child.outboundSPI : child.outboundAHSPI);
		this.#highWater = Math.max(this.#highWater, this.#list.length);
		return true;
	}

	find(inboundSPI: number): Child | undefined {
		const index = this.#spis.indexOf(inboundSPI);
		return index < 0 ? undefined : this.#list[index];
	}

	/**
	 * The pair that the peer means by this SPI of AH or of ESP: ours to send with, or, as some do (T19), ours to receive with. Several gateways may be one peer of the settings, and
	 * have the same SPIs: one with `identity` means its own, if it has one.
	 */
	named(peer: string, spi: number, ah: boolean, identity: number = 0): Child | undefined {
		const spis = ah ? this.#ahSPIs : this.#espSPIs;
		let another: Child | undefined;
		for (let i = spi === 0 ? -1 : spis.indexOf(spi); i >= 0; i = spis.indexOf(spi, i + 1)) {
			const child = this.#list[i]!;
			if (child.peer === peer && child.identity === identity)
				return child;
			if (child.peer === peer)
				another ??= child;
		}
		if (another !== undefined)
			return another;
		const own = this.find(spi);
		return own !== undefined && own.peer === peer && own.protocol !== (ah ? "esp" : "ah") ? own : undefined;
	}

	/** The youngest pair of a connection. */
	youngest(peer: string, connection: string): Child | undefined {
		const index = this.#connections.lastIndexOf(nameOf(peer, connection));
		return index < 0 ? undefined : this.#list[index];
	}

	remove(inboundSPI: number): Child | undefined {
		const index = this.#spis.indexOf(inboundSPI);
		if (index < 0)
			return undefined;
		this.#spis.splice(index, 1);
		this.#connections.splice(index, 1);
		this.#peers.splice(index, 1);
		this.#espSPIs.splice(index, 1);
		this.#ahSPIs.splice(index, 1);
		return this.#list.splice(index, 1)[0];
	}

	/** The pairs of a peer (and of one connection when it is not ""), in a list of their own. */
	of(peer: string, connection: string = ""): Child[] {
		const found: Child[] = [];
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i + 1))
			if (connection === "" || this.#list[i]!.connection === connection)
				found.push(this.#list[i]!);
		return found;
	}

	/** When there is something to do for a path; Infinity: never. */
	get nextAt(): number {
		let at = Infinity;
		for (let i = 0; i < this.paths.length; i++)
			at = Math.min(at, this.paths[i]!.keepaliveAt, this.paths[i]!.livenessAt);
		return at;
	}

	get highWater(): number {
		return this.#highWater;
	}

	get count(): number {
		return this.#list.length;
	}
}
