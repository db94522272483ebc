/** A week in the life of a gateway, in seconds: every timer runs on the test's clock. In XS the heap is as full at its end as it was after the first hours. */
import test from "ava";
import { connection } from "../ike/network.js";
import { Traffic } from "./traffic.js";
import { World } from "./world.js";

const second = 1000;
const hour = 3600 * second;
const week = 7 * 24 * hour;

/** Slots and bytes of chunks that the machine keeps, once garbage is collected; undefined where it is not XS. */
function heap(): { readonly slots: number; readonly chunks: number } | undefined {
	let figures: Uint32Array;
	try {
		figures = new Uint32Array(native<() => ArrayBuffer>("xs_machine_statistics")());
	}
	catch {
		return undefined;
	}
	// MachineStatistics of machine.h
	return { slots: figures[0]!, chunks: figures[4]! };
}

/** What is kept varies with what goes on at the moment: the most of some looks counts. */
function most(world: World): ReturnType<typeof heap> {
	let slots = 0;
	let chunks = 0;
	for (let i = 0; i < 8; i++) {
		world.run(hour / 8);
		const kept = heap();
		if (kept === undefined)
			return undefined;
		slots = Math.max(slots, kept.slots);
		chunks = Math.max(chunks, kept.chunks);
	}
	return { slots, chunks };
}

/** Slots by which two looks may differ. What thousands of questions or attempts left behind would be more. */
const spread = 100;

const liveness = { deadPeerDetection: { interval: 120, timeout: 300 } };
const mirrored = { localNetwork: "10.2.0.0/24", remoteNetwork: "10.1.0.0/24" };

/** Lets time pass until nothing is being renewed and nothing is remembered of what was: the same picture whenever it is taken. */
function quiet(world: World, traffic: Traffic | undefined): boolean {
	for (let i = 0; i < 500; i++) {
		const pairs = world.peer.pairs.size;
		const sas = world.peer.sas() as { readonly exchanges?: readonly unknown[]; readonly answered?: readonly unknown[] }[];
		if (pairs <= 1 && sas.length <= 1 && sas.every((sa) => sa.exchanges!.length === 0 && sa.answered!.length === 0) && world.associations.length === 2 * pairs)
			return true;
		world.run(10 * second);
		traffic?.exchange();
		traffic?.age();
	}
	return false;
}

test("a week of an active gateway: renewals by the hour, the tunnel never lacks, the heap is flat", (t) => {
	const world = new World({ phase1Lifetime: 28800, ...liveness }, { phase1Lifetime: 28800, ...liveness, connections: [connection(mirrored)] });
	const { network, gateway, peer } = world;
	const traffic = new Traffic(world);
	network.recording = false;
	world.delay = 10;
	gateway.start(network.now);
	world.traffic();
	world.run(2 * second);
	const end = network.now + week;
	let identity = "";
	let identities = 0;
	// As in most().
	const slots = [0, 0, 0, 0, 0, 0, 0];
	const chunks = slots.slice();
	const start = network.now;
	for (let next = start + hour; network.now < end;) {
		world.run(60 * second);
		traffic.exchange();
		traffic.age();
		if (network.now < next)
			continue;
		next += hour;
		const { id } = peer.sas()[0]!;
		if (id !== identity) {
			identity = id;
			identities++;
		}
		t.true(quiet(world, traffic));
		const day = Math.floor((network.now - start) / (24 * hour));
		const kept = heap();
		if (kept !== undefined && day < 7) {
			slots[day] = Math.max(slots[day]!, kept.slots);
			chunks[day] = Math.max(chunks[day]!, kept.chunks);
		}
	}
	t.is(traffic.lost, 0, traffic.causes.join());
	// Seven days of eight hours each, renewed before their end.
	t.true(identities >= 21 && identities <= 40, `${identities} IKE SAs`);
	t.deepEqual([...world.causes, ...peer.causes], []);
	for (const { name, used, highWater } of gateway.tables()) {
		if (name === "security associations")
			t.true(used === 2 && highWater <= 6, `${used} of ${highWater} SAs`);
		else if (name === "IKE SAs")
			t.true(used === 1 && highWater <= 3, `${used} of ${highWater} IKE SAs`);
	}
	if (slots[0] !== 0) {
		// More than a hundred renewals lie between: what each would leave behind would show.
		t.true(slots[6]! - slots[0]! <= 100, `slots kept, the most of each day: ${slots.join()}`);
		t.true(chunks[6]! - chunks[0]! <= 512, `bytes of chunks kept, the most of each day: ${chunks.join()}`);
	}
	gateway.close(network.now);
});

