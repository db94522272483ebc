// Through two gateways, each in a network namespace, by iperf3: keygate, strongSwan's ESP in user space (kernel-libipsec), and wireguard-go. Root.
//   node tests/bench/tunnel.mjs [--long] [--write | --check] [WORD...]      a WORD picks the rows whose name has it; two rounds of a second, --long: five of three
// The kinds take turns in each round; told are medians of Mbit/s that arrived, and keygate's as a multiple of the better of the other two. UDP: of packets of that size. Beside them, for TCP, what
// the processor has to do for each, and for the calls alone (kernel.c), which a busy machine does not change much.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { long, Report, words } from "./report.mjs";
import { algorithms, ceilings, client, kinds, median, server, within } from "./tunnels.mjs";

const [rounds, seconds] = long ? [5, 3] : [2, 1];
const udp = (size) => ["-u", "-b", "0", "-l", `${size - 28}`];
const loads = { "TCP, 1 stream": ["-P", "1"], "TCP, 8 streams": ["-P", "8"], "UDP, 1400 bytes": udp(1400), "UDP, 576 bytes": udp(576), "UDP, 64 bytes": udp(64) };

/** Nanoseconds of the processor that the tunnel's own programs have had; those of iperf3 are not there yet, or not any more. */
function processorTime({ left, right }) {
	const pids = [left, right].flatMap(({ namespace }) => spawnSync("ip", ["netns", "pids", namespace.name], { encoding: "utf8" }).stdout.split("\n").filter(Boolean));
	const threads = pids.filter((pid) => existsSync(`/proc/${pid}/task`)).flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
	return threads.reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]), 0);
}

/** Mbit/s that the receiver got through the tunnel from left to right, and nanoseconds of the tunnel's programs for 1,000 bytes of it. */
async function measure(network, load) {
	const before = processorTime(network);
	const stop = await server(network);
	const sender = client(network, seconds, load);
	const limit = setTimeout(() => sender.kill(), (seconds + 15) * 1000);
	let text = "";
	sender.stdout.on("data", (data) => text += data);
	await new Promise((resolve) => sender.on("close", resolve));
	clearTimeout(limit);
	await stop();
	try {
		const { end, intervals } = JSON.parse(text);
		const bytes = intervals.reduce((all, { sum: each }) => all + each.bytes, 0);
		const sum = end.sum_received?.bits_per_second > 0 ? end.sum_received : end.sum;
		const rate = sum.bits_per_second * (load.includes("-u") && end.sum_received === undefined ? 1 - end.sum.lost_percent / 100 : 1) / 1e6;
		return { rate, cost: (processorTime(network) - before) / bytes * 1000 };
	}
	catch {
		console.error(`iperf3 ${load.join(" ")}: ${text}`);
		return { rate: 0, cost: 0 };
	}
}

/** The kinds take turns: by load, the medians of each kind. */
async function takeTurns(names, algorithm, picked) {
	const found = new Map(picked.map(([load]) => [load, names.map(() => [])]));
	for (let round = 0; round < rounds && picked.length > 0; round++)
		for (const [k, kind] of names.entries())
			await within(kind, algorithm, async (network) => {
				for (const [load, options] of picked)
					found.get(load)[k].push(await measure(network, options));
			});
	return new Map([...found].map(([load, values]) => [load, values.map((each) => ({ rate: median(each.map(({ rate }) => rate)), cost: median(each.map(({ cost }) => cost)) }))]));
}

const rows = [];
/** Of TCP with AES-128-GCM. */
const costs = [];
const reached = { "TCP with AES-128-GCM, in UDP": [], "TCP with AES-128-GCM, native": [], "every other": [] };
for (const [name, algorithm] of Object.entries(algorithms)) {
	const picked = Object.entries(loads).filter(([load]) => words.every((word) => `${name} ${load}`.includes(word)));
	const found = await takeTurns([...Object.keys(kinds), ...name === "AES-128-GCM" ? Object.keys(ceilings) : []], algorithm, picked);
	for (const [load] of picked) {
		const [inUDP, native, ...others] = found.get(load).slice(0, Object.keys(kinds).length).map(({ rate }) => rate);
		if (load.startsWith("TCP") && name === "AES-128-GCM")
			costs.push([load, ...found.get(load).map(({ cost }) => Math.round(cost))]);
		const times = [inUDP, native].map((value) => value / Math.max(...others));
		rows.push([`${name}, ${load}`, ...[inUDP, native, ...others].map((value) => Number(value.toFixed(value < 100 ? 1 : 0))), ...times.map((value) => Number(value.toFixed(1)))]);
		for (const [i, kind] of ["in UDP", "native"].entries())
			(reached[name === "AES-128-GCM" && load.startsWith("TCP") ? `TCP with AES-128-GCM, ${kind}` : "every other"] ??= []).push(times[i]);
	}
}

const report = new Report("tunnel", { partial: words.length > 0 });
report.table("throughput", ["Mbit/s", ...Object.keys(kinds), "in UDP, times", "native, times"], rows, { within: 0.5 });
if (costs.length > 0)
	report.table("processor", ["ns of both gateways for 1,000 bytes", ...Object.keys(kinds), ...Object.keys(ceilings)], costs, { within: 0.5 });
for (const [what, least] of [["TCP with AES-128-GCM, in UDP", 10], ["TCP with AES-128-GCM, native", 5], ["every other", 3]])
	if (reached[what].length > 0)
		report.goal(`${what === "every other" ? "every other size and algorithm" : what}, of the better of strongSwan and wireguard-go: the least`, Math.min(...reached[what]).toFixed(1), { atLeast: least });
report.end();
