/**
 * The security policy database: a fixed table in the C side's memory, one entry for each connection. A policy stays when the control plane
 * ends and starts again, so that nothing it matches ever leaves in the clear.
 */
import { CONNECTIONS, PARKED_PACKETS, type TableUse } from "../limits.js";
import {
	DROP_REASONS, ENGINE_DROPS, ENGINE_EVENTS_LOST, ENGINE_NOTES, ENGINE_PARKED, ENGINE_PARKED_HIGH_WATER, ENGINE_PARK_SIZE, NOTES, POLICY_FLAGS, POLICY_FLAG_ACQUIRE,
	POLICY_FINGERPRINT, POLICY_FLAG_ACQUIRING, POLICY_FLAG_ENABLED, POLICY_IP_PROTOCOL, POLICY_LOCAL_FIRST, POLICY_LOCAL_LAST, POLICY_LOCAL_PORT, POLICY_ORDER,
	POLICY_REMOTE_FIRST, POLICY_REMOTE_LAST, POLICY_REMOTE_PORT, POLICY_SIZE, POLICY_USED, SPD_COUNT, SPD_ORDER, SPD_RECORDS,
	SPD_TABLE_SIZE, SPD_VERSION
} from "./layout.js";
import { engineTable, getNumber64, spdTable } from "./tables.js";
import { dropReasons, noteNames, type DropReason, type PolicyParameters } from "./types.js";

export class SPD {
	readonly #view: DataView;
	readonly #bytes: Uint8Array;
	readonly #engine: DataView;
	#highWater = 0;

	/** Policies that are in the table stay as they are. */
	constructor() {
		const table = spdTable();
		this.#view = new DataView(table);
		this.#bytes = new Uint8Array(table);
		this.#engine = new DataView(engineTable());
		this.#highWater = this.#view.getUint32(SPD_COUNT, true);
	}

	/** Writes policy `index`, from 0 to CONNECTIONS - 1; it rules from now on. Of two with the same order the lower index is tried first. */
	write(index: number, policy: PolicyParameters): void {
		const at = this.at(index);
		const { local, remote, ipProtocol, order } = policy;
		if (local.first > local.last || remote.first > remote.last)
			throw new RangeError("an empty selector");
		if (!(ipProtocol >= 0 && ipProtocol <= 255))
			throw new RangeError(`IP protocol ${ipProtocol}`);
		const view = this.#view;
		this.takeOut(index);
		this.#bytes.fill(0, at, at + POLICY_SIZE);
		view.setUint8(at + POLICY_FLAGS, (policy.enabled ? POLICY_FLAG_ENABLED : 0) | (policy.acquire ? POLICY_FLAG_ACQUIRE : 0));
		view.setUint8(at + POLICY_IP_PROTOCOL, ipProtocol);
		view.setUint32(at + POLICY_ORDER, order, true);
		view.setUint32(at + POLICY_FINGERPRINT, policy.fingerprint ?? 0, true);
		view.setUint32(at + POLICY_LOCAL_FIRST, local.first, true);
		view.setUint32(at + POLICY_LOCAL_LAST, local.last, true);
		view.setUint16(at + POLICY_LOCAL_PORT, local.port, true);
		view.setUint32(at + POLICY_REMOTE_FIRST, remote.first, true);
		view.setUint32(at + POLICY_REMOTE_LAST, remote.last, true);
		view.setUint16(at + POLICY_REMOTE_PORT, remote.port, true);
		view.setUint8(at + POLICY_USED, 1);
		this.putIn(index);
	}

	/** Takes policy `index` out: packets that it matched are matched by the policies behind it, or by none. */
	clear(index: number): void {
		const at = this.at(index);
		this.takeOut(index);
		this.#bytes.fill(0, at, at + POLICY_SIZE);
	}

