/** The WAN address comes by a lease: it may be late, change, and go, while tunnels are up. Policies stay; nothing of the old address does. */
import test from "ava";
import { SPD_COUNT } from "../../../modules/ipsec/layout.js";
import { spdTable } from "../../../modules/ipsec/tables.js";
import { connection } from "../ike/network.js";
import { World } from "./world.js";

const second = 1000;
const anywhere = { remoteGateway: "0.0.0.0", actAs: "responder" } as const;

function policyCount(): number {
	return new DataView(spdTable()).getUint32(SPD_COUNT, true);
}

function notice(world: World): string {
	return world.gateway.snapshot().gateway.networkNotice ?? "";
}

test("lease: without an address nothing is bound and nothing begins; with the first one what was asked for does", (t) => {
	const world = new World({}, anywhere, "0.0.0.0");
	world.gateway.start(world.network.now);
	t.true(world.lines.some((line) => line.includes("it waits for an address on the WAN")));
	t.is(world.sockets.length, 0);
	t.is(policyCount(), 1);
	t.is(notice(world), "this unit has no address on the WAN");
	world.traffic();
	world.run(30 * second);
	t.is(world.sent, 0);
	const { ok, text } = world.gateway.up("branch", "office");
	t.deepEqual([ok, text], [false, "branch/office waits: this unit has no address on the WAN, and is brought up when it has one"]);
	t.false(world.gateway.ask("branch", false).ok);
	t.deepEqual(world.lease("10.0.0.7"), []);
	world.run(2 * second);
	t.is(notice(world), "");
	t.deepEqual(world.sockets.map(({ port, closed }) => [port, closed]), [[500, false], [4500, false]]);
	t.is(world.associations.length, 2);
	t.is(world.associations[1]!.destination, "10.0.0.7");
	world.gateway.close(world.network.now);
});

test("lease: what the administrator wants up while there is no address comes up with it, unless it was taken back", (t) => {
	for (const isTakenBack of [false, true]) {
		const world = new World({}, anywhere, "0.0.0.0");
		world.gateway.start(world.network.now);
		world.gateway.up("branch", "office");
		if (isTakenBack)
			world.gateway.down("branch", "office");
		world.lease("10.0.0.7");
		world.run(2 * second);
		t.is(world.associations.length, isTakenBack ? 0 : 2);
		world.gateway.close(world.network.now);
	}
});

test("lease: one that is always up begins with the address, and does not keep the unit awake before", (t) => {
	const world = new World({ connections: [connection({ start: "always" })] }, anywhere, "0.0.0.0");
	world.gateway.start(world.network.now);
	world.run(second);
	t.true(world.wakeAt === undefined || world.wakeAt > world.network.now);
	world.lease("10.0.0.7");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("lease: another address while a tunnel is up: the peer is told, the tunnel is made anew from there, the policy never goes", (t) => {
	const world = new World({}, anywhere, "10.0.0.1");
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	const before = world.associations.map(({ spi }) => spi);
	t.is(before.length, 2);
	t.deepEqual(world.lease("10.0.0.7"), ["branch/office"]);
	t.is(policyCount(), 1);
	t.is(world.associations.length, 0, "nothing goes on from the old address");
	world.run(2 * second);
	t.deepEqual(world.sockets.map(({ closed }) => closed), [true, true, false, false]);
	const after = world.associations;
	t.is(after.length, 2);
	t.false(after.some(({ spi }) => before.includes(spi)));
	t.is(after[1]!.destination, "10.0.0.7");
	t.is(world.peer.up.length, 1, "the peer has no pair of the old address");
	t.is(world.settings.peers[0]!.localId.value, "10.0.0.7");
	t.true(world.lines.includes(": the WAN address is 10.0.0.7 now"));
	t.deepEqual(world.gateway.snapshot().connections()[Symbol.iterator]().next().value.up, true);
	world.gateway.close(world.network.now);
});

test("lease: lost and found again, at another address: what was up comes up, without traffic", (t) => {
	const world = new World({}, anywhere, "10.0.0.1");
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	world.lease("0.0.0.0");
	t.is(world.associations.length, 0);
	t.is(policyCount(), 1);
	t.is(notice(world), "this unit has no address on the WAN");
	const { sent } = world;
	world.run(60 * second);
	t.is(world.sent, sent, "nothing is sent without an address");
	world.lease("10.0.0.9");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	t.is(world.associations[1]!.destination, "10.0.0.9");
	world.gateway.close(world.network.now);
});

test("lease: lost in the middle of a negotiation, and back with the same address", (t) => {
	const world = new World({}, anywhere, "10.0.0.1");
	world.gateway.start(world.network.now);
	world.cut = true;
	world.traffic();
	world.run(5 * second);
	t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.state, 3);
	world.lease("0.0.0.0");
	t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.state, 0);
	world.cut = false;
	world.run(10 * second);
	world.lease("10.0.0.1");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("lease: tunnels that the peer begins come up at the new address; a gateway that only answers begins nothing", (t) => {
	const world = new World({ actAs: "responder" }, {}, "10.0.0.1");
	world.gateway.start(world.network.now);
	world.peer.ike.initiate(world.network.now, "gate", "office");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.lease("10.0.0.7");
	world.run(30 * second);
	t.is(world.associations.length, 0);
	world.gateway.close(world.network.now);
});

test("lease: an address that is set, but is somebody else's for a while, is used when it is free", (t) => {
	const world = new World({}, anywhere, "10.0.0.1");
	world.gateway.attach(world.network.now, false);
	world.gateway.start(world.network.now);
	t.is(world.sockets.length, 0);
	world.traffic();
	world.run(10 * second);
	t.is(world.sent, 0);
	world.gateway.attach(world.network.now, true);
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.attach(world.network.now, true);
	t.is(world.associations.length, 2);
	world.gateway.attach(world.network.now, false);
	t.deepEqual([world.associations.length, policyCount(), notice(world)], [0, 1, "this unit has no address on the WAN"]);
	world.gateway.attach(world.network.now, true);
	world.run(2 * second);
	t.is(world.associations.length, 2);
	t.is(world.settings.peers[0]!.localId.value, "10.0.0.1");
	world.gateway.close(world.network.now);
});
