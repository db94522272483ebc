import { HALF_OPEN, IKE_SECURITY_ASSOCIATIONS } from "../limits.js";
import type { IKESA } from "./sa.js";

/** Half-open exchanges that one address may hold: some peers behind one NAT, and a peer that starts anew. */
const HALF_OPEN_FOR_ADDRESS = 3;
/**
 * Milliseconds for which a half-open exchange does not give way to others: when many peers begin at once (after a power cut), those
 * that came first get through, and the others' repetitions find room.
 */
const HALF_OPEN_GRACE = 2000;

export interface TableSizes {
	readonly size: number;
	readonly halfOpen: number;
	readonly halfOpenForAddress: number;
}

const defaults: TableSizes = Object.freeze({ size: IKE_SECURITY_ASSOCIATIONS, halfOpen: HALF_OPEN, halfOpenForAddress: HALF_OPEN_FOR_ADDRESS });

/**
 * The IKE SAs. Who asks without proof can hold few places, and loses the oldest for a newer one: established SAs and what
 * this gateway began itself are never given up for it (F13).
 */
export class Table {
	readonly size: number;
	readonly #sizes: TableSizes;
	/** Oldest first. */
	readonly #list: IKESA[] = [];
	#highWater = 0;
	/** None of their times is earlier. */
	#nextAt = Infinity;
	readonly #changed: (sa: IKESA, isThere: boolean) => void;

	/** `changed`: one has come, or gone. */
	constructor(sizes: TableSizes = defaults, changed: (sa: IKESA, isThere: boolean) => void = () => {}) {
		this.#sizes = sizes;
		this.#changed = changed;
		this.size = sizes.size;
	}

	/**
	 * Whether an unproven initiator at `address` may have a place at `now`: undefined when there is one, the SA that has to go first,
	 * "full", or "busy": others are being answered, and it may come again in a moment.
	 */
	admitUnproven(now: number, address: number): IKESA | "full" | "busy" | undefined {
		const { size, halfOpen, halfOpenForAddress } = this.#sizes;
		let all = 0;
		let same = 0;
		let oldest: IKESA | undefined;
		let oldestSame: IKESA | undefined;
		for (const sa of this.#list) {
			if (!sa.isUnproven)
				continue;
			all++;
			oldest ??= sa;
			if (sa.remote.address === address) {
				same++;
				oldestSame ??= sa;
			}
		}
		if (same >= halfOpenForAddress)
			return oldestSame;
		if (all < halfOpen && this.#list.length < size)
			return undefined;
		if (oldest === undefined)
			return "full";
		return now - oldest.startedAt < HALF_OPEN_GRACE ? "busy" : oldest;
	}

	/** The same for an exchange that this gateway begins. */
	admitOwn(): IKESA | "full" | undefined {
		return this.#list.length < this.#sizes.size ? undefined : this.#list.find((sa) => sa.isUnproven) ?? "full";
	}

	/** Throws RangeError when it was not admitted. */
	add(sa: IKESA): void {
		if (this.#list.length >= this.#sizes.size)
			throw new RangeError("IKE SA table is full");
		this.#list.push(sa);
		this.#highWater = Math.max(this.#highWater, this.#list.length);
		this.#changed(sa, true);
	}

	/** Something of `sa` is to be done at `at`: whoever sets one of its times says so, since nobody looks through all of them for each message. */
	soon(sa: Pick<IKESA, "nextAt">, at: number): void {
		sa.nextAt = Math.min(sa.nextAt, at);
		this.#nextAt = Math.min(this.#nextAt, at);
	}

	/** When `due` may have something; Infinity: never. */
	get nextAt(): number {
		return this.#nextAt;
	}

	/** Calls `act` for those of which something may be due by `now`. */
	due(now: number, act: (sa: IKESA) => void): void {
		if (now < this.#nextAt)
			return;
		const due = this.#list.filter((sa) => now >= sa.nextAt);
		for (let i = 0; i < due.length; i++)
			act(due[i]!);
		for (let i = 0; i < due.length; i++)
			due[i]!.nextAt = due[i]!.deadline();
		this.findNext();
	}

	remove(sa: IKESA): void {
		const index = this.#list.indexOf(sa);
		if (index < 0)
			return;
		this.#list.splice(index, 1);
		if (sa.nextAt <= this.#nextAt)
			this.findNext();
		this.#changed(sa, false);
	}

	private findNext(): void {
		this.#nextAt = Infinity;
		for (let i = 0; i < this.#list.length; i++)
			this.#nextAt = Math.min(this.#nextAt, this.#list[i]!.nextAt);
	}

	find(matches: (sa: IKESA) => boolean): IKESA | undefined {
		return this.#list.find(matches);
	}

	filter(matches: (sa: IKESA) => boolean): IKESA[] {
		return this.#list.filter(matches);
	}

	/** The youngest established IKE SA with a peer: new quick modes and Deletes go over it. */
	current(peer: string): IKESA | undefined {
		return this.#list.findLast((sa) => sa.peer === peer && sa.isEstablished && !sa.replaced)
			?? this.#list.findLast((sa) => sa.peer === peer && sa.isEstablished);
	}

	get count(): number {
		return this.#list.length;
	}

	get highWater(): number {
		return this.#highWater;
	}

	[Symbol.iterator](): Iterator<IKESA> {
		return this.#list[Symbol.iterator]();
	}
}
