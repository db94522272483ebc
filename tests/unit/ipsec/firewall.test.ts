import test from "ava";
import { FirewallLog } from "../../../modules/ipsec/firewall.js";
import {
	DROP_BAD_ICV, DROP_DUMMY, DROP_NO_POLICY, DROP_REASONS, DROP_REPLAYED, ENTRY_DESTINATION, ENTRY_FLAGS, ENTRY_LENGTH, ENTRY_NO_POLICY, ENTRY_PACKETS, ENTRY_PLACE, ENTRY_POLICY,
	ENTRY_PROTOCOL, ENTRY_REASON, ENTRY_SEQUENCE, ENTRY_SIZE, ENTRY_SOURCE, ENTRY_SOURCE_PORT, ENTRY_SPI, ENTRY_TIME, FIREWALL_ALL, FIREWALL_DENIED, FIREWALL_ENTRIES, FIREWALL_LEVEL,
	FIREWALL_OFF, FIREWALL_WRITTEN, PLACE_FROM_LAN, PLACE_FROM_WAN, PLACE_TO_WAN, WHY_ACCEPTED, WHY_DUMMY, WHY_PARKED, WHY_QUEUE_FULL, WHY_RUNT
} from "../../../modules/ipsec/layout.js";
import { firewallTable, setNumber64 } from "../../../modules/ipsec/tables.js";
import { dropReasons } from "../../../modules/ipsec/types.js";
import { FIREWALL_LOG_ENTRIES } from "../../../modules/limits.js";
import { parseSPI, protocolName, verdictOf } from "../../../modules/log/firewall.js";
import type { FirewallEntry, FirewallQuery } from "../../../modules/log/firewall.js";

interface Raw {
	readonly reason?: number;
	readonly place?: number;
	readonly policy?: number;
	readonly spi?: number;
	readonly protocol?: number;
	readonly source?: number;
	readonly sourcePort?: number;
}

/** Plays the engine. */
function log({ reason = WHY_ACCEPTED, place = PLACE_FROM_LAN, policy = 0, spi = 0, protocol = 17, source = 0x0a010005, sourcePort = 0 }: Raw = {}): void {
	const view = new DataView(firewallTable());
	const sequence = view.getUint32(FIREWALL_WRITTEN, true) + 1;
	const at = FIREWALL_ENTRIES + (sequence - 1) % FIREWALL_LOG_ENTRIES * ENTRY_SIZE;
	view.setUint32(FIREWALL_WRITTEN, sequence, true);
	setNumber64(view, at + ENTRY_TIME, 5000000000 + sequence);
	view.setUint32(at + ENTRY_SEQUENCE, sequence, true);
	view.setUint32(at + ENTRY_PACKETS, 3, true);
	view.setUint32(at + ENTRY_SOURCE, source, true);
	view.setUint32(at + ENTRY_DESTINATION, 0x0a020007, true);
	view.setUint32(at + ENTRY_SPI, spi, true);
	view.setUint16(at + ENTRY_SOURCE_PORT, sourcePort, true);
	view.setUint8(at + ENTRY_POLICY, policy);
	view.setUint8(at + ENTRY_PROTOCOL, protocol);
	view.setUint8(at + ENTRY_PLACE, place);
	view.setUint8(at + ENTRY_REASON, reason);
	view.setUint8(at + ENTRY_FLAGS, 0);
	view.setUint16(at + ENTRY_LENGTH, 100, true);
}

function begin(): FirewallLog {
	new Uint8Array(firewallTable()).fill(0);
	return new FirewallLog((policy) => policy === 0 ? { peer: "branch", connection: "office" } : policy === 1 ? { peer: "north", connection: "line" } : undefined);
}

function sequences(firewall: FirewallLog, query?: FirewallQuery): number[] {
	return Array.from(firewall.entries(query), ({ sequence }) => sequence);
}

test("firewall log: an entry as the engine writes it", (t) => {
	const firewall = begin();
	t.deepEqual([firewall.newest, [...firewall.entries()]], [0, []]);
	log({ reason: DROP_REPLAYED, place: PLACE_FROM_WAN, policy: 1, spi: 0xfedcba98, protocol: 50, source: 0xc0000201, sourcePort: 4500 });
	t.deepEqual([...firewall.entries()], [{
		sequence: 1, time: 5000000001, packets: 3, verdict: "Drop", reason: "replayed", explanation: "replayed, or too late", place: "from WAN", protocol: 50,
		source: 0xc0000201, destination: 0x0a020007, sourcePort: 4500, destinationPort: 0, fragment: false, spi: 0xfedcba98, length: 100, peer: "north", connection: "line"
	}]);
});

