import test from "ava";
import { parseAddress } from "../../../modules/addresses.js";
import { POLICY_FLAGS, POLICY_FLAG_ACQUIRING, SPD_RECORDS } from "../../../modules/ipsec/layout.js";
import { spdTable } from "../../../modules/ipsec/tables.js";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import type { PeerSettings } from "../../../modules/settings/types.js";
import { connection, peer } from "../ike/network.js";
import { World } from "./world.js";

const second = 1000;

test("start binds both ports, writes policies and routes, and sends nothing", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.run(second);
	t.deepEqual(world.sockets.map((socket) => socket.port), [500, 4500]);
	t.deepEqual(world.routes, ["10.2.0.0/24 from 10.1.0.1"]);
	t.is(world.sent, 0);
	const [idle] = [...world.gateway.snapshot().ikeSecurityAssociations()];
	t.deepEqual([idle?.status, idle?.state, idle?.peer, idle?.remoteGateway, idle?.id], ["Idle", 0, "branch", "10.0.0.2", ""]);
	world.gateway.close(world.network.now);
});

test("a gateway that does not know the time says at its start that it takes no certificate until it does", (t) => {
	for (const [clock, authentication, told] of [[0, "certificate", true], [0, "pre-shared key", false], [1780272000, "certificate", false]] as const) {
		const world = new World({ authentication, ownCertificate: "none" });
		world.network.wallClock = clock;
		world.gateway.start(world.network.now);
		t.is(world.lines.some((line) => line.includes("does not know the time")), told);
		world.gateway.close(world.network.now);
	}
});

test("a packet without an SA brings the tunnel up, and what was parked is sent", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	t.is(world.unparked, 1);
	t.is(world.peer.up.length, 1);
	const [outgoing, incoming] = world.associations;
	t.deepEqual([outgoing?.direction, outgoing?.destination, incoming?.direction, incoming?.destination], ["Outgoing", "10.0.0.2", "Incoming", "10.0.0.1"]);
	t.deepEqual([outgoing?.localNetwork, outgoing?.remoteNetwork, outgoing?.connection, outgoing?.lifeTime], ["10.1.0.0/24", "10.2.0.0/24", "office", 3600]);
	t.regex(outgoing!.spi, /^0x[0-9a-f]{8}$/);
	t.deepEqual(world.causes, []);
	const [key] = [...world.gateway.snapshot().ikeSecurityAssociations()];
	t.deepEqual([key?.status, key?.state, key?.phase2Negotiations], ["Activated", 9, 1]);
	world.gateway.close(world.network.now);
});

test("an initiator uses the outgoing SA a moment after the last message, when any responder has its incoming one", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	// The fake network takes no time for the gateway's own datagrams: the negotiation is over at once.
	world.run(10);
	t.deepEqual(world.associations.map((sa) => sa.direction), ["Incoming"]);
	t.is(world.unparked, 0);
	t.true([...world.gateway.peers()][0]!.connections[0]!.up, "nothing more is to be started");
	world.run(200);
	t.deepEqual(world.associations.map((sa) => sa.direction), ["Outgoing", "Incoming"]);
	t.is(world.unparked, 1);
	world.gateway.close(world.network.now);
});

test("a responder uses the outgoing SA when the last message has come", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.peer.ike.initiate(world.network.now, "gate", "office");
	world.run(10);
	t.is(world.associations.length, 2);
	t.is(world.unparked, 1);
	world.gateway.close(world.network.now);
});

test("a renewal's packets go on by the old SA until the peer can have the new one, or has deleted the old one", (t) => {
	for (const peerDeletes of [false, true]) {
		const world = new World();
		world.gateway.start(world.network.now);
		world.traffic();
		world.run(second);
		const [before] = world.associations;
		world.soft(before!.spi);
		world.run(10);
		t.is(world.associations.length, 3, "the new incoming one besides the old pair");
		t.false(world.associations[0]!.dying);
		if (peerDeletes)
			world.peer.deletePair([...world.peer.pairs.keys()][0]!);
		world.run(peerDeletes ? 50 : 1100);
		const outgoing = world.associations.filter((sa) => sa.direction === "Outgoing");
		t.deepEqual(outgoing.map((sa) => sa.dying), peerDeletes ? [false] : [true, false]);
		t.not(outgoing.at(-1)!.spi, before!.spi);
		world.gateway.close(world.network.now);
	}
});

