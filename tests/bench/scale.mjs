// What grows with the number of tunnels: two gateways built with larger tables, one peer with 1 to 1,000 connections: memory, time until all are up, processor time of both sides and
// of an idle gateway, the status page, /status.json and /metrics.
//   node tests/bench/scale.mjs [connections ...] [--long] [--write | --check]
import { readFileSync } from "node:fs";
import { document, Gateway } from "./gateways.mjs";
import { buildLarger, get, kept, page, pause, settled, used } from "./larger.mjs";
import { long, Report, words } from "./report.mjs";

/** What growth is told from, and to. */
const [few, between, many] = [16, 400, 1000];
const sizes = words.length > 0 ? words.map(Number) : long ? [1, few, 50, 100, 200, between, 700, many] : [1, few, 100, between, many];
const most = Math.max(many, ...sizes);

function settings(number, other, count) {
	const network = (side, i) => `10.${side * 100 + (i >> 8)}.${i & 255}.0/24`;
	return document(number, [{
		name: "other", remoteGateway: `127.0.0.${other}`, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }],
		connections: Array.from({ length: count }, (_, i) => ({
			name: `net-${i}`, order: i + 1, localNetwork: network(number, i), remoteNetwork: network(other, i), pfs: "off", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }]
		}))
	}], {});
}

const executable = await buildLarger({ connections: most });
const found = [];
for (const count of sizes) {
	const gateways = [1, 2].map((number) => new Gateway(number, settings(number, 3 - number, count), [executable]));
	const [left] = gateways;
	for (const gateway of gateways)
		await gateway.start();
	const pids = gateways.map(({ child }) => child.pid);
	const [pid] = pids;
	const base = await left.pages();
	await get(base, "/status");
	await settled(pids);
	const before = pids.map(used);
	const began = performance.now();
	await left.command("up other");
	let ended = 0;
	let looks = 0;
	let after = before;
	for (let up = 0; up < count; looks++) {
		ended = await settled(pids);
		after = pids.map(used);
		up = (await get(base, "/metrics")).match(/^keygate_connection_up\{.*\} 1$/gm)?.length ?? 0;
		if (performance.now() - began > 300000)
			throw new Error(`${up} of ${count} tunnels are up after five minutes:\n${await left.command("log")}`);
	}
	const [slots, chunks] = await kept(left);
	const idle = used(pid);
	await pause(long ? 10000 : 3000);
	const share = (used(pid) - idle) / (long ? 100 : 30);
	const times = Math.max(3, Math.min(50, Math.round(500 / count)));
	const pages = [];
	for (const path of ["/status", "/status.json", "/metrics"])
		pages.push(await page(left, base, path, times) / count);
	// By now all of the heap has been written to, whether it is in use or not.
	const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
	// Looks before the last are none of the tunnels' cost.
	const own = (after[0] - before[0]) / count - (looks - 1) * pages[2];
	found.push({ count, start: before[0], took: ended - began, own, peers: (after[1] - before[1]) / count, share, pages, slots, chunks, resident });
	console.log(JSON.stringify(found.at(-1)));
	for (const gateway of gateways)
		await gateway.stop("SIGKILL");
}

const report = new Report("scale", { partial: words.length > 0 });
report.table("time", ["tunnels", "start, ms", "until all are up, s", "CPU for each, ms", "of the other side, ms", "CPU when idle, %", "/status, ms for each", "/status.json", "/metrics"],
	found.map(({ count, start, took, own, peers, share, pages }) => [count, start.toFixed(0), (took / 1000).toFixed(1), own.toFixed(2), peers.toFixed(2), share.toFixed(2), ...pages.map((each) => each.toFixed(2))]), { within: 0.5 });
/** Of each tunnel that the gateway has more than that of `from`. */
const each = (from, to, of) => (of(to) - of(from)) / (to.count - from.count);
report.table("memory", ["tunnels", "resident, kB", "slots of XS's heap", "bytes of its chunks", "for each: kB", "slots", "bytes of chunks"], found.map((here, i) => {
	const before = found[i - 1];
	return [here.count, here.resident, here.slots, here.chunks, ...before === undefined ? ["", "", ""]
		: [each(before, here, ({ resident }) => resident).toFixed(1), each(before, here, ({ slots }) => slots).toFixed(1), each(before, here, ({ chunks }) => chunks).toFixed(0)]];
}), { within: 0.3 });
const [small, middle, large] = [few, between, many].map((count) => found.find((here) => here.count === count));
if (small !== undefined && middle !== undefined && large !== undefined) {
	const growth = (name, value) => report.goal(`${name}: of each of ${many} tunnels, times that of each of ${few}`, value.toFixed(2), { atMost: 1.3 });
	growth("CPU to bring it up", large.own / small.own);
	growth("the same of the side that answers", large.peers / small.peers);
	for (const [i, path] of ["/status", "/status.json", "/metrics"].entries())
		growth(`CPU of ${path}`, large.pages[i] / small.pages[i]);
	// What is there without any tunnel would hide what these grow by.
	const further = (name, of) => report.goal(`${name}: of each from ${between} to ${many} tunnels, times that of each from ${few} to ${between}`, (each(middle, large, of) / each(small, middle, of)).toFixed(2), { atMost: 1.3 });
	further("CPU of a start", ({ start }) => start);
	further("resident memory", ({ resident }) => resident);
	further("slots of XS's heap", ({ slots }) => slots);
}
report.end();
