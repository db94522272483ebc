/** Messages that are wrong, forged, out of place or too many: counted, answered at most once, and nothing else is disturbed. */
import test from "ava";
import { formatAddress, parseAddress, type Endpoint } from "../../../modules/addresses.js";
import { PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { HALF_OPEN, QUICK_MODES_OWN } from "../../../modules/limits.js";
import { isPrintable } from "../../../modules/log/printable.js";
import { connection, mismatch, Network, peer, Random, two, type Node, type Packet } from "./network.js";

function endpoint(address: string, port = 500): Endpoint {
	return { address: parseAddress(address)!, port };
}

/** A datagram with its bytes changed on the way. */
function changed(packet: Packet, change: (bytes: Uint8Array) => void): Uint8Array {
	const bytes = packet.bytes.slice();
	change(bytes);
	return bytes;
}

/** Captures all packets of a negotiation that works. */
function capture(): Packet[] {
	const { network, a } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	return network.sent;
}

test("F06 F10 lengths of 0, 3 and 65535, versions, flags, exchanges, reserved bits: no state, no answer that matters", (t) => {
	const [first] = capture();
	const { network, b } = two();
	const cases: [string, (bytes: Uint8Array) => void][] = [
		["length 0", (bytes) => bytes.set([0, 0, 0, 0], 24)], ["length 3", (bytes) => bytes.set([0, 0, 0, 3], 24)],
		["length 65535", (bytes) => bytes.set([0, 0, 255, 255], 24)], ["length of the header only", (bytes) => bytes.set([0, 0, 0, 28], 24)],
		["version 2", (bytes) => { bytes[17] = 0x20; }], ["flags", (bytes) => { bytes[19] = 0x80; }],
		["exchange 77", (bytes) => { bytes[18] = 77; }], ["base exchange", (bytes) => { bytes[18] = 1; }],
		["transaction", (bytes) => { bytes[18] = 6; }], ["new group", (bytes) => { bytes[18] = 33; }],
		["message ID", (bytes) => { bytes[20] = 1; }], ["encrypted", (bytes) => { bytes[19] = 1; }],
		["first payload 0", (bytes) => { bytes[16] = 0; }], ["first payload 77", (bytes) => { bytes[16] = 77; }],
		["payload length 0", (bytes) => bytes.set([0, 0], 30)], ["payload length 3", (bytes) => bytes.set([0, 3], 30)],
		["payload length 65535", (bytes) => bytes.set([255, 255], 30)], ["reserved", (bytes) => { bytes[29] = 1; }],
		["DOI 7", (bytes) => { bytes[35] = 7; }], ["situation", (bytes) => { bytes[39] = 2; }],
		["proposal length 0", (bytes) => bytes.set([0, 0], 42)], ["no transforms", (bytes) => { bytes[47] = 0; }],
		["200 transforms", (bytes) => { bytes[47] = 200; }], ["initiator's cookie 0", (bytes) => bytes.fill(0, 0, 8)],
		["unknown responder's cookie", (bytes) => bytes.fill(9, 8, 16)]
	];
	for (const [name, change] of cases) {
		const before = network.sent.length;
		network.inject(endpoint("10.0.0.1"), { address: b.address, port: 500 }, changed(first!, change));
		t.is(b.sas().length, 0, name);
		t.true(network.sent.length - before <= 1, name);
		const answer = network.sent[before];
		// F13: no amplification. No cookie of ours in a refusal.
		if (answer !== undefined) {
			t.true(answer.bytes.length <= 40, name);
			t.is(answer.bytes[18], 5, name);
			t.true(answer.bytes.slice(8, 16).every((byte) => byte === 0), name);
		}
	}
	let refused = 0;
	for (const { value } of b.ike.counters())
		refused += value;
	t.is(refused, cases.length);
	network.inject(endpoint("10.0.0.1"), { address: b.address, port: 500 }, first!.bytes);
	t.is(b.sas().length, 1);
});

test("truncated anywhere, a first message makes no state", (t) => {
	const [first] = capture();
	const { network, b } = two();
	for (let size = 0; size < first!.bytes.length; size++) {
		network.inject(endpoint("10.0.0.1"), { address: b.address, port: 500 }, first!.bytes.subarray(0, size));
		// The same with a header that does not lie about it.
		if (size >= 28 && size < 28 + 52)
			network.inject(endpoint("10.0.0.1"), { address: b.address, port: 500 }, changed(first!, (bytes) => bytes.set([0, 0, 0, size], 24)).subarray(0, size));
	}
	t.is(b.sas().length, 0);
});

test("T27 bytes after the header's length are padding", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		const longer = new Uint8Array(packet.bytes.length + 1 + packet.number % 4);
		longer.set(packet.bytes);
		longer.fill(0xaa, packet.bytes.length);
		(packet as { bytes: Uint8Array }).bytes = longer;
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
});

