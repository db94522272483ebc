import { Deadlines } from "../deadlines.js";
import { HALF_OPEN, IKE_SECURITY_ASSOCIATIONS } from "../limits.js";
import { HALF_OPEN_TIME } from "./retransmission.js";
import type { IKESA } from "./sa.js";

/** Half-open exchanges that one address may hold: some peers behind one NAT, and a peer that starts anew. */
const HALF_OPEN_FOR_ADDRESS = 3;
/**
 * Milliseconds for which a half-open exchange waits for its peer before it gives way to others: when many peers begin at once (after a power cut), those
 * that came first get through, and the others' repetitions find room. One whose answer this unit owes does not give way, or what it has done for it would be in vain.
 */
const HALF_OPEN_GRACE = 2000;

export interface TableSizes {
	readonly size: number;
	readonly halfOpen: number;
	readonly halfOpenForAddress: number;
	/** Phases 1 that this gateway begins at once (openings.ts). */
	readonly openings?: number;
}

const defaults: TableSizes = Object.freeze({ size: IKE_SECURITY_ASSOCIATIONS, halfOpen: HALF_OPEN, halfOpenForAddress: HALF_OPEN_FOR_ADDRESS });

/**
 * The IKE SAs. Who asks without proof can hold few places, and loses the oldest for a newer one: established SAs and what
 * this gateway began itself are never given up for it (F13).
 */
export class Table {
	readonly size: number;
	readonly #sizes: TableSizes;
	/** Oldest first, beside what they are looked for by (the beginning of the initiator's cookie, the peer's name): the engine goes through such a list many times faster than we do. */
	readonly #list: IKESA[] = [];
	readonly #cookies: number[] = [];
	readonly #peers: string[] = [];
	/** Of those whose initiators had proved nothing when they came, oldest first. */
	#unproven: IKESA[] = [];
	/** When something of them is to be done: `nextAt` of each. */
	readonly #deadlines = new Deadlines<IKESA>();
	#highWater = 0;
	readonly #changed: (sa: IKESA, isThere: boolean) => void;

	/** `changed`: one has come, or gone. */
	constructor(sizes: TableSizes = defaults, changed: (sa: IKESA, isThere: boolean) => void = () => {}) {
		this.#sizes = sizes;
		this.#changed = changed;
		this.size = sizes.size;
	}

	/**
	 * Whether an unproven initiator at `address` may have a place at `now`: undefined when there is one, the SA that has to go first,
	 * "full", or "busy": others are being answered, or the heap has no room for one more (`hasMemory`), and it may come again in a moment.
	 */
	admitUnproven(now: number, address: number, hasMemory: () => boolean): IKESA | "full" | "busy" | undefined {
		const { size, halfOpen, halfOpenForAddress } = this.#sizes;
		let all = 0;
		let same = 0;
		let longest = -1;
		let idlest: IKESA | undefined;
		let oldestSame: IKESA | undefined;
		for (const sa of this.unproven()) {
			all++;
			const waited = waitedFor(now, sa);
			if (waited > longest) {
				longest = waited;
				idlest = sa;
			}
			if (sa.remote.address === address) {
				same++;
				oldestSame ??= sa;
			}
		}
		if (same >= halfOpenForAddress)
			return oldestSame;
		const hasPlace = this.#list.length < size;
		if (all < halfOpen && hasPlace && hasMemory())
			return undefined;
		if (idlest === undefined)
			return hasPlace ? "busy" : "full";
		return longest < HALF_OPEN_GRACE ? "busy" : idlest;
	}

	/** The same for an exchange that this gateway begins. */
	admitOwn(): IKESA | "full" | undefined {
		return this.#list.length < this.#sizes.size ? undefined : this.unproven()[0] ?? "full";
	}

	/** Those whose initiators have proved nothing, oldest first. */
	unproven(): readonly IKESA[] {
		return this.#unproven = this.#unproven.filter((sa) => sa.isUnproven);
	}

