/** Settings that change while tunnels are up: what they concern is closed or begun, the rest is not touched, and no policy of what stays is ever missing. */
import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { POLICY_ORDER, POLICY_REMOTE_FIRST, POLICY_SIZE, POLICY_USED, SPD_COUNT, SPD_ORDER, SPD_RECORDS } from "../../../modules/ipsec/layout.js";
import { spdTable } from "../../../modules/ipsec/tables.js";
import type { ConnectionSettings, PeerSettings } from "../../../modules/settings/types.js";
import { connection, peer } from "../ike/network.js";
import { World } from "./world.js";

const second = 1000;
const own = "10.0.0.1";
const other = "10.0.0.2";
const lab = (changes: Partial<ConnectionSettings> = {}) => connection({ name: "lab", order: 2, remoteNetwork: "10.3.0.0/24", ...changes });

/** Two connections to one peer, both up. */
function two() {
	const mirrored = [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" }), lab({ localNetwork: "10.3.0.0/24", remoteNetwork: "10.1.0.0/24" })];
	const world = new World({ connections: [connection(), lab()] }, { connections: mirrored });
	world.gateway.start(world.network.now);
	world.traffic(0);
	world.traffic(1);
	world.run(2 * second);
	return world;
}

function branch(connections: ConnectionSettings[], changes: Partial<PeerSettings> = {}): PeerSettings {
	return peer("branch", own, other, { connections, ...changes });
}

function spis(world: World, name: string): string[] {
	return world.associations.filter((each) => each.connection === name).map(({ spi }) => spi);
}

/** Remote networks in the order in which the engine tries them, each with the policy's place. */
function policies(): string[] {
	const view = new DataView(spdTable());
	const found: string[] = [];
	for (let i = 0; i < view.getUint32(SPD_COUNT, true); i++) {
		const index = view.getUint16(SPD_ORDER + 2 * i, true);
		const at = SPD_RECORDS + index * POLICY_SIZE;
		found.push(`${index}: ${view.getUint32(at + POLICY_ORDER, true)} ${view.getUint32(at + POLICY_REMOTE_FIRST, true) >>> 16 & 255} ${view.getUint8(at + POLICY_USED)}`);
	}
	return found;
}

test("configure: a connection that changed is closed, the peer told; its neighbour's SAs and policy stay", (t) => {
	const world = two();
	t.is(world.associations.length, 4);
	const before = spis(world, "lab");
	const closed = world.configure(branch([connection({ pfs: 31 }), lab()]));
	t.deepEqual(closed, ["branch/office"]);
	world.run(second);
	t.deepEqual(spis(world, "office"), []);
	t.deepEqual(spis(world, "lab"), before);
	t.is(world.peer.up.length, 1);
	t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.state, 9);
	world.gateway.close(world.network.now);
});

test("configure: order and start touch no tunnel; the order counts at once", (t) => {
	const world = two();
	const before = [...spis(world, "office"), ...spis(world, "lab")];
	t.deepEqual(policies(), ["0: 1 2 1", "1: 2 3 1"]);
	t.deepEqual(world.configure(branch([connection({ order: 7 }), lab({ start: "always" })])), []);
	world.run(second);
	t.deepEqual(policies(), ["1: 2 3 1", "0: 7 2 1"]);
	t.deepEqual([...spis(world, "office"), ...spis(world, "lab")], before);
	world.gateway.close(world.network.now);
});