test("T20 the commit bit is ignored", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 7)
			packet.bytes[19] = packet.bytes[19]! | 2;
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.true(b.lines.some((line) => line.includes("commit bit")));
});

test("T28 message 5 in clear is refused, and the true one is still taken", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 5)
			b.ike.process(network.now, packet.from, 500, changed(packet, (bytes) => { bytes[19] = 0; }));
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(b.counter("not-encrypted"), 1);
	t.is(a.up.length, 1);
});

test("F14 quick mode and encrypted informationals before phase 1 is complete are dropped", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 3 || packet.number === 5)
			for (const exchange of [32, 5])
				b.ike.process(network.now, packet.from, 500, changed(packet, (bytes) => {
					bytes[18] = exchange;
					bytes[19] = 1;
					bytes.set([1, 2, 3, 4], 20);
				}));
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(b.counter("phase2-too-early"), 2);
	t.is(b.counter("encrypted-too-early"), 2);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
});

/** Each message, before it arrives, comes many times with bytes of it changed at random: the true one must still do its work. */
for (let number = 1; number <= 9; number++)
	test(`message ${number} mutated ${number < 5 ? 40 : 120} times before it comes: the negotiation goes on`, (t) => {
		const random = new Random(number);
		const { network, a, b } = two();
		network.filter = (packet) => {
			if (packet.number !== number)
				return true;
			const node = packet.sender === "a" ? b : a;
			for (let i = 0; i < (number < 5 ? 40 : 120); i++)
				node.ike.process(network.now, packet.from, 500, changed(packet, (bytes) => {
					// Messages 1 to 4 are not protected: who sees them can forge them, the responder's cookie included; a header that is wrong is harmless.
					// Of messages 5 and 6 the identity and the HASH are; of quick mode's all is.
					const at = number < 5 ? (i % 2 ? 16 + random.below(4) : random.below(8)) : random.below(number < 7 ? 28 + 48 : bytes.length);
					bytes[at] = bytes[at]! ^ (1 + random.below(255));
				}));
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(30000);
		t.true(a.up.length >= 1);
		t.is(mismatch({ a, b }), "");
		t.is(a.reserved.size + b.reserved.size, 0);
	});

test("F09 public values of 0, 1 and of the wrong size are refused", (t) => {
	for (const [name, change] of [
		["0", (bytes: Uint8Array) => bytes.fill(0)], ["1", (bytes: Uint8Array) => { bytes.fill(0); bytes[bytes.length - 1] = 1; }],
		["p - 1 and more", (bytes: Uint8Array) => bytes.fill(255)]
	] as const) {
		const { network, a, b } = two({
			a: { phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 2 }] }, b: { phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha1", dhGroup: 2 }] }
		});
		network.filter = (packet) => {
			if (packet.number === 3)
				change(packet.bytes.subarray(32, 32 + 128));
			return packet.number <= 4;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(1000);
		t.is(b.counter("public-value-refused"), 1, name);
		t.is(b.sas().length, 0, name);
	}
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.number === 3)
			// A KE payload of another group's size.
			b.ike.process(network.now, packet.from, 500, changed(packet, (bytes) => bytes.set([0, 35], 30)));
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
});

