/** The life of tunnels: renewals, deletes, restarts, both sides at once. */
import test from "ava";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import { connection, mismatch, Network, peer, two, type Node } from "./network.js";

/** What the packet engine and the gateway do: soft limits renew while packets flow, hard limits end, a replaced pair lives to its end. */
function live(network: Network, nodes: readonly Node[], milliseconds: number, step = 1000): void {
	for (const end = network.now + milliseconds; network.now < end;) {
		network.run(step);
		for (const node of nodes)
			for (const pair of [...node.pairs.values()]) {
				const age = (network.now - pair.at) / 1000;
				if (age >= pair.child.seconds)
					node.deletePair(pair.child.inboundSPI);
				else if (age >= pair.child.softSeconds && pair.outbound)
					node.age(pair.child.inboundSPI);
			}
		network.settle();
	}
}

test("a pair is renewed before its end, the old one stays until it is over, and the outgoing traffic never lacks one", (t) => {
	const lifetime = { seconds: 100, kilobytes: 0 };
	const { network, a, b } = two({ connectionA: { lifetime, pfs: 31 }, connectionB: { lifetime, pfs: 31 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const first = a.up[0]!;
	let most = 0;
	for (let i = 0; i < 300; i++) {
		live(network, [a, b], 1000);
		most = Math.max(most, a.up.length);
		t.true(a.up.length >= 1 && b.up.length >= 1);
		t.is(mismatch({ a, b }), "");
	}
	t.is(most, 2);
	t.false(a.pairs.has(first.child.inboundSPI));
	t.is(a.sas().length, 1);
	t.true(a.sas()[0]!.phase2Negotiations >= 3 && a.sas()[0]!.phase2Negotiations <= 6);
	const newest = a.up[a.up.length - 1]!.child;
	t.true(newest.replaces !== 0);
	t.deepEqual([...a.causes, ...b.causes], []);
});

test("soft limits lie below the hard ones, the initiator's first", (t) => {
	const { network, a, b } = two({ connectionA: { lifetime: { seconds: 1000, kilobytes: 5000 } }, connectionB: { lifetime: { seconds: 3600, kilobytes: 4000 } } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	// T06: what the initiator offers is returned unchanged, and RESPONDER-LIFETIME says what is shorter.
	const own = a.up[0]!.child;
	const other = b.up[0]!.child;
	t.is(own.seconds, 1000);
	t.is(own.kilobytes, 4000);
	t.is(other.seconds, 1000);
	t.is(other.kilobytes, 4000);
	t.true(own.softSeconds >= 750 && own.softSeconds <= 850);
	t.true(own.softKilobytes >= 3000 && own.softKilobytes <= 3400);
	t.true(other.softSeconds >= 880 && other.softSeconds <= 950);
	t.true(other.softKilobytes < 4000 && other.softKilobytes > 3000);
});

test("T16 the IKE SA is renewed by its initiator while its tunnels live on, and the old one goes later", (t) => {
	const { network, a, b } = two({ a: { phase1Lifetime: 600 }, b: { phase1Lifetime: 900 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const [old] = a.sas();
	const pair = a.up[0]!;
	t.is(old!.lifetime, 600);
	t.is(b.sas()[0]!.lifetime, 600);
	network.run(520000);
	const ids = a.sas().map((sa) => sa.id);
	t.true(a.sas().some((sa) => sa.id !== old!.id && sa.state === 9));
	t.true(a.pairs.has(pair.child.inboundSPI));
	network.run(40000);
	t.is(a.sas().length, 1);
	t.is(b.sas().length, 1);
	t.not(a.sas()[0]!.id, old!.id);
	t.true(ids.includes(a.sas()[0]!.id));
	t.is(a.sas()[0]!.id, b.sas()[0]!.id);
	// The tunnel was adopted: not rebuilt, and renewed under the new IKE SA.
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 1);
	t.is(a.up[0], pair);
	t.is(a.ike.renew(network.now, pair.child.inboundSPI), "started");
	network.run(2000);
	t.is(a.up[1]!.child.ikeSA, a.sas()[0]!.id);
	t.is(a.up[1]!.child.replaces, pair.child.inboundSPI);
});

test("an IKE SA that nobody needs ends with its lifetime, and the peer is told", (t) => {
	const { network, a, b } = two({ a: { phase1Lifetime: 600 } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	a.deletePair(a.up[0]!.child.inboundSPI);
	network.run(500);
	t.is(b.pairs.size, 0);
	network.run(650000);
	t.is(a.sas().length, 0);
	t.is(b.sas().length, 0);
	t.is(a.ike.pollAt(), undefined);
});

for (const side of ["a", "b"] as const)
	test(`a pair deleted by the ${side === "a" ? "initiator" : "responder"} goes at both ends, the IKE SA stays`, (t) => {
		const { network, a, b } = two();
		a.ike.initiate(network.now, "b", "office");
		network.run(2000);
		const node = side === "a" ? a : b;
		const other = side === "a" ? b : a;
		node.deletePair(node.up[0]!.child.inboundSPI);
		network.run(500);
		t.is(other.pairs.size, 0);
		t.deepEqual(other.removed, ["deleted by the peer"]);
		t.is(other.sas()[0]!.state, 9);
		t.is(node.ike.initiate(network.now, node === a ? "b" : "a", "office"), "started");
		network.run(2000);
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
	});

test("a pair deleted while its quick mode waits for message 3: the answer that the peer lacks is not said again after the Delete", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	let lost = true;
	network.filter = ({ sender }) => !(lost && sender === "b" && b.pairs.size > 0);
	while (b.pairs.size === 0)
		network.run(10);
	lost = false;
	b.deletePair([...b.pairs.keys()][0]!);
	network.run(500);
	network.run(120000);
	// what is up now is another one, with both ends
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, b.up.length);
});

for (const side of ["a", "b"] as const)
	test(`T19 an IKE SA deleted by the ${side === "a" ? "initiator" : "responder"} goes at both ends, its tunnels live on and are adopted`, (t) => {
		const { network, a, b } = two();
		a.ike.initiate(network.now, "b", "office");
		network.run(2000);
		const node = side === "a" ? a : b;
		t.false(node.ike.deleteIKESA(network.now, "0000000000000000"));
		t.true(node.ike.deleteIKESA(network.now, node.sas()[0]!.id));
		network.run(500);
		t.is(a.sas().length + b.sas().length, 0);
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
		t.is(b.ike.renew(network.now, b.up[0]!.child.inboundSPI), "started");
		network.run(2000);
		t.is(b.up.length, 2);
		t.is(mismatch({ a, b }), "");
	});

test("close sends a Delete for each pair and for the IKE SA, and leaves nothing", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	const before = network.sent.length;
	while (a.ike.closeNext(network.now))
		network.settle();
	network.settle();
	t.is(network.sent.length - before, 2);
	network.run(500);
	t.is(b.pairs.size, 0);
	t.is(b.sas().length, 0);
	t.is(a.sas().length, 0);
	t.is(a.ike.pollAt(), undefined);
});

test("down ends what is under negotiation, and with no connection named the IKE SA too", (t) => {
	const { network, a, b } = two();
	network.filter = (packet) => packet.number < 7;
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	t.is(a.reserved.size, 1);
	a.ike.down(network.now, "b", "office");
	t.is(a.reserved.size, 0);
	t.is(a.sas().length, 1);
	network.filter = () => true;
	a.ike.down(network.now, "b", "");
	network.run(1000);
	t.is(a.sas().length, 0);
	t.is(b.sas().length, 0);
	t.is(a.ike.initiate(network.now, "b", "office"), "started");
	a.ike.down(network.now, "b", "office");
	network.run(5000);
	t.is(a.up.length, 0);
	t.deepEqual(a.problems, []);
});

test("several connections wait for one phase 1, then come up under it", (t) => {
	const network = new Network();
	const connections = [1, 2, 3, 4, 5, 6].map((n) => connection({ name: `c${n}`, order: n, localNetwork: `10.1.${n}.0/24`, remoteNetwork: `10.2.${n}.0/24`, pfs: 31 }));
	const turned = connections.map((each) => ({ ...each, localNetwork: each.remoteNetwork, remoteNetwork: each.localNetwork }));
	const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2", { connections })]);
	const b = network.add("b", "10.0.0.2", [peer("a", "10.0.0.2", "10.0.0.1", { connections: turned })]);
	for (const { name } of connections)
		t.is(a.ike.initiate(network.now, "b", name), "started");
	t.is(a.ike.initiate(network.now, "b", "c1"), "already");
	network.run(5000);
	t.is(a.sas().length, 1);
	t.deepEqual(a.up.map((pair) => pair.child.connection).sort(), ["c1", "c2", "c3", "c4", "c5", "c6"]);
	t.is(mismatch({ a, b }), "");
	// T17: no more than limits.QUICK_MODES at once, told apart by their message IDs.
	const ids = new Set(network.sent.filter((packet) => packet.bytes[18] === 32).map((packet) => packet.bytes.slice(20, 24).join()));
	t.is(ids.size, 6);
	t.is(a.sas()[0]!.phase2Negotiations, 6);
});

test("more exponentiations than the accelerator takes at once: those that find no room are offered again", (t) => {
	const network = new Network();
	const center = network.add("center", "10.0.0.9", [1, 2, 3, 4, 5, 6, 7, 8].map((n) => peer(`p${n}`, "10.0.0.9", `10.0.1.${n}`, {
		connections: [connection({ localNetwork: "10.9.0.0/24", remoteNetwork: `10.1.${n}.0/24` })]
	})));
	const spokes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => network.add(`p${n}`, `10.0.1.${n}`, [peer("center", `10.0.1.${n}`, "10.0.0.9", {
		connections: [connection({ localNetwork: `10.1.${n}.0/24`, remoteNetwork: "10.9.0.0/24" })]
	})]));
	network.accelerating = false;
	for (let n = 1; n <= 8; n++)
		center.ike.initiate(network.now, `p${n}`, "office");
	for (const spoke of spokes)
		spoke.ike.initiate(network.now, "center", "office");
	network.run(300);
	network.accelerating = true;
	network.run(20000);
	t.is(new Set(center.up.map((pair) => pair.child.peer)).size, 8);
	t.deepEqual(center.problems, []);
	for (const spoke of spokes) {
		t.true(spoke.up.length >= 1);
		t.deepEqual(spoke.problems, []);
	}
});

test("both sides begin at once: both tunnels come up and fit, and the next renewal finds one IKE SA to use", (t) => {
	for (let seed = 1; seed <= 10; seed++) {
		const { network, a, b } = two({ seed });
		a.ike.initiate(network.now, "b", "office");
		network.run(seed % 3 * 10);
		b.ike.initiate(network.now, "a", "office");
		network.run(10000);
		t.true(a.up.length >= 1);
		t.is(mismatch({ a, b }), "");
		t.deepEqual([...a.causes, ...b.causes], []);
		const newest = a.up[a.up.length - 1]!;
		t.is(a.ike.renew(network.now, newest.child.inboundSPI), "started");
		network.run(3000);
		t.is(mismatch({ a, b }), "");
	}
});

test("T15 both sides renew at once: two pairs more, all valid at both ends", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	b.ike.renew(network.now, b.up[0]!.child.inboundSPI);
	network.run(3000);
	t.is(a.up.length, 3);
	t.is(mismatch({ a, b }), "");
});

test("T18 a peer that has started anew says so on the first contact: what it had before is forgotten, after authentication", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(60000);
	const old = b.up[0]!.child.inboundSPI;
	// Gateway a loses its power, and comes back.
	network.nodes.splice(0, 1);
	const again = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2")]);
	let seen = true;
	network.filter = (packet) => {
		if (packet.sender === "a" && packet.bytes[18] === 2 && b.sas().every((sa) => sa.id !== again.sas()[0]!.id || sa.state < 7))
			seen = seen && b.pairs.has(old);
		return true;
	};
	again.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.true(seen);
	t.false(b.pairs.has(old));
	t.deepEqual(b.removed, ["the peer has started anew"]);
	t.is(b.sas().length, 1);
	t.is(mismatch({ a: again, b }), "");
	// Only on the first contact.
	again.ike.deleteIKESA(network.now, again.sas()[0]!.id);
	network.run(500);
	again.ike.renew(network.now, again.up[0]!.child.inboundSPI);
	network.run(5000);
	t.is(again.up.length, 2);
	t.is(b.up.length, 2);
	t.is(a.up.length, 1);
});

test("T18 a first contact that comes to nothing is none: the next one says it", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(60000);
	network.nodes.splice(0, 1);
	const again = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2")]);
	// message 5, which says it, is lost each time
	network.filter = ({ sender, bytes }) => sender !== "a" || (bytes[19]! & 1) === 0;
	again.ike.initiate(network.now, "b", "office");
	network.run(200000);
	t.is(again.sas().length, 0);
	t.deepEqual(b.removed, []);
	network.filter = () => true;
	again.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(b.removed, ["the peer has started anew"]);
	t.is(mismatch({ a: again, b }), "");
	// A Delete may be lost: when there is nothing left of a peer, the next contact is a first one.
	network.filter = () => false;
	again.deletePair(again.up[0]!.child.inboundSPI);
	again.ike.down(network.now, "b", "");
	network.run(1000);
	network.filter = () => true;
	t.is(b.up.length, 1);
	again.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(b.removed, ["the peer has started anew", "the peer has started anew"]);
	t.is(mismatch({ a: again, b }), "");
});

test("configure: what is the same lives on, what has changed is closed", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	a.ike.configure(network.now, [peer("b", "10.0.0.1", "10.0.0.2")]);
	network.run(500);
	t.is(a.up.length, 1);
	t.is(a.sas().length, 1);
	a.ike.configure(network.now, [peer("b", "10.0.0.1", "10.0.0.2", { connections: [connection({ pfs: 31 })] })]);
	network.run(500);
	t.is(a.up.length, 0);
	t.is(b.pairs.size, 0);
	t.is(a.sas().length, 1);
	a.ike.configure(network.now, [peer("b", "10.0.0.1", "10.0.0.2", { preSharedKey: "new" })]);
	network.run(500);
	t.is(a.sas().length, 0);
	t.is(b.sas().length, 0);
	a.ike.configure(network.now, []);
	t.is(a.ike.initiate(network.now, "b", "office"), "refused");
});

test("a day of renewals: the tunnel never lacks, and nothing grows", (t) => {
	const lifetime = { seconds: 600, kilobytes: 0 };
	const { network, a, b } = two({ a: { phase1Lifetime: 3600 }, b: { phase1Lifetime: 3600 }, connectionA: { lifetime }, connectionB: { lifetime } });
	a.ike.initiate(network.now, "b", "office");
	network.run(2000);
	let quickest = 0;
	for (let hour = 0; hour < 24; hour++) {
		live(network, [a, b], 3600000, 5000);
		t.true(a.up.length >= 1 && a.up.length <= 2);
		t.is(mismatch({ a, b }), "");
		t.true(a.sas().length <= 2 && b.sas().length <= 2);
		for (const node of [a, b]) {
			t.is(node.reserved.size, 0);
			for (const use of node.ike.use())
				t.true(use.highWater <= 3);
			for (const sa of node.sas() as { exchanges?: unknown[] }[])
				t.true(sa.exchanges!.length <= 5);
		}
		quickest += a.up.length;
	}
	t.true(quickest >= 24);
	t.deepEqual([...a.causes, ...b.causes], []);
	t.is(a.counter("retransmitted"), 0);
});

test("pairs of an earlier control plane that have the incoming SA alone are more than there can be pairs: the youngest is known, and renewed", (t) => {
	const { network, a } = two();
	const pairs = SECURITY_ASSOCIATIONS / 2 + 3;
	for (let i = 1; i <= pairs; i++)
		a.ike.adopt({ peer: "b", connection: "office", identity: 1, protocol: "esp", inboundSPI: 0x10000 + i, outboundSPI: i === pairs ? 0x20000 : 0, outboundAHSPI: 0, bornAt: 0 });
	t.is(a.ike.renew(network.now, 0x10000 + pairs), "started");
	network.run(3000);
	t.is(a.up.length, 1);
});