test("configure: what is the unit's own, its LAN address too, touches no tunnel and no policy; the routes have the new source before the next packet", (t) => {
	const world = two();
	const before = [...spis(world, "office"), ...spis(world, "lab")];
	const { id } = [...world.gateway.snapshot().ikeSecurityAssociations()][0]!;
	const table = new Uint8Array(spdTable()).slice();
	t.deepEqual(world.configureGateway({ name: "another", http: { address: "10.1.0.1", port: 8080 }, admin: { user: "somebody", password: "as long as this" }, firewallLog: "all", wanPrefix: 30, wanRouter: "10.0.0.3" }), []);
	t.is(world.routes.length, 2);
	t.deepEqual(world.configureGateway({ lanAddress: "10.1.0.7/24" }), []);
	t.deepEqual(world.routes.slice(-2), ["10.2.0.0/24 from 10.1.0.7", "10.3.0.0/24 from 10.1.0.7"]);
	t.deepEqual(new Uint8Array(spdTable()), table);
	world.run(second);
	t.deepEqual([...spis(world, "office"), ...spis(world, "lab")], before);
	t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.id, id);
	t.is(world.peer.pairs.size, 2);
	world.gateway.close(world.network.now);
});

test("configure: a connection in front of others keeps their policies in place, and one that is gone takes its own and its route along", (t) => {
	const world = two();
	const before = spis(world, "lab");
	t.deepEqual(world.routes, ["10.2.0.0/24 from 10.1.0.1", "10.3.0.0/24 from 10.1.0.1"]);
	const first = connection({ name: "first", order: 1, remoteNetwork: "10.7.0.0/24" });
	t.deepEqual(world.configure(branch([first, connection({ order: 3 }), lab()])), []);
	t.deepEqual(policies(), ["2: 1 7 1", "1: 2 3 1", "0: 3 2 1"]);
	t.deepEqual(world.configure(branch([first, lab()])), ["branch/office"]);
	world.run(second);
	t.deepEqual(policies(), ["2: 1 7 1", "1: 2 3 1"]);
	t.deepEqual(world.routes, ["10.3.0.0/24 from 10.1.0.1", "10.7.0.0/24 from 10.1.0.1"]);
	t.deepEqual(spis(world, "lab"), before);
	// In the place of the one that is gone: its SAs are gone, too.
	world.configure(branch([first, lab(), connection({ name: "new", order: 9, remoteNetwork: "10.2.0.0-10.2.0.255" })]));
	t.deepEqual(policies(), ["2: 1 7 1", "1: 2 3 1", "0: 9 2 1"]);
	world.configure(branch([first, lab(), connection({ name: "again", order: 10, remoteNetwork: "10.2.0.0/24" })]));
	t.true(world.routes.includes("10.2.0.0/24 from 10.1.0.1"), "the route that another one needs stays");
	t.is(parseAddress("10.2.0.0"), new DataView(spdTable()).getUint32(SPD_RECORDS + POLICY_REMOTE_FIRST, true));
	world.gateway.close(world.network.now);
});

test("configure: a new peer and a connection that is always up begin at once; what waits for another time keeps waiting", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.configure(branch([connection({ start: "always" })]));
	world.run(2 * second);
	t.is(world.associations.length, 2);
	// Not any more.
	world.configure(branch([connection({ start: "always" })], { enabled: false }));
	world.run(10 * second);
	t.is(world.associations.length, 0);
	t.is(world.peer.up.length, 0);
	t.true(world.routes.includes("10.2.0.0/24 from 10.1.0.1"), "its packets are still dropped here");
	world.configure();
	t.deepEqual(policies(), []);
	t.deepEqual(world.routes, []);
	world.gateway.close(world.network.now);
});

test("configure: a problem of what changed goes; another key ends a negotiation that has begun by the old one", (t) => {
	const world = new World({ preSharedKey: "the wrong one" });
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(60 * second);
	t.is(world.causes.length, 1);
	world.configure(branch([connection()], { preSharedKey: "the wrong one" }));
	t.is(world.causes.length, 1, "nothing has changed");
	world.configure(branch([connection()]));
	t.deepEqual(world.causes, []);
	world.traffic();
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("configure: a certificate of this gateway that was renewed closes who uses it, and nobody else", (t) => {
	const world = two();
	const { settings } = world;
	world.gateway.configure(world.network.now, { before: settings, settings, certificates: true, renewed: ["gate"] });
	t.is(world.associations.length, 4);
	world.gateway.close(world.network.now);
});
