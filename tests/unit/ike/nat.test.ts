/** NAT traversal: where the NAT is, by addresses that are rewritten on the way. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import type { IKESA } from "../../../modules/ike/sa.js";
import { phase2IV } from "../../../modules/ike/v1/keys.js";
import { lastBlock, openEncrypted, type Opened } from "../../../modules/ike/v1/message.js";
import { parseHex } from "../../../modules/ike/v1/wire/bytes.js";
import { parsePayloads, type ReceivedPayload } from "../../../modules/ike/v1/wire/chain.js";
import { HEADER_SIZE, PayloadType } from "../../../modules/ike/v1/wire/constants.js";
import { parseHeader, type Header } from "../../../modules/ike/v1/wire/header.js";
import { parseSA, type Proposal } from "../../../modules/ike/v1/wire/sa.js";
import { parsePhase2, type Phase2Attributes } from "../../../modules/ike/v1/wire/phase2.js";
import { natdInput } from "../../../modules/ike/v1/wire/nat.js";
import { isVendor, parseVendor, vendors, type VendorName } from "../../../modules/ike/v1/wire/vendor.js";
import { connection, mismatch, Network, peer, two, type NAT, type Node, type Packet, type Two, type TwoOptions } from "./network.js";

/** Gateway a behind a NAT at 10.0.0.101, b behind one at 10.0.0.102, or neither. The peers know each other by the outer addresses. */
function behind(near: boolean, far: boolean, options: TwoOptions = {}): Two & { readonly nats: NAT[] } {
	const made = two({
		...options,
		a: { ...(far ? { remoteGateway: "10.0.0.102" } : {}), ...options.a },
		b: { ...(near ? { remoteGateway: "10.0.0.101" } : {}), ...options.b }
	});
	const nats: NAT[] = [];
	if (near)
		nats.push(made.network.addNAT("10.0.0.1", "10.0.0.101"));
	if (far) {
		const nat = made.network.addNAT("10.0.0.2", "10.0.0.102", 0);
		// Ports 500 and 4500 of the outer address are forwarded.
		nat.ports.set(500, 500);
		nat.ports.set(4500, 4500);
		nats.push(nat);
	}
	return { ...made, nats };
}

for (const [near, far, seenByA, seenByB] of [
	[false, false, "none", "none"], [true, false, "Near end", "Far end"], [false, true, "Far end", "Near end"], [true, true, "Both ends", "Both ends"]
] as const)
	test(`T21 T22 T23 NAT in front of ${near && far ? "both" : near ? "the initiator" : far ? "the responder" : "nobody"}`, (t) => {
		const { network, a, b } = behind(near, far);
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
		t.is(a.sas()[0]!.natT, seenByA);
		t.is(b.sas()[0]!.natT, seenByB);
		const encapsulated = near || far;
		t.is(a.up[0]!.child.udpEncapsulation, encapsulated);
		t.is(b.up[0]!.child.udpEncapsulation, encapsulated);
		t.is(a.up[0]!.child.localEndpoint.port, encapsulated ? 4500 : 500);
		t.is(a.sas()[0]!.remote.port, encapsulated ? 4500 : 500);
		// From message 5 on everything is on the NAT traversal port, with the marker.
		for (const packet of network.sent.slice(4, 9)) {
			t.is(packet.sender === "a" ? packet.to.port : packet.from.port, encapsulated ? 4500 : 500);
			t.is(packet.bytes.slice(0, 4).every((byte) => byte === 0), encapsulated);
		}
		if (near) {
			t.is(b.up[0]!.child.remoteEndpoint.address, parseAddress("10.0.0.101"));
			t.is(b.up[0]!.child.remoteEndpoint.port, 24500);
		}
		t.deepEqual([...a.causes, ...b.causes], []);
	});

test("T23 keepalives of one byte every 20 seconds, from the side behind the NAT only", (t) => {
	const { network, a, b } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	const before = network.sent.length;
	network.run(100000);
	const after = network.sent.slice(before);
	t.is(after.length, 5);
	for (const packet of after) {
		t.is(packet.sender, "a");
		t.deepEqual([...packet.bytes], [0xff]);
		t.is(packet.to.port, 4500);
	}
	t.is(b.counter("no-marker"), 0);
});

