// What grows with the number of peers: two gateways built with larger tables and 1 to 1,000 peers with one connection each, every one at an address of its own.
//   node tests/bench/peers.mjs [peers ...] [--long]
// Results are printed, and not kept yet.
import { readFileSync } from "node:fs";
import { document, Gateway, port } from "./gateways.mjs";
import { buildLarger, get, kept, page, pause, settled, used } from "./larger.mjs";
import { Middle, peerAddress } from "./middle.mjs";
import { long, Report, words } from "./report.mjs";

/** What growth is told from, and to. */
const [few, between, many] = [16, 400, 1000];
const sizes = words.length > 0 ? words.map(Number) : long ? [1, few, 50, 100, 200, between, 700, many] : [few, between, many];
const most = Math.max(many, ...sizes);

function settings(number, count, start) {
	const network = (side, i) => `10.${side * 100 + (i >> 8)}.${i & 255}.0/24`;
	return document(number, Array.from({ length: count }, (_, i) => ({
		name: `peer-${i}`, remoteGateway: peerAddress(i), deadPeerDetection: { interval: 10, timeout: 120 }, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }],
		connections: [{
			name: "net", localNetwork: network(number, i), remoteNetwork: network(3 - number, i), pfs: "off", start, phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }]
		}]
	})), {});
}

/** Pairs of SAs: a look at `memory` costs a fraction of a page with a thousand peers on it. */
const pairsOf = async (gateway) => Number(/SA pairs +(\d+)/.exec(await gateway.command("memory"))[1]);

const executable = await buildLarger({ connections: most, peers: most });
const found = [];
for (const count of sizes) {
	const middle = new Middle();
	await middle.open(count, [port, port + 1], ["127.0.0.1", "127.0.0.2"]);
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
	found.push({ count, start, took: ended - began, own: (after[0] - start - (looks - 1) * look) / count, peers: (after[1] - start) / count, share, messages, pages, slots, chunks, resident, stop, left: securityAssociations.length });
	await right.stop();
	middle.close();
}

const report = new Report("peers", { partial: true });
report.table("time", ["peers", "start, ms", "until all are up, s", "CPU for each, ms", "of the other side, ms", "idle: messages a second", "CPU for each, µs a second", "/status, ms for each", "/status.json", "/metrics", "stop, ms", "SAs that the other side has left"],
	found.map(({ count, start, took, own, peers, share, messages, pages, stop, left }) => [count, start.toFixed(0), (took / 1000).toFixed(1), own.toFixed(2), peers.toFixed(2), messages.toFixed(0), (1000 * share[0] / count).toFixed(0),
		...pages.map((each) => each.toFixed(2)), stop.toFixed(0), left]));
report.table("memory", ["peers", "resident, kB", "slots of XS's heap", "bytes of its chunks"], found.map(({ count, resident, slots, chunks }) => [count, resident, slots, chunks]));
const [small, large] = [few, found.at(-1)?.count ?? 0].map((count) => found.find((here) => here.count === count));
if (small !== undefined && large !== undefined && large !== small) {
	const growth = (name, of) => report.goal(`${name}: of each of ${large.count} peers, times that of each of ${few}`, (of(large) / of(small)).toFixed(2), { atMost: 1.3 });
	growth("CPU to bring it up", ({ own }) => own);
	growth("the same of the side that answers", ({ peers }) => peers);
	for (const [i, path] of ["/status", "/status.json", "/metrics"].entries())
		growth(`CPU of ${path}`, ({ pages }) => pages[i]);
}
report.end();
