/** More is asked for than can be done at once: what has been begun comes to its end, and the rest has its turn. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { QUICK_MODES_IN_ALL, QUICK_MODES_OWN, RETRANSMISSIONS } from "../../../modules/limits.js";
import { connection, Network, peer, type Node, type Packet } from "./network.js";

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

/** The same, with all of them up. */
function up(count: number): { readonly network: Network; readonly hub: Node; readonly spokes: Node[] } {
	const network = new Network();
	const { hub, spokes } = star(network, count);
	for (let i = 0; i < count; i++)
		hub.ike.initiate(network.now, `p${i}`, "office");
	network.run(3000);
	network.sent.length = 0;
	return { network, hub, spokes };
}

/** Number of the spoke at this address, beginning with 0. */
const spokeAt = (address: number): number => address - parseAddress("10.0.1.1")!;
const isQuick = ({ bytes, to }: Packet): boolean => bytes[18 + (to.port === 4500 ? 4 : 0)] === 32;

test("quick modes that peers leave unanswered hold up those with others for some seconds, and end when they were sent as often as any other", (t) => {
	const { network, hub } = up(8);
	t.is(hub.up.length, 8);
	network.filter = ({ to }) => spokeAt(to.address) < 0 || spokeAt(to.address) >= QUICK_MODES_OWN;
	const before = [...hub.pairs.keys()];
	for (const spi of before)
		t.is(hub.ike.renew(network.now, spi), "started");
	network.run(5000);
	const renewed = hub.up.filter(({ child }) => !before.includes(child.inboundSPI)).map(({ child }) => child.peer).sort();
	t.deepEqual(renewed, ["p4", "p5", "p6", "p7"]);
	network.run(60000);
	t.deepEqual([...new Set(hub.problems.filter(({ cause }) => cause === "peer-unreachable").map((problem) => problem.peer))].sort(), ["p0", "p1", "p2", "p3"]);
	for (let i = 0; i < QUICK_MODES_OWN; i++)
		t.is(network.sent.filter((packet) => spokeAt(packet.to.address) === i && isQuick(packet)).length, 1 + RETRANSMISSIONS);
});

test("silent ones that give way again and again are sent as often as any other", (t) => {
	const { network, hub } = up(8);
	// All but the last are silent.
	network.filter = ({ to }) => spokeAt(to.address) < 0 || spokeAt(to.address) > 6;
	for (const spi of [...hub.pairs.keys()])
		t.is(hub.ike.renew(network.now, spi), "started");
	network.run(7000);
	t.is(hub.up.filter(({ child }) => child.peer === "p7").length, 2);
	network.run(120000);
	for (let i = 0; i < 7; i++)
		t.is(network.sent.filter((packet) => spokeAt(packet.to.address) === i && isQuick(packet)).length, 1 + RETRANSMISSIONS);
	t.is(hub.reserved.size, 0);
});

test("quick modes that their initiators do not go on with give way to one that is asked for", (t) => {
	const { network, hub, spokes } = up(8);
	network.filter = ({ to }) => spokeAt(to.address) < 0 || spokeAt(to.address) >= QUICK_MODES_IN_ALL;
	const renew = (spoke: Node): string => spoke.ike.renew(network.now, [...spoke.pairs.keys()][0]!);
	for (let i = 0; i < QUICK_MODES_IN_ALL; i++)
		t.is(renew(spokes[i]!), "started");
	network.run(100);
	t.is(renew(spokes[7]!), "started");
	network.run(8000);
	t.true(hub.counter("too-many-quick-modes") > 0);
	t.is(spokes[7]!.up.length, 2);
	t.is(hub.up.filter(({ child }) => child.peer === "p7").length, 2);
});

test("IKE SAs do not come up long before there is room for the quick modes that they are for", (t) => {
	const network = new Network();
	const { hub } = star(network, 12, { openings: 2 });
	for (let i = 0; i < 12; i++)
		t.is(hub.ike.initiate(network.now, `p${i}`, "office"), "started");
	network.filter = (packet) => !isQuick(packet);
	network.run(2500);
	t.true(hub.sas().length <= QUICK_MODES_OWN + 2 + 2, `${hub.sas().length} IKE SAs`);
	network.filter = () => true;
	network.run(5000);
	t.is(hub.up.length, 12);
	t.deepEqual(hub.problems, []);
});