test("T19 T23 the NAT is kept open for tunnels that the peer lets live on without an IKE SA, as long as there are any", (t) => {
	const { network, a, b } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	b.ike.deleteIKESA(network.now, b.sas()[0]!.id);
	network.run(1000);
	t.is(a.sas().length + b.sas().length, 0);
	t.is(mismatch({ a, b }), "");
	const moved = { address: parseAddress("10.0.0.2")!, port: 4600 };
	const keepalives = (milliseconds: number): Packet[] => {
		const before = network.sent.length;
		network.run(milliseconds);
		return network.sent.slice(before);
	};
	const before = keepalives(100000);
	t.is(before.length, 5);
	for (const packet of before)
		t.deepEqual([packet.sender, packet.from.port, packet.to.port, ...packet.bytes], ["a", 24500, 4500, 0xff]);
	// The peer's ESP comes from another port now.
	a.ike.moved(network.now, "b", moved, a.up[0]!.child.identity);
	const after = keepalives(100000);
	t.is(after.length, 5);
	t.true(after.every((packet) => packet.to.port === 4600));
	// With a new IKE SA it is that one's affair.
	a.ike.moved(network.now, "b", { ...moved, port: 4500 }, a.up[0]!.child.identity);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(a.sas().length, 1);
	t.is(keepalives(100000).length, 5);
	b.ike.deleteIKESA(network.now, b.sas()[0]!.id);
	network.run(1000);
	t.is(keepalives(40000).length, 2);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	b.ike.deleteIKESA(network.now, b.sas()[0]!.id);
	network.run(1000);
	t.is(keepalives(40000).length, 2, "one path, also when the IKE SA was there for a moment only");
	for (const spi of [...a.pairs.keys()])
		a.deletePair(spi);
	t.is(keepalives(100000).length, 0);
	t.is(a.ike.pollAt(), undefined);
});

/** Makes a's message 3 of aggressive mode one whose hashes were made before it moved to the NAT traversal port, as libreswan's are. */
function hashedBeforeMove({ network, a, b }: Two): void {
	const { filter } = network;
	network.filter = (packet) => {
		if (packet.number === 3) {
			const sa = a.sas()[0] as IKESA;
			const { iv } = b.sas()[0] as IKESA;
			const bytes = packet.bytes.subarray(4);
			const { payloads, bytes: clear } = openEncrypted(a.crypto, sa, sa.key, iv, {
				header: parseHeader(bytes) as Header, bytes, from: packet.from, localPort: 4500, fingerprint: 1, names: "", decision: ""
			}) as Opened;
			const hashes = (payloads as ReceivedPayload[]).filter(({ type }) => type === PayloadType.NAT_D);
			const forced = sa.settings!.natTraversal === "force";
			[sa.remote.address, forced ? 0 : a.address].forEach((address, index) =>
				hashes[index]!.body.set(sa.prf!.digest(natdInput(sa.cookies, address, address === 0 ? 0 : 500))));
			bytes.set(a.crypto.encrypt(sa.cipher, sa.key, iv, clear), HEADER_SIZE);
			sa.iv = lastBlock(sa, bytes);
		}
		return filter(packet);
	};
}

for (const [near, far, seenByA, seenByB] of [[true, false, "Near end", "Far end"], [false, true, "Far end", "Near end"], [true, true, "Both ends", "Both ends"]] as const)
	for (const before of [false, true])
		test(`T22 T23 aggressive mode, hashes made ${before ? "before" : "after"} the move to port 4500: NAT in front of ${near && far ? "both" : near ? "the initiator" : "the responder"}`, (t) => {
			const made = behind(near, far, { a: { phase1Mode: "aggressive" }, b: { phase1Mode: "aggressive" } });
			if (near)
				// one that keeps ports, where those before the move tell nothing by themselves
				made.nats[0]!.base = 0;
			if (before)
				hashedBeforeMove(made);
			const { network, a, b } = made;
			a.ike.initiate(network.now, "b", "office");
			network.run(5000);
			t.is(a.sas()[0]!.natT, seenByA);
			t.is(b.sas()[0]!.natT, seenByB);
			t.is(b.sas()[0]!.remote.port, 4500);
			t.is(mismatch({ a, b }), "");
			t.true(a.up[0]!.child.udpEncapsulation && b.up[0]!.child.udpEncapsulation);
		});

