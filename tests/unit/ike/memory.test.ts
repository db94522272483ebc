/** A heap that does not grow: what may begin when it is nearly full, what waits, and what goes for it. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { connection, Network, peer, two, type Node, type Packet } from "./network.js";

/** Slots that a gateway wants free before a negotiation begins when nothing else is under way, and that one takes in this model of a heap. */
const needed = 520;
const taken = 110;

/** `node` has `slots` left for what begins from now on. */
function limit(node: Node, slots: number): void {
	const before = node.sas().length;
	node.free = () => slots - taken * (node.sas().length - before + node.reserved.size);
}

/** First messages of main mode by strangers, each from an address of its own, with a cookie of its own. */
function strangers(network: Network, b: Node, count: number): void {
	const first = two();
	first.a.ike.initiate(first.network.now, "b", "office");
	first.network.run(3000);
	const { bytes } = first.network.sent[0]!;
	for (let n = 0; n < count; n++) {
		const message = bytes.slice();
		message[0] = n + 1;
		network.inject({ address: parseAddress(`10.9.0.${n + 1}`)!, port: 500 }, { address: b.address, port: 500 }, message);
	}
}

function hub(network: Network): Node {
	const connections = [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" })];
	return network.add("b", "10.0.0.2", [peer("any", "10.0.0.2", "0.0.0.0", { connections }), peer("a", "10.0.0.2", "10.0.0.1", { connections })]);
}

test("a stranger's first message finds no place when little memory is left, and is neither answered nor a problem; with more he is let in", (t) => {
	const network = new Network();
	const b = hub(network);
	limit(b, needed + taken);
	strangers(network, b, 1);
	t.is(b.sas().length, 0);
	t.is(network.sent.length, 0);
	t.is(b.counter("half-open-full"), 1);
	t.deepEqual(b.problems, []);
	limit(b, 2 * needed);
	strangers(network, b, 8);
	// Each that is half-open leaves less, and is to leave more.
	t.is(b.sas().length, 3);
	t.is(network.sent.length, 3);
});

test("F13 what strangers hold goes, the oldest first, when this gateway or a peer that has proved itself needs its memory", (t) => {
	for (const begins of ["a", "b"]) {
		const network = new Network();
		const b = hub(network);
		const a = network.add("a", "10.0.0.1", [peer("b", "10.0.0.1", "10.0.0.2")]);
		a.ike.initiate(network.now, "b", "office");
		network.run(3000);
		t.is(b.up.length, 1);
		limit(b, needed + 4 * taken + 60);
		strangers(network, b, 2);
		t.is(b.sas().length, 3);
		const [established, oldest] = b.sas();
		b.free = () => b.sas().length > 2 ? needed - 1 : 2 * needed;
		if (begins === "a")
			a.ike.initiate(network.now, "b", "office");
		else
			b.ike.initiate(network.now, "a", "office");
		network.run(1000);
		t.is(b.up.length, 2);
		t.is(b.counter("half-open-evicted"), 1);
		t.is(b.sas()[0]!.id, established!.id);
		t.false(b.sas().some(({ id }) => id === oldest!.id));
	}
});

test("without memory a quick mode of a peer is dropped, and its repetition is taken when there is some", (t) => {
	const { network, a, b } = two();
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	b.free = () => 0;
	a.ike.initiate(network.now, "b", "office");
	network.run(500);
	t.is(b.up.length, 1);
	t.is(b.counter("no-memory"), 1);
	b.free = undefined;
	network.run(5000);
	t.is(b.up.length, 2);
});

test("without memory what this gateway begins waits, phase 1 as quick mode, and goes on by itself; the line that says so is one that is limited", (t) => {
	const { network, a, b } = two();
	a.free = () => needed - 1;
	t.is(a.ike.initiate(network.now, "b", "office"), "started");
	network.run(2000);
	t.is(network.sent.length, 0);
	t.true(a.counter("no-memory") <= 10);
	t.true(a.lines.some((line) => line.includes("(negotiations wait: memory has no room for another now)")));
	a.free = () => a.sas().some(({ state }) => state === 9) ? 0 : needed;
	network.run(2000);
	t.deepEqual([a.sas().length, a.up.length], [1, 0]);
	a.free = undefined;
	network.run(1000);
	t.deepEqual([a.up.length, b.up.length], [1, 1]);
	t.is(a.problems.length, 0);
});

test("what waits for memory may be taken back: nothing wakes the gateway for it", (t) => {
	const { network, a } = two();
	a.free = () => 0;
	a.ike.initiate(network.now, "b", "office");
	network.run(1000);
	a.ike.down(network.now, "b", "office");
	network.run(1000);
	t.is(a.dueAt, Infinity);
});

test("an IKE SA whose renewal finds no memory is renewed later", (t) => {
	const lifetime: Packet[] = [];
	const { network, a, b } = two({ a: { phase1Lifetime: 600 }, b: { phase1Lifetime: 600 } });
	network.filter = (packet) => lifetime.push(packet) > 0;
	a.ike.initiate(network.now, "b", "office");
	network.run(3000);
	const [first] = a.sas();
	a.free = b.free = () => 0;
	for (let i = 0; i < 600 && a.counter("no-memory") + b.counter("no-memory") === 0; i++)
		network.run(1000);
	t.is(a.sas().length, 1);
	a.free = b.free = undefined;
	network.run(60000);
	t.true(a.sas().some(({ id, state }) => id !== first!.id && state === 9));
});
