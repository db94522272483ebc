import test from "ava";
import { CONNECTIONS, LADDER_MESSAGES, LADDER_SIZE, LADDERS, PEERS } from "../../../modules/limits.js";
import { Ladders } from "../../../modules/records/ladders.js";
import type { Negotiation, WireMessage } from "../../../modules/records/types.js";
import { aLadder } from "./text.js";

function ladders(): Ladders {
	const names = ["branch/office", "other/office"];
	const made = new Ladders(new ArrayBuffer(LADDERS * LADDER_SIZE), { policyOf: (peer, connection) => names.indexOf(`${peer}/${connection}`) });
	made.keep(["branch", "other"], []);
	return made;
}

const phase1: Negotiation = Object.freeze({ peer: "branch", connection: undefined, number: 7, role: "initiator", exchange: "main" });
const sent: WireMessage = Object.freeze({ sent: true, fate: "taken", exchange: "main", message: 1, payloads: "SA VID*3", notification: 0, state: 3 });

function all(of: Ladders, peer = "branch"): string[] {
	return [...of.ofPeer(peer)].map(aLadder);
}

test("a negotiation is written message by message, repetitions are counted", (t) => {
	const one = ladders();
	t.deepEqual(all(one), []);
	one.seen(1000, phase1, sent);
	one.seen(2000, phase1, { ...sent, payloads: "" });
	one.seen(4100, phase1, { ...sent, payloads: "" });
	one.seen(4200, phase1, { ...sent, sent: false, message: 2, payloads: "SA", state: 4 });
	one.seen(4300, phase1, { ...sent, sent: false, message: 2, fate: "dropped", payloads: "", state: 0 });
	t.deepEqual(all(one), ["main initiator open: 0>1 SA VID*3 x3 to 3100 =3, 3200<2 SA =4, 3300<2!dropped "]);
	one.ended(phase1, "no answer");
	one.ended(phase1, "told again");
	t.regex(all(one)[0]!, /^main initiator failed \(no answer\): /);
	t.deepEqual(one.counts("branch"), { established: 0, failed: 2 });
	t.deepEqual(all(one, "other"), []);
	t.is([...one.ofPeer("branch")][0]!.beganAt, 1000);
});

test("the phase 1 of the present key tunnel stays while others are tried", (t) => {
	const one = ladders();
	one.seen(0, phase1, sent);
	one.ended(phase1, "");
	t.deepEqual(all(one), ["main initiator done: 0>1 SA VID*3 =3"]);
	// A stranger with the peer's address.
	for (let number = 100; number < 120; number++) {
		one.seen(number, { ...phase1, number, role: "responder" }, { ...sent, sent: false });
		one.ended({ ...phase1, number, role: "responder" }, "the initiator did not go on");
	}
	t.is(all(one).length, 2);
	t.is(all(one)[0], "main initiator done: 0>1 SA VID*3 =3");
	// A renewal: its record is not taken by who knocks meanwhile.
	one.seen(200, { ...phase1, number: 200 }, sent);
	one.seen(201, { ...phase1, number: 201, role: "responder" }, { ...sent, sent: false });
	one.seen(202, { ...phase1, number: 200 }, { ...sent, sent: false, message: 2 });
	t.is(all(one)[1], "main initiator open: 0>1 SA VID*3 =3, 2<2 SA VID*3 =3");
	one.ended({ ...phase1, number: 200 }, "");
	t.deepEqual(all(one), ["main initiator done: 0>1 SA VID*3 =3, 2<2 SA VID*3 =3"]);
	// What is told of it later stands there too.
	one.seen(900, { ...phase1, number: 200 }, { ...sent, sent: false, exchange: "informational", message: 0, payloads: "HASH N", notification: 24, state: 0 });
	one.ended({ ...phase1, number: 200 }, "the peer answers AUTHENTICATION-FAILED");
	t.is(all(one)[0], "main initiator failed (the peer answers AUTHENTICATION-FAILED): 0>1 SA VID*3 =3, 2<2 SA VID*3 =3, 700<informational0 HASH N (24)");
});

