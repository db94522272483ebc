/**
 * A DHCP server (RFC 2131) for one network. Sans-I/O: what came goes into `receive`, answers to `send`, time comes in. Leases are in memory alone: after a new start whoever asks
 * for the address that it has keeps it, and the place where a search for a free one begins follows from the hardware address, so that most get the same one again.
 */
import { formatAddress, netmask } from "../addresses.js";
import { Counters } from "../counters.js";
import { INFO, WARNING, type Logger } from "../log/types.js";
import type { TableUse } from "../limits.js";
import { BOUND, hardwareText, Leases, OFFERED, PROBING, TAKEN, type Client } from "./leases.js";
import { emitMessage, MessageType, parseMessage, type ClientMessage, type Refusal } from "./message.js";

/** What is given to whom. Addresses are numbers. */
export interface Plan {
	/** This unit's own, which is the server's and the router's. */
	readonly address: number;
	readonly prefix: number;
	readonly first: number;
	readonly last: number;
	readonly leaseSeconds: number;
	readonly fixed: readonly { readonly hardwareAddress: string; readonly address: number }[];
	readonly dns: readonly number[];
}

export interface Lease {
	readonly address: string;
	readonly hardware: string;
	/** That are left of it. */
	readonly seconds: number;
}

export interface DHCPServerOptions {
	/** From `leaseTable()` (table.ts). */
	readonly table: ArrayBuffer;
	readonly log: Logger;
	readonly send: (bytes: Uint8Array, address: number) => void;
	/** Asks on the LAN who has this address. */
	readonly ask: (address: number) => void;
	/** Who has said so since: a hardware address as text, undefined: nobody. */
	readonly holder: (address: number) => string | undefined;
	/** `pollAt()` has changed. */
	readonly reschedule: () => void;
	/** Leases, fewer in tests. */
	readonly size?: number;
}

type Cause = Refusal | "dhcp-relayed" | "dhcp-too-many" | "dhcp-full" | "dhcp-taken" | "dhcp-declined" | "dhcp-refused";

const EVERYBODY = 0xffffffff;
/** Milliseconds that a machine has to say that it has an address, that an offer is kept, and that an address is left alone which somebody else has. */
export const PROBE_TIME = 500;
export const OFFER_TIME = 60_000;
export const TAKEN_TIME = 600_000;
/** Messages that are looked at in a second: each costs a device's engine some milliseconds. */
export const RATE = 20;
/** Addresses that are looked at for a free one, more than can be taken. */
const SEARCH = 160;

export class DHCPServer {
	readonly #options: DHCPServerOptions;
	readonly #leases: Leases;
	#plan: Plan | undefined;
	/** When a probe is over; undefined: there is none. */
	#at: number | undefined;
	#second = 0;
	#messages = 0;
	/** What was dropped or refused. */
	readonly counters = new Counters<Cause>();

	constructor(options: DHCPServerOptions) {
		this.#options = options;
		this.#leases = new Leases(options.table, options.size);
	}

	/** Serves by this plan from now on; undefined: not at all. Leases stay as far as they fit it. */
	configure(plan: Plan | undefined): void {
		this.#plan = plan;
	}

