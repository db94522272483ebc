// Through two gateways, each in a network namespace, by iperf3: keygate, strongSwan's ESP in user space (kernel-libipsec), and wireguard-go. Root.
//   node tests/bench/tunnel.mjs [--long] [--write | --check] [WORD...]      a WORD picks the rows whose name has it; two rounds of a second, --long: five of three
// The kinds take turns in each round; told are medians of Mbit/s that arrived, and keygate's as a multiple of the better of the other two. UDP: of packets of that size.
import { long, Report, words } from "./report.mjs";
import { algorithms, client, kinds, median, server, within } from "./tunnels.mjs";

const [rounds, seconds] = long ? [5, 3] : [2, 1];
const udp = (size) => ["-u", "-b", "0", "-l", `${size - 28}`];
const loads = { "TCP, 1 stream": ["-P", "1"], "TCP, 8 streams": ["-P", "8"], "UDP, 1400 bytes": udp(1400), "UDP, 576 bytes": udp(576), "UDP, 64 bytes": udp(64) };

/** Mbit/s that the receiver got through the tunnel from left to right. */
async function measure(network, load) {
	const stop = await server(network);
	const sender = client(network, seconds, load);
	const limit = setTimeout(() => sender.kill(), (seconds + 15) * 1000);
	let text = "";
	sender.stdout.on("data", (data) => text += data);
	await new Promise((resolve) => sender.on("close", resolve));
	clearTimeout(limit);
	await stop();
	try {
		const { end } = JSON.parse(text);
		const sum = end.sum_received?.bits_per_second > 0 ? end.sum_received : end.sum;
		return sum.bits_per_second * (load.includes("-u") && end.sum_received === undefined ? 1 - end.sum.lost_percent / 100 : 1) / 1e6;
	}
	catch {
		console.error(`iperf3 ${load.join(" ")}: ${text}`);
		return 0;
	}
}

const rows = [];
const reached = { "TCP with AES-128-GCM, in UDP": [], "TCP with AES-128-GCM, native": [], "every other": [] };
for (const [name, algorithm] of Object.entries(algorithms)) {
	const picked = Object.entries(loads).filter(([load]) => words.every((word) => `${name} ${load}`.includes(word)));
	const found = new Map(picked.map(([load]) => [load, Object.keys(kinds).map(() => [])]));
	for (let round = 0; round < rounds && picked.length > 0; round++)
		for (const [k, kind] of Object.keys(kinds).entries())
			await within(kind, algorithm, async (network) => {
				for (const [load, options] of picked)
					found.get(load)[k].push(await measure(network, options));
			});
	for (const [load] of picked) {
		const [inUDP, native, ...others] = found.get(load).map(median);
		const times = [inUDP, native].map((value) => value / Math.max(...others));
		rows.push([`${name}, ${load}`, ...[inUDP, native, ...others].map((value) => Number(value.toFixed(value < 100 ? 1 : 0))), ...times.map((value) => Number(value.toFixed(1)))]);
		for (const [i, kind] of ["in UDP", "native"].entries())
			(reached[name === "AES-128-GCM" && load.startsWith("TCP") ? `TCP with AES-128-GCM, ${kind}` : "every other"] ??= []).push(times[i]);
	}
}

const report = new Report("tunnel", { partial: words.length > 0 });
report.table("throughput", ["Mbit/s", ...Object.keys(kinds), "in UDP, times", "native, times"], rows, { within: 0.5 });
for (const [what, least] of [["TCP with AES-128-GCM, in UDP", 10], ["TCP with AES-128-GCM, native", 5], ["every other", 3]])
	if (reached[what].length > 0)
		report.goal(`${what === "every other" ? "every other size and algorithm" : what}, of the better of strongSwan and wireguard-go: the least`, Math.min(...reached[what]).toFixed(1), { atLeast: least });
report.end();
