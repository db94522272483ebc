/** More is asked for than can be done at once: what has been begun comes to its end, and the rest has its turn. */
import test from "ava";
import { connection, Network, peer, type Node } from "./network.js";

const sizes = { size: 16, halfOpen: 6, halfOpenForAddress: 3 };

/** Peers 10.0.1.1 and following of a hub, the connection of each to a network of its own, and the gateways that they are. */
function star(network: Network, count: number, more: { readonly halfOpen?: number; readonly openings?: number } = {}): { readonly hub: Node; readonly spokes: Node[] } {
	const address = (i: number): string => `10.0.1.${i + 1}`;
	const hub = network.add("hub", "10.0.0.1", Array.from({ length: count }, (_, i) => peer(`p${i}`, "10.0.0.1", address(i), { connections: [connection({ order: i + 1, remoteNetwork: `10.2.${i}.0/24` })] })), { ...sizes, ...more });
	const spokes = Array.from({ length: count }, (_, i) => network.add(`s${i}`, address(i), [peer("hub", address(i), "10.0.0.1", { connections: [connection({ localNetwork: `10.2.${i}.0/24`, remoteNetwork: "10.1.0.0/24" })] })]));
	return { hub, spokes };
}

test("a half-open exchange whose answer this unit owes does not give way, however long that takes", (t) => {
	const network = new Network();
	const { hub, spokes } = star(network, 3, { halfOpen: 2 });
	for (const spoke of spokes)
		spoke.ike.initiate(network.now, "hub", "office");
	// Both that were let in have sent their public values.
	network.run(25);
	t.is(hub.sas().length, 2);
	network.accelerating = false;
	network.run(5000);
	t.deepEqual(hub.sas().map(({ state }) => state), [4, 4]);
	t.is(hub.counter("half-open-evicted"), 0);
	network.accelerating = true;
	network.run(5000);
	t.is(hub.up.length, 3);
	t.deepEqual(hub.problems, []);
});

/** Phases 1 of a gateway's own that are under way. */
const begun = (hub: Node): number => hub.sas().filter(({ role, state }) => role === "initiator" && state !== 9).length;

test("peers that answer late are begun with as they come to their end, not one after the other a second later", (t) => {
	const network = new Network({ delay: 700 });
	const { hub } = star(network, 8, { openings: 2 });
	hub.ike.initiate(network.now, "p0", "office");
	network.run(10000);
	t.is(hub.up.length, 1);
	for (let i = 1; i < 8; i++)
		t.is(hub.ike.initiate(network.now, `p${i}`, "office"), "started");
	let most = 0;
	for (let i = 0; i < 400 && hub.up.length < 8; i++) {
		network.run(100);
		most = Math.max(most, begun(hub));
	}
	t.is(hub.up.length, 8);
	t.is(most, 2);
});

test("peers that are silent hold up the others for a second", (t) => {
	const network = new Network();
	const { hub } = star(network, 8, { openings: 2 });
	network.filter = ({ to }) => to.address < 0x0a000101 || to.address > 0x0a000104;
	for (let i = 0; i < 8; i++)
		t.is(hub.ike.initiate(network.now, `p${i}`, "office"), "started");
	network.run(3000);
	t.deepEqual(hub.up.map(({ child }) => child.peer), ["p4", "p5", "p6", "p7"]);
	t.is(begun(hub), 4);
});