	/** A datagram to port 67. Whatever is in it, nothing is thrown. */
	receive(now: number, bytes: Uint8Array): void {
		const plan = this.#plan;
		if (plan === undefined)
			return;
		if (now - this.#second >= 1000) {
			this.#second = now;
			this.#messages = 0;
		}
		if (++this.#messages > RATE)
			return this.counters.add("dhcp-too-many");
		const message = parseMessage(bytes);
		if (typeof message === "string")
			return this.counters.add(message);
		if (message.giaddr !== 0)
			return this.counters.add("dhcp-relayed");
		this.handle(now, plan, message);
	}

	/** When `poll()` is due; undefined: not. */
	pollAt(): number | undefined {
		return this.#at;
	}

	/** Offers what nobody has claimed. */
	poll(now: number): void {
		const plan = this.#plan;
		if (this.#at === undefined || this.#at > now)
			return;
		const leases = this.#leases;
		this.#at = undefined;
		for (let i = 0; i < leases.size; i++)
			if (leases.state(i) === PROBING)
				if (leases.until(i) > now)
					this.#at = Math.min(this.#at ?? Infinity, leases.until(i));
				else if (plan === undefined)
					leases.clear(i);
				else
					this.offerOrMove(now, plan, i);
	}

	/** Who has an address now. */
	*leases(now: number): Generator<Lease, void, undefined> {
		const leases = this.#leases;
		for (let i = 0; i < leases.size; i++)
			if (leases.state(i) === BOUND && leases.isHeld(i, now))
				yield { address: formatAddress(leases.address(i)), hardware: hardwareText(leases.hardware(i)), seconds: Math.ceil((leases.until(i) - now) / 1000) };
	}

	use(): TableUse {
		return this.#leases.use();
	}

	private handle(now: number, plan: Plan, message: ClientMessage): void {
		switch (message.type) {
			case MessageType.DISCOVER:
				return this.discover(now, plan, message);
			case MessageType.REQUEST:
				return this.request(now, plan, message);
			case MessageType.DECLINE:
				return this.decline(now, plan, message);
			case MessageType.RELEASE:
				return this.release(now, plan, message);
			case MessageType.INFORM:
				if (isOnLAN(plan, message.ciaddr))
					this.answer(plan, message, MessageType.ACK, 0, 0);
				return;
			default:
				// A server's, or none that there is.
				return this.counters.add("dhcp-type");
		}
	}

	private discover(now: number, plan: Plan, message: ClientMessage): void {
		const leases = this.#leases;
		const index = this.find(now, plan, message, message.requested);
		if (index < 0)
			return this.full(now, message);
		leases.remember(index, message.xid, message.broadcast);
		const state = leases.state(index);
		if (state === PROBING)
			return;
		if ((state === BOUND || state === OFFERED) && leases.isHeld(index, now))
			return this.offer(plan, index);
		this.probe(now, index);
	}

	/** RFC 2131 4.3.2: the client takes an offer, comes back with an address that it had, or wants to keep it for longer. */
	private request(now: number, plan: Plan, message: ClientMessage): void {
		const leases = this.#leases;
		const selecting = message.server !== 0;
		let index = leases.of(message);
		if (selecting && message.server !== plan.address) {
			// It takes another server's offer.
			if (index >= 0 && leases.state(index) !== BOUND)
				leases.clear(index);
			return;
		}
		const wanted = message.requested !== 0 ? message.requested : message.ciaddr;
		const fits = index >= 0 && leases.address(index) === wanted && leases.state(index) !== PROBING && this.isFor(now, plan, message, wanted, index);
		if (!fits) {
			if (selecting || !this.isFor(now, plan, message, wanted, index) || this.isKept(now, wanted, index))
				return this.refuse(plan, message, "this address is not for you");
			// It has the address from before this unit was started anew.
			index = this.take(now, message, wanted, index);
			if (index < 0)
				return this.full(now, message);
		}
		const known = leases.state(index) === BOUND && leases.isHeld(index, now);
		leases.turn(index, BOUND, now + plan.leaseSeconds * 1000);
		if (!known)
			this.#options.log.limited(now, INFO, "", wanted, "dhcp-lease", `DHCP: ${formatAddress(wanted)} is for ${hardwareText(message.hardware)}`);
		this.answer(plan, message, MessageType.ACK, wanted, plan.leaseSeconds);
	}

	private decline(now: number, plan: Plan, message: ClientMessage): void {
		const index = this.#leases.of(message);
		if (index < 0 || message.server !== plan.address || message.requested !== this.#leases.address(index))
			return this.counters.add("dhcp-refused");
		this.counters.add("dhcp-declined");
		this.leaveAlone(now, index, undefined);
	}

	private release(now: number, plan: Plan, message: ClientMessage): void {
		const index = this.#leases.of(message);
		if (index < 0 || message.server !== plan.address || message.ciaddr !== this.#leases.address(index))
			return this.counters.add("dhcp-refused");
		// It gets the same one when it comes back, if nobody needed it.
		this.#leases.turn(index, BOUND, now);
	}

	/** The client's record, new or old, with an address that is for it; -1: there is none. */
	private find(now: number, plan: Plan, client: Client, requested: number): number {
		const leases = this.#leases;
		const own = leases.of(client);
		if (own >= 0 && this.isFor(now, plan, client, leases.address(own), own))
			return own;
		const fixed = this.fixedAddress(now, plan, client, own);
		const address = fixed !== 0 ? fixed : this.freeAddress(now, plan, client, requested, own);
		return address === 0 ? -1 : this.take(now, client, address, own);
	}

	/** Whether the client may have this address: the one that is always its, or one of the pool. */
	private isFor(now: number, plan: Plan, client: Client, address: number, own: number): boolean {
		const fixed = this.fixedAddress(now, plan, client, own);
		return fixed !== 0 ? address === fixed : isInPool(plan, address);
	}

	/** The address that is always the client's; 0: it has none, or somebody else has it now. */
	private fixedAddress(now: number, { fixed }: Plan, { hardware }: Client, own: number): number {
		const text = fixed.length === 0 ? "" : hardwareText(hardware);
		const address = fixed.find((each) => each.hardwareAddress === text)?.address ?? 0;
		return address !== 0 && this.isKept(now, address, own) ? 0 : address;
	}

	/** An address of the pool that nobody has, 0: there is none. */
	private freeAddress(now: number, plan: Plan, client: Client, requested: number, own: number): number {
		const { first, last } = plan;
		const size = last - first + 1;
		if (this.isFree(now, plan, requested, own))
			return requested;
		const start = startOf(client.hardware) % size;
		for (let i = 0; i < size && i < SEARCH; i++) {
			const address = first + (start + i) % size;
			if (this.isFree(now, plan, address, own))
				return address;
		}
		return 0;
	}

	private isFree(now: number, plan: Plan, address: number, own: number): boolean {
		return isInPool(plan, address) && !this.isKept(now, address, own);
	}

	/** Another record than `own` keeps the address. */
	private isKept(now: number, address: number, own: number): boolean {
		const index = this.#leases.at(address);
		return index >= 0 && index !== own && this.#leases.isHeld(index, now);
	}

	/** Makes a record with this address for the client, in the place of the one that it has (`own`). -1: all are bound. */
	private take(now: number, client: Client, address: number, own: number): number {
		const leases = this.#leases;
		const before = leases.at(address);
		if (own >= 0)
			leases.clear(own);
		if (before >= 0 && before !== own)
			leases.clear(before);
		const index = leases.place(now);
		if (index >= 0)
			leases.set(index, address, client);
		return index;
	}

	private probe(now: number, index: number): void {
		const { ask, reschedule } = this.#options;
		this.#leases.turn(index, PROBING, now + PROBE_TIME);
		ask(this.#leases.address(index));
		this.#at = Math.min(this.#at ?? Infinity, now + PROBE_TIME);
		reschedule();
	}

	/** The time to claim the address is over. */
	private offerOrMove(now: number, plan: Plan, index: number): void {
		const leases = this.#leases;
		const holder = this.#options.holder(leases.address(index));
		const hardware = leases.hardware(index);
		if (holder === undefined || holder === hardwareText(hardware)) {
			leases.turn(index, OFFERED, now + OFFER_TIME);
			return this.offer(plan, index);
		}
		const client = { hardware, id: leases.id(index) };
		const xid = leases.xid(index);
		const broadcast = leases.broadcast(index);
		this.counters.add("dhcp-taken");
		this.leaveAlone(now, index, holder);
		const next = this.find(now, plan, client, 0);
		if (next < 0)
			return this.full(now, client);
		leases.remember(next, xid, broadcast);
		this.probe(now, next);
	}

	/** Somebody else has the address of this record: it is given to nobody for a while. */
	private leaveAlone(now: number, index: number, holder: string | undefined): void {
		const leases = this.#leases;
		const address = leases.address(index);
		this.#options.log.limited(now, WARNING, "", address, "dhcp-taken", `DHCP: ${formatAddress(address)} is in use by ${holder ?? "another machine"} without a lease; it is not given out for ${TAKEN_TIME / 60000} minutes`);
		leases.turn(index, TAKEN, now + TAKEN_TIME);
	}

	private offer(plan: Plan, index: number): void {
		const leases = this.#leases;
		this.answer(plan, { hardware: leases.hardware(index), id: leases.id(index), xid: leases.xid(index), broadcast: leases.broadcast(index), ciaddr: 0 }, MessageType.OFFER, leases.address(index), plan.leaseSeconds);
	}

	private refuse(plan: Plan, message: ClientMessage, text: string): void {
		const { xid, hardware, id } = message;
		this.counters.add("dhcp-refused");
		this.#options.send(emitMessage({ type: MessageType.NAK, xid, broadcast: true, ciaddr: 0, yiaddr: 0, hardware, id, server: plan.address, lease: 0, network: undefined, text }), EVERYBODY);
	}

	private answer(plan: Plan, to: Client & Pick<ClientMessage, "xid" | "broadcast" | "ciaddr">, type: number, yiaddr: number, lease: number): void {
		const { xid, broadcast, ciaddr, hardware, id } = to;
		const { address, prefix, dns } = plan;
		// A client that has no address yet answers no question for its hardware address: what goes to all reaches it.
		this.#options.send(emitMessage({ type, xid, broadcast, ciaddr, yiaddr, hardware, id, server: address, lease, network: { mask: netmask(prefix), router: address, dns }, text: "" }), isOnLAN(plan, ciaddr) ? ciaddr : EVERYBODY);
	}

	private full(now: number, { hardware }: Client): void {
		this.counters.add("dhcp-full");
		this.#options.log.limited(now, WARNING, "", 0, "dhcp-full", `DHCP: there is no address for ${hardwareText(hardware)}: all are given, or ${this.#leases.size} machines have one`);
	}
}

/** Whether it is one of those for whoever comes. */
function isInPool({ address: own, first, last, fixed }: Plan, address: number): boolean {
	return address >= first && address <= last && address !== own && !fixed.some((each) => each.address === address);
}

function isOnLAN({ address: own, prefix }: Plan, address: number): boolean {
	return address !== 0 && ((address ^ own) & netmask(prefix)) === 0;
}

/** Spreads hardware addresses over a pool. */
function startOf(hardware: Uint8Array): number {
	let value = 0;
	for (let i = 0; i < hardware.length; i++)
		value = (value * 31 + hardware[i]!) % 65521;
	return value;
}
