/** NAT traversal: where the NAT is, by addresses that are rewritten on the way. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { mismatch, two, type NAT, type Two, type TwoOptions } from "./network.js";

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
	// The exchange of quick1 is forgotten by then: it makes a new one, which never comes to its end.
	network.run(120000);
	network.inject(elsewhere, quick1.to, quick1.bytes);
	network.inject(elsewhere, informational.to, informational.bytes);
	t.is(network.sent.at(-1)!.to.address, elsewhere.address);
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
