// What grows with the number of peers: two gateways built with larger tables and 1 to 1,000 peers with one connection each, every one at an address of its own. They come up and are idle;
// the side that begins is killed and begins anew while the other one sends on what it had; and they renew all of it by short lifetimes while each tunnel carries packets both ways.
//   node tests/bench/peers.mjs [peers ...] [--long] [--only=up|restart|renewals]
// Results are printed, and not kept yet.
import { readFileSync } from "node:fs";
import { document, Gateway, lan, port } from "./gateways.mjs";
import { buildLarger, get, kept, page, pause, settled, used } from "./larger.mjs";
import { Middle, peerAddress } from "./middle.mjs";
import { long, Report, words as all } from "./report.mjs";
import { LANEnd, Traffic } from "./traffic.mjs";

/** What growth is told from, and to. */
const [few, between, many] = [16, 400, 1000];
const only = all.find((word) => word.startsWith("--only="))?.slice("--only=".length);
const words = all.filter((word) => !word.startsWith("--only="));
const does = (what) => only === undefined || only === what;
const sizes = words.length > 0 ? words.map(Number) : long ? [1, few, 50, 100, 200, between, 700, many] : [few, between, many];
const most = Math.max(many, ...sizes);

/** Seconds: lifetimes of both phases where SAs are renewed, and how long that is looked at; of very many peers what two cores can do for both gateways. */
function brief(count) {
	const times = Math.max(1, count / 400);
	return { phase1: Math.round(100 * times), phase2: Math.round(60 * times), time: Math.round(150 * times) };
}
/** Milliseconds between two packets of a tunnel. */
const interval = 1000;
/** Seconds after which what is not there is given up. */
const patience = 180;

const network = (side, i) => `10.${side * 100 + (i >> 8)}.${i & 255}`;

function settings(number, count, start, lifetimes = { phase1: 28800, phase2: 3600 }) {
	return document(number, Array.from({ length: count }, (_, i) => ({
		name: `peer-${i}`, remoteGateway: peerAddress(i), deadPeerDetection: { interval: 10, timeout: 120 }, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }],
		phase1Lifetime: lifetimes.phase1,
		connections: [{
			name: "net", localNetwork: `${network(number, i)}.0/24`, remoteNetwork: `${network(3 - number, i)}.0/24`, pfs: "off", start,
			phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], lifetime: { seconds: lifetimes.phase2, kilobytes: 0 }
		}]
	})), {});
}

/** Packets from the networks behind one gateway to those behind the other, a LANEnd for each. */
const traffic = (ends, from, count) => new Traffic(ends[from - 1], ends[2 - from], count, (i) => [`${network(from, i)}.5`, `${network(3 - from, i)}.7`], interval);

/** What went wrong, or was done again, of what the gateway counts. */
async function counted(gateway) {
	const text = await gateway.command("memory");
	const names = ["ike-retransmitted", "ike-phase1-failed", "ike-phase2-failed", "ike-peer-dead", "ike-probe-excused", "ike-half-open-evicted", "ike-queue-full", "ike-flood"];
	return names.flatMap((name) => {
		const value = new RegExp(`\\b${name} +(\\d+)`).exec(text)?.[1];
		return value === undefined ? [] : [`${name.replace("ike-", "")} ${value}`];
	}).join(", ");
}

/** Pairs of SAs: a look at `memory` costs a fraction of a page with a thousand peers on it. */
const pairsOf = async (gateway) => Number(/SA pairs +(\d+)/.exec(await gateway.command("memory"))[1]);

/** All are up; milliseconds that it took since `began`. */
async function allUp(left, right, count, began) {
	for (let up = 0; up < count;) {
		await pause(500);
		up = await pairsOf(left);
		if (performance.now() - began > 1000 * patience)
			throw new Error(`${up} of ${count} tunnels are up after ${patience} s:\n${await left.command("log")}${await left.command("memory")}${await right.command("memory")}`);
	}
	return performance.now() - began;
}