for (const [side, seenByA, seenByB] of [["a", "Near end", "Far end"], ["b", "Far end", "Near end"]] as const)
	test(`T22 T23 aggressive mode, hashes made before the move to port 4500: no NAT, and force by the ${side === "a" ? "initiator" : "responder"}`, (t) => {
		const made = behind(false, false, { a: { phase1Mode: "aggressive" }, b: { phase1Mode: "aggressive" }, [side]: { phase1Mode: "aggressive", natTraversal: "force" } });
		hashedBeforeMove(made);
		const { network, a, b } = made;
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(a.sas()[0]!.natT, seenByA);
		t.is(b.sas()[0]!.natT, seenByB);
		t.is(mismatch({ a, b }), "");
		t.true(a.up[0]!.child.udpEncapsulation && b.up[0]!.child.udpEncapsulation);
	});

for (const [changed, kept] of [[500, 4500], [4500, 500]] as const)
	test(`T22 T23 aggressive mode, hashes made before the move to port 4500: something on the way that changes port ${changed} only`, (t) => {
		const made = behind(false, false, { a: { phase1Mode: "aggressive" }, b: { phase1Mode: "aggressive", ...(changed === 4500 ? { natTraversal: "force" } : {}) } });
		const nat = made.network.addNAT("10.0.0.1", "10.0.0.1");
		nat.ports.set(kept, kept);
		hashedBeforeMove(made);
		const { network, a, b } = made;
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(b.sas()[0]!.natT, changed === 4500 ? "Both ends" : "Far end");
		t.is(b.sas()[0]!.remote.port, changed === 4500 ? 24500 : 4500);
		t.is(mismatch({ a, b }), "");
		t.true(a.up[0]!.child.udpEncapsulation && b.up[0]!.child.udpEncapsulation);
	});

