/** A full heap ends the gateway, and another takes its place: the SAs that C has kept carry on, others take their place, and nothing of other settings stays. */
import test from "ava";
import {
	FLAG_SOFT, INCOMING, SA_DIRECTION, SA_ENCRYPTION_KEY, SA_FLAGS, SA_FREE, SA_HELD, SA_LIVE, SA_OVER, SA_POLICY, SA_RESERVED, SA_SIZE, SA_SOFT_AT, SA_SPI, SA_STATE, SPD_COUNT
} from "../../../modules/ipsec/layout.js";
import { sadTable, setNumber64, spdTable } from "../../../modules/ipsec/tables.js";
import { SECURITY_ASSOCIATIONS } from "../../../modules/limits.js";
import type { ConnectionSettings, PeerSettings, Phase2Proposal } from "../../../modules/settings/types.js";
import { connection, peer } from "../ike/network.js";
import { Traffic } from "./traffic.js";
import { World } from "./world.js";

const second = 1000;
const own = "10.0.0.1";
const other = "10.0.0.2";
const mirrored = { localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" } as const;

function up(changes: Partial<PeerSettings> = {}, answer: Partial<PeerSettings> = {}): World {
	const world = new World(changes, answer);
	world.gateway.start(world.network.now);
	world.traffic();
	world.run(2 * second);
	return world;
}

function branch(changes: Partial<PeerSettings> = {}): PeerSettings {
	return peer("branch", own, other, { connections: [connection()], ...changes });
}

function spis(world: World): string[] {
	return world.associations.map(({ spi }) => spi);
}

/** Records by their state. */
function records(state: number): number[] {
	const view = new DataView(sadTable());
	return Array.from({ length: SECURITY_ASSOCIATIONS }, (_, slot) => slot * SA_SIZE).filter((at) => view.getUint8(at + SA_STATE) === state);
}

function lines(world: World, from = 0): string {
	return world.lines.slice(from).join("\n");
}

const kinds: readonly (readonly [string, Phase2Proposal, Partial<ConnectionSettings>, Partial<PeerSettings>])[] = [
	["ESP", { protocol: "esp", encryption: "aes-128-gcm-16" }, {}, { natTraversal: "off" }],
	["ESP in UDP", { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, {}, { natTraversal: "force" }],
	["AH", { protocol: "ah", authentication: "hmac-sha1-96" }, {}, { natTraversal: "off" }],
	["AH around ESP", { protocol: "ah+esp", encryption: "aes-128-cbc", authentication: "hmac-sha256-128" }, {}, { natTraversal: "off" }],
	["transport mode", { protocol: "esp", encryption: "aes-128-gcm-16" }, { mode: "transport", localNetwork: `${own}/32`, remoteNetwork: `${other}/32` }, { natTraversal: "off" }]
];

for (const [name, proposal, changes, all] of kinds)
	test(`kept, ${name}: no packet is lost, another pair takes its place without the peer's starting anew, and the old one goes`, (t) => {
		const ours = connection({ phase2Proposals: [proposal], ...changes });
		const theirs = connection({ phase2Proposals: [proposal], ...changes, localNetwork: ours.remoteNetwork, remoteNetwork: ours.localNetwork });
		const world = up({ ...all, connections: [ours] }, { ...all, connections: [theirs] });
		world.delay = 10;
		const traffic = new Traffic(world);
		const before = spis(world);
		t.is(before.length, 2);
		const rows = world.associations.map(({ elapsedTime: _, ...row }) => row);
		const [policy] = [new DataView(spdTable()).getUint32(SPD_COUNT, true)];
		world.restart();
		t.is(new DataView(spdTable()).getUint32(SPD_COUNT, true), policy);
		t.deepEqual(world.associations.map(({ elapsedTime: _, ...row }) => row), rows, "shown as before");
		t.true(world.associations.every(({ elapsedTime }) => elapsedTime === 2));
		t.true([...world.gateway.snapshot().connections()][0]!.up);
		for (let i = 0; i < 500; i++) {
			traffic.exchange();
			world.run(90);
		}
		t.deepEqual(traffic.causes, []);
		t.is(traffic.lost, 0);
		t.is(world.associations.length, 2);
		t.false(spis(world).some((spi) => before.includes(spi)));
		t.is(world.peer.pairs.size, 1, "the peer was told of the old one");
		t.deepEqual(world.peer.removed, ["deleted by the peer"]);
		t.notRegex(world.peer.lines.join("\n"), /has started anew/);
		t.is([...world.gateway.snapshot().ikeSecurityAssociations()][0]!.state, 9);
		t.deepEqual(world.causes, []);
		t.is(records(SA_RESERVED).length, 0);
		world.gateway.close(world.network.now);
		t.is(records(SA_FREE).length, SECURITY_ASSOCIATIONS);
	});

test("kept: settings that are others in anything that SAs depend on free them, all that is a trifle does not", (t) => {
	const changed: readonly (readonly [boolean, PeerSettings])[] = [
		[true, branch()],
		[true, branch({ connections: [connection({ order: 5, start: "always" })], deadPeerDetection: { interval: 77, timeout: 99 } })],
		[false, branch({ preSharedKey: "another key" })],
		[false, branch({ remoteGateway: "10.0.0.9" })],
		[false, branch({ phase1Lifetime: 4711 })],
		[false, branch({ localId: { type: "fqdn", value: "gate.example" } })],
		[false, branch({ connections: [connection({ remoteNetwork: "10.2.0.0/25" })] })],
		[false, branch({ connections: [connection({ pfs: 31 })] })],
		[false, branch({ connections: [connection({ phase2Proposals: [{ protocol: "esp", encryption: "aes-256-gcm-16" }] })] })],
		[false, branch({ connections: [connection({ name: "office 2" })] })],
		[false, branch({ connections: [connection({ enabled: false })] })],
		[false, branch({ enabled: false })],
		[false, branch({ name: "branch 2" })],
		[false, branch({ connections: [] })]
	];
	for (const [stays, settings] of changed) {
		const world = up();
		const before = spis(world);
		world.cut = true;
		world.restart(settings);
		t.deepEqual(spis(world), stays ? before : [], JSON.stringify(settings));
		t.is(records(SA_LIVE).length, stays ? 2 : 0);
		t.is(new DataView(spdTable()).getUint32(SPD_COUNT, true), settings.connections.length);
		world.gateway.close(world.network.now);
	}
});

test("kept: at another address of this unit nothing stays", (t) => {
	const world = up();
	world.settings = { ...world.settings, gateway: { ...world.settings.gateway, wanAddress: "10.0.0.7" } };
	world.restart();
	t.deepEqual(spis(world), []);
	world.gateway.close(world.network.now);
});

test("kept: policies that changes have moved keep their places, and each SA its own", (t) => {
	const lab = connection({ name: "lab", order: 2, remoteNetwork: "10.3.0.0/24" });
	const world = up({ connections: [connection(), lab] }, { connections: [connection(mirrored), connection({ name: "lab", localNetwork: "10.3.0.0/24", remoteNetwork: "10.1.0.0/24" })] });
	world.traffic(1);
	world.run(2 * second);
	t.is(world.associations.length, 4);
	// Office goes: lab keeps place 1; a new one takes place 0.
	const first = connection({ name: "first", order: 3, remoteNetwork: "10.7.0.0/24" });
	world.configure(branch({ connections: [lab] }));
	world.configure(branch({ connections: [first, lab] }));
	world.run(second);
	const before = spis(world);
	t.is(before.length, 2);
	world.cut = true;
	world.restart();
	t.deepEqual(world.associations.map((row) => row.connection), ["lab", "lab"]);
	t.deepEqual(spis(world), before);
	t.deepEqual(records(SA_LIVE).map((at) => new DataView(sadTable()).getUint16(at + SA_POLICY, true)), [1, 1]);
	world.gateway.close(world.network.now);
});

test("kept: four SAs of a renewal, both pairs; the older one is shown as it was, and all end when there is a new one", (t) => {
	const world = up();
	world.delay = 10;
	world.soft(world.associations.find(({ direction }) => direction === "Outgoing")!.spi);
	world.run(5 * second);
	t.is(world.associations.length, 4);
	const shown = world.associations.map(({ spi, direction, dying, young }) => ({ spi, direction, dying, young }));
	const traffic = new Traffic(world);
	world.restart();
	t.deepEqual(world.associations.map(({ spi, direction, dying, young }) => ({ spi, direction, dying, young })), shown);
	for (let i = 0; i < 450; i++) {
		traffic.exchange();
		world.run(90);
	}
	t.is(traffic.lost, 0, traffic.causes.join());
	t.is(world.associations.length, 2);
	t.is(world.peer.pairs.size, 1);
	world.gateway.close(world.network.now);
});

test("kept: what was half made is given back: reserved, an incoming SA whose peer has not answered goes on", (t) => {
	const world = up();
	const before = spis(world);
	world.soft(world.associations.find(({ direction }) => direction === "Outgoing")!.spi);
	t.is(records(SA_RESERVED).length, 2);
	world.cut = true;
	world.restart();
	t.is(records(SA_RESERVED).length, 0);
	t.deepEqual(spis(world), before);
	t.is([...world.gateway.tables()].find(({ name }) => name === "security associations")!.used, 2);
	world.gateway.close(world.network.now);
});

test("kept: an outgoing SA that waited to be used is used", (t) => {
	const world = new World();
	world.gateway.start(world.network.now);
	world.traffic();
	for (let i = 0; i < 200 && records(SA_HELD).length === 0; i++)
		world.run(10);
	t.is(records(SA_HELD).length, 1);
	t.not(new Uint8Array(sadTable())[records(SA_HELD)[0]! + SA_ENCRYPTION_KEY + 1], undefined);
	const before = spis(world);
	world.cut = true;
	world.restart();
	world.run(200);
	t.is(records(SA_HELD).length, 0);
	t.true(spis(world).includes(before[0]!));
	t.is(records(SA_LIVE).length, 2);
	t.is(world.unparked, 1);
	world.gateway.close(world.network.now);
});

test("kept: an SA that was over is not kept; one whose soft limit was told and forgotten tells it again", (t) => {
	const world = up({ actAs: "responder", remoteGateway: "0.0.0.0" }, { remoteGateway: own });
	t.is(world.associations.length, 0, "who only answers begins nothing");
	world.peer.ike.initiate(world.network.now, "gate", "office");
	world.run(2 * second);
	t.is(world.associations.length, 2);
	const view = new DataView(sadTable());
	for (const at of records(SA_LIVE)) {
		view.setUint16(at + SA_FLAGS, FLAG_SOFT, true);
		setNumber64(view, at + SA_SOFT_AT, world.network.now + second);
	}
	world.restart();
	for (const at of records(SA_LIVE))
		t.is(view.getUint16(at + SA_FLAGS, true) & FLAG_SOFT, 0);
	world.run(60 * second);
	t.is(world.associations.length, 2, "it waits for its peer");
	const incoming = records(SA_LIVE).find((at) => view.getUint8(at + SA_DIRECTION) === INCOMING)!;
	view.setUint8(incoming + SA_STATE, SA_OVER);
	world.restart();
	t.is(world.associations.length, 0);
	t.is(records(SA_FREE).length, SECURITY_ASSOCIATIONS);
	world.gateway.close(world.network.now);
});

test("kept by a gateway that only answers: the peer's next pair takes its place", (t) => {
	const world = up({ actAs: "responder" });
	world.peer.ike.initiate(world.network.now, "gate", "office");
	world.run(2 * second);
	const before = spis(world);
	t.is(before.length, 2);
	world.restart();
	world.run(5 * second);
	t.deepEqual(spis(world), before);
	// The peer finds out by itself that its IKE SA is nobody's any more.
	for (const { id } of world.peer.sas())
		world.peer.ike.deleteIKESA(world.network.now, id);
	world.peer.ike.renew(world.network.now, [...world.peer.pairs.keys()][0]!);
	world.run(70 * second);
	t.is(world.associations.length, 2);
	t.false(spis(world).some((spi) => before.includes(spi)));
	t.is(world.peer.pairs.size, 1);
	world.gateway.close(world.network.now);
});

test("kept: a Delete of the peer's under another IKE SA ends it; so does its INITIAL-CONTACT, and the administrator", (t) => {
	for (const how of ["delete", "contact", "button", "down"] as const) {
		const world = up();
		const [, spi] = spis(world);
		const mark = world.lines.length;
		world.restart();
		world.run(2 * second);
		t.is(world.associations.length, 4, how);
		if (how === "delete")
			world.peer.deletePair([...world.peer.pairs.keys()][0]!);
		else if (how === "button")
			t.true(world.gateway.deleteSA(Number(spi)));
		else if (how === "down")
			t.true(world.gateway.down("branch", "office").ok);
		else
			// It has lost all it had.
			world.replacePeer();
		world.run(2 * second);
		t.false(spis(world).includes(spi!), `${how}: ${lines(world, mark)}`);
		world.gateway.close(world.network.now);
	}
});

test("kept: what carried before counts on, and the present minute begins with nothing", (t) => {
	const world = up();
	const traffic = new Traffic(world);
	for (let i = 0; i < 5; i++)
		traffic.exchange();
	const packets = world.associations.map((row) => row.packets);
	t.deepEqual(packets, [5, 5]);
	world.restart();
	t.deepEqual(world.associations.map((row) => row.packets), packets);
	const [status] = [...world.gateway.snapshot().connections()];
	t.is(status!.packetsIn, 5);
	t.deepEqual([...status!.minutes()].map(({ bytesIn, bytesOut }) => [bytesIn, bytesOut]), [[0, 0]]);
	t.deepEqual([...status!.turns()].map(({ up: isUp, reason }) => [isUp, reason]), [[true, "kept from before the restart"]]);
	t.regex(lines(world), /branch: office: traffic tunnel kept, incoming 0x[0-9a-f]{8}, outgoing 0x[0-9a-f]{8}/);
	world.gateway.close(world.network.now);
});

test("kept: a peer that does not answer is asked again, and the SAs go on to their end", (t) => {
	const lifetime = { seconds: 600, kilobytes: 0 };
	const world = up({ connections: [connection({ lifetime })] }, { connections: [connection({ ...mirrored, lifetime })] });
	const before = spis(world);
	world.cut = true;
	world.restart();
	world.run(400 * second);
	t.deepEqual(spis(world), before);
	world.cut = false;
	world.run(150 * second);
	t.is(world.associations.length, 2);
	t.false(spis(world).some((spi) => before.includes(spi)), "at last another took its place");
	world.gateway.close(world.network.now);
});

test("kept: again and again, in whatever state it is in, until the table is full: nothing is lost, and there is room again", (t) => {
	const world = up();
	world.delay = 10;
	const traffic = new Traffic(world);
	for (let i = 0; i < 120; i++) {
		world.restart();
		world.run(i % 2 === 0 ? i * 37 % 900 : 1500);
		traffic.exchange();
	}
	t.is(traffic.lost, 0, traffic.causes.join());
	t.true(records(SA_FREE).length < 12, `${records(SA_FREE).length} are free`);
	for (let i = 0; i < 1000; i++) {
		traffic.exchange();
		world.run(90);
	}
	t.is(traffic.lost, 0, traffic.causes.join());
	t.is(world.associations.length, 2);
	t.deepEqual(world.causes, []);
	t.is(records(SA_LIVE).length, 2);
	t.is(records(SA_FREE).length, SECURITY_ASSOCIATIONS - 2);
	t.is(new DataView(sadTable()).getUint32(records(SA_LIVE)[0]! + SA_SPI, true) > 255, true);
	world.gateway.close(world.network.now);
});

/**
 * A tunnel is renewed under traffic, and the gateway dies at the call of its host with this number: what is in the tables then is what the next one finds. What is wrong in the end;
 * undefined: there are not so many calls.
 */
function deathAt(number: number, who: "gateway" | "peer"): string | undefined {
	const world = up();
	world.delay = 10;
	world.network.caught = [];
	const tables = [new Uint8Array(sadTable()), new Uint8Array(spdTable())];
	const traffic = new Traffic(world);
	let copies: Uint8Array[] = [];
	let count = 0;
	let what = "";
	const [outgoing] = spis(world);
	world.called = (name) => {
		if (!world.isInside || ++count !== number || what !== "")
			return;
		what = name;
		copies = tables.map((table) => table.slice());
		// What the dead one does on its way out has not happened.
		world.cut = true;
		throw new Error("the heap is full");
	};
	world.keyed = world.called;
	world.network.called = (_, name) => {
		world.called(name);
		return false;
	};
	if (who === "peer")
		world.peer.ike.renew(world.network.now, [...world.peer.pairs.keys()][0]!);
	else
		world.soft(outgoing!);
	for (let i = 0; i < 3000 && what === ""; i++) {
		world.run(1);
		if (i % 50 === 49 && what === "")
			traffic.exchange();
	}
	world.called = world.keyed = () => {};
	if (what === "")
		return undefined;
	world.cut = false;
	tables.forEach((table, index) => table.set(copies[index]!));
	// Counted by a gateway that was dead already, or on its way when it died.
	traffic.lost = 0;
	world.restart();
	for (let i = 0; i < 900; i++) {
		traffic.exchange();
		world.run(90);
	}
	const wrong: string[] = [];
	if (traffic.lost > 0)
		wrong.push(traffic.causes.join());
	if (world.associations.length !== 2 || records(SA_FREE).length !== SECURITY_ASSOCIATIONS - 2)
		wrong.push(`${world.associations.length} SAs, ${records(SA_FREE).length} records are free`);
	if (world.peer.up.length !== 1)
		wrong.push(`${world.peer.up.length} pairs at the peer`);
	if (world.network.caught.length > 1)
		wrong.push(world.network.caught.join());
	world.gateway.close(world.network.now);
	return wrong.length === 0 ? "" : `${who} ${number} (${what}): ${wrong.join("; ")}`;
}

for (const who of ["gateway", "peer"] as const)
	test(`kept: dead at each call of the host while the ${who} renews a tunnel under traffic: nothing is lost, and one pair is left`, (t) => {
		let number = 1;
		for (let wrong: string | undefined; (wrong = deathAt(number, who)) !== undefined; number++)
			t.is(wrong, "");
		t.true(number > 20, `${number - 1} calls`);
	});