test("delete by either SPI closes both, tells the peer, and the next packet makes a new pair", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	for (const which of [0, 1]) {
		world.traffic();
		world.run(2 * second);
		const before = world.associations;
		t.is(before.length, 2);
		t.true(world.gateway.deleteSA(Number(before[which]!.spi)));
		world.run(second);
		t.deepEqual(world.associations, []);
		t.is(world.peer.pairs.size, 0, "the peer got the Delete");
	}
	t.false(world.gateway.deleteSA(0x12345678));
	world.gateway.close(world.network.now);
});

test("the peer's Delete closes the pair here", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	world.peer.deletePair([...world.peer.pairs.keys()][0]!);
	world.run(second);
	t.deepEqual(world.associations, []);
	t.is([...world.gateway.peers()][0]?.connections[0]?.up, false);
	world.gateway.close(world.network.now);
});

test("at the end of its life a pair goes, with a Delete, and its keys and records with it", (t) => {
	const world = new World({ connections: [connection({ lifetime: { seconds: 120, kilobytes: 0 } })] });
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	t.is(world.associations[0]?.lifeTime, 120);
	world.run(130 * second);
	t.deepEqual(world.associations, []);
	t.is(world.peer.pairs.size, 0);
	t.is([...world.gateway.tables()].find((table) => table.name === "security associations")?.used, 0);
	world.gateway.close(world.network.now);
});