test("only a first message that could be read begins a record, and no later one of another negotiation", (t) => {
	const one = ladders();
	one.seen(0, phase1, { ...sent, sent: false, message: 2 });
	one.seen(0, phase1, { ...sent, sent: false, message: 1, fate: "dropped" });
	t.deepEqual(all(one), []);
	one.seen(0, { ...phase1, role: "responder" }, { ...sent, sent: false });
	one.seen(1, { ...phase1, number: 8, role: "responder" }, { ...sent, sent: false });
	one.seen(2, { ...phase1, role: "responder" }, { ...sent, sent: false, message: 3 });
	t.deepEqual(all(one), ["main responder open: 0<1 SA VID*3 =3"]);
	one.seen(3, { ...phase1, peer: "nobody" }, sent);
	one.ended({ ...phase1, peer: "nobody" }, "x");
	t.deepEqual(all(one, "nobody"), []);
	t.deepEqual(one.counts("nobody"), { established: 0, failed: 0 });
});

test("a peer that says who it is with its last message brings what it said before along", (t) => {
	const one = ladders();
	const unknown: Negotiation = { ...phase1, peer: "", role: "responder" };
	one.seen(10, unknown, { ...sent, sent: false, state: 2 });
	one.seen(12, unknown, { ...sent, message: 2 });
	t.deepEqual(all(one), []);
	one.seen(20, { ...unknown, peer: "branch" }, { ...sent, sent: false, message: 5, payloads: "ID HASH", state: 6 });
	one.ended({ ...unknown, peer: "branch" }, "");
	t.deepEqual(all(one), ["main responder done: 0<1 SA VID*3 =2, 2>2 SA VID*3 =3, 10<5 ID HASH =6"]);
	t.deepEqual(one.counts("branch"), { established: 1, failed: 0 });
});

test("quick modes: the last of each connection, and of none that is known", (t) => {
	const one = ladders();
	const quick: Negotiation = { peer: "branch", connection: "office", number: 1, role: "initiator", exchange: "quick" };
	t.is(one.ofConnection("branch", "office"), undefined);
	one.seen(0, quick, { ...sent, exchange: "quick", payloads: "HASH SA NONCE KE ID*2", state: 0 });
	one.ended(quick, "");
	t.is(aLadder(one.ofConnection("branch", "office")!), "quick initiator done: 0>1 HASH SA NONCE KE ID*2");
	one.seen(5, { ...quick, number: 2 }, { ...sent, exchange: "quick", payloads: "HASH", state: 0 });
	t.is(aLadder(one.ofConnection("branch", "office")!), "quick initiator open: 0>1 HASH");
	one.seen(6, { ...quick, number: 3, connection: "", role: "responder" }, { ...sent, sent: false, fate: "refused", exchange: "quick", payloads: "HASH", state: 0 });
	one.ended({ ...quick, number: 3, connection: "" }, "no connection");
	t.deepEqual(all(one), ["quick responder failed (no connection): 0<1!refused HASH"]);
	one.seen(7, { ...quick, peer: "nobody" }, { ...sent, exchange: "quick" });
	t.is(one.use().used, 2);
	t.deepEqual(one.counts("branch"), { established: 0, failed: 0 });
	one.keep(["other"], [0]);
	t.is(one.use().used, 0);
	t.is(one.ofConnection("branch", "office"), undefined);
});

test("more messages than there is room for: the last one is there, and it is said", (t) => {
	const one = ladders();
	for (let i = 1; i <= LADDER_MESSAGES + 3; i++)
		one.seen(i, phase1, { ...sent, message: i, payloads: "" });
	const [ladder] = [...one.ofPeer("branch")];
	t.true(ladder!.incomplete);
	t.deepEqual([...ladder!.messages()].map(({ message }) => message), [1, 2, 3, 4, 5, 6, 7, LADDER_MESSAGES + 3]);
});

test("as many peers and connections as there can be", (t) => {
	const peers = Array.from({ length: PEERS }, (_, i) => `p${i}`);
	const connections = Array.from({ length: CONNECTIONS }, (_, i) => `p${i >> 1}/c${i}`);
	const one = new Ladders(new ArrayBuffer(LADDERS * LADDER_SIZE), { policyOf: (peer, connection) => connections.indexOf(`${peer}/${connection}`) });
	one.keep(peers, []);
	peers.forEach((peer, i) => {
		one.seen(0, { ...phase1, peer, number: i }, sent);
		one.ended({ ...phase1, peer, number: i }, "");
		one.seen(0, { ...phase1, peer, number: 50 + i }, sent);
		one.seen(0, { ...phase1, peer, number: 50 + i, connection: "", exchange: "quick" }, sent);
	});
	connections.forEach((name, i) => one.seen(0, { ...phase1, peer: name.split("/")[0]!, connection: name.split("/")[1]!, number: i, exchange: "quick" }, sent));
	one.seen(0, { ...phase1, peer: "", number: 99, role: "responder" }, sent);
	t.is(one.use().used, LADDERS);
	t.is(one.use().bytes, LADDERS * LADDER_SIZE);
	t.deepEqual(peers.map((peer) => all(one, peer).length), peers.map(() => 3));
});

