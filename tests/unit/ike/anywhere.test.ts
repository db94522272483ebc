/** Peers whose address is not in the settings: any address, and host names. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { identityPrint } from "../../../modules/ike/v1/exchange/identification.js";
import { IDType } from "../../../modules/ike/v1/wire/constants.js";
import { emitAddressID, emitID } from "../../../modules/ike/v1/wire/id.js";
import type { PeerSettings } from "../../../modules/settings/types.js";
import { connection, mismatch, Network, peer, type Node } from "./network.js";

/** The center's side of branch `index`: its networks are 10.9.0.0/24 here and 10.INDEX.0.0/24 there. */
function branch(name: string, index: number, changes: Partial<PeerSettings> = {}): PeerSettings {
	return peer(name, "10.0.0.9", "0.0.0.0", {
		actAs: "responder", preSharedKey: `key of ${name}`, connections: [connection({ localNetwork: "10.9.0.0/24", remoteNetwork: `10.${index}.0.0/24` })], ...changes
	});
}

/** Branch `index` itself, at `address`. */
function addBranch(network: Network, name: string, index: number, address: string, changes: Partial<PeerSettings> = {}): Node {
	return network.add(name, address, [peer("center", address, "10.0.0.9", {
		preSharedKey: `key of ${name}`, connections: [connection({ localNetwork: `10.${index}.0.0/24`, remoteNetwork: "10.9.0.0/24" })], ...changes
	})]);
}

const fqdn = (value: string) => ({ type: "fqdn", value } as const);

for (const phase1Mode of ["main", "aggressive"] as const) {
	test(`T02 peers at 0.0.0.0 in ${phase1Mode} mode, ${phase1Mode === "main" ? "told apart by their keys" : "by their identities"}: each has its own address`, (t) => {
		const network = new Network();
		const names = ["one", "two", "three"];
		const center = network.add("center", "10.0.0.9", names.map((name, index) => branch(name, index + 1, { phase1Mode, ...(phase1Mode === "main" ? {} : { remoteId: fqdn(`${name}.example`) }) })));
		const nodes = names.map((name, index) => addBranch(network, name, index + 1, `10.0.0.${index + 1}`, { phase1Mode, localId: fqdn(`${name}.example`) }));
		for (const node of nodes)
			node.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.deepEqual(center.up.map((pair) => pair.child.peer).sort(), ["one", "three", "two"]);
		for (const [index, node] of nodes.entries()) {
			const pair = center.up.find((each) => each.child.peer === names[index])!;
			t.is(pair.child.remoteEndpoint.address, node.address);
			t.is(center.sas().find((sa) => sa.peer === names[index])!.remote.address, node.address);
			t.is(node.pairs.get(pair.child.outboundSPI)!.outboundKey, pair.inboundKey);
		}
		t.deepEqual(center.problems, []);
		// Nobody knows where to send to when there is no tunnel; over an IKE SA that is up a pair can be made from here as well.
		t.is(center.ike.initiate(network.now, "one", "office"), "started");
		network.run(3000);
		t.is(center.up.length, 4);
		center.ike.down(network.now, "one", "");
		network.run(100);
		t.is(center.ike.initiate(network.now, "one", "office"), "refused");
	});

	test(`T18 two peers behind one NAT in ${phase1Mode} mode: INITIAL-CONTACT of one clears nothing of the other`, (t) => {
		const network = new Network();
		const center = network.add("center", "10.0.0.9", [1, 2].map((index) => branch(`b${index}`, index, { phase1Mode, remoteId: fqdn(`b${index}.example`) })));
		const nodes = [1, 2].map((index) => addBranch(network, `b${index}`, index, `192.168.0.${index}`, { phase1Mode, localId: fqdn(`b${index}.example`) }));
		network.addNAT("192.168.0.1", "10.0.0.5", 20000);
		network.addNAT("192.168.0.2", "10.0.0.5", 30000);
		for (const node of nodes)
			node.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.is(center.up.length, 2);
		t.deepEqual(center.sas().map((sa) => sa.remote.port).sort(), [24500, 34500]);
		// One of them starts anew.
		network.nodes.splice(network.nodes.indexOf(nodes[0]!), 1);
		const again = addBranch(network, "b1", 1, "192.168.0.1", { phase1Mode, localId: fqdn("b1.example") });
		again.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.deepEqual(center.removed, ["the peer has started anew"]);
		t.deepEqual(center.up.map((pair) => pair.child.peer).sort(), ["b1", "b2"]);
		t.deepEqual(center.up.map((pair) => pair.child.remoteEndpoint.port).sort(), [24500, 34500]);
		for (const node of [again, nodes[1]!]) {
			const pair = center.up.find((each) => each.child.peer === node.name)!;
			t.is(node.pairs.get(pair.child.outboundSPI)?.outboundKey, pair.inboundKey);
		}
		t.deepEqual(center.problems, []);
	});
}

