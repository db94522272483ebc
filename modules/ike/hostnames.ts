import { parseAddress } from "../addresses.js";
import type { PeerSettings } from "../settings/types.js";

/** Milliseconds for which an answer is taken for the truth: a negotiation that fails takes longer, and the name is looked up again for the next. */
const FRESH = 30000;
/** Milliseconds after which a question that was not answered is asked again. */
const PATIENCE = 60000;
/** Milliseconds after which a name without an address is asked for again, if anything still waits for it; twice as long after each time, up to the longest: each time is told in the log. */
const RETRY = 10000;
const LONGEST_RETRY = 60000;

interface HostName {
	readonly peer: string;
	readonly name: string;
	/** The last one that was known, 0: none. */
	address: number;
	/** When the last question was asked, and answered; undefined: not. */
	askedAt: number | undefined;
	answeredAt: number | undefined;
	/** The name had no address, nor had it one before: when to ask again; undefined: whenever. */
	retryAt: number | undefined;
	/** How long it is waited after the next answer without an address. */
	pause: number;
}

/** Whether `peer` has a host name in place of an address. */
export function hasHostName(peer: PeerSettings): boolean {
	return parseAddress(peer.remoteGateway) === undefined;
}

/** Whether `peer` may come from any address: it has none, or a name that may mean another one than it did. */
export function isAnywhere(peer: PeerSettings): boolean {
	return peer.remoteGateway === "0.0.0.0" || hasHostName(peer);
}

/** Whether this gateway may speak first, and knows where to. */
export function canReach({ actAs, remoteGateway }: PeerSettings): boolean {
	return actAs !== "responder" && remoteGateway !== "0.0.0.0";
}

/** The addresses of peers that have a host name, as far as they are known. Whoever looks names up is asked through `IKEHost`. */
export class HostNames {
	#list: HostName[] = [];

	/** Whether nothing is known of any host name. */
	get isEmpty(): boolean {
		return this.#list.length === 0;
	}

	/** Whether a host name means this address. */
	has(address: number): boolean {
		return this.#list.some((each) => each.address === address);
	}

	/** Where `peer` is, 0: not known, or anywhere. */
	address(peer: PeerSettings): number {
		return parseAddress(peer.remoteGateway) ?? this.find(peer)?.address ?? 0;
	}

	/** Names of the peers that have a host name and were at `address` when it was asked for last. */
	peersAt(address: number): string[] {
		const names: string[] = [];
		for (let i = 0; i < this.#list.length; i++)
			if (this.#list[i]!.address === address)
				names.push(this.#list[i]!.peer);
		return names;
	}

	/** Whether the address has to be looked up before something is sent to it. */
	isStale(now: number, peer: PeerSettings): boolean {
		if (!hasHostName(peer))
			return false;
		const { answeredAt, address } = this.find(peer) ?? {};
		return answeredAt === undefined || address === 0 || now - answeredAt >= FRESH;
	}

	/** Whether the name has to be asked for now; false while the answer to a question before is waited for, or the time to ask again. */
	ask(now: number, peer: PeerSettings): boolean {
		const found = this.entry(peer);
		if (found.retryAt !== undefined || found.askedAt !== undefined && now - found.askedAt < PATIENCE)
			return false;
		found.askedAt = now;
		return true;
	}

	/** The answer, 0: the name has no address; then the last known one stays. */
	answer(now: number, peer: PeerSettings, address: number): void {
		const found = this.entry(peer);
		found.askedAt = undefined;
		found.answeredAt = now;
		if (address !== 0)
			found.address = address;
		else if (found.address === 0) {
			found.retryAt = now + found.pause;
			found.pause = Math.min(2 * found.pause, LONGEST_RETRY);
		}
	}

	/** Somebody wants it now: it is asked for again at once. */
	hurry(peer: PeerSettings): void {
		const found = this.find(peer);
		if (found !== undefined) {
			found.retryAt = undefined;
			found.pause = RETRY;
		}
	}

	/** When names may be asked for again, for which `due` is to be called; Infinity: never. */
	get nextAt(): number {
		let at = Infinity;
		for (let i = 0; i < this.#list.length; i++)
			at = Math.min(at, this.#list[i]!.retryAt ?? Infinity);
		return at;
	}

	due(now: number): void {
		for (let i = 0; i < this.#list.length; i++) {
			const each = this.#list[i]!;
			if (each.retryAt !== undefined && now >= each.retryAt)
				each.retryAt = undefined;
		}
	}

	/** The peer came from here and has proved who it is. */
	learn(peer: PeerSettings, address: number): void {
		if (hasHostName(peer))
			this.entry(peer).address = address;
	}

	/** Forgets peers that are no more, or have another name. */
	keep(peers: readonly PeerSettings[]): void {
		this.#list = this.#list.filter((each) => peers.some((peer) => peer.name === each.peer && peer.remoteGateway === each.name));
	}

	private find(peer: PeerSettings): HostName | undefined {
		return this.#list.find((each) => each.peer === peer.name && each.name === peer.remoteGateway);
	}

	private entry(peer: PeerSettings): HostName {
		let found = this.find(peer);
		if (found === undefined)
			this.#list.push(found = { peer: peer.name, name: peer.remoteGateway, address: 0, askedAt: undefined, answeredAt: undefined, retryAt: undefined, pause: RETRY });
		return found;
	}
}
