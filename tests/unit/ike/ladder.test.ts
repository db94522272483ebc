/** Ladders over every message of a negotiation: lost, doubled, late. */
import test from "ava";
import type { DHGroup } from "../../../modules/crypto/types.js";
import { mismatch, two, type TwoOptions } from "./network.js";

/** Main mode's six messages and quick mode's three. */
const MESSAGES = 9;

function pfs(group: DHGroup | "off"): TwoOptions {
	return { connectionA: { pfs: group }, connectionB: { pfs: group } };
}

for (const group of ["off", 31] as const) {
	const name = group === "off" ? "without PFS" : "with PFS";

	test(`the negotiation states of both roles, message by message, ${name}`, (t) => {
		const { network, a, b } = two(pfs(group));
		const states: string[] = [];
		network.filter = () => {
			states.push(`${a.sas()[0]?.state ?? 0}/${b.sas()[0]?.state ?? 0}`);
			return true;
		};
		a.ike.initiate(network.now, "b", "office");
		t.is(a.sas()[0]!.state, 1);
		network.run(3000);
		// As each message is given to the network: the sender's state advances when that has been done.
		t.deepEqual(states, ["1/0", "3/2", "4/3", "5/4", "6/5", "7/6", "9/9", "9/9", "9/9"]);
		t.is(a.sas()[0]!.state, 9);
		t.is(a.sas()[0]!.role, "initiator");
		t.is(b.sas()[0]!.role, "responder");
		t.is(a.sas()[0]!.id, b.sas()[0]!.id);
		t.is(a.sas()[0]!.algorithm, "AES-CBC-128/SHA256/CURVE25519");
		t.is(a.sas()[0]!.phase2Negotiations, 1);
		t.is(b.sas()[0]!.phase2Negotiations, 1);
	});

	for (let lost = 1; lost <= MESSAGES; lost++)
		test(`T30 message ${lost} lost once, ${name}: it is sent again and both come up`, (t) => {
			const { network, a, b } = two(pfs(group));
			network.filter = (packet) => packet.number !== lost;
			a.ike.initiate(network.now, "b", "office");
			network.run(10000);
			t.is(a.up.length, 1);
			t.is(mismatch({ a, b }), "");
			t.deepEqual(a.problems, []);
			t.deepEqual(b.problems, []);
			t.is(a.sas().length, 1);
			t.is(b.sas().length, 1);
		});

	for (let lost = 1; lost <= MESSAGES; lost++)
		test(`T30 message ${lost} and its first three repetitions lost, ${name}`, (t) => {
			const { network, a, b } = two(pfs(group));
			const bytes: string[] = [];
			network.filter = (packet) => {
				if (packet.number === lost)
					bytes.push(packet.bytes.join());
				return !(bytes.includes(packet.bytes.join()) && bytes.push("") <= 5);
			};
			a.ike.initiate(network.now, "b", "office");
			network.run(60000);
			t.is(a.up.length, 1);
			t.is(mismatch({ a, b }), "");
		});

	for (let doubled = 1; doubled <= MESSAGES; doubled++)
		test(`T30 message ${doubled} comes three times, ${name}: one answer each, no new state`, (t) => {
			const { network, a, b } = two(pfs(group));
			network.filter = (packet) => {
				if (packet.number === doubled)
					for (let i = 0; i < 2; i++) {
						const node = packet.sender === "a" ? b : a;
						node.ike.process(network.now, packet.from, packet.to.port, packet.bytes.slice());
					}
				return true;
			};
			a.ike.initiate(network.now, "b", "office");
			network.run(20000);
			t.is(a.up.length, 1);
			t.is(mismatch({ a, b }), "");
			t.is(a.sas().length, 1);
			t.is(b.sas().length, 1);
			t.is(a.pairs.size, 1);
			t.is(b.pairs.size, 1);
			t.is(a.reserved.size + b.reserved.size, 0);
		});
}

test("what is sent again is the same bytes", (t) => {
	const { network, a } = two();
	network.filter = (packet) => packet.sender !== "b";
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	const own = network.sent.filter((packet) => packet.sender === "a").map((packet) => packet.bytes.join());
	// The first sending and limits.RETRANSMISSIONS repetitions.
	t.is(own.length, 6);
	t.is(new Set(own).size, 1);
});

test("the waits between repetitions grow, differ a little, and end", (t) => {
	const { network, a } = two();
	const times: number[] = [];
	network.filter = (packet) => {
		if (packet.sender === "a")
			times.push(network.now);
		return false;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(120000);
	const waits = times.slice(1).map((time, index) => time - times[index]!);
	t.is(waits.length, 5);
	for (let i = 0; i < waits.length; i++) {
		const nominal = 1000 * 2 ** i;
		t.true(waits[i]! >= 0.9 * nominal && waits[i]! <= 1.1 * nominal);
	}
	t.deepEqual(a.causes, ["peer-unreachable"]);
	t.is(a.sas().length, 0);
	t.is(a.ike.pollAt(), undefined);
});

for (let seed = 1; seed <= 30; seed++)
	test(`storm ${seed}: a third of the packets lost, a fifth doubled, a third late; both come up in the end`, (t) => {
		const { network, a, b } = two({ seed, loss: 33, duplication: 20, reordering: 33, delay: 100, ...pfs(seed % 2 ? 31 : "off") });
		const start = seed % 3 === 0 ? b : a;
		const other = start === a ? "b" : "a";
		for (let i = 0; i < 8 && !(a.up.length > 0 && mismatch({ a, b }) === ""); i++) {
			start.ike.initiate(network.now, other, "office");
			network.run(60000);
		}
		network.loss = network.duplication = network.reordering = 0;
		network.run(90000);
		t.true(start.up.length >= 1);
		t.is(a.reserved.size, 0);
		t.is(b.reserved.size, 0);
		// A pair whose message 3 was lost for good stands at one end only: the newest pairs fit.
		const newest = start.up[start.up.length - 1]!;
		const twin = (start === a ? b : a).pairs.get(newest.child.outboundSPI);
		t.is(twin?.inboundKey, newest.outboundKey);
	});

test("while the accelerator works, repetitions of the message it works for are ignored", (t) => {
	const { network, a, b } = two();
	network.accelerating = false;
	a.ike.initiate(network.now, "b", "office");
	network.run(50);
	// b has not computed anything, since a has not.
	t.is(b.sas()[0]!.state, 3);
	t.is(a.sas()[0]!.state, 4);
	const message2 = network.sent[1]!;
	for (let i = 0; i < 5; i++)
		network.inject(message2.from, message2.to, message2.bytes);
	t.is(a.counter("while-busy"), 5);
	t.is(network.sent.length, 2);
	t.true(a.readyCalls === 0);
	network.accelerating = true;
	network.run(1000);
	t.true(a.readyCalls > 0);
	t.is(mismatch({ a, b }), "");
	t.is(a.up.length, 1);
});
