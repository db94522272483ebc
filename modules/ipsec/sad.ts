/**
 * The security association database: a fixed table in the C side's memory. This class writes the records, the packet engine carries packets
 * by them and counts; both run in one thread. A record is free, reserved (for a quick mode under way), held (complete, and not used yet), live, or
 * over (a hard limit was reached: it carries nothing and waits to be removed).
 */
import type { Endpoint } from "../addresses.js";
import { Deadlines } from "../deadlines.js";
import { CONNECTIONS, SECURITY_ASSOCIATIONS, type TableUse } from "../limits.js";
import {
	FLAG_DYING, FLAG_HARD, FLAG_SOFT, FLAG_SOFT_PASSED, INCOMING, MODE_TRANSPORT, OUTGOING, SA_AH_SPI, SA_BORN_AT, SA_BYTES, SA_DIRECTION, SA_ERRORS, SA_FLAGS, SA_FREE, SA_GENERATION, SA_HARD_AT, SA_HELD,
	SA_LIVE,
	SA_MODE, SA_OVER, SA_PACKETS, SA_PAIR_SLOT, SA_PAIR_SPI, SA_POLICY, SA_REMOTE_ADDRESS, SA_REMOTE_FIRST, SA_REMOTE_LAST, SA_REMOTE_PORT, SA_RESERVED, SA_SERIAL, SA_SIZE, SA_SOFT_AT, SA_SPI, SA_STATE,
	SA_USED_AT, SPI_SLOT_MASK
} from "./layout.js";
import { checkParameters, readEndpoint, readIdentity, readProtocol, readStatus, writeRecord } from "./record.js";
import { closeContext, getNumber64, openContext, sadTable } from "./tables.js";
import type { Direction, EngineEvent, Handle, KeptPair, SAParameters, SAStatus } from "./types.js";

/** Where the keys of live records go; the natives, or a test's own. */
export interface Contexts {
	/** See `openContext` of tables.ts. */
	open(slot: number): number;
	close(slot: number): void;
}

const accelerator: Contexts = Object.freeze({ open: (slot: number) => openContext(slot), close: (slot: number) => closeContext(slot) });

/** The record of an incoming SA, by its SPI. */
export function slotOf(spi: number): number {
	return spi & SPI_SLOT_MASK;
}

export class SAD {
	readonly #view: DataView;
	readonly #bytes: Uint8Array;
	readonly #random: (size: number) => Uint8Array;
	readonly #contexts: Contexts;
	/** By policy: the record of the outgoing SA that was engaged last, -1: there is none, or it is gone. All older ones are dying. */
	readonly #newest = new Array<number>(CONNECTIONS).fill(-1);
	/** The record that was taken last: the next free one is searched from here on. */
	#last = SECURITY_ASSOCIATIONS - 1;
	#serial = 0;
	#used = 0;
	#highWater = 0;
	readonly #deadlines = new Deadlines<number>();

	/**
	 * Starts with an empty table: whatever is in it is zeroed, but with `keep` the SAs of an earlier control plane, which `keep` is to judge at once. `random` returns that many
	 * unpredictable bytes, for SPIs.
	 */
	constructor(random: (size: number) => Uint8Array, contexts: Contexts = accelerator, keep = false) {
		const table = sadTable();
		this.#view = new DataView(table);
		this.#bytes = new Uint8Array(table);
		this.#random = random;
		this.#contexts = contexts;
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			if (keep && this.state(slot) >= SA_HELD) {
				this.#used++;
				this.#serial = Math.max(this.#serial, this.#view.getUint32(slot * SA_SIZE + SA_SERIAL, true));
			}
			else if (this.state(slot) !== SA_FREE) {
				this.#used++;
				this.free(slot);
			}
		this.#highWater = this.#used;
	}