test("T18 gateways that are one peer of the settings: INITIAL-CONTACT clears what has the same identity", (t) => {
	for (const phase1Mode of ["main", "aggressive"] as const) {
		const network = new Network();
		const networks = [1, 2].map((index) => connection({ name: `net${index}`, order: index, localNetwork: "10.9.0.0/24", remoteNetwork: `10.${index}.0.0/24` }));
		const center = network.add("center", "10.0.0.9", [branch("all", 0, { phase1Mode, connections: networks })]);
		const add = (index: number): Node => {
			const node = addBranch(network, `b${index}`, index, `10.0.0.${index}`, { phase1Mode, preSharedKey: "key of all", localId: fqdn(`b${index}.example`) });
			node.ike.initiate(network.now, "center", "office");
			network.run(3000);
			return node;
		};
		const first = add(1);
		add(2);
		t.is(center.up.length, 2, phase1Mode);
		network.nodes.splice(network.nodes.indexOf(first), 1);
		add(1);
		t.deepEqual(center.removed, ["the peer has started anew"]);
		t.deepEqual(center.up.map((pair) => pair.child.connection).sort(), ["net1", "net2"]);
	}
});

test("T02 a key that is none of those of the peers at 0.0.0.0", (t) => {
	const network = new Network();
	const center = network.add("center", "10.0.0.9", [branch("one", 1), branch("two", 2)]);
	const stranger = addBranch(network, "three", 3, "10.0.0.3");
	stranger.ike.initiate(network.now, "center", "office");
	network.run(100000);
	t.is(center.causes[0], "key-mismatch");
	t.true(center.problems[0]!.text.includes("one, two"));
	t.deepEqual(stranger.causes, ["key-mismatch"]);
	t.is(center.sas().length, 0);
});

test("aggressive mode: a peer at 0.0.0.0 that has the address of another is found by its identity", (t) => {
	const network = new Network();
	const center = network.add("center", "10.0.0.9", [
		peer("fixed", "10.0.0.9", "10.0.0.5", { phase1Mode: "aggressive", remoteId: fqdn("fixed.example"), connections: [connection({ localNetwork: "10.9.0.0/24", remoteNetwork: "10.7.0.0/24" })] }),
		branch("one", 1, { phase1Mode: "aggressive", remoteId: fqdn("one.example") })
	]);
	const node = addBranch(network, "one", 1, "10.0.0.5", { phase1Mode: "aggressive", localId: fqdn("one.example") });
	node.ike.initiate(network.now, "center", "office");
	network.run(3000);
	t.is(center.sas()[0]?.peer, "one");
	t.is(node.up.length, 1);
	t.deepEqual(center.problems, []);
});

test("a peer at 0.0.0.0 that has the address of another, which uses the other mode", (t) => {
	for (const phase1Mode of ["main", "aggressive"] as const) {
		const network = new Network();
		const center = network.add("center", "10.0.0.9", [
			peer("fixed", "10.0.0.9", "10.0.0.5", { phase1Mode: phase1Mode === "main" ? "aggressive" : "main", connections: [connection({ localNetwork: "10.9.0.0/24", remoteNetwork: "10.7.0.0/24" })] }),
			branch("one", 1, { phase1Mode })
		]);
		const node = addBranch(network, "one", 1, "10.0.0.5", { phase1Mode });
		node.ike.initiate(network.now, "center", "office");
		network.run(3000);
		t.is(center.sas()[0]?.peer, "one");
		t.is(node.up.length, 1);
		t.deepEqual(center.problems, []);
	}
});

