// What grows with the number of tunnels: two gateways built with larger tables, one peer with 1 to 1,000 connections: memory, time until all are up, processor time of both sides and
// of an idle gateway, the status page, /status.json and /metrics.
//   node tests/bench/scale.mjs [connections ...] [--long] [--write | --check]
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { need } from "../../hosts/setup.mjs";
import { document, Gateway, root } from "./gateways.mjs";
import { long, Report, words } from "./report.mjs";

/** What growth is told from, and to. */
const [few, between, many] = [16, 400, 1000];
const sizes = words.length > 0 ? words.map(Number) : long ? [1, few, 50, 100, 200, between, 700, many] : [1, few, 100, between, many];
const most = Math.max(many, ...sizes);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A copy of the sources whose tables hold `most` tunnels, built: where its executable is. */
async function buildLarger() {
	const folder = join(root, "build/scale");
	mkdirSync(folder, { recursive: true });
	for (const name of ["modules", "hosts", "tests/unit", "tests/vectors", "package.json", "tsconfig.json", "manifest.json"]) {
		rmSync(join(folder, name), { recursive: true, force: true });
		cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
	}
	rmSync(join(folder, "node_modules"), { force: true });
	symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
	const edit = (name, changes) => {
		const path = join(folder, name);
		let text = readFileSync(path, "utf8");
		for (const [what, value] of changes) {
			if (!what.test(text))
				throw new Error(`${name}: there is no ${what}`);
			text = text.replace(what, value);
		}
		writeFileSync(path, text);
	};
	const constant = (name, value) => [new RegExp(`(?<=export const ${name} = )[^;]+`), String(value)];
	edit("modules/limits.ts", [constant("CONNECTIONS", most), constant("SECURITY_ASSOCIATIONS", 3 * most), constant("SETTINGS_SIZE", 1 << 19)]);
	// The firewall log, which is off, has a byte for a policy.
	edit("modules/ipsec/firewall.h", [[/CONNECTIONS < ENTRY_NO_POLICY && /, ""]]);
	edit("hosts/linux/system.c", [[/(?<=size_t room = )1024 \* 1024/, "4 << 20"]]);
	edit("hosts/linux/file.c", [[/(?<=#define kFileSize )\d+/, 1 << 19]]);
	// The machine of a device has no room for so many settings.
	edit("hosts/xs/machine.c", [[/(?<=kMachineDevice = \{ \.chunkBytes = )\d+/, 4 << 20], [/(?<=kMachineDevice = .*\.slots = )\d+/, 400 * most]]);
	await need("building with larger tables", process.execPath, [join(folder, "hosts/linux/build.mjs"), "--write"]);
	return join(folder, "build/linux/keygate");
}

/** Milliseconds of processor time so far, of all threads. */
function used(pid) {
	return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6, 0);
}

/** When the processes have begun to do nothing for `quiet` milliseconds. */
async function settled(pids, quiet = 300) {
	for (let last = "", since = performance.now(); ; await pause(5)) {
		const now = pids.map(used).join();
		if (now === last && performance.now() - since >= quiet)
			return since;
		if (now !== last)
			since = performance.now();
		last = now;
	}
}

function settings(number, other, count) {
	const network = (side, i) => `10.${side * 100 + (i >> 8)}.${i & 255}.0/24`;
	return document(number, [{
		name: "other", remoteGateway: `127.0.0.${other}`, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 31 }],
		connections: Array.from({ length: count }, (_, i) => ({
			name: `net-${i}`, order: i + 1, localNetwork: network(number, i), remoteNetwork: network(other, i), pfs: "off", phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }]
		}))
	}], {});
}

const authorization = `Basic ${Buffer.from("admin:a word for the bench").toString("base64")}`;
const get = async (base, path) => (await fetch(new URL(path, base), { headers: { authorization } })).text();

/** Milliseconds of a gateway's processor time for one request, beside what an idle one takes. */
async function page({ child: { pid } }, base, path, times) {
	await get(base, path);
	await settled([pid], 50);
	const before = used(pid);
	for (let i = 0; i < times; i++)
		await get(base, path);
	await settled([pid], 50);
	return (used(pid) - before) / times;
}

/** What the gateway's machine keeps: slots, and bytes of chunks. */
async function kept(gateway) {
	const text = await gateway.command("memory");
	return ["slots", "chunks"].map((what) => Number(new RegExp(`XS ${what} +(\\d+)`).exec(text)[1]));
}

const executable = await buildLarger();
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
