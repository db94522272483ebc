/**
 * The firewall log: a ring of fixed entries that the packet engine writes (firewall.c) and that is read here. It is off unless the settings ask for
 * it.
 */
import { firewallLevels, places, verdicts, type FirewallEntry, type FirewallLevel, type FirewallQuery, type FirewallReader, type Verdict } from "../log/firewall.js";
import type { TableUse } from "../limits.js";
import {
	DROP_REASONS, ENTRY_DESTINATION, ENTRY_DESTINATION_PORT, ENTRY_FLAG_FRAGMENT, ENTRY_FLAGS, ENTRY_LENGTH, ENTRY_NO_POLICY, ENTRY_PACKETS, ENTRY_PLACE,
	ENTRY_POLICY, ENTRY_PROTOCOL, ENTRY_REASON, ENTRY_SEQUENCE, ENTRY_SIZE, ENTRY_SOURCE, ENTRY_SOURCE_PORT, ENTRY_SPI, ENTRY_TIME, FIREWALL_ENTRIES,
	FIREWALL_LEVEL, FIREWALL_WRITTEN, PLACES, WHY_ACCEPTED, WHY_QUEUE_FULL
} from "./layout.js";
import { firewallTable, getNumber64 } from "./tables.js";
import { dropReasons } from "./types.js";

/** Verdict and words for a person, by the number of the reason to drop, as in `dropReasons`. */
const drops: readonly (readonly [Verdict, string])[] = Object.freeze([
	say("Drop", "not IPv4"),
	say("Error", "malformed packet"),
	say("Deny", "no connection takes it"),
	say("Deny", "its connection is switched off"),
	say("Drop", "no SA, and none may be negotiated from here"),
	say("Drop", "too many packets wait for their SA: the oldest went"),
	say("Drop", "the table of SAs is full"),
	say("Drop", "no SA has this SPI"),
	say("Drop", "replayed, or too late"),
	say("Error", "not authentic: the ICV is wrong"),
	say("Error", "padding is wrong"),
	say("Error", "next header is none that a tunnel carries"),
	say("Deny", "outside the networks of its SA"),
	say("Drop", "fragment without the ports that its connection asks for"),
	say("Drop", "the SA's life is over"),
	say("Drop", "the SA has no sequence numbers left"),
	say("Drop", "too large for the tunnel"),
	say("Error", "encapsulation is not that of its SA"),
	say("Error", "the crypto library failed"),
	say("Drop", "waited too long for its SA"),
	say("Drop", "marked as congested by a path that its sender did not allow to"),
	say("Accept", "dummy packet")
]);

/** Those from WHY_QUEUE_FULL on: verdict, name, words. */
const others: readonly (readonly [Verdict, string, string])[] = Object.freeze([
	name("Drop", "ike-full", "too many IKE messages at once"),
	name("Drop", "ike-too-long", "IKE message too long"),
	name("Error", "runt", "too short to be IKE or ESP")
]);

/** Those from WHY_ACCEPTED on: name and words. */
const accepted: readonly (readonly [string, string])[] = Object.freeze([
	pair("", ""),
	pair("parked", "waits for its SA"),
	pair("cut", "cut into pieces that fit the tunnel"),
	pair("keepalive", "NAT keepalive"),
	pair("dummy", "dummy packet")
]);

/** Names of the connection whose policy has this index. */
export type PolicyName = (policy: number) => { readonly peer: string; readonly connection: string } | undefined;

export class FirewallLog implements FirewallReader {
	readonly #view: DataView;
	readonly #nameOf: PolicyName;
	readonly size: number;