/** A gateway whose peer `b` is at a host name, and that peer. */
function named(changes: Partial<PeerSettings> = {}): { readonly network: Network; readonly a: Node; readonly b: Node } {
	const network = new Network();
	const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "b.example", changes)]);
	const b = network.add("b", "10.0.0.2", [peer("a", "10.0.0.2", "10.0.0.1", { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	return { network, a, b };
}

test("a peer at a host name: looked up first, then the tunnel comes up", (t) => {
	const { network, a, b } = named();
	a.hosts.set("b.example", "10.0.0.2");
	t.is(a.ike.initiate(network.now, "b", "office"), "started");
	t.is(a.sas().length, 0);
	network.run(3000);
	t.deepEqual(a.lookups, ["b.example"]);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 1);
	t.is(a.sas()[0]!.remote.address, b.address);
	t.deepEqual(a.problems, []);
});

test("a peer at a host name: while the answer is waited for nothing else stands still, and nothing is asked twice", (t) => {
	const { network, a, b } = named();
	a.hosts.set("b.example", "");
	a.ike.initiate(network.now, "b", "office");
	t.is(a.ike.initiate(network.now, "b", "office"), "already");
	network.run(30000);
	t.deepEqual(a.lookups, ["b.example"]);
	t.is(network.sent.length, 0);
	// The peer itself begins meanwhile: it is known by its key.
	b.ike.initiate(network.now, "a", "office");
	network.run(3000);
	t.is(a.up.length >= 1, true);
	t.is(mismatch({ a, b }), "");
	a.ike.lookedUp(network.now, "b", "b.example", parseAddress("10.0.0.2")!);
	network.run(3000);
	t.is(mismatch({ a, b }), "");
	t.is(a.sas().filter((sa) => sa.state === 9).length, 1);
});

test("a peer at a host name that does not resolve: told, asked again, and up when it does", (t) => {
	const { network, a, b } = named();
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.true(a.problems[0]!.text.includes("b.example") && a.problems[0]!.text.includes("does not resolve"));
	t.is(a.problems[0]!.setting, "/settings/peers/b#remoteGateway");
	t.is(a.lookups.length, 1);
	// After 10, 20, 40 seconds, then every minute: each is told in the log.
	network.run(30000);
	t.is(a.lookups.length, 3);
	network.run(600000);
	t.is(a.lookups.length, 13);
	a.hosts.set("b.example", "10.0.0.2");
	network.run(60000);
	t.is(a.up.length, 1);
	t.is(mismatch({ a, b }), "");
	t.true(a.solvedNames.includes("b/"));
	// Without anything that waits for it nobody is asked.
	const lookups = a.lookups.length;
	network.run(300000);
	t.is(a.lookups.length, lookups);
});

test("a peer at a host name that does not resolve: who wants it now does not wait until it is asked for again", (t) => {
	const { network, a } = named();
	a.ike.initiate(network.now, "b", "office");
	network.run(100000);
	a.hosts.set("b.example", "10.0.0.2");
	network.run(3000);
	t.is(a.up.length, 0);
	a.ike.initiateAnew(network.now, "b", "office");
	network.run(2000);
	t.is(a.up.length, 1);
});

test("a peer at a host name that cannot be asked for: told, and tried again", (t) => {
	const { network, a, b } = named();
	a.hosts.set("b.example", "10.0.0.2");
	a.deaf = true;
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(a.causes[0], "peer-unreachable");
	a.deaf = false;
	network.run(11000);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 1);
});

test("a peer at a host name that moved: looked up again when it does not answer", (t) => {
	const { network, a } = named();
	a.hosts.set("b.example", "10.0.0.77");
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.is(a.lookups.length, 1);
	a.hosts.set("b.example", "10.0.0.2");
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(a.lookups.length, 2);
	t.is(a.up.length, 1);
	// A resolver that fails then does no harm to what is known.
	a.hosts.delete("b.example");
	a.ike.down(network.now, "b", "");
	for (const pair of a.up)
		a.deletePair(pair.child.inboundSPI);
	network.run(60000);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(a.up.length, 1);
	t.is(a.lookups.length, 3);
});

test("a peer at a host name that begins itself, from where it is: known by its address, or by its key", (t) => {
	for (const resolves of [true, false]) {
		const { network, a, b } = named({ actAs: "responder" });
		if (resolves)
			a.hosts.set("b.example", "10.0.0.2");
		b.ike.initiate(network.now, "a", "office");
		network.run(3000);
		t.is(a.sas()[0]?.peer, "b");
		t.is(mismatch({ a, b }), "");
		t.is(a.up.length, 1);
		t.is(a.ike.initiate(network.now, "b", "nothing"), "refused");
	}
});

test("settings that change a host name forget what it was", (t) => {
	const { network, a } = named();
	a.hosts.set("b.example", "10.0.0.77");
	a.hosts.set("c.example", "10.0.0.2");
	a.ike.initiate(network.now, "b", "office");
	network.run(100);
	a.ike.configure(network.now, [peer("b", "10.0.0.1", "c.example")]);
	network.run(100);
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.deepEqual(a.lookups, ["b.example", "c.example"]);
	t.is(a.up.length, 1);
	// An answer to a question of before means nothing.
	a.ike.lookedUp(network.now, "nobody", "c.example", 1);
	a.ike.lookedUp(network.now, "b", "b.example", 1);
	t.is(a.sas().length, 1);
});

test("T02 main mode: a key of two peers, one of which takes any identity: whose identity the other expects is the other", (t) => {
	const network = new Network();
	const center = network.add("center", "10.0.0.9", [
		branch("any", 8, { preSharedKey: "key" }),
		branch("one", 1, { preSharedKey: "key", remoteId: fqdn("one.example"), connections: [connection({ order: 2, localNetwork: "10.9.0.0/24", remoteNetwork: "10.1.0.0/24" })] }),
	]);
	const one = addBranch(network, "one", 1, "10.0.0.1", { preSharedKey: "key", localId: fqdn("one.example") });
	const two = addBranch(network, "two", 8, "10.0.0.2", { preSharedKey: "key", localId: fqdn("two.example") });
	one.ike.initiate(network.now, "center", "office");
	two.ike.initiate(network.now, "center", "office");
	network.run(5000);
	t.deepEqual(center.up.map((pair) => [pair.child.peer, pair.child.remoteEndpoint.address]), [["one", one.address], ["any", two.address]]);
	t.deepEqual(center.problems, []);
});

test("T19 gateways that are one peer of the settings, with the same SPIs: the Delete of each is for its own pair", (t) => {
	for (const last of [0, 1]) {
		const network = new Network();
		const networks = [1, 2].map((index) => connection({ name: `net${index}`, order: index, localNetwork: "10.9.0.0/24", remoteNetwork: `10.${index}.0.0/24` }));
		const center = network.add("center", "10.0.0.9", [branch("all", 0, { connections: networks })]);
		// SPIs of a node follow from the end of its address.
		const nodes = [1, 2].map((index) => addBranch(network, "all", index, `10.0.${index}.1`));
		for (const node of nodes)
			node.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.is(center.up.length, 2);
		t.is(center.up[0]!.child.outboundSPI, center.up[1]!.child.outboundSPI);
		const node = nodes[last]!;
		node.deletePair(node.up[0]!.child.inboundSPI);
		network.run(100);
		t.deepEqual(center.up.map((pair) => pair.child.remoteEndpoint.address), [nodes[1 - last]!.address]);
	}
});

test("T04 T18 an identity is the same whatever protocol and port go with it", (t) => {
	const center = new Network().add("center", "10.0.0.9", []);
	const print = (body: Uint8Array): number => identityPrint({ host: center }, body);
	const address = parseAddress("10.0.0.1")!;
	t.is(print(emitAddressID(address, 17, 500)), print(emitAddressID(address)));
	t.is(print(emitAddressID(address, 17, 0)), print(emitAddressID(address)));
	t.not(print(emitAddressID(address + 1)), print(emitAddressID(address)));
	t.not(print(emitID(IDType.KEY_ID, 0, 0, Uint8Array.of(10, 0, 0, 1))), print(emitAddressID(address)));
	const body = emitAddressID(address, 17, 500);
	print(body);
	t.deepEqual([...body], [...emitAddressID(address, 17, 500)]);
});

test("T02 main mode, several peers at 0.0.0.0: lifetime and NAT traversal are those of the one that it turns out to be", (t) => {
	for (const turned of [false, true]) {
		const network = new Network();
		const peers = [branch("one", 1, { phase1Lifetime: 1000, natTraversal: "off" }), branch("two", 2, { phase1Lifetime: 200000 })];
		const center = network.add("center", "10.0.0.9", turned ? peers.reverse() : peers);
		const one = addBranch(network, "one", 1, "10.0.0.1", { phase1Lifetime: 300000 });
		const two = addBranch(network, "two", 2, "192.168.0.2", { phase1Lifetime: 100000 });
		network.addNAT("192.168.0.2", "10.0.0.2");
		for (const node of [one, two])
			node.ike.initiate(network.now, "center", "office");
		network.run(5000);
		t.deepEqual(center.sas().map((sa) => [sa.peer, sa.lifetime, sa.natT]).sort(), [["one", 86400, "none"], ["two", 100000, "Far end"]]);
		t.deepEqual(center.up.map((pair) => [pair.child.peer, pair.child.udpEncapsulation]).sort(), [["one", false], ["two", true]]);
	}
	// The longest that anybody offers is not the longest of all.
	const network = new Network();
	const center = network.add("center", "10.0.0.9", [branch("one", 1, { phase1Lifetime: 1000 }), branch("two", 2, { phase1Lifetime: 150000 })]);
	addBranch(network, "two", 2, "10.0.0.2", { phase1Lifetime: 300000 }).ike.initiate(network.now, "center", "office");
	network.run(5000);
	t.is(center.sas()[0]!.lifetime, 150000);
});
