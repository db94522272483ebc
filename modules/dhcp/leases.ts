/**
 * The table of leases, in static memory. A lease that is over stays as long as nobody else needs its place, so that whoever had it gets the same address again.
 *
 *     0   address (4)
 *     4   state (1)  size of the client's identifier (1, 0: it has none)
 *     6   hardware address (6)
 *     12  xid (4)
 *     16  until (8, milliseconds)
 *     24  client's identifier (36)
 *     60  flags (1): 1: the answer goes to all
 */
import { DHCP_LEASE_SIZE, DHCP_LEASES, type TableUse } from "../limits.js";

/** Longest identifier of a client that is kept; with a longer one its hardware address counts. */
const ID_SIZE = DHCP_LEASE_SIZE - 28;

const FREE = 0;
/** It is asked on the LAN whether somebody has the address; then it is offered. */
export const PROBING = 1;
export const OFFERED = 2;
export const BOUND = 3;
/** Somebody else has the address. */
export const TAKEN = 4;

const STATE = 4;
const ID_LENGTH = 5;
const HARDWARE = 6;
const XID = 12;
const UNTIL = 16;
const ID = 24;
const FLAGS = 60;

export interface Client {
	readonly hardware: Uint8Array;
	readonly id: Uint8Array | undefined;
}

export class Leases {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	/** Records that may be used; fewer in tests. */
	readonly size: number;
	#highWater = 0;

	constructor(table: ArrayBuffer, size: number = DHCP_LEASES) {
		this.#bytes = new Uint8Array(table);
		this.#view = new DataView(table);
		this.size = size;
		this.#bytes.fill(0);
	}

	/** The client's lease, whatever its state; -1: it has none. */
	of({ hardware, id }: Client): number {
		const known = id !== undefined && id.length <= ID_SIZE ? id : undefined;
		for (let i = 0; i < this.size; i++) {
			const at = i * DHCP_LEASE_SIZE;
			if (this.#bytes[at + STATE] === FREE || this.#bytes[at + STATE] === TAKEN || this.#bytes[at + ID_LENGTH] !== (known?.length ?? 0))
				continue;
			if (known !== undefined ? this.has(at + ID, known) : this.has(at + HARDWARE, hardware))
				return i;
		}
		return -1;
	}

	/** The lease of this address; -1: there is none. */
	at(address: number): number {
		for (let i = 0; i < this.size; i++)
			if (this.state(i) !== FREE && this.address(i) === address)
				return i;
		return -1;
	}

	/** Whether the lease keeps its address from others. */
	isHeld(index: number, now: number): boolean {
		return this.state(index) !== FREE && this.until(index) > now;
	}

	/**
	 * A record for somebody new: one that is free; else the lease that has been over for longest; else the oldest offer that nobody has taken; else the address that has been left alone for
	 * longest. -1: all are bound.
	 */
	place(now: number): number {
		let over = -1;
		let offered = -1;
		let taken = -1;
		for (let i = 0; i < this.size; i++) {
			const state = this.state(i);
			if (state === FREE)
				return i;
			if (this.until(i) <= now) {
				if (over < 0 || this.until(i) < this.until(over))
					over = i;
			}
			else if ((state === OFFERED || state === PROBING) && (offered < 0 || this.until(i) < this.until(offered)))
				offered = i;
			else if (state === TAKEN && (taken < 0 || this.until(i) < this.until(taken)))
				taken = i;
		}
		return over >= 0 ? over : offered >= 0 ? offered : taken;
	}

	/** Writes the whole record. */
	set(index: number, address: number, { hardware, id }: Client): void {
		const at = index * DHCP_LEASE_SIZE;
		this.#bytes.fill(0, at, at + DHCP_LEASE_SIZE);
		this.#view.setUint32(at, address);
		this.#bytes.set(hardware, at + HARDWARE);
		if (id !== undefined && id.length <= ID_SIZE) {
			this.#bytes[at + ID_LENGTH] = id.length;
			this.#bytes.set(id, at + ID);
		}
	}

	/** `until`: the lease is not the client's any more, and others may have it. */
	turn(index: number, state: number, until: number): void {
		const at = index * DHCP_LEASE_SIZE;
		this.#bytes[at + STATE] = state;
		this.#view.setFloat64(at + UNTIL, until);
		let used = 0;
		for (let i = 0; i < this.size; i++)
			used += this.state(i) === FREE ? 0 : 1;
		this.#highWater = Math.max(this.#highWater, used);
	}

	/** What an offer that is made later answers. */
	remember(index: number, xid: number, broadcast: boolean): void {
		this.#view.setUint32(index * DHCP_LEASE_SIZE + XID, xid);
		this.#bytes[index * DHCP_LEASE_SIZE + FLAGS] = broadcast ? 1 : 0;
	}

	clear(index: number): void {
		this.#bytes.fill(0, index * DHCP_LEASE_SIZE, (index + 1) * DHCP_LEASE_SIZE);
	}

	address(index: number): number {
		return this.#view.getUint32(index * DHCP_LEASE_SIZE);
	}

	state(index: number): number {
		return this.#bytes[index * DHCP_LEASE_SIZE + STATE]!;
	}

	until(index: number): number {
		return this.#view.getFloat64(index * DHCP_LEASE_SIZE + UNTIL);
	}

	xid(index: number): number {
		return this.#view.getUint32(index * DHCP_LEASE_SIZE + XID);
	}

	broadcast(index: number): boolean {
		return this.#bytes[index * DHCP_LEASE_SIZE + FLAGS] === 1;
	}

	hardware(index: number): Uint8Array {
		return this.#bytes.slice(index * DHCP_LEASE_SIZE + HARDWARE, index * DHCP_LEASE_SIZE + HARDWARE + 6);
	}

	id(index: number): Uint8Array | undefined {
		const size = this.#bytes[index * DHCP_LEASE_SIZE + ID_LENGTH]!;
		return size === 0 ? undefined : this.#bytes.slice(index * DHCP_LEASE_SIZE + ID, index * DHCP_LEASE_SIZE + ID + size);
	}

	use(): TableUse {
		let used = 0;
		for (let i = 0; i < this.size; i++)
			used += this.state(i) === FREE ? 0 : 1;
		return { name: "DHCP leases", used, highWater: this.#highWater, size: this.size, bytes: this.size * DHCP_LEASE_SIZE };
	}

	private has(at: number, bytes: Uint8Array): boolean {
		for (let i = 0; i < bytes.length; i++)
			if (this.#bytes[at + i] !== bytes[i])
				return false;
		return true;
	}
}

/** `52:54:00:12:34:56` */
export function hardwareText(hardware: Uint8Array): string {
	let text = "";
	for (let i = 0; i < hardware.length; i++)
		text += (i === 0 ? "" : ":") + (hardware[i]! < 16 ? "0" : "") + hardware[i]!.toString(16);
	return text;
}
