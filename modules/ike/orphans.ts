/** SAs that peers send on and that are not ours any more (T29): what is known of them, and how often something may be done about it. Its size is that of the peers in the settings. */
import { enlist } from "./waiting.js";

/** Milliseconds after the first packet of a series in which nothing is done: after a Delete some packets are still under way. The engine tells of one a second. */
const GRACE = 900;
/** Milliseconds between two packets of a series at the most. */
const SERIES = 120000;
/** Milliseconds without such a packet, after which all begins anew. */
const QUIET = 300000;
/** Milliseconds after the first negotiation, and after the first Delete, until another one may be; each time twice as long. */
const BEGIN_PAUSE = 10000;
const TELL_PAUSE = 1000;
const LONGEST_PAUSE = 320000;
/** Milliseconds between two times that host names are looked up since a packet came from somewhere. */
const LOOK_PAUSE = 10000;
/** SPIs kept for a peer. */
const SPIS = 4;

/** Of one peer. */
export interface Orphan {
	readonly peer: string;
	/** The first and the last packet of a series. */
	since: number;
	heardAt: number;
	/** When a negotiation may be begun, and a Delete be sent; and how long the pause after that is. */
	beginAt: number;
	beginPause: number;
	tellAt: number;
	tellPause: number;
	/** The Delete goes as soon as there is an IKE SA. */
	waits: boolean;
	/** The IKE SA is negotiated for it alone, and ends with it. */
	alone: boolean;
	/** SPIs, each with its protocol behind it; the latest ones. */
	readonly spis: number[];
}

export class Orphans {
	#list: Orphan[] = [];
	/** Names of peers that the administrator has closed since something was begun with them: what they lost is not made anew. */
	#closed: string[] = [];
	#lookAt = 0;

	find(peer: string): Orphan | undefined {
		for (let i = 0; i < this.#list.length; i++)
			if (this.#list[i]!.peer === peer)
				return this.#list[i];
		return undefined;
	}

	/** A packet came from the peer. Undefined as long as it may have been under way when its SA was deleted. */
	heard(now: number, peer: string, spi: number, protocol: number): Orphan | undefined {
		const orphan = this.entry(peer);
		const pause = now - orphan.heardAt;
		if (pause > QUIET)
			calm(orphan);
		if (pause > SERIES) {
			orphan.since = now;
			if (!orphan.waits)
				orphan.spis.length = 0;
		}
		orphan.heardAt = now;
		note(orphan, spi, protocol);
		return now - orphan.since < GRACE ? undefined : orphan;
	}

	/** The administrator has deleted it, and the peer is to be told. */
	add(peer: string, spi: number, protocol: number): Orphan {
		const orphan = this.entry(peer);
		note(orphan, spi, protocol);
		orphan.waits = true;
		return orphan;
	}

	/** Nobody is known at the address that a packet came from: whether to look up now where peers are that have host names. */
	mayLook(now: number): boolean {
		if (now < this.#lookAt)
			return false;
		this.#lookAt = now + LOOK_PAUSE;
		return true;
	}

	/** `down` was said of the peer, or of a connection of it. */
	close(peer: string): void {
		enlist(this.#closed, peer);
	}

	/** Something is begun with the peer. */
	open(peer: string): void {
		const index = this.#closed.indexOf(peer);
		if (index >= 0)
			this.#closed.splice(index, 1);
	}

	isClosed(peer: string): boolean {
		return this.#closed.includes(peer);
	}

	keep(peers: readonly { readonly name: string }[]): void {
		this.#list = this.#list.filter(({ peer }) => peers.some(({ name }) => name === peer));
		this.#closed = this.#closed.filter((peer) => peers.some(({ name }) => name === peer));
	}

	private entry(peer: string): Orphan {
		let orphan = this.find(peer);
		if (orphan === undefined)
			this.#list.push(orphan = {
				peer, since: -Infinity, heardAt: -Infinity, beginAt: 0, beginPause: BEGIN_PAUSE, tellAt: 0, tellPause: TELL_PAUSE, waits: false, alone: false, spis: []
			});
		return orphan;
	}
}

/** A negotiation is begun now. */
export function begun(now: number, orphan: Orphan): void {
	orphan.waits = true;
	orphan.beginAt = now + orphan.beginPause;
	orphan.beginPause = Math.min(2 * orphan.beginPause, LONGEST_PAUSE);
}

/** A Delete is sent now. */
export function told(now: number, orphan: Orphan): void {
	orphan.waits = orphan.alone = false;
	orphan.spis.length = 0;
	orphan.tellAt = now + orphan.tellPause;
	orphan.tellPause = Math.min(2 * orphan.tellPause, LONGEST_PAUSE);
}

function calm(orphan: Orphan): void {
	orphan.beginAt = orphan.tellAt = 0;
	orphan.beginPause = BEGIN_PAUSE;
	orphan.tellPause = TELL_PAUSE;
}

function note({ spis }: Orphan, spi: number, protocol: number): void {
	for (let i = 0; i < spis.length; i += 2)
		if (spis[i] === spi && spis[i + 1] === protocol)
			return;
	if (spis.length === 2 * SPIS)
		spis.splice(0, 2);
	spis.push(spi, protocol);
}