/** The side that begins is killed and started again; the other one sends meanwhile on what it had. */
async function restart(count) {
	const [left, right] = [new Gateway(1, settings(1, count, "always"), [executable]), new Gateway(2, settings(2, count, "on traffic"), [executable])];
	await right.start();
	await left.start();
	await allUp(left, right, count, performance.now());
	const ends = [1, 2].map((number) => new LANEnd(lan(number)));
	const packets = traffic(ends, 2, count);
	packets.start();
	await pause(5000);
	const before = packets.lost;
	packets.reset();
	const pid = right.child.pid;
	const used0 = used(pid);
	await left.stop("SIGKILL");
	const began = performance.now();
	await left.start();
	const took = await allUp(left, right, count, began);
	const own = used(left.child.pid) / count;
	const other = (used(pid) - used0) / count;
	const back = [];
	for (const deadline = performance.now() + 60000; back.length < count && performance.now() < deadline;) {
		await pause(200);
		back.splice(0, back.length, ...packets.last.filter((last) => last > began));
	}
	const times = back.map((_, i) => packets.longest[i] / 1000).sort((a, b) => a - b);
	await packets.stop();
	const told = [await counted(left), await counted(right)];
	for (const end of ends)
		end.close();
	await left.stop();
	await right.stop();
	return { count, before, took, own, other, median: times[times.length >> 1] ?? NaN, worst: times.at(-1) ?? NaN, missing: count - back.length, lost: packets.lost, told };
}

/** Everything is renewed while packets go both ways. */
async function renewals(count) {
	const lives = brief(count);
	const [left, right] = [new Gateway(1, settings(1, count, "always", lives), [executable]), new Gateway(2, settings(2, count, "on traffic", lives), [executable])];
	await right.start();
	await left.start();
	const took = await allUp(left, right, count, performance.now());
	const ends = [1, 2].map((number) => new LANEnd(lan(number)));
	const both = [1, 2].map((number) => traffic(ends, number, count));
	for (const packets of both)
		packets.start();
	await pause(2000);
	for (const packets of both)
		packets.reset();
	const pids = [left.child.pid, right.child.pid];
	const before = pids.map(used);
	const base = await left.pages();
	const sums = async () => {
		const text = await get(base, "/metrics");
		const sum = (name) => [...text.matchAll(new RegExp(`^${name}_total\\{.*\\} (\\d+)$`, "gm"))].reduce((all, [, value]) => all + Number(value), 0);
		return { phase1: sum("keygate_peer_negotiations"), phase2: sum("keygate_connection_negotiations"), turns: sum("keygate_connection_turns") };
	};
	const first = await sums();
	/** Pairs beside one for each: renewed and not gone yet, or none there. */
	let least = Infinity;
	let most = 0;
	for (const end = performance.now() + 1000 * lives.time; performance.now() < end;) {
		await pause(1000);
		const pairs = await pairsOf(left);
		least = Math.min(least, pairs);
		most = Math.max(most, pairs);
	}
	const last = await sums();
	const cpu = pids.map((pid, i) => (used(pid) - before[i]) / lives.time / 10);
	await Promise.all(both.map((packets) => packets.stop()));
	const told = [await counted(left), await counted(right)];
	for (const end of ends)
		end.close();
	await left.stop();
	await right.stop();
	return { count, took, phase1: last.phase1 - first.phase1, phase2: last.phase2 - first.phase2, turns: last.turns - first.turns, least, most, cpu, sent: both.map(({ sent }) => sent.reduce((a, b) => a + b, 0)),
		lost: both.map(({ lost }) => lost), worst: Math.max(...both.map(({ worst }) => worst)) / 1000, told };
}

const executable = await buildLarger({ connections: most, peers: most });
const found = [];
const restarts = [];
const renewed = [];
for (const count of sizes) {
	const middle = new Middle();
	await middle.open(count, [port, port + 1], ["127.0.0.1", "127.0.0.2"]);
	for (const [what, act, list] of [["up", bringUp, found], ["restart", restart, restarts], ["renewals", renewals, renewed]])
		if (does(what)) {
			list.push(await act(count, middle));
			console.log(what, JSON.stringify(list.at(-1)));
		}
	middle.close();
}