	/**
	 * The pairs that an earlier control plane left and of which `isWanted` says so, oldest first; from now on they are as if made here. Everything else of it is zeroed: also what had come to
	 * its end, and outgoing SAs without an incoming one.
	 */
	keep(isWanted: (pair: KeptPair) => boolean): KeptPair[] {
		const pairs: KeptPair[] = [];
		const serials: number[] = [];
		const stay: number[] = [];
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
			if (this.state(slot) !== SA_LIVE || this.direction(slot) !== "Incoming")
				continue;
			// It can carry packets, now or when it is engaged.
			const other = this.ofPair(OUTGOING, this.pairSPI(slot));
			const outgoing = other >= 0 && (this.state(other) === SA_LIVE || this.state(other) === SA_HELD) ? other : -1;
			const pair = this.keptPair(slot, outgoing);
			if (!isWanted(pair))
				continue;
			const serial = this.#view.getUint32(slot * SA_SIZE + SA_SERIAL, true);
			let place = serials.length;
			while (place > 0 && serials[place - 1]! > serial)
				place--;
			serials.splice(place, 0, serial);
			pairs.splice(place, 0, pair);
			stay.push(slot, outgoing);
			this.#deadlines.add(this.deadline(slot), slot);
			if (outgoing >= 0)
				this.#deadlines.add(this.deadline(outgoing), outgoing);
		}
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			if (this.state(slot) !== SA_FREE && !stay.includes(slot))
				this.free(slot);
		for (const { policy, outbound, waits } of pairs)
			if (outbound !== undefined && !waits)
				this.#newest[policy] = this.slot(outbound);
		return pairs;
	}

	private keptPair(slot: number, outgoing: number): KeptPair {
		const view = this.#view;
		const at = slot * SA_SIZE;
		const out = outgoing * SA_SIZE;
		// Of a soft limit that was told before nobody knows any more.
		this.clearFlags(slot, FLAG_SOFT | FLAG_SOFT_PASSED);
		if (outgoing >= 0)
			this.clearFlags(outgoing, FLAG_SOFT | FLAG_SOFT_PASSED);
		return {
			policy: view.getUint16(at + SA_POLICY, true),
			protocol: readProtocol(view, at),
			inboundSPI: view.getUint32(at + SA_SPI, true),
			outboundSPI: outgoing < 0 ? 0 : view.getUint32(out + SA_SPI, true),
			outboundAHSPI: outgoing < 0 ? 0 : view.getUint32(out + SA_AH_SPI, true),
			inbound: this.handle(slot),
			outbound: outgoing < 0 ? undefined : this.handle(outgoing),
			waits: outgoing >= 0 && this.state(outgoing) === SA_HELD,
			local: readEndpoint(view, at, true),
			remote: readEndpoint(view, at, false),
			identity: readIdentity(view, at),
			bornAt: getNumber64(view, at + SA_BORN_AT),
		};
	}

	/**
	 * Takes two records, one for each direction, and returns the SPI of the incoming one: 256 or more, unpredictable but for its lower bits,
	 * which are the record's number. 0 when there are not two.
	 */
	reserve(): number {
		if (this.#used + 2 > SECURITY_ASSOCIATIONS)
			return 0;
		const incoming = this.nextFree();
		const outgoing = this.nextFree();
		const random = this.#random(4);
		let spi = ((random[0]! << 24 | random[1]! << 16 | random[2]! << 8 | random[3]!) & ~SPI_SLOT_MASK | incoming) >>> 0;
		// 0 to 255 have meanings of their own (RFC 4303 2.1).
		if (spi < 256)
			spi += 0x80000000;
		this.write(incoming, SA_RESERVED, INCOMING, spi, spi, outgoing);
		this.write(outgoing, SA_RESERVED, OUTGOING, 0, spi, incoming);
		this.#used += 2;
		this.#highWater = Math.max(this.#highWater, this.#used);
		return spi;
	}

	/** Records that can be reserved. */
	get unused(): number {
		return SECURITY_ASSOCIATIONS - this.#used;
	}

	/** Gives back those records that `reserve()` took with `spi` and that were not installed. */
	release(spi: number): void {
		// The incoming one leads to the other.
		const outgoing = this.ofPair(OUTGOING, spi);
		const incoming = this.ofPair(INCOMING, spi);
		if (outgoing >= 0 && this.state(outgoing) === SA_RESERVED)
			this.free(outgoing);
		if (incoming >= 0 && this.state(incoming) === SA_RESERVED)
			this.free(incoming);
	}

	/**
	 * Writes the SA into the record that was reserved for it, gives its keys to the accelerator and flips it live. The newest outgoing SA of a policy carries
	 * its packets from now on, older ones of the policy are dying. Throws when nothing was reserved for it, when its parameters cannot be, when
	 * the accelerator refuses; then the record holds no key and is reserved as before.
	 */
	install(now: number, parameters: SAParameters): Handle {
		const handle = this.hold(now, parameters);
		this.engage(handle);
		return handle;
	}

	/** The first half of `install`: the record is written, and carries nothing before `engage`. Its lifetime begins. */
	hold(now: number, parameters: SAParameters): Handle {
		checkParameters(parameters);
		const { direction, spi, inboundSPI } = parameters;
		const incoming = direction === "Incoming";
		const slot = incoming && spi !== inboundSPI ? -1 : this.ofPair(incoming ? INCOMING : OUTGOING, inboundSPI);
		if (slot < 0 || this.state(slot) !== SA_RESERVED)
			throw new Error("no record is reserved for this SA");
		const at = slot * SA_SIZE;
		writeRecord(this.#view, this.#bytes, at, now, parameters);
		this.#view.setUint8(at + SA_STATE, SA_HELD);
		return this.handle(slot);
	}

	/** The second half of `install`, with its effects and its faults. */
	engage(handle: Handle): void {
		const slot = this.slot(handle);
		const at = slot * SA_SIZE;
		const direction = this.#view.getUint8(at + SA_DIRECTION);
		this.#view.setUint32(at + SA_SERIAL, ++this.#serial, true);
		const result = this.#contexts.open(slot);
		if (result !== 0) {
			const spi = direction === INCOMING ? this.#view.getUint32(at + SA_SPI, true) : 0;
			const pairSPI = this.pairSPI(slot);
			const pairSlot = this.#view.getUint16(at + SA_PAIR_SLOT, true);
			this.zero(slot, this.generation(slot));
			this.write(slot, SA_RESERVED, direction, spi, pairSPI, pairSlot);
			throw new Error(`the accelerator refused the keys of an SA (${result})`);
		}
		if (direction === OUTGOING)
			this.retireOlder(slot);
		this.#view.setUint8(at + SA_STATE, SA_LIVE);
		this.#deadlines.add(this.deadline(slot), slot);
	}

	/** Closes the SA: its keys and its record are zeroed, its handle throws from now on. */
	remove(handle: Handle): void {
		this.free(this.slot(handle));
	}

	/** The SA that is live or over and has `spi`. */
	findBySPI(direction: Direction, spi: number): Handle | undefined {
		if (direction === "Incoming") {
			const slot = this.ofPair(INCOMING, spi);
			return slot >= 0 && this.installed(slot) ? this.handle(slot) : undefined;
		}
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
			const at = slot * SA_SIZE;
			if (this.installed(slot) && this.#view.getUint8(at + SA_DIRECTION) === OUTGOING && this.#view.getUint32(at + SA_SPI, true) === spi)
				return this.handle(slot);
		}
		return undefined;
	}

	/** The SAs that are live or over, one after the other; they may be removed while it goes on. */
	*handles(): IterableIterator<Handle> {
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
			if (this.installed(slot))
				yield this.handle(slot);
	}

	/** The outgoing SA that carries the packets of `policy`: the newest live one. */
	preferred(policy: number): Handle | undefined {
		let best = -1;
		let newest = -1;
		for (let slot = 0; slot < SECURITY_ASSOCIATIONS; slot++) {
			const at = slot * SA_SIZE;
			const serial = this.#view.getUint32(at + SA_SERIAL, true);
			if (this.state(slot) === SA_LIVE && this.#view.getUint8(at + SA_DIRECTION) === OUTGOING && this.#view.getUint16(at + SA_POLICY, true) === policy && serial > newest) {
				newest = serial;
				best = slot;
			}
		}
		return best < 0 ? undefined : this.handle(best);
	}

	status(handle: Handle): SAStatus {
		const slot = this.slot(handle);
		return readStatus(this.#view, slot * SA_SIZE, handle);
	}

	/** What the SA has carried, and dropped. */
	counts(handle: Handle): { readonly bytes: number; readonly packets: number; readonly errors: number } {
		const at = this.slot(handle) * SA_SIZE;
		return { bytes: getNumber64(this.#view, at + SA_BYTES), packets: getNumber64(this.#view, at + SA_PACKETS), errors: getNumber64(this.#view, at + SA_ERRORS) };
	}

	/** Which of the gateways that may be its peer the SA is with. */
	identity(handle: Handle): number {
		return readIdentity(this.#view, this.slot(handle) * SA_SIZE);
	}

	/** When the SA carried its last packet; undefined: none yet. */
	usedAt(handle: Handle): number | undefined {
		const at = this.slot(handle) * SA_SIZE;
		return getNumber64(this.#view, at + SA_PACKETS) === 0 ? undefined : getNumber64(this.#view, at + SA_USED_AT);
	}

	/** The peer is at another address or port from now on (authenticated): outgoing packets go there. */
	setRemote(handle: Handle, remote: Endpoint): void {
		const at = this.slot(handle) * SA_SIZE;
		this.#view.setUint32(at + SA_REMOTE_ADDRESS, remote.address, true);
		this.#view.setUint16(at + SA_REMOTE_PORT, remote.port, true);
		// In transport mode it is the peer itself that is carried.
		if (this.#view.getUint8(at + SA_MODE) === MODE_TRANSPORT) {
			this.#view.setUint32(at + SA_REMOTE_FIRST, remote.address, true);
			this.#view.setUint32(at + SA_REMOTE_LAST, remote.address, true);
		}
	}

	/** Marks the SA as one that ends soon, for display. */
	touchDying(handle: Handle): void {
		this.setFlags(this.slot(handle), FLAG_DYING);
	}

	/** When `expire` may have something to do next; Infinity: never. */
	get nextDeadline(): number {
		return this.#deadlines.next;
	}

	/** When a limit in seconds of this SA is reached next. */
	private deadline(slot: number): number {
		if (this.state(slot) !== SA_LIVE)
			return Infinity;
		const at = slot * SA_SIZE;
		const hard = getNumber64(this.#view, at + SA_HARD_AT);
		const soft = this.flags(slot) & (FLAG_SOFT | FLAG_SOFT_PASSED) ? 0 : getNumber64(this.#view, at + SA_SOFT_AT);
		return Math.min(hard === 0 ? Infinity : hard, soft === 0 ? Infinity : soft);
	}

	/**
	 * The limits in seconds that were reached by `now`, each told once, here or by the engine. A soft one is told only if the SA carried a
	 * packet; if it carries one later the engine tells. An SA at its hard limit is over and carries nothing more.
	 */
	*expire(now: number): IterableIterator<EngineEvent> {
		for (let slot = this.#deadlines.take(now); slot !== undefined; slot = this.#deadlines.take(now)) {
			const kind = this.expireSlot(slot, now);
			this.#deadlines.add(this.deadline(slot), slot);
			if (kind !== undefined)
				yield { kind, spi: this.#view.getUint32(slot * SA_SIZE + SA_SPI, true), direction: this.direction(slot), policy: this.#view.getUint16(slot * SA_SIZE + SA_POLICY, true) };
		}
	}

	*use(): IterableIterator<TableUse> {
		yield {
			name: "security associations", used: this.#used, highWater: this.#highWater, size: SECURITY_ASSOCIATIONS,
			bytes: SA_SIZE * SECURITY_ASSOCIATIONS,
		};
	}

	private expireSlot(slot: number, now: number): "soft" | "hard" | undefined {
		if (this.state(slot) !== SA_LIVE)
			return undefined;
		const at = slot * SA_SIZE;
		const hard = getNumber64(this.#view, at + SA_HARD_AT);
		if (hard !== 0 && now >= hard) {
			this.#view.setUint8(at + SA_STATE, SA_OVER);
			this.setFlags(slot, FLAG_HARD | FLAG_DYING);
			return "hard";
		}
		const soft = getNumber64(this.#view, at + SA_SOFT_AT);
		if (soft === 0 || now < soft || this.flags(slot) & (FLAG_SOFT | FLAG_SOFT_PASSED))
			return undefined;
		if (getNumber64(this.#view, at + SA_PACKETS) === 0) {
			this.setFlags(slot, FLAG_SOFT_PASSED);
			return undefined;
		}
		this.setFlags(slot, FLAG_SOFT | FLAG_DYING);
		return "soft";
	}

	/** The incoming SA that goes with the older outgoing one is dying with it; both stay valid until they expire or are removed. */
	private retireOlder(newest: number): void {
		const policy = this.#view.getUint16(newest * SA_SIZE + SA_POLICY, true);
		const older = this.#newest[policy]!;
		this.#newest[policy] = newest;
		if (older < 0)
			return;
		this.setFlags(older, FLAG_DYING);
		const incoming = this.ofPair(INCOMING, this.pairSPI(older));
		if (incoming >= 0 && this.installed(incoming))
			this.setFlags(incoming, FLAG_DYING);
	}

	/** The record of the pair with this incoming SPI that is for `direction`; -1: there is none. */
	private ofPair(direction: number, pairSPI: number): number {
		const incoming = slotOf(pairSPI);
		if (this.isOf(incoming, INCOMING, pairSPI)) {
			const slot = direction === INCOMING ? incoming : this.#view.getUint16(incoming * SA_SIZE + SA_PAIR_SLOT, true);
			return this.isOf(slot, direction, pairSPI) ? slot : -1;
		}
		// The incoming one, which leads to it, may have gone before it.
		for (let slot = 0; direction === OUTGOING && slot < SECURITY_ASSOCIATIONS; slot++)
			if (this.isOf(slot, OUTGOING, pairSPI))
				return slot;
		return -1;
	}

	/** Without calls of ours: a device's stack is short where this is asked. */
	private isOf(slot: number, direction: number, pairSPI: number): boolean {
		const view = this.#view;
		const at = slot * SA_SIZE;
		return slot < SECURITY_ASSOCIATIONS && view.getUint8(at + SA_STATE) !== SA_FREE && view.getUint8(at + SA_DIRECTION) === direction && view.getUint32(at + SA_PAIR_SPI, true) === pairSPI;
	}

	/** There is one. */
	private nextFree(): number {
		do
			this.#last = (this.#last + 1) % SECURITY_ASSOCIATIONS;
		while (this.state(this.#last) !== SA_FREE);
		return this.#last;
	}

	private write(slot: number, state: number, direction: number, spi: number, pairSPI: number, pairSlot: number): void {
		const at = slot * SA_SIZE;
		this.#view.setUint8(at + SA_STATE, state);
		this.#view.setUint8(at + SA_DIRECTION, direction);
		this.#view.setUint32(at + SA_SPI, spi, true);
		this.#view.setUint32(at + SA_PAIR_SPI, pairSPI, true);
		this.#view.setUint16(at + SA_PAIR_SLOT, pairSlot, true);
	}

	private free(slot: number): void {
		const policy = this.#view.getUint16(slot * SA_SIZE + SA_POLICY, true);
		if (this.#newest[policy] === slot)
			this.#newest[policy] = -1;
		this.#deadlines.remove(slot);
		this.#contexts.close(slot);
		this.zero(slot, this.generation(slot) + 1);
		this.#used--;
	}

	/** Zeroes the record, but for its generation. */
	private zero(slot: number, generation: number): void {
		const at = slot * SA_SIZE;
		this.#bytes.fill(0, at, at + SA_SIZE);
		this.#view.setUint32(at + SA_GENERATION, generation, true);
	}

	private handle(slot: number): Handle {
		return this.generation(slot) * SECURITY_ASSOCIATIONS + slot;
	}

	private slot(handle: Handle): number {
		const slot = handle % SECURITY_ASSOCIATIONS;
		if (!(Number.isInteger(handle) && handle >= 0) || Math.floor(handle / SECURITY_ASSOCIATIONS) !== this.generation(slot) || this.state(slot) < SA_HELD)
			throw new RangeError("the handle of an SA that is gone");
		return slot;
	}

	private state(slot: number): number {
		return this.#view.getUint8(slot * SA_SIZE + SA_STATE);
	}

	private installed(slot: number): boolean {
		return this.state(slot) >= SA_LIVE;
	}

	private direction(slot: number): Direction {
		return this.#view.getUint8(slot * SA_SIZE + SA_DIRECTION) === INCOMING ? "Incoming" : "Outgoing";
	}

	private generation(slot: number): number {
		return this.#view.getUint32(slot * SA_SIZE + SA_GENERATION, true);
	}

	private pairSPI(slot: number): number {
		return this.#view.getUint32(slot * SA_SIZE + SA_PAIR_SPI, true);
	}

	private flags(slot: number): number {
		return this.#view.getUint16(slot * SA_SIZE + SA_FLAGS, true);
	}

	private clearFlags(slot: number, flags: number): void {
		this.#view.setUint16(slot * SA_SIZE + SA_FLAGS, this.flags(slot) & ~flags, true);
	}

	private setFlags(slot: number, flags: number): void {
		this.#view.setUint16(slot * SA_SIZE + SA_FLAGS, this.flags(slot) | flags, true);
	}
}
