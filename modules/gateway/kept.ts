/**
 * The pairs of SAs that an earlier control plane of this unit left when its heap was full. They carry packets as before; but of the IKE SA that they came from nobody here
 * knows any more, so that others are negotiated in their place as soon as may be. Then the peer is told that they end, and they go when nothing comes by them any more.
 */
import type { IKE } from "../ike/ike.js";
import type { Pair, Tunnels } from "./tunnels.js";

/** Milliseconds that a pair is used after another has taken its place, before the peer is told; and in which nothing came by it, when it goes. */
const DRAIN = 10000;
/** Milliseconds until a negotiation that has come to nothing is tried again. */
const AGAIN = 30000;
/** ... between two looks while something is under way. */
const LOOK = 1000;

/** Why a pair ends that its peer was told of a while ago, and sends nothing by any more. */
const REPLACED = "another has taken its place";

interface Entry {
	readonly pair: Pair;
	readonly foundAt: number;
	/** When another was asked for last; undefined: not yet. */
	askedAt: number | undefined;
	/** Another carries the connection's packets: when the next thing is to be done about this one. */
	endAt: number | undefined;
	/** The peer was told. */
	told: boolean;
}

export interface KeptOptions {
	readonly tunnels: Tunnels;
	readonly ike: Pick<IKE, "renew" | "isUnderway" | "deleteChild" | "established">;
}

export class Kept {
	readonly #options: KeptOptions;
	#entries: Entry[] = [];
	/** When `due` has something to do next; undefined: never. */
	at: number | undefined;

	constructor(options: KeptOptions) {
		this.#options = options;
	}

	add(now: number, pair: Pair): void {
		this.#entries.push({ pair, foundAt: now, askedAt: undefined, endAt: undefined, told: false });
		this.at = now;
	}

	/** Asks for others, as many at once as there is room for, and ends what is replaced. */
	due(now: number): void {
		if (this.at === undefined || now < this.at)
			return;
		const { tunnels, ike } = this.#options;
		this.#entries = this.#entries.filter(({ pair }) => tunnels.has(pair));
		let next = Infinity;
		let begun = this.#entries.filter(({ pair }) => ike.isUnderway(pair.peer, pair.connection)).length;
		for (const entry of this.#entries) {
			const { pair } = entry;
			if (entry.endAt === undefined && (this.successor(pair)?.outbound !== undefined || pair.replaced && ike.established(pair.peer) !== undefined))
				entry.endAt = now + DRAIN;
			if (entry.endAt !== undefined)
				this.end(now, entry);
			else if (tunnels.of(pair.policy)[0] === pair && !ike.isUnderway(pair.peer, pair.connection) && (entry.askedAt === undefined || now >= entry.askedAt + AGAIN)) {
				if (tunnels.unused < 2 * begun + 2) {
					next = Math.min(next, now + LOOK);
					this.makeRoom(now);
					continue;
				}
				entry.askedAt = now;
				if (ike.renew(now, pair.inboundSPI) === "started")
					begun++;
			}
			if (tunnels.has(pair))
				next = Math.min(next, entry.endAt ?? now + (begun > 0 || this.successor(pair) !== undefined ? LOOK : AGAIN));
		}
		this.at = next === Infinity ? undefined : next;
	}

	/** Other settings: of what the peer was told, nothing stays. */
	settle(now: number): void {
		for (const { pair, told } of this.#entries)
			if (told && this.#options.tunnels.has(pair))
				this.#options.tunnels.end(now, pair, REPLACED);
	}

	/** Of pairs that had been replaced before, or were half made, the oldest that nothing has come by since goes. */
	private makeRoom(now: number): void {
		const { tunnels, ike } = this.#options;
		const idle = this.#entries.find(({ pair, foundAt }) => (pair.replaced || (pair.outbound ?? pair.waiting) === undefined) && tunnels.has(pair) && Math.max(foundAt, tunnels.usedAt(pair)) + DRAIN <= now);
		if (idle === undefined)
			return;
		ike.deleteChild(now, idle.pair.inboundSPI, idle.pair.outboundSPI);
		tunnels.end(now, idle.pair, REPLACED);
	}

	/** The first pair of the same connection that was made here. */
	private successor({ policy }: Pair): Pair | undefined {
		return this.#options.tunnels.of(policy).findLast((pair) => !this.#entries.some((entry) => entry.pair === pair));
	}

	/** A peer that goes on sending by it, whatever it is told, loses nothing. */
	private end(now: number, entry: Entry): void {
		const { tunnels, ike } = this.#options;
		const { pair } = entry;
		if (now < entry.endAt!)
			return;
		if (!entry.told) {
			entry.told = true;
			ike.deleteChild(now, pair.inboundSPI, pair.outboundSPI);
			tunnels.receiveOnly(now, pair, REPLACED);
			entry.endAt = now + DRAIN;
		}
		else if (tunnels.usedAt(pair) + DRAIN <= now)
			tunnels.end(now, pair, REPLACED);
		else
			entry.endAt = tunnels.usedAt(pair) + DRAIN;
	}
}