test("payloads as bytes and back", (t) => {
	for (const [names, back] of [
		["", ""], ["SA", "SA"], ["SA VID*3", "SA VID*3"], ["HASH SA NONCE KE ID*2 NAT-OA*2 N", "HASH SA NONCE KE ID*2 NAT-OA*2 N"],
		["VID*20", "VID*15"], ["SA payload 77 N", "SA ? N"], ["payload 200*3", "?*3"], ["SA KE SA KE SA KE SA KE SA", "SA KE SA KE SA KE SA \u2026"], ["FRAG*15", "FRAG*15"]
	]) {
		const one = ladders();
		one.seen(0, phase1, { ...sent, payloads: names! });
		t.is([...[...one.ofPeer("branch")][0]!.messages()][0]!.payloads, back);
	}
});

test("a message again is told by exchange, number, direction, fate and notification, and counted as far as it goes", (t) => {
	const one = ladders();
	one.seen(5000, phase1, sent);
	const others: Partial<WireMessage>[] = [{ sent: false }, { fate: "refused" }, { exchange: "informational" }, { message: 2 }, { notification: 14 }, { notification: 0x0e00 }];
	for (const other of others)
		one.seen(5001, phase1, { ...sent, ...other });
	t.is([...[...one.ofPeer("branch")][0]!.messages()].length, 1 + others.length);
	for (let i = 0; i < 70000; i++)
		one.seen(4000, phase1, sent);
	const [first] = [...[...one.ofPeer("branch")][0]!.messages()];
	// A clock that goes back is not asked for.
	t.deepEqual([first!.count, first!.time, first!.lastTime], [0xffff, 0, 0]);
	one.seen(1e15, phase1, sent);
	t.is([...[...one.ofPeer("branch")][0]!.messages()][0]!.lastTime, 0xffffffff);
});

test("of more messages than fit the last is kept, and nothing is written beside the record", (t) => {
	const table = new ArrayBuffer(LADDERS * LADDER_SIZE);
	const one = new Ladders(table, { policyOf: () => -1 });
	one.keep(["branch"], []);
	for (let number = 1; number <= LADDER_MESSAGES + 3; number++)
		one.seen(number, phase1, { ...sent, message: number, payloads: "SA KE SA KE SA KE SA KE SA" });
	const [kept] = [...one.ofPeer("branch")];
	t.true(kept!.incomplete);
	t.deepEqual([...kept!.messages()].map(({ message }) => message), [...Array.from({ length: LADDER_MESSAGES - 1 }, (_, i) => i + 1), LADDER_MESSAGES + 3]);
	const used = Array.from({ length: LADDERS }, (_, record) => new Uint8Array(table, record * LADDER_SIZE, LADDER_SIZE).some((byte) => byte !== 0)).filter(Boolean);
	t.is(used.length, 1);
});

test("a record outside the table is a programmer's error", (t) => {
	const put = native<(table: Uint8Array, at: number, now: number, exchange: number, number: number, flags: number, state: number, notification: number, payloads: string) => void>("xs_ladder_put");
	for (const [size, at] of [[LADDER_SIZE - 1, 0], [2 * LADDER_SIZE, LADDER_SIZE + 1], [2 * LADDER_SIZE, -1], [LADDER_SIZE, NaN], [LADDER_SIZE, 2 ** 32]] as const) {
		const bytes = new Uint8Array(size);
		t.throws(() => put(bytes, at, 0, 0, 1, 0, 0, 0, "SA"), { instanceOf: RangeError }, `${at} of ${size}`);
		t.true(bytes.every((byte) => byte === 0));
	}
	// A record whose count is none: it is in memory that outlasts a control plane.
	const spoilt = new Uint8Array(2 * LADDER_SIZE);
	spoilt[4] = 255;
	put(spoilt, 0, 0, 0, 1, 0, 0, 0, "SA");
	t.true(spoilt.subarray(LADDER_SIZE).every((byte) => byte === 0));
});