test("F04 informationals without a valid HASH are never acted upon", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const from = { address: a.address, port: 500 };
	const to = { address: b.address, port: 500 };
	// A Delete of the IKE SA and one of the pair in clear, with the right cookies.
	const header = [...network.sent[8]!.bytes.slice(0, 16)];
	const spi = b.up[0]!.child.outboundSPI;
	const deleteIKE = [0, 0, 0, 28, 0, 0, 0, 1, 1, 16, 0, 1, ...header];
	const deleteESP = [0, 0, 0, 16, 0, 0, 0, 1, 3, 4, 0, 1, spi >>> 24, (spi >>> 16) & 255, (spi >>> 8) & 255, spi & 255];
	for (const body of [deleteIKE, deleteESP]) {
		const size = 28 + body.length;
		network.inject(from, to, Uint8Array.of(...header, 12, 0x10, 5, 0, 1, 2, 3, 4, 0, 0, 0, size, ...body));
	}
	// A Notify INITIAL-CONTACT and NO-PROPOSAL-CHOSEN.
	for (const type of [24578, 14])
		network.inject(from, to, Uint8Array.of(...header, 11, 0x10, 5, 0, 1, 2, 3, 4, 0, 0, 0, 40, 0, 0, 0, 12, 0, 0, 0, 1, 1, 0, type >> 8, type & 255));
	// Encrypted nonsense, and a true Delete that was changed.
	network.inject(from, to, Uint8Array.of(...header, 8, 0x10, 5, 1, 1, 2, 3, 4, 0, 0, 0, 60, ...new Uint8Array(32).fill(9)));
	const before = network.sent.length;
	const kept: Packet[] = [];
	network.filter = (packet) => { kept.push(packet); return false; };
	a.deletePair(a.up[0]!.child.inboundSPI);
	network.settle();
	t.is(network.sent.length, before + 1);
	for (let at = 28; at < kept[0]!.bytes.length; at++)
		network.inject(from, to, changed(kept[0]!, (bytes) => { bytes[at] = bytes[at]! ^ 1; }));
	t.is(b.pairs.size, 1);
	t.is(b.sas()[0]!.state, 9);
	t.true(b.counter("wrong-hash") >= 30);
	t.is(b.counter("unprotected-informational"), 2);
	network.inject(from, to, kept[0]!.bytes);
	t.is(b.pairs.size, 0);
});

test("hints in clear end nothing: the negotiation goes on when the true answer comes", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => {
		if (packet.sender === "b" && packet.number < 9)
			for (const type of [14, 24, 18, 29])
				a.ike.process(network.now, packet.from, 500, Uint8Array.of(...packet.bytes.slice(0, 16), 11, 0x10, 5, 0, 1, 2, 3, 4, 0, 0, 0, 40, 0, 0, 0, 12, 0, 0, 0, 1, 1, 0, type >> 8, type & 255));
		return true;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.is(a.causes.length, 1);
	t.true(a.solvedNames.includes("b/"));
});

/** First messages of as many initiators as are asked for, each with a cookie of its own. */
function flood(network: Network, b: Node, first: Packet, count: number, address: (n: number) => string): void {
	for (let n = 0; n < count; n++)
		network.inject(endpoint(address(n)), { address: b.address, port: 500 }, changed(first, (bytes) => bytes.set([n >> 8, n & 255, 1], 0)));
}

test("F13 half-open exchanges are capped, the oldest goes, and the established ones never suffer", (t) => {
	const [first] = capture();
	const network = new Network();
	const any = peer("any", "10.0.0.2", "0.0.0.0", { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] });
	const b = network.add("b", "10.0.0.2", [any, ...["a", "c"].map((name, index) => peer(name, "10.0.0.2", `10.0.0.${1 + 2 * index}`, { connections: any.connections }))]);
	const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2")]);
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.is(b.up.length, 1);
	flood(network, b, first!, 300, (n) => formatAddress(0x0a010000 + n));
	t.is(b.sas().length, 1 + HALF_OPEN);
	t.is(b.sas()[0]!.state, 9);
	// Each of them got one answer, hardly larger than what it sent; the others none.
	const answers = network.sent.filter((packet) => packet.sender === "b" && packet.to.address >= 0x0a010000);
	t.is(answers.length, HALF_OPEN);
	for (const packet of answers)
		t.true(packet.bytes.length <= first!.bytes.length);
	// Those that had their time give way to younger ones.
	network.run(2500);
	flood(network, b, first!, HALF_OPEN - 1, (n) => formatAddress(0x0a020000 + n));
	t.is(b.sas().length, 1 + HALF_OPEN);
	t.is(b.sas().filter((sa) => sa.remote.address >= 0x0a020000 && sa.remote.address < 0x0a030000).length, HALF_OPEN - 1);
	t.is(b.counter("half-open-evicted"), HALF_OPEN - 1);
	// One address alone may hold fewer.
	network.run(70000);
	t.is(b.sas().length, 1);
	flood(network, b, first!, 50, () => "10.3.0.1");
	t.is(b.sas().length, 1 + 3);
	// A true peer gets through all the same.
	const c = network.add("c", "10.0.0.3", [peer("b", "10.0.0.3", "10.0.0.2")]);
	c.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(c.up.length, 1);
	t.is(a.up.length, 1);
	t.deepEqual(b.up.map((pair) => pair.child.peer).sort(), ["a", "c"]);
});