test("a week of an idle gateway: the tunnel is allowed to die, nothing is sent, the heap is flat; the next packet brings it up", (t) => {
	const world = new World({ phase1Lifetime: 28800, ...liveness }, { phase1Lifetime: 28800, connections: [connection(mirrored)] });
	const { network, gateway, peer } = world;
	network.recording = false;
	gateway.start(network.now);
	world.traffic();
	world.run(10 * hour);
	// Without a packet nothing is renewed: the pair has died after its hour, the IKE SA after its eight, with nothing to be kept up for.
	t.deepEqual(world.associations, []);
	t.is(peer.pairs.size, 0);
	t.is(peer.sas().length, 0);
	const first = most(world);
	const { sent } = world;
	world.run(week);
	t.is(world.sent, sent);
	const last = most(world);
	if (first !== undefined && last !== undefined) {
		t.true(last.slots - first.slots <= spread && last.chunks - first.chunks <= 256, `${last.slots} slots and ${last.chunks} bytes of chunks at the end, ${first.slots} and ${first.chunks} after the first hours`);
	}
	world.traffic();
	world.run(2 * second);
	t.is(world.associations.length, 2);
	t.deepEqual([...world.causes, ...peer.causes], []);
	gateway.close(network.now);
});

test("a week of a gateway whose tunnels are up and carry nothing: the peer is asked, answers, and all stays as it is", (t) => {
	const lifetime = { seconds: 0, kilobytes: 0 };
	const world = new World({ phase1Lifetime: 31536000, ...liveness, connections: [connection({ lifetime })] },
		{ phase1Lifetime: 31536000, connections: [connection({ ...mirrored, lifetime })] });
	const { network, gateway, peer } = world;
	network.recording = false;
	gateway.start(network.now);
	world.traffic();
	world.run(hour);
	t.true(quiet(world, undefined));
	const first = most(world);
	const { sent } = world;
	world.run(week);
	t.is(world.associations.length, 2);
	t.is(peer.pairs.size, 1);
	// A question every two minutes.
	const messages = world.sent - sent;
	t.true(messages > 5000 && messages < 5100, `${messages} datagrams`);
	const last = most(world);
	if (first !== undefined && last !== undefined) {
		t.true(last.slots - first.slots <= spread, `${last.slots} slots kept at the end, ${first.slots} after the first hour`);
		t.true(last.chunks - first.chunks <= 256, `${last.chunks} bytes of chunks at the end, ${first.chunks} after the first hour`);
	}
	t.deepEqual([...world.causes, ...peer.causes], []);
	gateway.close(network.now);
});

test("a week of a peer that is not there: always tried again, with pauses, and nothing piles up", (t) => {
	const world = new World({ connections: [connection({ start: "always" })] });
	const { network, gateway } = world;
	network.recording = false;
	world.cut = true;
	gateway.start(network.now);
	world.run(hour);
	const first = most(world);
	const { sent } = world;
	world.run(week);
	const messages = world.sent - sent;
	// An attempt has six messages; attempts begin two minutes apart.
	t.true(messages > 5000 && messages < 6 * week / (120 * second) + 100, `${messages} messages`);
	const last = most(world);
	if (first !== undefined && last !== undefined)
		t.true(last.slots - first.slots <= spread, `${last.slots} slots kept at the end, ${first.slots} after the first hour`);
	t.deepEqual(world.causes, [": peer-unreachable"]);
	world.cut = false;
	world.run(hour);
	t.is(world.associations.length, 2);
	t.deepEqual(world.causes, []);
	gateway.close(network.now);
});