	/** Takes out all policies but those that `has` says there are: of settings that are no more. */
	keep(has: (index: number) => boolean): void {
		for (let index = 0; index < CONNECTIONS; index++) {
			if (this.#view.getUint8(SPD_RECORDS + index * POLICY_SIZE + POLICY_USED) !== 0 && !has(index))
				this.clear(index);
		}
	}

	/** The policy that an earlier control plane wrote with this fingerprint; -1: none. */
	find(fingerprint: number): number {
		for (let index = 0; index < CONNECTIONS; index++) {
			const at = SPD_RECORDS + index * POLICY_SIZE;
			if (this.#view.getUint8(at + POLICY_USED) !== 0 && this.#view.getUint32(at + POLICY_FINGERPRINT, true) === fingerprint)
				return index;
		}
		return -1;
	}

	/** The acquire event of policy `index` led to nothing: the next packet may raise another one. */
	answered(index: number): void {
		const at = this.at(index);
		this.#view.setUint8(at + POLICY_FLAGS, this.#view.getUint8(at + POLICY_FLAGS) & ~POLICY_FLAG_ACQUIRING);
	}

	/** Packets that the engine dropped for `reason` since it started. */
	drops(reason: DropReason): number {
		return getNumber64(this.#engine, ENGINE_DROPS + dropReasons.indexOf(reason) * 8);
	}

	/** The counters of dropped packets, and of what else happened, that are not 0. */
	*counters(): IterableIterator<{ readonly name: string; readonly value: number }> {
		for (let reason = 0; reason < DROP_REASONS; reason++) {
			const value = getNumber64(this.#engine, ENGINE_DROPS + reason * 8);
			if (value !== 0)
				yield { name: dropReasons[reason]!, value };
		}
		for (let note = 0; note < NOTES; note++) {
			const value = getNumber64(this.#engine, ENGINE_NOTES + note * 8);
			if (value !== 0)
				yield { name: noteNames[note]!, value };
		}
		const lost = this.#engine.getUint32(ENGINE_EVENTS_LOST, true);
		if (lost !== 0)
			yield { name: "engine-events-lost", value: lost };
	}

	*use(): IterableIterator<TableUse> {
		yield { name: "policies", used: this.#view.getUint32(SPD_COUNT, true), highWater: this.#highWater, size: CONNECTIONS, bytes: SPD_TABLE_SIZE };
		yield {
			name: "parked packets", used: this.#engine.getUint32(ENGINE_PARKED, true), highWater: this.#engine.getUint32(ENGINE_PARKED_HIGH_WATER, true),
			size: PARKED_PACKETS, bytes: this.#engine.getUint32(ENGINE_PARK_SIZE, true),
		};
	}

	private at(index: number): number {
		if (!(index >= 0 && index < CONNECTIONS && Number.isInteger(index)))
			throw new RangeError(`policy ${index}`);
		return SPD_RECORDS + index * POLICY_SIZE;
	}

	/** Takes policy `index`, if it is in use, out of the order in which the engine tries them. */
	private takeOut(index: number): void {
		if (this.#view.getUint8(this.at(index) + POLICY_USED) === 0)
			return;
		const count = this.#view.getUint32(SPD_COUNT, true);
		const place = SPD_ORDER + 2 * this.rank(index, count);
		this.#bytes.copyWithin(place, place + 2, SPD_ORDER + 2 * count);
		this.ordered(count - 1);
	}

	/** Puts policy `index`, whose record is complete, into that order. */
	private putIn(index: number): void {
		const count = this.#view.getUint32(SPD_COUNT, true);
		const place = SPD_ORDER + 2 * this.rank(index, count);
		this.#bytes.copyWithin(place + 2, place, SPD_ORDER + 2 * count);
		this.#view.setUint16(place, index, true);
		this.ordered(count + 1);
	}

	private ordered(count: number): void {
		this.#view.setUint32(SPD_COUNT, count, true);
		this.#view.setUint32(SPD_VERSION, this.#view.getUint32(SPD_VERSION, true) + 1, true);
		this.#highWater = Math.max(this.#highWater, count);
	}

	/** How many of the `count` policies that are in order come before policy `index`. */
	private rank(index: number, count: number): number {
		const view = this.#view;
		const order = this.orderOf(index);
		let first = 0;
		let end = count;
		while (first < end) {
			const middle = (first + end) >> 1;
			const other = view.getUint16(SPD_ORDER + 2 * middle, true);
			const otherOrder = this.orderOf(other);
			if (otherOrder < order || (otherOrder === order && other < index))
				first = middle + 1;
			else
				end = middle;
		}
		return first;
	}

	private orderOf(index: number): number {
		return this.#view.getUint32(SPD_RECORDS + index * POLICY_SIZE + POLICY_ORDER, true);
	}
}