test("a table full of what is our own refuses strangers, and what is our own takes a stranger's place", (t) => {
	const sizes = { size: 2, halfOpen: 2, halfOpenForAddress: 2 };
	const [first] = capture();
	const { network, b } = two({ sizesB: sizes });
	flood(network, b, first!, 2, () => "10.0.0.1");
	t.is(b.sas().length, 2);
	b.ike.initiate(network.now, "a", "office");
	network.settle();
	t.is(b.sas().length, 2);
	t.is(b.sas().filter((sa) => sa.role === "initiator").length, 1);
	const other = new Network();
	const full = other.add("b", "10.0.0.2", ["10.0.0.1", "10.0.0.3", "10.0.0.4"].map((address, index) => peer(`p${index}`, "10.0.0.2", address)), sizes);
	for (let i = 0; i < 3; i++)
		full.ike.initiate(other.now, `p${i}`, "office");
	other.settle();
	t.is(full.sas().length, 2);
	t.deepEqual(full.causes, ["table-full"]);
	other.inject(endpoint("10.0.0.4"), { address: full.address, port: 500 }, first!.bytes);
	t.is(full.sas().length, 2);
	t.is(full.counter("table-full"), 1);
});

test("F13 a peer that asks again and again for the same answer gets it a limited number of times", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => packet.sender === "a";
	a.ike.initiate(network.now, "b", "office");
	network.run(50);
	const first = network.sent[0]!;
	for (let i = 0; i < 100; i++)
		network.inject(first.from, first.to, first.bytes);
	t.true(network.sent.filter((packet) => packet.sender === "b").length <= 12);
	t.is(b.sas().length, 1);
});

test("T11 a quick mode that was refused is not refused a second time when it is repeated, and starts nothing", (t) => {
	const { network, a, b } = two({ connectionB: { localNetwork: "10.7.0.0/24" } });
	network.filter = (packet) => packet.bytes[18] !== 5;
	a.ike.initiate(network.now, "b", "office");
	network.run(40000);
	t.is(b.problems.length, 1);
	t.is(b.counter("network-mismatch"), 1);
	t.is(network.sent.filter((packet) => packet.sender === "b" && packet.bytes[18] === 5).length, 1);
	t.true(b.counter("repeated") >= 4);
});

test("quick modes under way are bounded, and one that is not authentic leaves nothing", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const quick = network.sent[6]!;
	for (let i = 1; i < 50; i++)
		network.inject(quick.from, quick.to, changed(quick, (bytes) => { bytes[20] = bytes[20]! ^ i; }));
	t.is(b.counter("wrong-hash"), 49);
	const { exchanges, answered } = b.sas()[0] as unknown as { exchanges: unknown[]; answered: unknown[] };
	t.is(exchanges.length, 0);
	t.is(answered.length, 2);
	// Quick modes that never go on: four at most.
	network.filter = (packet) => packet.sender === "a" && packet.bytes[18] === 32 && packet.bytes.length > 100;
	for (let i = 0; i < 8; i++) {
		a.ike.initiate(network.now, "b", "office");
		network.run(20);
		a.ike.down(network.now, "b", "office");
	}
	t.is(b.pairs.size, 1 + 4);
	t.is(b.counter("too-many-quick-modes"), 4);
	network.filter = () => true;
	network.run(60000);
	t.is(b.pairs.size, 1);
});

test("F16 F05 what is logged of a stranger's message is printable", (t) => {
	const network = new Network();
	const b = network.add("b", "10.0.0.2", [peer("any", "10.0.0.2", "0.0.0.0", { remoteId: { type: "fqdn", value: "good.example" } })]);
	const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { localId: { type: "fqdn", value: "\u001b[31m<script>\n\"" } })]);
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	t.deepEqual(b.causes, ["id-mismatch"]);
	for (const text of [b.problems[0]!.text, ...b.lines])
		for (let i = 0; i < text.length; i++)
			t.true(text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) < 0x7f);
});

for (const [what, value] of [
	["markup", "<script>alert(1)</script>\"'&amp;"], ["terminal codes", "\u001b]0;owned\u0007\u001b[2J\u009b31m\r\n"], ["marks of direction", "\u202e\u2066moc.rekcatta\u2069\u200f"],
	["a label of 255 bytes", "x".repeat(255)], ["255 bytes that each take four to show", "\u0001".repeat(255)], ["nothing but a zero byte", "\u0000"]
] as const)
	for (const type of ["fqdn", "user-fqdn", "key-id"] as const)
		for (const phase1Mode of ["main", "aggressive"] as const)
			test(`F16 an identity of ${what} as ${type} in ${phase1Mode} mode: printable and short wherever it is told`, (t) => {
				const network = new Network();
				const b = network.add("b", "10.0.0.2", [peer("any", "10.0.0.2", "0.0.0.0", { phase1Mode, remoteId: { type: "fqdn", value: "good.example" } })]);
				const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { phase1Mode, localId: { type, value } })]);
				a.ike.initiate(network.now, "b", "office");
				network.run(3000);
				t.deepEqual(b.causes, ["id-mismatch"]);
				const told = b.problems.flatMap(({ text, theirs }) => [text, ...theirs.split("\n")]);
				for (const text of [...told, ...b.lines]) {
					t.true(isPrintable(text), JSON.stringify(text));
					t.true(text.length < 600, text);
				}
			});

