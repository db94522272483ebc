/** T29: what a peer still sends on and this gateway does not have. What follows from it, and how little of it follows from what anybody can send. */
import test from "ava";
import { formatAddress, parseAddress } from "../../../modules/addresses.js";
import { Orphans } from "../../../modules/ike/orphans.js";
import { ExchangeType } from "../../../modules/ike/v1/wire/constants.js";
import type { ConnectionSettings, PeerSettings } from "../../../modules/settings/types.js";
import { connection, mismatch, Network, Node, peer, two, type Packet, type Two, type TwoOptions } from "./network.js";

const second = 1000;

function up(options: TwoOptions = {}): Two {
	const made = two(options);
	made.a.ike.initiate(made.network.now, "b", "office");
	made.network.run(3 * second);
	return made;
}

/** Gateway a is killed and started anew: it has nothing, and nobody was told. */
function killed({ network, a, b }: Two, changes: Partial<PeerSettings> = {}): Two {
	network.nodes.splice(network.nodes.indexOf(a), 1);
	return { network, b, a: network.add("a", formatAddress(a.address), [peer("b", formatAddress(a.address), formatAddress(b.address), { connections: [connection()], ...changes })]) };
}

/** b has something to send for so many seconds: a's engine tells of one packet a second that it has no SA for. */
function sends({ network, a, b }: Two, seconds: number, ah = false): void {
	for (let i = 0; i < seconds; i++) {
		const lost = b.up.find(({ child }) => !a.pairs.has(child.outboundSPI));
		if (lost !== undefined)
			a.ike.suspect(network.now, b.address, ah ? lost.child.outboundAHSPI : lost.child.outboundSPI, ah);
		network.run(second);
	}
}

/** Somebody sends as if he were at `address`, once a second. */
function spoof({ network, a }: { readonly network: Network; readonly a: Node }, address: number, seconds: number, spi: (i: number) => number = (i) => 0x40000000 + i): void {
	for (let i = 0; i < seconds; i++) {
		a.ike.suspect(network.now, address, spi(i));
		network.run(second);
	}
}

function exchange({ bytes }: Packet): number {
	return bytes[bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0 ? 22 : 18]!;
}

function sentBy({ network }: { readonly network: Network }, name: string, from: number, type: number): Packet[] {
	return network.sent.slice(from).filter((packet) => packet.sender === name && exchange(packet) === type);
}

/** Phase 1s that `name` began: by the cookies of what it sent. */
function begun(made: { readonly network: Network }, name: string, from: number): number {
	return new Set(sentBy(made, name, from, ExchangeType.MAIN).map(({ bytes }) => bytes.subarray(0, 8).join())).size;
}

for (const mode of ["main", "aggressive"] as const)
	test(`T29 this gateway is killed, and only the peer has something to send: all is there again within seconds, ${mode} mode`, (t) => {
		const before = up({ a: { phase1Mode: mode }, b: { phase1Mode: mode } });
		const old = before.b.up[0]!.child.inboundSPI;
		const made = killed(before, { phase1Mode: mode });
		sends(made, 3);
		t.is(mismatch(made), "");
		t.is(made.a.up.length, 1);
		t.false(made.b.pairs.has(old), "INITIAL-CONTACT");
		t.deepEqual(made.a.causes, []);
		t.true(made.a.lines.some((line) => /b: sends on SA 0x[0-9a-f]{8}, which is not ours any more, and there is no IKE SA to tell it: one is negotiated, and its connections again/.test(line)), made.a.lines.join("\n"));
	});

test("T29 connections that this gateway may not begin are not begun", (t) => {
	const made = killed(up(), { connections: [connection({ start: "never" })] });
	sends(made, 20);
	t.is(made.a.pairs.size + made.b.pairs.size, 0);
	t.is(made.a.sas().length, 1);
});