	/** Throws RangeError when it was not admitted. */
	add(sa: IKESA): void {
		if (this.#list.length >= this.#sizes.size)
			throw new RangeError("IKE SA table is full");
		this.#list.push(sa);
		this.#cookies.push(beginning(sa.cookies));
		this.#peers.push(sa.peer);
		if (sa.isUnproven)
			this.#unproven.push(sa);
		this.at(sa, Math.min(sa.nextAt, sa.deadline()));
		this.#highWater = Math.max(this.#highWater, this.#list.length);
		this.#changed(sa, true);
	}

	/** The peer of `sa` is known now, or another than it seemed. */
	named(sa: IKESA): void {
		const index = this.#list.indexOf(sa);
		if (index >= 0)
			this.#peers[index] = sa.peer;
	}

	/** Something of `sa` is to be done at `at`: whoever sets one of its times says so, since nobody looks through all of them for each message. */
	soon(sa: IKESA, at: number): void {
		if (at < sa.nextAt && !sa.closed)
			this.at(sa, at);
	}

	/** When `due` may have something; Infinity: never. */
	get nextAt(): number {
		return this.#deadlines.next;
	}

	/** Calls `act` for those of which something may be due by `now`. */
	due(now: number, act: (sa: IKESA) => void): void {
		if (now < this.#deadlines.next)
			return;
		const due: IKESA[] = [];
		for (let sa = this.#deadlines.take(now); sa !== undefined; sa = this.#deadlines.take(now))
			due.push(sa);
		for (let i = 0; i < due.length; i++)
			act(due[i]!);
		for (let i = 0; i < due.length; i++)
			if (!due[i]!.closed)
				this.at(due[i]!, due[i]!.deadline());
	}

	private at(sa: IKESA, at: number): void {
		this.#deadlines.remove(sa, sa.nextAt);
		sa.nextAt = at;
		this.#deadlines.add(at, sa);
	}

	remove(sa: IKESA): void {
		const index = this.#list.indexOf(sa);
		if (index < 0)
			return;
		this.#list.splice(index, 1);
		this.#cookies.splice(index, 1);
		this.#peers.splice(index, 1);
		const place = this.#unproven.indexOf(sa);
		if (place >= 0)
			this.#unproven.splice(place, 1);
		this.#deadlines.remove(sa, sa.nextAt);
		this.#changed(sa, false);
	}

	/** The first that matches of those whose initiator's cookie may be the one that `bytes` begin with: four of its bytes are the same. */
	withCookie(bytes: Uint8Array, matches: (sa: IKESA) => boolean): IKESA | undefined {
		const first = beginning(bytes);
		const cookies = this.#cookies;
		for (let i = cookies.indexOf(first); i >= 0; i = cookies.indexOf(first, i + 1)) {
			const sa = this.#list[i]!;
			if (matches(sa))
				return sa;
		}
		return undefined;
	}

	/** Those of a peer, oldest first, in a list of their own. */
	of(peer: string): IKESA[] {
		const found: IKESA[] = [];
		const peers = this.#peers;
		for (let i = peers.indexOf(peer); i >= 0; i = peers.indexOf(peer, i + 1))
			found.push(this.#list[i]!);
		return found;
	}

	find(matches: (sa: IKESA) => boolean): IKESA | undefined {
		return this.#list.find(matches);
	}

	/** The youngest established IKE SA with a peer: new quick modes and Deletes go over it. */
	current(peer: string): IKESA | undefined {
		const peers = this.#peers;
		let replaced: IKESA | undefined;
		for (let i = peers.lastIndexOf(peer); i >= 0; i = i === 0 ? -1 : peers.lastIndexOf(peer, i - 1)) {
			const sa = this.#list[i]!;
			if (!sa.isEstablished)
				continue;
			if (!sa.replaced)
				return sa;
			replaced ??= sa;
		}
		return replaced;
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

/** How long a half-open exchange has waited for its peer; 0 while it is this unit's turn. */
function waitedFor(now: number, { negotiation }: IKESA): number {
	return negotiation === undefined || negotiation.busy || negotiation.dueAt === undefined ? 0 : now - (negotiation.dueAt - HALF_OPEN_TIME);
}

function beginning(cookie: Uint8Array): number {
	return cookie[0]! << 24 | cookie[1]! << 16 | cookie[2]! << 8 | cookie[3]!;
}