/** They come up, are idle, show their pages, and stop. */
async function bringUp(count, middle) {
	const [left, right] = [new Gateway(1, settings(1, count, "always"), [executable]), new Gateway(2, settings(2, count, "on traffic"), [executable])];
	await right.start();
	const base = await right.pages();
	await get(base, "/status");
	await settled([right.child.pid]);
	const start = used(right.child.pid);
	const began = performance.now();
	await left.start();
	const pids = [left.child.pid, right.child.pid];
	const [pid, other] = pids;
	const leftBase = await left.pages();
	let looks = 0;
	let after = [];
	let ended = 0;
	for (let up = 0; up < count; looks++) {
		// Peers are asked whether they live meanwhile, so that it is never quiet.
		await pause(looks === 0 ? 10 * Math.sqrt(count) : 500);
		ended = performance.now();
		after = pids.map(used);
		up = await pairsOf(left);
		if (performance.now() - began > 120000)
			throw new Error(`${up} of ${count} tunnels are up after two minutes:\n${await left.command("log")}${await left.command("memory")}${await right.command("memory")}`);
	}
	// Looks before the last are none of the peers' cost.
	let look = used(pid);
	const [slots, chunks] = await kept(left);
	look = used(pid) - look;
	const idle = pids.map(used);
	const seconds = 10;
	const carried = middle.carried;
	await pause(1000 * seconds);
	const share = pids.map((each, i) => (used(each) - idle[i]) / seconds);
	const messages = (middle.carried - carried) / seconds;
	const times = Math.max(3, Math.min(50, Math.round(500 / count)));
	const pages = [];
	for (const path of ["/status", "/status.json", "/metrics"])
		pages.push(await page(left, leftBase, path, times) / count);
	const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
	const stopped = performance.now();
	await left.stop();
	const stop = performance.now() - stopped;
	await settled([other], 1000);
	const { securityAssociations } = await right.status();
	const result = { count, start, took: ended - began, own: (after[0] - start - (looks - 1) * look) / count, peers: (after[1] - start) / count, share, messages, pages, slots, chunks, resident, stop, left: securityAssociations.length };
	await right.stop();
	return result;
}

const report = new Report("peers", { partial: true });
const table = (name, columns, rows) => rows.length > 0 && report.table(name, columns, rows);
table("time", ["peers", "start, ms", "until all are up, s", "CPU for each, ms", "of the other side, ms", "idle: messages a second", "CPU for each, µs a second", "/status, ms for each", "/status.json", "/metrics", "stop, ms", "SAs that the other side has left"],
	found.map(({ count, start, took, own, peers, share, messages, pages, stop, left }) => [count, start.toFixed(0), (took / 1000).toFixed(1), own.toFixed(2), peers.toFixed(2), messages.toFixed(0), (1000 * share[0] / count).toFixed(0),
		...pages.map((each) => each.toFixed(2)), stop.toFixed(0), left]));
table("memory", ["peers", "resident, kB", "slots of XS's heap", "bytes of its chunks"], found.map(({ count, resident, slots, chunks }) => [count, resident, slots, chunks]));
table("restart", ["peers", "until all are up again, s", "CPU for each, ms", "of the other side, ms", "the other side's packets arrive again after s: median", "worst", "not at all", "lost", "counted", "by the other side"],
	restarts.map(({ count, took, own, other, median, worst, missing, lost, told }) => [count, (took / 1000).toFixed(1), own.toFixed(2), other.toFixed(2), median.toFixed(1), worst.toFixed(1), missing, lost, ...told]));
table("renewals", ["peers", "phase 1", "phase 2", "came up or went down", "pairs: least", "most", "CPU, %", "of the other side", "packets", "lost", "lost on the way back", "longest pause of one, s", "counted", "by the other side"],
	renewed.map(({ count, phase1, phase2, turns, least, most, cpu, sent, lost, worst, told }) => [count, phase1, phase2, turns, least, most, ...cpu.map((each) => each.toFixed(1)), sent[0] + sent[1], ...lost, worst.toFixed(1), ...told]));
const [small, large] = [few, found.at(-1)?.count ?? 0].map((count) => found.find((here) => here.count === count));
if (small !== undefined && large !== undefined && large !== small) {
	const growth = (name, of) => report.goal(`${name}: of each of ${large.count} peers, times that of each of ${few}`, (of(large) / of(small)).toFixed(2), { atMost: 1.3 });
	growth("CPU to bring it up", ({ own }) => own);
	growth("the same of the side that answers", ({ peers }) => peers);
	for (const [i, path] of ["/status", "/status.json", "/metrics"].entries())
		growth(`CPU of ${path}`, ({ pages }) => pages[i]);
}
report.end();