test("a connection that is always up is tried at start, tried again with growing pauses, and made anew when it is deleted", (t) => {
	const world = new World({ connections: [connection({ start: "always" })] });
	world.cut = true;
	world.gateway.start(world.network.now);
	world.run(240 * second);
	t.deepEqual(world.causes, [": peer-unreachable"]);
	t.true(world.sent > 6 && world.sent < 60, `${world.sent} messages in four minutes`);
	world.cut = false;
	world.run(240 * second);
	t.is(world.associations.length, 2);
	t.deepEqual(world.causes, []);
	t.true(world.gateway.deleteSA(Number(world.associations[0]!.spi)));
	world.run(10 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("a connection that is always up is tried again soon after an attempt that took long has failed", (t) => {
	const world = new World({ connections: [connection({ start: "always" })] });
	world.cut = true;
	world.gateway.start(world.network.now);
	// Six messages, and no answer.
	world.run(54 * second);
	t.deepEqual(world.causes, [": peer-unreachable"]);
	world.cut = false;
	world.run(10 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("up and down say what they did, or why not", (t) => {
	const world = new World({ connections: [connection(), connection({ name: "off", order: 2, enabled: false, remoteNetwork: "10.3.0.0/24" })] });
	const { gateway } = world;
	gateway.start(world.network.now);
	t.deepEqual(gateway.up("nobody", ""), { ok: false, text: "there is no peer \"nobody\"" });
	t.deepEqual(gateway.up("branch", "none"), { ok: false, text: "peer \"branch\" has no connection \"none\"" });
	t.deepEqual(gateway.up("branch", "off"), { ok: false, text: "branch/off is switched off in the settings" });
	t.deepEqual(gateway.up("branch", "office"), { ok: true, text: "bringing up branch/office" });
	world.run(2 * second);
	t.is(world.associations.length, 2);
	t.is(gateway.up("branch", "office").text, "branch/office is up");
	t.true(gateway.down("branch", "").ok);
	world.run(second);
	t.deepEqual(world.associations, []);
	t.is([...gateway.snapshot().ikeSecurityAssociations()][0]?.status, "Idle");
	t.is(world.peer.sas().length, 0, "the peer got the Delete for the IKE SA");
	gateway.close(world.network.now);
});

test("a responder only does not start, whatever comes", (t) => {
	const world = new World({ actAs: "responder", connections: [connection({ start: "always" })] });
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(60 * second);
	t.is(world.sent, 0);
	t.regex(world.gateway.up("branch", "office").text, /can only be started by the other side \(this unit acts as responder\)/);
	world.gateway.close(world.network.now);
});

test("a problem is shown once for its connection, and goes when the tunnel comes up", (t) => {
	const world = new World({ connections: [connection({ pfs: 31 })] }, { connections: [connection({ localNetwork: "10.2.0.0/24", remoteNetwork: "10.9.0.0/24" })] });
	world.gateway.start(world.network.now);
	for (let i = 0; i < 3; i++) {
		world.traffic();
		world.run(60 * second);
	}
	t.is(world.causes.length, 1);
	const [problem] = [...world.gateway.snapshot().problems()];
	t.is(problem?.connection, "office");
	t.true(problem!.time > 0 && problem!.time <= 181, "in seconds");
	world.gateway.close(world.network.now);
});

test("times of problems, negotiations and turns are since the gateway's start, as its uptime is, whenever its clock began", (t) => {
	const world = new World({ connections: [connection({ start: "always" })] });
	world.run(3600 * second);
	world.gateway.start(world.network.now);
	world.run(10 * second);
	const snapshot = world.gateway.snapshot();
	const [up] = [...snapshot.connections()];
	t.deepEqual([...up!.turns()].map(({ time }) => time), [0]);
	t.deepEqual([...snapshot.negotiations("branch")].map(({ began }) => began), [0, 0]);
	world.cut = true;
	world.gateway.down("branch", "");
	world.gateway.up("branch", "");
	world.run(60 * second);
	const later = world.gateway.snapshot();
	const [problem] = [...later.problems()];
	t.true(problem!.time > 10 && problem!.time <= later.gateway.uptime, `${problem!.time} of ${later.gateway.uptime}`);
	world.gateway.close(world.network.now);
});

test("close tells every peer, and nothing is sent afterwards", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	const before = world.sent;
	world.gateway.close(world.network.now);
	const { sent } = world;
	t.is(sent - before, 2, "a Delete for the pair and one for the IKE SA");
	world.run(60 * second);
	t.is(world.peer.pairs.size, 0);
	t.is(world.peer.sas().length, 0);
	t.is(world.sent, sent);
	t.true(world.sockets.every((socket) => socket.closed));
	t.is(world.wakeAt, undefined);
});

test("a hundred tunnels one after the other leave the tables as they were", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	for (let i = 0; i < 100; i++) {
		world.traffic();
		world.run(2 * second);
		t.true(world.gateway.deleteSA(Number(world.associations[0]!.spi)));
		world.run(second);
	}
	const table = [...world.gateway.tables()].find(({ name }) => name === "security associations");
	t.deepEqual([table?.used, table?.size], [0, SECURITY_ASSOCIATIONS]);
	world.gateway.close(world.network.now);
});

test("a page that is sent while a tunnel goes leaves out what is gone, and ends well", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	const rows = world.gateway.snapshot().securityAssociations()[Symbol.iterator]();
	const first = rows.next();
	t.is(first.value?.direction, "Outgoing");
	t.true(world.gateway.deleteSA(Number(first.value!.spi)));
	t.true(rows.next().done);
	world.gateway.close(world.network.now);
});

test("keys that the accelerator refuses: the records are given back, the peer is told, and the next packet tries again", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.refuseKeys = true;
	world.traffic();
	world.run(2 * second);
	t.deepEqual(world.associations, []);
	t.is(world.peer.pairs.size, 0, "the peer got the Delete");
	t.true(world.lines.some((line) => line.startsWith("branch: office: the traffic tunnel cannot be installed: ")));
	t.is([...world.gateway.tables()].find((table) => table.name === "security associations")?.used, 0);
	world.refuseKeys = false;
	world.traffic();
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("a peer at a host name: the host looks it up, its packet waits, and a name that does not resolve is a problem", (t) => {
	const world = new World({ remoteGateway: "branch.example" });
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(second);
	t.deepEqual(world.lookups.map(({ name }) => name), ["branch.example"]);
	t.is(world.sent, 0);
	t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]?.remoteGateway, "branch.example");
	world.lookups[0]!.answer(0);
	t.deepEqual(world.causes, [": peer-unreachable"]);
	world.run(11 * second);
	t.is(world.lookups.length, 2);
	world.lookups[1]!.answer(parseAddress("10.0.0.2")!);
	world.run(2 * second);
	t.is(world.peer.up.length, 1);
	t.is(world.associations[0]?.destination, "10.0.0.2");
	t.deepEqual(world.causes, []);
	t.is(world.unparked, 1);
	world.gateway.close(world.network.now);
});

test("T14 a new SA none of whose packets is authentic is a problem that says what to set; gone when one is", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(3000);
	const incoming = world.associations.find((sa) => sa.direction === "Incoming")!;
	world.unauthentic(incoming.spi, 96);
	t.deepEqual(world.causes, ["office: phase2-algorithm-mismatch"]);
	const [problem] = [...world.gateway.snapshot().problems()];
	t.is(problem!.setting, "/settings/peers/branch/connections/office#sha256Truncation");
	t.regex(problem!.text, /cuts it to 96, the settings say 128; set sha256Truncation to 96 here/);
	world.unauthentic(incoming.spi, 0, true);
	t.deepEqual(world.causes, []);
	world.unauthentic(incoming.spi, 0);
	t.regex([...world.gateway.snapshot().problems()][0]!.text, /other keys or algorithms/);
});

test("a connection in transport mode leads the gateway's own traffic to the peer, of its protocol and ports, into the tunnel", (t) => {
	const world = new World({ connections: [connection({ mode: "transport", localNetwork: "10.0.0.1", remoteNetwork: "10.0.0.2", ipProtocol: 17, localPort: 1701 })] });
	world.gateway.start(world.network.now);
	t.deepEqual(world.routes, ["own 17/1701/0 to 10.0.0.2 from 10.0.0.1"]);
	world.gateway.close(world.network.now);
});

test("start never: traffic begins nothing, a command does, and so does the peer", (t) => {
	const world = new World({ connections: [connection({ start: "never" })] });
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(60 * second);
	t.is(world.sent, 0);
	t.true(world.gateway.up("branch", "office").ok);
	world.run(2 * second);
	t.is(world.associations.length, 2);
	t.true(world.gateway.deleteSA(Number(world.associations[0]!.spi)));
	world.run(10 * second);
	t.is(world.associations.length, 0);
	world.peer.ike.initiate(world.network.now, "gate", "office");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	world.gateway.close(world.network.now);
});

test("a peer at 0.0.0.0: its SAs go to where it is; before it comes and after it has gone nobody is asked or sent to", (t) => {
	for (const phase1Mode of ["main", "aggressive"] as const) {
		const world = new World({ phase1Mode, remoteGateway: "0.0.0.0", actAs: "responder" }, { phase1Mode });
		world.gateway.start(world.network.now);
		world.traffic();
		world.run(30 * second);
		t.is(world.sent, 0, phase1Mode);
		t.regex(world.gateway.up("branch", "office").text, /can only be started by the other side/);
		t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]?.remoteGateway, "0.0.0.0");
		world.peer.ike.initiate(world.network.now, "gate", "office");
		world.run(2 * second);
		t.deepEqual(world.associations.map((sa) => sa.destination), ["10.0.0.2", "10.0.0.1"]);
		t.is(world.unparked, 1);
		for (const pair of world.peer.up)
			world.peer.deletePair(pair.child.inboundSPI);
		world.peer.ike.down(world.network.now, "gate", "");
		world.run(2 * second);
		t.deepEqual(world.associations, []);
		const { sent } = world;
		world.traffic();
		world.run(30 * second);
		t.is(world.sent, sent);
		world.gateway.close(world.network.now);
	}
});