for (const [number, shown] of [[3, "none"], [4, "Far end"]] as const)
	test(`hashes of message ${number} that something on the way has changed: what is shown of the NAT is how packets go, at both ends`, (t) => {
		const { network, a, b } = two();
		network.filter = (packet) => {
			if (packet.number !== number)
				return true;
			// The hash of the source, the last payload of the message.
			const bytes = packet.bytes.slice();
			bytes[bytes.length - 1]! ^= 1;
			network.queue({ ...packet, at: network.now + 10, bytes });
			return false;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		for (const { up, ike } of [a, b]) {
			const natT = [...ike.ikeSecurityAssociations()][0]!.natT;
			t.is(up[0]!.child.udpEncapsulation, number === 4);
			t.is(natT, shown);
		}
	});

test("natTraversal off: no vendor ID, no NAT-D, no move", (t) => {
	for (const side of ["a", "b"] as const) {
		const { network, a, b } = behind(true, false, { [side]: { natTraversal: "off", ...(side === "b" ? { remoteGateway: "10.0.0.101" } : {}) } });
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
		t.is(a.sas()[0]!.natT, "none");
		t.is(a.up[0]!.child.udpEncapsulation, false);
		t.true(network.sent.every((packet) => packet.to.port !== 4500));
	}
});

test("T21 a peer without NAT traversal and one with it off here: the log tells of the NAT that its port shows, and of none where there is none", (t) => {
	for (const [near, changes, reason] of [
		[true, { a: { natTraversal: "off" } }, "it knows none"], [true, { b: { natTraversal: "off", remoteGateway: "10.0.0.101" } }, "the settings say natTraversal off"], [false, { a: { natTraversal: "off" } }, ""]
	] as const) {
		const { network, a, b } = behind(near, false, changes);
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		const lines = b.lines.filter((line) => /a NAT is between us/.test(line));
		t.is(lines.length, near ? 1 : 0);
		t.true(lines.every((line) => line.includes(`(${reason})`)));
		t.false(a.lines.some((line) => /a NAT is between us/.test(line)));
	}
});

for (const side of ["a", "b"] as const)
	test(`natTraversal force by the ${side === "a" ? "initiator" : "responder"}: ESP in UDP without any NAT`, (t) => {
		const { network, a, b } = two({ [side]: { natTraversal: "force" } });
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(mismatch({ a, b }), "");
		t.is(a.up[0]!.child.udpEncapsulation, true);
		t.is(b.up[0]!.child.udpEncapsulation, true);
		t.is((side === "a" ? a : b).sas()[0]!.natT, "Near end");
		t.is((side === "a" ? b : a).sas()[0]!.natT, "Far end");
		t.is(b.sas()[0]!.remote.port, 4500);
	});

test("T22 the responder that initiates later uses the ports and the address that it knows", (t) => {
	const { network, a, b } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	const before = network.sent.length;
	t.is(b.ike.initiate(network.now, "a", "office"), "started");
	network.run(5000);
	t.is(b.up.length, 2);
	const packet = network.sent[before]!;
	t.is(packet.sender, "b");
	t.is(packet.from.port, 4500);
	t.is(packet.to.port, 24500);
});

test("T22 a NAT that loses its state: the responder follows an authenticated message to the new port, and no other", (t) => {
	const { network, a, b, nats } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	// A message that is sent again from elsewhere is authentic in its bytes, and old: nobody follows it.
	const quick1 = network.sent.find((packet) => packet.bytes[4 + 18] === 32)!;
	network.inject({ address: parseAddress("10.0.0.66")!, port: 4500 }, quick1.to, quick1.bytes);
	t.deepEqual(b.moves, []);
	nats[0]!.ports.clear();
	nats[0]!.base = 30000;
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(b.moves.map((each) => each.port), [34500]);
	t.is(b.sas()[0]!.remote.port, 34500);
	t.is(b.up[0]!.remote.port, 34500);
	t.is(a.up.length, 2);
	t.is(mismatch({ a, b }), "");
});

test("T22 what was kept from earlier and is sent from elsewhere moves nobody, however old it is", (t) => {
	const { network, a, b } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	const quick1 = network.sent.find((packet) => packet.bytes[4 + 18] === 32)!;
	const before = network.sent.length;
	a.deletePair(a.up[0]!.child.inboundSPI);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	const informational = network.sent.slice(before).find((packet) => packet.sender === "a" && packet.bytes[4 + 18] === 5)!;
	const { port } = b.sas()[0]!.remote;
	const elsewhere = { address: parseAddress("10.0.0.66")!, port: 4500 };
	// One that did not arrive makes a new one, which comes to no end.
	network.filter = () => false;
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(120000);
	network.filter = () => true;
	const vain = network.sent.filter((packet) => packet.sender === "a" && packet.bytes[4 + 18] === 32).at(-1)!;
	for (const packet of [quick1, informational, vain])
		network.inject(elsewhere, packet.to, packet.bytes);
	t.is(b.counter("replayed"), 1);
	t.deepEqual(network.sent.filter(({ to }) => to.address === elsewhere.address).map(({ bytes }) => bytes.subarray(4 + 20, 4 + 24)), [vain.bytes.subarray(4 + 20, 4 + 24)]);
	network.run(120000);
	t.deepEqual(b.moves, []);
	t.is(b.sas()[0]!.remote.port, port);
	t.is(b.up.length, 1);
	t.is(b.pairs.size, 1);
	t.is(mismatch({ a, b }), "");
});

test("datagrams on the NAT traversal port without the marker are counted and dropped", (t) => {
	const { network, b } = two();
	const from = { address: parseAddress("10.0.0.1")!, port: 4500 };
	const to = { address: b.address, port: 4500 };
	network.inject(from, to, new Uint8Array(100).fill(7));
	network.inject(from, to, new Uint8Array(3));
	network.inject(from, to, Uint8Array.of(0xff));
	t.is(b.counter("no-marker"), 2);
	t.is(b.sas().length, 0);
});

const natVendors = ["natTraversal", "natTraversal03", "natTraversal02n", "natTraversal02"] as const;

/** The payloads of a message in clear, without non-ESP marker. */
function payloadsOf(packet: Packet): ReceivedPayload[] {
	const { bytes } = packet;
	return parsePayloads(bytes, bytes[16]!, HEADER_SIZE, bytes.length) as ReceivedPayload[];
}

/** The vendor IDs of a message in clear that are about NAT traversal. */
function vendorsOf(packet: Packet): (VendorName | undefined)[] {
	return payloadsOf(packet).filter(({ type }) => type === PayloadType.VENDOR).map(({ body }) => parseVendor(body)).filter((name) => name?.startsWith("nat"));
}

/** Makes a's message 1 that of a peer that has these kinds of NAT traversal only, or others in their place. */
function knowing(made: Two, names: readonly VendorName[]): void {
	made.network.filter = (packet) => {
		if (packet.number === 1) {
			const bodies = payloadsOf(packet).filter(({ body }) => natVendors.some((name) => isVendor(body, name)));
			bodies.forEach(({ body }, index) => body.set(names[index] === undefined ? new Uint8Array(16) : parseHex(vendors[names[index]].id)));
		}
		return true;
	};
}

/** The encapsulation that quick mode's message 1 offers. */
function offered(node: Node, packet: Packet): number {
	const sa = node.sas()[0] as IKESA;
	const bytes = packet.bytes.subarray(4);
	const header = parseHeader(bytes) as Header;
	const opened = openEncrypted(node.crypto, sa, sa.key, phase2IV(sa.prf!, sa.iv, header.messageID), {
		header, bytes, from: packet.from, localPort: 4500, fingerprint: 1, names: "", decision: ""
	}) as Opened;
	const [proposal] = parseSA(opened.payloads[1]!.body) as Proposal[];
	return (parsePhase2(proposal!.transforms[0]!.attributes) as Phase2Attributes).encapsulation;
}

test("T21 an initiator shows RFC 3947 and its drafts, best first, and neither of the drafts that stay on port 500", (t) => {
	const { network, a } = behind(true, false);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(vendorsOf(network.sent[0]!), [...natVendors]);
	t.deepEqual(vendorsOf(network.sent[1]!), ["natTraversal"]);
});

for (const [names, chosen] of [
	[["natTraversal03"], "natTraversal03"], [["natTraversal02n"], "natTraversal02n"], [["natTraversal02"], "natTraversal02"],
	[["natTraversal02", "natTraversal02n"], "natTraversal02n"], [["natTraversal02", "natTraversal02n", "natTraversal03"], "natTraversal03"],
	[["natTraversal02n", "natTraversal"], "natTraversal"], [["natTraversal00", "natTraversal02"], "natTraversal02"]
] as const)
	for (const [near, far] of [[true, false], [false, true], [true, true]] as const)
		test(`T21 T22 a peer that has ${names.join(" and ")}: ${chosen}, NAT in front of ${near && far ? "both" : near ? "the initiator" : "the responder"}`, (t) => {
			const made = behind(near, far);
			const { network, a, b } = made;
			knowing(made, names);
			a.ike.initiate(network.now, "b", "office");
			network.run(5000);
			const draft = chosen !== "natTraversal";
			t.deepEqual(vendorsOf(network.sent[1]!), [chosen]);
			for (const packet of network.sent.slice(2, 4))
				t.deepEqual(payloadsOf(packet).map(({ type }) => type).slice(2), draft ? [130, 130] : [20, 20]);
			// The port moves as with RFC 3947, from message 5 on, and the marker has four bytes.
			for (const packet of network.sent.slice(4, 9)) {
				t.is(packet.sender === "a" ? packet.to.port : packet.from.port, 4500);
				t.deepEqual([...packet.bytes.slice(0, 4)], [0, 0, 0, 0]);
			}
			t.is(offered(a, network.sent[6]!), draft ? 61443 : 3);
			t.is(a.sas()[0]!.natT, near && far ? "Both ends" : near ? "Near end" : "Far end");
			t.is(mismatch({ a, b }), "");
			t.is(a.up.length, 1);
			t.true(a.up[0]!.child.udpEncapsulation && b.up[0]!.child.udpEncapsulation);
			// The responder renews by the same numbers.
			const before = network.sent.length;
			b.ike.renew(network.now, b.up[0]!.child.inboundSPI);
			network.run(3000);
			t.is(offered(b, network.sent[before]!), draft ? 61443 : 3);
			t.is(mismatch({ a, b }), "");
			t.deepEqual([...a.causes, ...b.causes], []);
		});

for (const names of [["natTraversal00"], ["natTraversal01"], ["natTraversal01", "natTraversal00"]] as const)
	test(`T21 a peer that has ${names.join(" and ")} only, which is not supported: no NAT traversal, and the log says why`, (t) => {
		const made = behind(true, false);
		const { network, a, b } = made;
		knowing(made, names);
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.deepEqual(vendorsOf(network.sent[1]!), []);
		t.is(a.sas()[0]!.natT, "none");
		t.true(network.sent.every((packet) => packet.to.port !== 4500));
		t.true(b.lines.some((line) => /NAT-T draft-0[01], which is not supported/.test(line)));
		t.is(mismatch({ a, b }), "");
		// it comes up without, and the port tells that this will not do
		t.is(a.up[0]!.child.udpEncapsulation, false);
		t.is(b.lines.filter((line) => /10\.0\.0\.101 comes from UDP port 20500: a NAT is between us, .* \(it knows .*draft-0[01] only, which is not supported\); ESP and AH may not/.test(line)).length, 1);
	});

test("T21 a peer that sends its hashes under the other number, or under both", (t) => {
	for (const both of [false, true]) {
		const made = behind(true, false);
		const { network, a, b } = made;
		network.filter = (packet) => {
			if (packet.number === 3 || packet.number === 4) {
				const payloads = payloadsOf(packet);
				const bytes = packet.bytes;
				if (both) {
					// NAT-D of the draft behind those of the RFC, with the same hashes.
					const hashes = bytes.slice(payloads[2]!.offset);
					const longer = new Uint8Array(bytes.length + hashes.length);
					longer.set(bytes);
					longer.set(hashes, bytes.length);
					longer[payloads[3]!.offset] = 130;
					longer[bytes.length] = 130;
					new DataView(longer.buffer).setUint32(24, longer.length);
					(packet as { bytes: Uint8Array }).bytes = longer;
				}
				else {
					bytes[payloads[1]!.offset] = 130;
					bytes[payloads[2]!.offset] = 130;
				}
			}
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		network.run(5000);
		t.is(a.sas()[0]!.natT, "Near end");
		t.is(b.sas()[0]!.natT, "Far end");
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
	}
});

test("T22 T25 a NAT that loses its state while all is idle: the peer's own R-U-THERE moves it, one that somebody kept does not", (t) => {
	const { network, a, b, nats } = behind(true, false, { a: { deadPeerDetection: { interval: 10, timeout: 60 } } });
	a.ike.initiate(network.now, "b", "office");
	network.run(15000);
	const old = network.sent.filter((packet) => packet.sender === "a" && packet.bytes[4 + 18] === 5);
	t.true(old.length >= 1);
	const elsewhere = { address: parseAddress("10.0.0.66")!, port: 4500 };
	for (const packet of old)
		network.inject(elsewhere, packet.to, packet.bytes);
	t.deepEqual(b.moves, []);
	nats[0]!.ports.clear();
	nats[0]!.base = 30000;
	network.run(30000);
	t.deepEqual(b.moves.map((each) => each.port), [34500]);
	t.is(b.sas()[0]!.remote.port, 34500);
	t.is((a.sas()[0] as IKESA).probes, 0);
	for (const packet of old)
		network.inject(elsewhere, packet.to, packet.bytes);
	t.is(b.moves.length, 1);
	t.is(mismatch({ a, b }), "");
});

test("T22 T23 several peers behind one NAT, each with its own port, key and tunnel", (t) => {
	const network = new Network();
	const hosts = [1, 2, 3, 4];
	const center = network.add("center", "10.0.0.9", hosts.map((n) => peer(`p${n}`, "10.0.0.9", "0.0.0.0", {
		actAs: "responder", preSharedKey: `the key of ${n}`,
		connections: [connection({ order: n, localNetwork: "10.9.0.0/24", remoteNetwork: `10.1.${n}.0/24` })]
	})));
	const inside = hosts.map((n) => network.add(`p${n}`, `192.168.0.${n}`, [peer("center", `192.168.0.${n}`, "10.0.0.9", {
		preSharedKey: `the key of ${n}`, connections: [connection({ localNetwork: `10.1.${n}.0/24`, remoteNetwork: "10.9.0.0/24" })]
	})]));
	for (const n of hosts)
		network.addNAT(`192.168.0.${n}`, "10.0.0.101", 10000 * n);
	// One address may hold three exchanges that are half open: that they begin in the same instant is another test's matter.
	for (const node of inside) {
		node.ike.initiate(network.now, "center", "office");
		network.run(1000);
	}
	for (const [index, node] of inside.entries()) {
		t.is(node.up.length, 1, `p${index + 1}`);
		t.deepEqual(node.causes, []);
		t.is(node.sas()[0]!.natT, "Near end");
		const pair = center.up.find((each) => each.child.peer === `p${index + 1}`)!;
		t.is(pair.child.remoteEndpoint.port, 10000 * (index + 1) + 4500);
		t.is(pair.inboundKey, node.up[0]!.outboundKey);
	}
	t.is(center.up.length, hosts.length);
	t.is(center.sas().length, hosts.length);
	// Each is renewed by its own port, from the center.
	for (const pair of center.up)
		t.is(center.ike.renew(network.now, pair.child.inboundSPI), "started");
	network.run(5000);
	t.true(inside.every((node) => node.up.length === 2));
	// One goes: the others stay.
	while (inside[0]!.ike.closeNext(network.now))
		network.settle();
	network.run(1000);
	t.is(center.sas().length, hosts.length - 1);
	t.true(inside.slice(1).every((node) => node.up.length === 2));
});
