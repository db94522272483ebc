import type { IKESA } from "./sa.js";

/** Phases 1 that this gateway begins at once. */
const OPENINGS = 32;
/** The last state of an initiator that has heard nothing yet. */
const UNANSWERED = 3;
/** Milliseconds for which a peer that has answered before keeps its place at least. */
const ALIVE = 5000;
/** Milliseconds that a phase 1 counts for at most. */
const LONGEST = 10000;

/**
 * The phases 1 that this gateway has begun and others wait for. With those that answer the next ones begin as these come to their end, so that no more is asked of peers, or of
 * this unit, than they do; who does not answer holds up the others for a second, or where answers take longer, twice as long as those take.
 */
export class Openings {
	readonly #most: number;
	/** Oldest first. */
	readonly #list: IKESA[] = [];
	/** Milliseconds that phases 1 have taken lately which came to a good end. */
	#usual = 0;

	/** `most`: fewer for tests. */
	constructor(most: number = OPENINGS) {
		this.#most = most;
	}

	get count(): number {
		return this.#list.length;
	}

	add(sa: IKESA): void {
		this.#list.push(sa);
	}

	/** It has come to its end, well or not. */
	remove(sa: IKESA): void {
		const place = this.#list.indexOf(sa);
		if (place >= 0)
			this.#list.splice(place, 1);
	}

	/** The peer of `sa` has proved who it is. */
	learn(now: number, { role, startedAt }: IKESA): void {
		if (role !== "initiator")
			return;
		const took = Math.min(now - startedAt, LONGEST);
		// That it takes longer is believed at once.
		this.#usual += (took - this.#usual) / (took > this.#usual ? 2 : 8);
	}

	/** Whether one more may begin; `ready`: peers whose IKE SA is up and whose connections wait for room. More of those, which have to be looked after, would be of no use yet. */
	mayBegin(now: number, ready: number): boolean {
		const list = this.#list;
		if (ready >= this.#most)
			return false;
		for (let i = 0; list.length >= this.#most && i < list.length;)
			if (this.isSilent(now, list[i]!))
				list.splice(i, 1);
			else
				i++;
		return list.length < this.#most;
	}

	/** Milliseconds after which an answer is late, even if all answers take long. */
	get patience(): number {
		return 2 * this.#usual;
	}

	private isSilent(now: number, { negotiation, startedAt, state }: IKESA): boolean {
		return (negotiation?.tries ?? 1) > 0 && now - startedAt >= Math.max(this.patience, state > UNANSWERED ? ALIVE : 0);
	}
}