test("T09 a connection of ranges: negotiated as such, and routed as the networks that make them up", (t) => {
	const ranges = { localNetwork: "10.1.0.0-10.1.0.9", remoteNetwork: "10.2.0.5-10.2.0.32" };
	const world = new World({ connections: [connection(ranges)] }, { connections: [connection({ localNetwork: ranges.remoteNetwork, remoteNetwork: ranges.localNetwork })] });
	world.gateway.start(world.network.now);
	t.deepEqual(world.routes, ["10.2.0.5/32", "10.2.0.6/31", "10.2.0.8/29", "10.2.0.16/28", "10.2.0.32/32"].map((network) => `${network} from 10.1.0.1`));
	t.true(world.gateway.up("branch", "").ok);
	world.run(2 * second);
	t.deepEqual(world.causes, []);
	t.deepEqual(world.associations.map((sa) => `${sa.localNetwork} ${sa.remoteNetwork}`), ["10.1.0.0-10.1.0.9 10.2.0.5-10.2.0.32", "10.1.0.0-10.1.0.9 10.2.0.5-10.2.0.32"]);
	world.gateway.close(world.network.now);
});

test("what ends a negotiation without a word, down or Delete, lets the next packet ask for another", (t) => {
	const flags = new Uint8Array(spdTable(), SPD_RECORDS + POLICY_FLAGS, 1);
	for (const end of ["down", "delete"]) {
		const world = new World();
		world.gateway.start(world.network.now);
		world.cut = true;
		world.traffic();
		world.run(second);
		// as the packet engine does it when it asks
		flags[0]! |= POLICY_FLAG_ACQUIRING;
		if (end === "down")
			t.true(world.gateway.down("branch", "office").ok);
		else
			t.true(world.gateway.deleteIKESA([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.id));
		t.is(flags[0]! & POLICY_FLAG_ACQUIRING, 0, end);
		world.gateway.close(world.network.now);
	}
});

for (const [what, act] of [
	["Delete", (world: World) => world.gateway.deleteSA(Number(world.associations[0]!.spi))],
	["down of the connection", (world: World) => world.gateway.down("branch", "office").ok],
	["down of the peer", (world: World) => world.gateway.down("branch", "").ok],
] as const)
	test(`${what} while there is no IKE SA: the peer is told, over one that ends with it`, (t) => {
		const world = new World();
		world.gateway.start(world.network.now);
		world.traffic();
		world.run(2 * second);
		t.true(world.gateway.deleteIKESA([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.id));
		world.run(second);
		t.is(world.peer.up.length, 1);
		t.true(act(world));
		world.run(2 * second);
		t.is(world.peer.pairs.size + world.associations.length, 0);
		t.deepEqual([...world.gateway.snapshot().ikeSecurityAssociations()].map(({ state }) => state), [0]);
		t.is(world.peer.sas().length, 0);
		t.is(world.lines.filter((line) => /main mode with 10\.0\.0\.2 begins/.test(line)).length, 2, "the tunnel's and this one");
		world.gateway.close(world.network.now);
	});

test("Delete of the last key tunnel: what goes out makes another traffic tunnel, since some peers close theirs with it and do not say so", (t) => {
	for (const closes of [true, false]) {
		const world = new World();
		world.gateway.start(world.network.now);
		world.traffic();
		world.run(2 * second);
		const before = world.associations.map(({ spi }) => spi);
		const states = () => [...world.gateway.snapshot().ikeSecurityAssociations()].map(({ state }) => state);
		t.true(world.gateway.deleteIKESA([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.id));
		if (closes) {
			// As strongSwan does.
			world.peer.ike.deleteChild(world.network.now, [...world.peer.pairs.keys()][0]!, 0);
			world.peer.pairs.clear();
		}
		world.run(2 * second);
		t.deepEqual(states(), [0], "none comes before it is needed");
		t.deepEqual(world.associations.map(({ direction }) => direction), ["Incoming"]);
		t.is([...[...world.gateway.snapshot().connections()][0]!.turns()][0]!.reason, "its key tunnel was deleted");
		world.traffic();
		world.run(2 * second);
		t.deepEqual(states(), [9]);
		t.is(world.associations.filter(({ direction, spi }) => direction === "Outgoing" && !before.includes(spi)).length, 1, "packets go by another");
		world.run(3700 * second);
		t.deepEqual(world.associations, [], "the old one ends with its life, as the other does that nothing goes by");
		t.deepEqual(world.causes, []);
		world.gateway.close(world.network.now);
	}
	// One that may only answer goes on with what it has; one that is always up comes back at once.
	for (const [changes, state, count] of [[{ actAs: "responder" }, 0, 2], [{ connections: [connection({ start: "always" })] }, 9, 3]] as [Partial<PeerSettings>, number, number][]) {
		const world = new World(changes);
		world.gateway.start(world.network.now);
		world.peer.ike.initiate(world.network.now, "gate", "office");
		world.run(30 * second);
		for (const { id } of [...world.gateway.snapshot().ikeSecurityAssociations()])
			world.gateway.deleteIKESA(id);
		world.run(30 * second);
		t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.state, state);
		t.true(world.associations.length >= count);
		world.gateway.close(world.network.now);
	}
});

test("T29 the engine tells of packets on an SA that there is not: the peer hears of it, over an IKE SA that is made for it", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	const { outboundSPI } = world.peer.up[0]!.child;
	world.cut = true;
	t.true(world.gateway.deleteIKESA([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.id));
	t.true(world.gateway.down("branch", "").ok);
	world.gateway.down("branch", "");
	world.run(100 * second);
	world.cut = false;
	t.is(world.peer.up.length, 1);
	const { sent } = world;
	world.stray(outboundSPI, "10.0.0.3");
	world.stray(outboundSPI);
	world.run(900);
	world.stray(outboundSPI, "10.0.0.3");
	world.run(100);
	t.is(world.sent, sent, "nothing follows from one, and nothing from elsewhere");
	world.stray(outboundSPI);
	world.run(2 * second);
	t.is(world.peer.up.length, 0);
	t.is(world.associations.length, 0, "what the administrator has closed is not brought up");
	t.true(world.lines.some((line) => line.startsWith("branch: sends on SA 0x")));
	world.gateway.close(world.network.now);
});

test("the end of one quick mode and the beginning of the next come in one call: the first makes room for the second", (t) => {
	const list = Array.from({ length: 12 }, (_, i) => ({ name: `net-${i}`, order: i + 1 }));
	const world = new World({ connections: list.map((each, i) => connection({ ...each, localNetwork: `10.1.${i}.0/24`, remoteNetwork: `10.2.${i}.0/24` })) },
		{ connections: list.map((each, i) => connection({ ...each, localNetwork: `10.2.${i}.0/24`, remoteNetwork: `10.1.${i}.0/24` })) });
	world.together = true;
	world.delay = 5;
	world.gateway.start(world.network.now);
	for (const { name } of list)
		t.is(world.peer.ike.initiate(world.network.now, "gate", name), "started");
	// Nothing has to be repeated.
	world.run(900);
	t.is(world.peer.up.length, 12);
	t.deepEqual([...world.gateway.counters()].filter(({ name, value }) => name === "ike-too-many-quick-modes" && value > 0), []);
	world.gateway.close(world.network.now);
});

test("peers that receive on the same SPI: a limit of the outgoing SA of one renews its connection and no other's", (t) => {
	const world = new World();
	const { network, gateway } = world;
	const lab = connection({ name: "lab", order: 2, remoteNetwork: "10.3.0.0/24" });
	const site = peer("site", "10.0.0.1", "10.0.1.2", { connections: [lab] });
	// SPIs of a node follow from the end of its address.
	const node = network.add("site", "10.0.1.2", [peer("gate", "10.0.1.2", "10.0.0.1", { connections: [connection({ localNetwork: "10.3.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
	gateway.start(network.now);
	world.configure(...world.settings.peers, site);
	world.traffic(0);
	world.traffic(1);
	world.run(2 * second);
	const [first, , other] = world.associations;
	t.deepEqual([first!.peer, other!.peer], ["branch", "site"]);
	t.deepEqual([first!.direction, first!.spi], [other!.direction, other!.spi]);
	world.soft(other!.spi, 1);
	world.run(2 * second);
	t.is(node.up.length, 2);
	t.is(world.peer.up.length, 1);
	gateway.close(network.now);
});

test("T22 gateways that are one peer of the settings, behind NATs: when one moves the others stay where they are", (t) => {
	const world = new World();
	const { network, gateway } = world;
	const connections = [3, 4].map((index) => connection({ name: `net${index}`, order: index, remoteNetwork: `10.${index}.0.0/24` }));
	gateway.start(network.now);
	world.configure(peer("all", "10.0.0.1", "0.0.0.0", { actAs: "responder", connections }));
	for (const index of [3, 4]) {
		const address = `192.168.0.${index}`;
		network.addNAT(address, `10.0.0.${index}`);
		network.add(`site${index}`, address, [peer("gate", address, "10.0.0.1", { connections: [connection({ localNetwork: `10.${index}.0.0/24`, remoteNetwork: "10.1.0.0/24" })] })])
			.ike.initiate(network.now, "gate", "office");
	}
	world.run(3 * second);
	const destinations = (): string[] => world.associations.filter((sa) => sa.direction === "Outgoing").map((sa) => `${sa.connection} ${sa.destination}`).sort();
	const remotes = (): string[] => [...gateway.snapshot().ikeSecurityAssociations()].map((sa) => sa.remoteGateway).sort();
	t.deepEqual(destinations(), ["net3 10.0.0.3", "net4 10.0.0.4"]);
	t.deepEqual(remotes(), ["10.0.0.3", "10.0.0.4"]);
	world.moved(world.associations.find((sa) => sa.direction === "Incoming" && sa.connection === "net4")!.spi, "10.0.0.9", 1234);
	t.deepEqual(destinations(), ["net3 10.0.0.3", "net4 10.0.0.9"]);
	t.deepEqual(remotes(), ["10.0.0.3", "10.0.0.9"]);
	gateway.close(network.now);
});

test("a peer that makes one tunnel after the other and closes none fills no more than its own places: others find room", (t) => {
	for (const pause of [2 * second, 100]) {
		const world = new World();
		const { network, gateway, peer: branch } = world;
		const lab = connection({ name: "lab", order: 2, remoteNetwork: "10.3.0.0/24" });
		gateway.start(network.now);
		world.configure(...world.settings.peers, peer("site", "10.0.0.1", "10.0.0.3", { connections: [lab] }));
		const site = network.add("site", "10.0.0.3", [peer("gate", "10.0.0.3", "10.0.0.1", { connections: [connection({ localNetwork: "10.3.0.0/24", remoteNetwork: "10.1.0.0/24" })] })]);
		// It has room for more than the gateway.
		branch.room = 100;
		for (let i = 0; i < SECURITY_ASSOCIATIONS; i++) {
			branch.ike.initiate(network.now, "gate", "office");
			world.run(pause);
		}
		if (pause < second) {
			// At once it finds the table full, and so do others for half a minute.
			t.is(world.associations.length, SECURITY_ASSOCIATIONS);
			world.run(31 * second);
		}
		site.ike.initiate(network.now, "gate", "office");
		world.run(2 * second);
		t.is(site.up.length, 1);
		t.deepEqual(site.causes, []);
		const incoming = world.associations.filter((sa) => sa.direction === "Incoming" && sa.peer === "branch");
		t.true(incoming.length >= SECURITY_ASSOCIATIONS / 2 - 2, `${incoming.length} pairs`);
		// Its newest one is what carries.
		t.is(incoming.filter((sa) => !sa.dying).length, 1);
		t.is(Number(world.associations.find((sa) => sa.direction === "Outgoing" && sa.peer === "branch" && !sa.dying)!.spi), Math.max(...branch.pairs.keys()));
		gateway.close(network.now);
	}
});
