// node tests/bench/latency.mjs [--long] [--write | --check]: round-trip time of small packets through two gateways: idle, beside a stream that is the same for all, and beside as
// much as the tunnel carries; by keygate, strongSwan, wireguard-go, and over the same link without a tunnel. The kinds take turns; told are medians of the rounds. Root.
import { spawnSync } from "node:child_process";
import { long, Report } from "./report.mjs";
import { algorithms, client, kinds, median, server, within } from "./tunnels.mjs";

const rounds = long ? 5 : 2;
const pings = long ? 2000 : 800;
const algorithm = algorithms["AES-128-GCM"];
const loads = { "idle": undefined, "beside 100 Mbit/s of TCP": ["-b", "100M"], "beside TCP without a limit": [] };
const names = ["the link alone", ...Object.keys(kinds)];

/** Microseconds at the 50th and 99th percentile, from left to right and back; a packet each two milliseconds. */
function ping({ left, right }, place) {
	const { stdout } = spawnSync("ip", ["netns", "exec", left.namespace.name, "ping", "-n", "-i", "0.002", "-c", `${pings}`, "-W", "1", "-I", left[place], right[place]], { encoding: "utf8" });
	const times = [...stdout.matchAll(/ time=([\d.]+) ms/g)].map(([, time]) => Number(time) * 1000).sort((a, b) => a - b);
	if (times.length < pings * 0.9)
		throw new Error(`${pings - times.length} of ${pings} pings were lost`);
	return [0.5, 0.99].map((part) => times[Math.floor(part * times.length)]);
}

async function measure(network, load, place) {
	if (load === undefined)
		return ping(network, place);
	const stop = await server(network);
	const sender = client(network, 60, load);
	const gone = new Promise((resolve) => sender.on("close", resolve));
	sender.stdout.resume();
	await new Promise((resolve) => setTimeout(resolve, 1000));
	try {
		return ping(network, place);
	}
	finally {
		sender.kill();
		await gone;
		await stop();
	}
}

const found = new Map(names.map((name) => [name, Object.keys(loads).map(() => [[], []])]));
for (let round = 0; round < rounds; round++)
	for (const name of names)
		await within(name, algorithm, async (network) => {
			for (const [i, load] of Object.values(loads).entries()) {
				// Without a tunnel there is nowhere for the load to go.
				if (name === "the link alone" && load !== undefined)
					continue;
				const both = await measure(network, load, name === "the link alone" ? "wan" : "lan");
				both.forEach((value, k) => found.get(name)[i][k].push(value));
			}
		});

const cells = new Map([...found].map(([name, all]) => [name, all.map((both) => both.map((values) => values.length > 0 ? Math.round(median(values)) : undefined))]));
const report = new Report("latency");
report.table("latency", ["round trip, µs", ...Object.keys(loads).flatMap((load) => [`${load}: 50 %`, "99 %"])], names.map((name) => [name, ...cells.get(name).flat().map((value) => value ?? "")]), { within: 1 });
// Without a limit each tunnel carries another load: that is told, and compares nothing.
for (const [i, load] of Object.keys(loads).slice(0, 2).entries())
	for (const [k, part] of ["50th", "99th"].entries())
		report.goal(`round trip ${load}, ${part} percentile, of strongSwan's: the worse of native and in UDP`,
			Math.max(...["keygate in UDP", "keygate native"].map((name) => cells.get(name)[i][k] / cells.get("strongSwan in UDP")[i][k])).toFixed(2), { atMost: 1 });
report.end();
