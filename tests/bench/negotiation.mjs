// What a negotiation costs: main mode and quick mode with PFS, groups 14 and Curve25519, between two gateways on this machine; CPU time of each side, the exponentiations apart,
// against the same exponentiations by OpenSSL alone, and strongSwan (as root). Where valgrind is: instructions of the responder by what they are for.
//   node tests/bench/negotiation.mjs [negotiations] [--write | --check]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { document, folder, Gateway, root } from "./gateways.mjs";
import { long, Report, words } from "./report.mjs";

const count = Number(words[0] ?? (long ? 100 : 15));
const groups = [[14, "modp2048"], [31, "curve25519"]];
/** Bits of an exponent of group 14 (modules/crypto/groups.c). */
const exponentBits = 256;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Microseconds of processor time so far: of the thread that a process began with, and of its others. */
function used(pid) {
	const times = readdirSync(`/proc/${pid}/task`).map((thread) => [Number(thread), Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1000]);
	const sum = (isMain) => times.filter(([thread]) => (thread === pid) === isMain).reduce((all, [, time]) => all + time, 0);
	return [sum(true), sum(false)];
}

/** What each of `pids` has used when none has used anything for `quiet` milliseconds: a gateway that has begun takes its SA into use after 150. */
async function settled(pids, quiet = 200) {
	for (let last = "", since = performance.now(); ;) {
		const now = pids.map(used);
		const text = JSON.stringify(now);
		if (text !== last) {
			last = text;
			since = performance.now();
		}
		else if (performance.now() - since >= quiet)
			return now;
		await pause(5);
	}
}

/** What `act` makes `pids` use, until they are quiet: for each its first thread and its others. */
async function cost(pids, act) {
	const before = await settled(pids);
	await act();
	const after = await settled(pids);
	return after.map((times, i) => times.map((time, k) => time - before[i][k]));
}

function settings(number, other, group) {
	const networks = ["10.1.0.0/24", "10.2.0.0/24"];
	return document(number, [{ name: "other", remoteGateway: `127.0.0.${other}`, phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: group }], connections: [{
		name: "net", order: 1, localNetwork: networks[number - 1], remoteNetwork: networks[2 - number], pfs: group, phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }]
	}] }]);
}

/** Two gateways with a tunnel that was up once. `command`: of the responder. */
async function pair(group, command) {
	const gateways = [new Gateway(1, settings(1, 2, group)), new Gateway(2, settings(2, 1, group), command)];
	for (const gateway of gateways)
		await gateway.start();
	await gateways[0].command("up other");
	await gateways[0].tunnels(2);
	return gateways;
}

/** Median microseconds of initiator and responder, each control plane and exponentiations. */
async function keygate(group) {
	const gateways = await pair(group);
	const pids = gateways.map(({ child }) => child.pid);
	const found = [];
	const typed = [];
	for (let i = 0; i < count; i++) {
		await gateways[0].command("down other");
		found.push(await cost(pids, () => gateways[0].command("up other")));
		// the same command when there is nothing to do
		typed.push(await cost(pids, () => gateways[0].command("up other")));
	}
	const text = (await gateways[0].status()).ikeSecurityAssociations[0].algorithm;
	for (const gateway of gateways)
		await gateway.stop();
	const of = (list, side, part) => median(list.map((sides) => sides[side][part]));
	return { text, sides: [0, 1].map((side) => [of(found, side, 0) - of(typed, side, 0), of(found, side, 1)]) };
}

/** Microseconds of strongSwan's responder: its initiator also answers swanctl. */
async function charon(name) {
	const js = (path) => import(join(root, "build/js/tests/interop", path));
	const { Network } = await js("network.js");
	const { Charon } = await js("charon.js");
	const network = await Network.create();
	try {
		const [left, right] = [await new Charon(network.left).start({ quiet: true }), await new Charon(network.right).start({ quiet: true })];
		const connection = { proposals: `aes256-sha256-${name}`, esp: `aes128gcm16-${name}`, secret: "a key between two benches" };
		await right.load(connection, network.left);
		await left.load(connection, network.right);
		const found = [];
		for (let i = 0; i <= count; i++) {
			found.push((await cost([right.pid], () => left.initiate()))[0]);
			await left.terminate("ike");
		}
		await left.close();
		await right.close();
		return median(found.slice(1).map(([main, others]) => main + others));
	}
	finally {
		await network.close();
	}
}