test("firewall log: every reason has a verdict, a name and words", (t) => {
	const firewall = begin();
	for (let reason = 0; reason < DROP_REASONS; reason++)
		log({ reason });
	for (let reason = WHY_QUEUE_FULL; reason <= WHY_RUNT; reason++)
		log({ reason });
	for (let reason = WHY_PARKED; reason <= WHY_DUMMY; reason++)
		log({ reason });
	log();
	const entries = [...firewall.entries()];
	t.deepEqual(entries.slice(0, DROP_REASONS).map(({ reason }) => reason), [...dropReasons]);
	for (let i = 0; i + 1 < entries.length; i++) {
		const { verdict, reason, explanation } = entries[i]!;
		t.is(verdict === "Accept", i > DROP_REASONS + 2 || i === DROP_DUMMY, reason);
		t.true(reason !== "" && explanation !== "");
	}
	const last = entries[entries.length - 1]!;
	t.deepEqual([last.verdict, last.reason, last.explanation], ["Accept", "", ""]);
	t.deepEqual([entries[DROP_NO_POLICY]!.verdict, entries[DROP_BAD_ICV]!.verdict, verdictOf("Deny"), verdictOf("deny")], ["Deny", "Error", "Deny", undefined]);
});

test("firewall log: the newest stay; a cursor, the last few, filters, and all of them together", (t) => {
	const firewall = begin();
	for (let i = 1; i <= FIREWALL_LOG_ENTRIES + 12; i++)
		log({ reason: i % 2 === 0 ? DROP_REPLAYED : WHY_ACCEPTED, spi: i % 3, policy: i % 5 === 0 ? ENTRY_NO_POLICY : i % 2, source: i % 10 === 0 ? 0x0a000002 : 0x0a000003 });
	const end = FIREWALL_LOG_ENTRIES + 12;
	const all = sequences(firewall);
	t.deepEqual([all.length, all[0], all[all.length - 1], firewall.newest], [FIREWALL_LOG_ENTRIES, 13, end, end]);
	t.deepEqual(sequences(firewall, { after: end - 2 }), [end - 1, end]);
	t.deepEqual(sequences(firewall, { before: 16 }), [13, 14, 15]);
	t.deepEqual(sequences(firewall, { before: 16, last: 2 }), [14, 15]);
	t.deepEqual(sequences(firewall, { before: 5 }), []);
	t.deepEqual(sequences(firewall, { last: 3 }), [end - 2, end - 1, end]);
	t.deepEqual(sequences(firewall, { before: 25, verdict: "Drop" }), [14, 16, 18, 20, 22, 24]);
	t.deepEqual(sequences(firewall, { before: 25, verdict: "Drop", spi: 2 }), [14, 20]);
	t.deepEqual(sequences(firewall, { before: 25, verdict: "Drop", spi: 2, last: 1 }), [20]);
	t.deepEqual(sequences(firewall, { before: 25, peer: "branch" }), [14, 16, 18, 22, 24]);
	t.deepEqual(sequences(firewall, { before: 25, peer: "branch", address: 0x0a000002 }), [14, 16, 18, 20, 22, 24]);
	t.deepEqual(sequences(firewall, { peer: "nobody" }), []);
});

test("firewall log: what is overwritten between two reads is passed over", (t) => {
	const firewall = begin();
	for (let i = 0; i < FIREWALL_LOG_ENTRIES; i++)
		log();
	const reader = firewall.entries();
	t.is(reader.next().value?.sequence, 1);
	for (let i = 0; i < 20; i++)
		log();
	t.is(reader.next().value?.sequence, 21);
	t.is([...reader].length, FIREWALL_LOG_ENTRIES - 21);
});

test("firewall log: the level, and policies that are no more", (t) => {
	const firewall = begin();
	const view = new DataView(firewallTable());
	const levels: [number, "off" | "denied" | "all"][] = [[FIREWALL_ALL, "all"], [FIREWALL_DENIED, "denied"], [FIREWALL_OFF, "off"]];
	for (const [number, level] of levels) {
		firewall.level = level;
		t.deepEqual([view.getUint32(FIREWALL_LEVEL, true), firewall.level], [number, level]);
	}
	log({ policy: 0 });
	log({ policy: 1 });
	firewall.forget(0);
	t.deepEqual([...firewall.entries()].map(({ peer, connection }) => peer + connection), ["", "northline"]);
	t.deepEqual([...firewall.use()].map(({ used, size }) => [used, size]), [[2, FIREWALL_LOG_ENTRIES]]);
});

test("firewall log: names of protocols, and SPIs as somebody writes them", (t) => {
	const firewall = begin();
	log({ protocol: 50, place: PLACE_TO_WAN });
	log({ protocol: 50, place: PLACE_TO_WAN, sourcePort: 4500 });
	log({ protocol: 51, place: PLACE_TO_WAN });
	log({ protocol: 17, place: PLACE_FROM_WAN, sourcePort: 500 });
	log({ protocol: 17, sourcePort: 500 });
	log({ protocol: 1 });
	log({ protocol: 132 });
	log({ protocol: 0 });
	t.deepEqual(Array.from(firewall.entries(), (entry: FirewallEntry) => protocolName(entry)), ["ESP", "ESP in UDP", "AH", "IKE", "UDP", "ICMP", "protocol 132", "not IPv4"]);
	t.deepEqual(["0x7d403ccc", "7D403CCC", "0X1", "0", "ffffffff", "", "0x", "123456789", "0xg", "1 "].map(parseSPI),
		[0x7d403ccc, 0x7d403ccc, 1, 0, 0xffffffff, undefined, undefined, undefined, undefined, undefined]);
});