test("T29 a gateway behind a NAT that is killed", (t) => {
	const made = two();
	made.network.addNAT("10.0.0.1", "10.0.0.9");
	const b = made.network.nodes[1]!;
	b.ike.configure(made.network.now, [peer("a", "10.0.0.2", "0.0.0.0", { remoteId: { type: "address", value: "10.0.0.1" }, phase1Mode: "aggressive", connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	made.a.ike.configure(made.network.now, [peer("b", "10.0.0.1", "10.0.0.2", { phase1Mode: "aggressive" })]);
	made.a.ike.initiate(made.network.now, "b", "office");
	made.network.run(3 * second);
	t.is(mismatch(made), "");
	const after = killed(made, { phase1Mode: "aggressive" });
	sends(after, 3);
	t.is(mismatch(after), "");
	t.is(after.a.up.length, 1);
	t.is(after.a.sas()[0]!.natT, "Near end");
});

test("T29 a peer that may be anywhere, or that only begins itself, is left alone; so are others, and those that are switched off", (t) => {
	for (const changes of [{ remoteGateway: "0.0.0.0" }, { actAs: "responder" }, { enabled: false }, { remoteGateway: "10.0.0.3" }] as const) {
		const made = killed(up(), changes);
		const from = made.network.sent.length;
		sends(made, 30);
		t.is(sentBy(made, "a", from, ExchangeType.MAIN).length, 0, JSON.stringify(changes));
		t.is(made.network.sent.length, from);
	}
});

test("T29 a peer with a host name: it is looked up, at most once in ten seconds, and found", (t) => {
	const made = killed(up(), { remoteGateway: "b.example" });
	const { network, a, b } = made;
	a.hosts.set("b.example", "10.0.0.3");
	sends(made, 25);
	t.is(a.lookups.length, 1);
	t.is(network.sent.filter(({ to }) => to.address === b.address + 1).length, 0);
	const other = killed(up(), { remoteGateway: "b.example" });
	sends(other, 25);
	t.true(other.a.lookups.length <= 3, `${other.a.lookups.length} without an answer`);
	other.a.hosts.set("b.example", "10.0.0.2");
	sends(other, 13);
	t.is(mismatch(other), "");
	t.is(other.a.up.length, 1);
});

test("T29 without an answer: the negotiations that somebody can cause are few, and ever fewer", (t) => {
	const { network, a, b } = up();
	const made = killed({ network, a, b });
	network.nodes.splice(network.nodes.indexOf(b), 1);
	const from = network.sent.length;
	spoof(made, b.address, 60);
	t.true(begun(made, "a", from) <= 2, `${begun(made, "a", from)} in the first minute`);
	spoof(made, b.address, 3540);
	const hour = begun(made, "a", from);
	t.true(hour >= 10 && hour <= 16, `${hour} in an hour`);
	// Quiet for as long as that takes, all begins anew.
	network.run(600 * second);
	const later = network.sent.length;
	spoof(made, b.address, 3);
	t.is(begun(made, "a", later), 1);
});

test("T29 with an answer: one IKE SA, no more, and few Deletes of what nobody has", (t) => {
	const before = up();
	const made = killed(before);
	const from = made.network.sent.length;
	spoof(made, made.b.address, 3600);
	t.is(begun(made, "a", from), 1);
	t.is(made.a.sas().length, 1);
	const told = sentBy(made, "a", from, ExchangeType.INFORMATIONAL).length;
	t.true(told >= 10 && told <= 21, `${told} in an hour`);
	t.true(sentBy(made, "a", from, ExchangeType.QUICK).length <= 2);
	t.is(mismatch(made), "");
});

test("T29 one packet, or some within a round trip after a Delete, are no reason for anything", (t) => {
	const made = up();
	const { network, a, b } = made;
	const { inboundSPI } = a.up[0]!.child;
	const from = network.sent.length;
	a.deletePair(inboundSPI);
	for (let i = 0; i < 8; i++) {
		a.ike.suspect(network.now, b.address, inboundSPI);
		network.run(100);
	}
	network.run(10 * second);
	t.is(sentBy(made, "a", from, ExchangeType.INFORMATIONAL).length, 1);
	// The same without an IKE SA, and much later.
	a.ike.down(network.now, "b", "");
	network.run(600 * second);
	const later = network.sent.length;
	a.ike.suspect(network.now, b.address, inboundSPI);
	network.run(600 * second);
	a.ike.suspect(network.now, b.address, inboundSPI);
	network.run(10 * second);
	t.is(network.sent.length, later);
});

test("T29 SPIs that somebody saw go by: of what is there no Delete is sent", (t) => {
	const made = up();
	const { network, a, b } = made;
	const from = network.sent.length;
	const { outboundSPI } = a.up[0]!.child;
	spoof(made, b.address, 120, () => outboundSPI);
	t.is(network.sent.length, from);
	t.is(mismatch(made), "");
	// Nor of what was there first when it comes to be there afterwards.
	spoof(made, b.address, 2, (i) => i === 0 ? outboundSPI + 1 : 0x41000000);
	t.is(b.up.length, 1);
});

test("T29 a pair that is being negotiated is not hit by what arrives before it is live", (t) => {
	const made = up();
	const { network, a, b } = made;
	// The answer to a's second quick mode takes its time.
	const late: Packet[] = [];
	network.filter = (packet) => packet.sender !== "b" || exchange(packet) !== ExchangeType.QUICK || (late.push(packet), false);
	a.ike.renew(network.now, a.up[0]!.child.inboundSPI);
	network.run(100);
	const spi = [...a.reserved][0]!;
	const from = network.sent.length;
	spoof(made, b.address, 5, () => spi);
	t.is(sentBy(made, "a", from, ExchangeType.INFORMATIONAL).length, 0);
	network.filter = () => true;
	network.run(60 * second);
	t.is(mismatch(made), "");
	t.is(a.up.length, 2);
	t.true(a.pairs.has(spi));
});

test("T29 the peer's own negotiation goes on: nothing is begun beside it", (t) => {
	const made = killed(up());
	const { network, a, b } = made;
	// b has lost its IKE SA, too, and begins; its message 5 is lost for a while.
	let lost = 0;
	network.filter = (packet) => packet.sender !== "b" || (packet.bytes[19]! & 1) === 0 || ++lost > 3;
	b.ike.down(network.now, "a", "");
	for (const { child } of b.up)
		b.deletePair(child.inboundSPI);
	b.ike.initiate(network.now, "a", "office");
	network.run(500);
	const from = network.sent.length;
	spoof(made, b.address, 3);
	t.is(begun(made, "a", from), 1, "its own cookie, b's");
	t.is(a.sas().length, 1);
	t.is(a.sas()[0]!.role, "responder");
});

test("T29 a lost Delete is said again, to where the peer's IKE SA is: a peer that may be anywhere, behind a NAT", (t) => {
	const made = two({ a: { remoteGateway: "0.0.0.0", phase1Mode: "aggressive", remoteId: { type: "address", value: "10.0.0.2" } }, b: { phase1Mode: "aggressive" } });
	const { network, a, b } = made;
	network.addNAT("10.0.0.2", "10.0.0.9");
	b.ike.initiate(network.now, "a", "office");
	network.run(3 * second);
	t.is(mismatch(made), "");
	network.filter = () => false;
	a.deletePair(a.up[0]!.child.inboundSPI);
	network.run(second);
	network.filter = () => true;
	const from = network.sent.length;
	const spi = b.up[0]!.child.outboundSPI;
	spoof(made, parseAddress("10.0.0.9")!, 2, () => spi);
	t.is(b.pairs.size, 0);
	t.deepEqual(b.removed, ["deleted by the peer"]);
	t.deepEqual(sentBy(made, "a", from, ExchangeType.INFORMATIONAL).map(({ to }) => to.port), [24500]);
});

test("T29 AH around ESP: the Delete is one of AH", (t) => {
	const phase2Proposals: ConnectionSettings["phase2Proposals"] = [{ protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128", espAuthentication: "hmac-sha1-96" }];
	const made = up({ connectionA: { phase2Proposals }, connectionB: { phase2Proposals }, a: { natTraversal: "off" }, b: { natTraversal: "off" } });
	const { network, a, b } = made;
	t.is(mismatch(made), "");
	network.filter = () => false;
	a.deletePair(a.up[0]!.child.inboundSPI);
	network.run(second);
	network.filter = () => true;
	sends(made, 3, true);
	t.is(b.pairs.size, 0);
});

test("T29 many lost pairs of one peer are told of within a minute", (t) => {
	const connections = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name, i) => connection({ name, localNetwork: `10.1.${i}.0/24`, remoteNetwork: `10.2.${i}.0/24` }));
	const made = two({ a: { connections }, b: { connections: connections.map((each) => connection({ name: each.name, localNetwork: each.remoteNetwork, remoteNetwork: each.localNetwork })) } });
	const { network, a, b } = made;
	for (const { name } of connections) {
		a.ike.initiate(network.now, "b", name);
		network.run(second);
	}
	t.is(b.up.length, 8);
	network.filter = () => false;
	for (const { child } of a.up)
		a.deletePair(child.inboundSPI);
	network.run(second);
	network.filter = () => true;
	// The engine tells of whichever comes first after a second.
	for (let i = 0; i < 60 && b.up.length > 0; i++) {
		a.ike.suspect(network.now, b.address, b.up[(i * 3) % b.up.length]!.child.outboundSPI);
		network.run(second);
	}
	t.is(b.up.length, 0);
});

/** The administrator deletes the oldest pair of a, which has no IKE SA. */
function deletes({ network, a }: Two): void {
	const { inboundSPI, outboundSPI } = a.up[0]!.child;
	a.ike.deleteChild(network.now, inboundSPI, outboundSPI, true);
	a.pairs.delete(inboundSPI);
	// Whatever makes it look what is to be done.
	network.inject({ address: 1, port: 500 }, { address: a.address, port: 500 }, Uint8Array.of(0));
}

test("the administrator deletes a pair while there is no IKE SA: the peer is told over one that is made for it, and ends with it", (t) => {
	const made = up();
	const { network, a, b } = made;
	const sa = a.sas()[0]!;
	a.ike.deleteIKESA(network.now, sa.id);
	network.run(second);
	t.is(a.sas().length + b.sas().length, 0);
	deletes(made);
	network.run(3 * second);
	t.deepEqual(b.removed, ["deleted by the peer"]);
	t.is(a.sas().length + b.sas().length, 0);
	// It was up for no longer than that, and nobody was refused.
	t.deepEqual(b.problems, []);
	t.true(a.lines.some((line) => line.includes("was deleted, and there is no IKE SA to tell the peer: one is negotiated")));
	// Nothing of it is left over.
	const from = network.sent.length;
	a.ike.initiate(network.now, "b", "office");
	network.run(3 * second);
	t.is(sentBy(made, "a", from, ExchangeType.INFORMATIONAL).length, 0);
	t.is(mismatch(made), "");
	t.is(a.sas().length, 1);
});

test("... and where other pairs of the peer are up, it stays", (t) => {
	const connections = ["office", "lab"].map((name, i) => connection({ name, localNetwork: `10.1.${i}.0/24`, remoteNetwork: `10.2.${i}.0/24` }));
	const made = two({ a: { connections }, b: { connections: connections.map((each) => connection({ name: each.name, localNetwork: each.remoteNetwork, remoteNetwork: each.localNetwork })) } });
	const { network, a, b } = made;
	a.ike.initiate(network.now, "b", "office");
	a.ike.initiate(network.now, "b", "lab");
	network.run(3 * second);
	a.ike.deleteIKESA(network.now, a.sas()[0]!.id);
	network.run(second);
	deletes(made);
	network.run(3 * second);
	t.is(b.up.length, 1);
	t.is(a.sas().length, 1);
});

test("... a peer that does not answer is tried once, and told when it comes", (t) => {
	const made = up();
	const { network, a, b } = made;
	a.ike.deleteIKESA(network.now, a.sas()[0]!.id);
	network.run(second);
	network.nodes.splice(network.nodes.indexOf(b), 1);
	const from = network.sent.length;
	deletes(made);
	network.run(600 * second);
	t.is(begun(made, "a", from), 1);
	t.is(a.sas().length, 0);
	network.nodes.push(b);
	a.ike.initiate(network.now, "b", "office");
	network.run(3 * second);
	t.deepEqual(b.removed, ["the peer has started anew"]);
	t.is(mismatch(made), "");
});

test("... one that this gateway may not begin with finds out by itself", (t) => {
	const made = two({ a: { actAs: "responder" } });
	const { network, a, b } = made;
	b.ike.initiate(network.now, "a", "office");
	network.run(3 * second);
	a.ike.deleteIKESA(network.now, a.sas()[0]!.id);
	network.run(second);
	const from = network.sent.length;
	deletes(made);
	network.run(60 * second);
	t.is(network.sent.length, from);
	t.true(a.lines.some((line) => line.includes("this unit may only answer, so the peer has to find out by itself")));
});

test("what is kept of a peer does not grow with what is sent", (t) => {
	const orphans = new Orphans();
	for (let i = 0; i < 10000; i++)
		orphans.heard(1000 + i, "b", 256 + i, 3);
	t.deepEqual([...orphans.find("b")!.spis].filter((_, i) => i % 2 === 0), [10252, 10253, 10254, 10255]);
	orphans.keep([{ name: "c" }]);
	t.is(orphans.find("b"), undefined);
});

test("T29 the peer's packets do not bring up again what the administrator has closed; what he begins afterwards they do", (t) => {
	const made = up();
	const { network, a, b } = made;
	network.filter = () => false;
	for (const { child } of a.up)
		a.deletePair(child.inboundSPI);
	a.ike.down(network.now, "b", "");
	network.run(second);
	network.filter = () => true;
	sends(made, 4);
	t.is(a.pairs.size + b.pairs.size, 0);
	t.is(a.sas().length, 1);
	a.ike.initiate(network.now, "b", "office");
	network.run(3 * second);
	t.is(a.up.length, 1);
	// The line is cut for so long that only we take the peer for dead.
	a.ike.configure(network.now, [peer("b", "10.0.0.1", "10.0.0.2", { deadPeerDetection: { interval: 10, timeout: 20 } })]);
	network.filter = () => false;
	network.run(60 * second);
	network.filter = () => true;
	t.is(a.pairs.size, 0);
	t.is(b.up.length, 1);
	sends(made, 4);
	t.is(mismatch(made), "");
	t.is(a.up.length, 1);
});