	/** Entries in the table are kept: it is that of the engine, which goes on when the control plane starts anew. */
	constructor(nameOf: PolicyName) {
		this.#view = new DataView(firewallTable());
		this.size = (this.#view.byteLength - FIREWALL_ENTRIES) / ENTRY_SIZE;
		this.#nameOf = nameOf;
	}

	get level(): FirewallLevel {
		return firewallLevels[this.#view.getUint32(FIREWALL_LEVEL, true)] ?? "off";
	}

	set level(level: FirewallLevel) {
		this.#view.setUint32(FIREWALL_LEVEL, firewallLevels.indexOf(level), true);
	}

	get newest(): number {
		return this.#view.getUint32(FIREWALL_WRITTEN, true);
	}

	/** The connection of this policy is no more: its entries are of none, whichever connection the policy is of next. */
	forget(policy: number): void {
		for (let i = 0; i < this.size; i++) {
			const at = FIREWALL_ENTRIES + i * ENTRY_SIZE + ENTRY_POLICY;
			if (this.#view.getUint8(at) === policy)
				this.#view.setUint8(at, ENTRY_NO_POLICY);
		}
	}

	/** See `VPNLog.entries`: the engine may write between two of them. */
	*entries(query: FirewallQuery = {}): Generator<FirewallEntry, void, undefined> {
		const end = Math.min(this.newest + 1, query.before ?? Infinity);
		let sequence = Math.max(query.after ?? 0, 0) + 1;
		if (query.last !== undefined)
			sequence = Math.max(sequence, this.start(query, end));
		for (;;) {
			sequence = Math.max(sequence, this.oldest());
			if (sequence >= end)
				return;
			if (this.matches(sequence, query))
				yield this.read(sequence);
			sequence++;
		}
	}

	*use(): IterableIterator<TableUse> {
		const used = Math.min(this.newest, this.size);
		yield { name: "firewall log", used, highWater: used, size: this.size, bytes: this.#view.byteLength };
	}

	private oldest(): number {
		return Math.max(1, this.newest + 1 - this.size);
	}

	/** Sequence number of the first of the `query.last` newest entries before `end` that match. */
	private start(query: FirewallQuery, end: number): number {
		let count = query.last ?? 0;
		let sequence = end;
		const oldest = this.oldest();
		while (count > 0 && sequence > oldest) {
			sequence--;
			if (this.matches(sequence, query))
				count--;
		}
		return sequence;
	}

	private matches(sequence: number, { verdict, spi, peer, address }: FirewallQuery): boolean {
		const view = this.#view;
		const at = this.offset(sequence);
		if (view.getUint32(at + ENTRY_SEQUENCE, true) !== sequence)
			return false;
		if (verdict !== undefined && verdictOfReason(view.getUint8(at + ENTRY_REASON)) !== verdict)
			return false;
		if (spi !== undefined && view.getUint32(at + ENTRY_SPI, true) !== spi)
			return false;
		if (peer === undefined)
			return true;
		const names = this.#nameOf(view.getUint8(at + ENTRY_POLICY));
		if (names !== undefined)
			return names.peer === peer;
		return address !== undefined && address !== 0 && (view.getUint32(at + ENTRY_SOURCE, true) === address || view.getUint32(at + ENTRY_DESTINATION, true) === address);
	}

	private read(sequence: number): FirewallEntry {
		const view = this.#view;
		const at = this.offset(sequence);
		const reason = view.getUint8(at + ENTRY_REASON);
		const names = this.#nameOf(view.getUint8(at + ENTRY_POLICY));
		return {
			sequence,
			time: getNumber64(view, at + ENTRY_TIME),
			packets: view.getUint32(at + ENTRY_PACKETS, true),
			verdict: verdictOfReason(reason),
			reason: nameOfReason(reason),
			explanation: wordsOfReason(reason),
			place: places[view.getUint8(at + ENTRY_PLACE) % PLACES]!,
			protocol: view.getUint8(at + ENTRY_PROTOCOL),
			source: view.getUint32(at + ENTRY_SOURCE, true),
			destination: view.getUint32(at + ENTRY_DESTINATION, true),
			sourcePort: view.getUint16(at + ENTRY_SOURCE_PORT, true),
			destinationPort: view.getUint16(at + ENTRY_DESTINATION_PORT, true),
			fragment: (view.getUint8(at + ENTRY_FLAGS) & ENTRY_FLAG_FRAGMENT) !== 0,
			spi: view.getUint32(at + ENTRY_SPI, true),
			length: view.getUint16(at + ENTRY_LENGTH, true),
			peer: names?.peer ?? "",
			connection: names?.connection ?? "",
		};
	}

	private offset(sequence: number): number {
		return FIREWALL_ENTRIES + (sequence - 1) % this.size * ENTRY_SIZE;
	}
}

function verdictOfReason(reason: number): Verdict {
	return reason < DROP_REASONS ? drops[reason]![0] : reason >= WHY_ACCEPTED ? verdicts[0] : others[reason - WHY_QUEUE_FULL]?.[0] ?? "Drop";
}

function nameOfReason(reason: number): string {
	return reason < DROP_REASONS ? dropReasons[reason]! : reason >= WHY_ACCEPTED ? accepted[reason - WHY_ACCEPTED]?.[0] ?? "" : others[reason - WHY_QUEUE_FULL]?.[1] ?? "";
}

function wordsOfReason(reason: number): string {
	return reason < DROP_REASONS ? drops[reason]![1] : reason >= WHY_ACCEPTED ? accepted[reason - WHY_ACCEPTED]?.[1] ?? "" : others[reason - WHY_QUEUE_FULL]?.[2] ?? "";
}

function say(verdict: Verdict, words: string): readonly [Verdict, string] {
	return Object.freeze([verdict, words] as const);
}

function name(verdict: Verdict, name: string, words: string): readonly [Verdict, string, string] {
	return Object.freeze([verdict, name, words] as const);
}

function pair(name: string, words: string): readonly [string, string] {
	return Object.freeze([name, words] as const);
}