/** Instructions of the responder's first thread, by what they are for: callgrind's functions are told apart by their names. */
const parts = [
	["collecting garbage", /:fx(Mark|Sweep|Collect|Weak)/],
	["interpreter of byte code", /:fxRun(ID|ForAwaitOf)/],
	["built-ins of the language", /:fx_/],
	["OpenSSL", /libcrypto/],
	["keygate's C", /(modules|hosts)\//],
	["C library", /\/lib(c|m)[.-]|sysdeps|stdio-common/],
	["engine: properties, calls, values", /:fx[A-Z]/]
];

/** What lets valgrind run a gateway: the library's path. */
function unrestricted() {
	const library = join(folder, "unrestricted.so");
	const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-O1", join(root, "tests/bench/unrestricted.c"), "-o", library], { encoding: "utf8" });
	if (status !== 0)
		throw new Error(stderr);
	return library;
}

async function instructions(group) {
	const rounds = 3;
	const out = join(folder, `callgrind-${group}`);
	const gateways = await pair(group, ["env", `LD_PRELOAD=${unrestricted()}`, "valgrind", "--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes", `--callgrind-out-file=${out}`,
		join(root, "build/linux/keygate")]);
	const { pid } = gateways[1].child;
	const control = (...args) => spawnSync("callgrind_control", [...args, `${pid}`]);
	for (let i = 0; i < rounds; i++) {
		await gateways[0].command("down other");
		await settled([pid], 400);
		control("-i", "on");
		await gateways[0].command("up other");
		await settled([pid], 400);
		control("-i", "off");
	}
	await gateways[0].tunnels(2);
	for (const gateway of gateways)
		await gateway.stop();
	const { stdout } = spawnSync("callgrind_annotate", ["--threshold=100", "--auto=no", `${out}-01`], { encoding: "utf8", maxBuffer: 1 << 26 });
	const sums = new Map([...parts.map(([name]) => [name, 0]), ["other", 0]]);
	for (const [, number, where] of stdout.matchAll(/^ *([\d,]+) \( *[\d.]+%\)  (\S.*)$/gm)) {
		if (where === "PROGRAM TOTALS")
			continue;
		const [name] = parts.find(([, pattern]) => pattern.test(where)) ?? ["other"];
		sums.set(name, sums.get(name) + Number(number.replaceAll(",", "")) / rounds);
	}
	return sums;
}

const program = join(folder, "agreement");
const compiled = spawnSync("gcc", ["-std=gnu11", "-O2", `-DEXPONENT=${exponentBits}`, join(root, "tests/bench/agreement.c"), "-lcrypto", "-o", program], { encoding: "utf8" });
if (compiled.status !== 0)
	throw new Error(compiled.stderr);
const isRoot = process.getuid?.() === 0 && existsSync("/usr/lib/ipsec/charon");
const withInstructions = existsSync("/usr/bin/valgrind");

const report = new Report("negotiation");
const rows = [];
const counted = [];
const ratios = [];
for (const [group, name] of groups) {
	const [agreement, exponentiations] = spawnSync(program, [`${group}`], { encoding: "utf8" }).stdout.trim().split(" ").map(Number);
	const bare = exponentiations || agreement;
	const { text, sides } = await keygate(group);
	const other = isRoot ? await charon(name) : undefined;
	for (const [i, [control, exponents]] of sides.entries())
		rows.push([text, i === 0 ? "initiator" : "responder", control.toFixed(0), exponents.toFixed(0), (control + exponents).toFixed(0), bare.toFixed(0), agreement.toFixed(0), other === undefined || i === 0 ? "" : other.toFixed(0), (1e6 / (control + exponents)).toFixed(0)]);
	ratios.push([group, name, Math.max(...sides.map(([control, exponents]) => (control + exponents) / bare)), Math.max(...sides.map(([control]) => control))]);
	if (withInstructions)
		counted.push([name, await instructions(group)]);
}
report.table("sides", ["algorithms", "side", "control plane, µs", "exponentiations, µs", "both, µs", "bare exponentiations, µs", "OpenSSL's key agreement, µs", "strongSwan, µs", "negotiations a second that a core can do"], rows, { within: 0.5 });
if (counted.length > 0) {
	const all = (sums) => average([...sums.values()]) * sums.size;
	report.table("parts", ["thousands of instructions of a responder's control plane", ...counted.map(([name]) => name)], [
		...[...counted[0][1].keys()].map((part) => [part, ...counted.map(([, sums]) => (sums.get(part) / 1000).toFixed(0))]),
		["all", ...counted.map(([, sums]) => (all(sums) / 1000).toFixed(0))]
	], { within: 0.2 });
}
report.goal("group 14: CPU time of a side, times the bare exponentiations", ratios[0][2].toFixed(1), { atMost: 1.2 });
report.goal("Curve25519: CPU time of a side beside the exponentiations, ms", (ratios[1][3] / 1000).toFixed(2), { atMost: 0.4 });
report.end();