test("peers that all begin at once are answered a few at a time, and all come up", (t) => {
	const network = new Network();
	const hub = network.add("hub", "10.0.0.1", Array.from({ length: 8 }, (_, i) => peer(`p${i}`, "10.0.0.1", `10.0.0.${11 + i}`, { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })));
	const spokes = Array.from({ length: 8 }, (_, i) => network.add(`s${i}`, `10.0.0.${11 + i}`, [peer("hub", `10.0.0.${11 + i}`, "10.0.0.1")]));
	for (const spoke of spokes)
		t.is(spoke.ike.initiate(network.now, "hub", "office"), "started");
	network.run(4000);
	t.is(hub.up.length, 8);
	t.true(hub.counter("half-open-full") > 0);
	t.is(hub.counter("half-open-evicted"), 0);
	t.deepEqual(hub.problems, []);
});

test("quick modes are bounded over all IKE SAs; those that wait go on as others end", (t) => {
	const network = new Network();
	const names = ["a", "b", "c"];
	/** Connections of a spoke, or of the hub to it. */
	const connections = (spoke: number, atHub: boolean) => names.map((name, i) => {
		const [near, far] = [`10.9.${i}.0/24`, `10.${20 + spoke}.${i}.0/24`];
		return connection({ name, localNetwork: atHub ? near : far, remoteNetwork: atHub ? far : near });
	});
	const hub = network.add("hub", "10.0.0.1", Array.from({ length: 4 }, (_, i) => peer(`p${i}`, "10.0.0.1", `10.0.0.${11 + i}`, { connections: connections(i, true) })));
	for (let i = 0; i < 4; i++)
		network.add(`s${i}`, `10.0.0.${11 + i}`, [peer("hub", `10.0.0.${11 + i}`, "10.0.0.1", { connections: connections(i, false) })]);
	for (let i = 0; i < 4; i++)
		for (const name of names)
			t.is(hub.ike.initiate(network.now, `p${i}`, name), "started");
	let most = 0;
	for (let i = 0; i < 400 && hub.up.length < 12; i++) {
		network.run(5);
		most = Math.max(most, hub.sas().reduce((sum, sa) => sum + (sa as unknown as { exchanges: unknown[] }).exchanges.length, 0));
	}
	t.is(hub.up.length, 12);
	t.is(most, QUICK_MODES_OWN);
});

test("certificates, requests for them, notifications and payloads of private use come in any message of phase 1 that is in clear (RFC 2408 3.9, 3.10)", (t) => {
	for (const phase1Mode of ["main", "aggressive"] as const) {
		const { network, a, b } = two({ a: { phase1Mode }, b: { phase1Mode } });
		let changed = 0;
		network.filter = (packet) => {
			const { bytes } = packet;
			if (packet.to.port === 4500 || (bytes[19]! & 1) !== 0 || bytes[18] !== (phase1Mode === "main" ? 2 : 4))
				return true;
			// Behind the last payload, whose type of the next one it takes.
			const more = [[PayloadType.CERTREQ, 4], [PayloadType.CERTREQ], [PayloadType.CERT, 4, 1, 2, 3], [PayloadType.NOTIFICATION, 0, 0, 0, 1, 1, 0, 0x60, 2], [200, 9]];
			let last = 28;
			while (bytes[last] !== 0)
				last += bytes[last + 2]! << 8 | bytes[last + 3]!;
			const rest: number[] = [];
			more.forEach(([, ...body], index) => rest.push(more[index + 1]?.[0] ?? 0, 0, 0, 4 + body.length, ...body));
			const longer = Uint8Array.of(...bytes, ...rest);
			longer[last] = more[0]![0]!;
			longer[26] = longer.length >> 8;
			longer[27] = longer.length & 255;
			(packet as { bytes: Uint8Array }).bytes = longer;
			changed++;
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(changed, phase1Mode === "main" ? 4 : 2, phase1Mode);
		t.is(a.up.length, 1, phase1Mode);
		t.deepEqual([...a.causes, ...b.causes], []);
	}
});
