// A gateway under attack while iperf3 runs through its tunnel: floods of first messages, of messages and packets that belong to nothing, of replayed packets, of
// half-open connections and wrong passwords. Each is compared with the same flood at a program beside the gateway that takes it and does nothing: what the flood
// and the kernel cost is the same then. Meanwhile the tunnel is renewed, and a peer that was not there before comes in. Root.
//   npm run attack -- [rounds] [seconds] [WORD...]      a WORD picks the attacks whose name has it; --long: five rounds of 12 s
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, debian, root } from "../../hosts/setup.mjs";
import { long, Report, words as given } from "./report.mjs";

if (process.getuid() !== 0) {
	console.error("tests/bench/attack.mjs needs root, for its network namespaces and spoofed addresses");
	process.exit(2);
}
await build();
await debian([["iperf3", "/usr/bin/iperf3"], ["tcpdump", "/usr/bin/tcpdump"]], "the attack");
const js = (path) => import(join(root, "build/js/tests/interop", path));
const { Namespace, Network } = await js("network.js");
const { Keygate } = await js("keygate.js");

const [rounds = long ? 5 : 1, seconds = long ? 12 : 5] = given.filter((word) => /^\d+$/.test(word)).map(Number);
const picked = given.filter((word) => !/^\d+$/.test(word));

const folder = mkdtempSync(join(tmpdir(), "keygate-attack-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const flood = join(folder, "flood");
const built = spawnSync("gcc", ["-O2", "-o", flood, join(root, "tests/bench/flood.c")], { encoding: "utf8" });
if (built.status !== 0)
	throw new Error(built.stderr);

const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// ---- the three gateways ----

const network = await Network.create();
const { left, right } = network;
/** Beside the gateway: where the floods go that are compared with. */
const aside = "10.0.0.9";
const third = { namespace: await Namespace.create("newcomer"), wan: "10.5.0.2", lan: "10.3.0.1", network: "10.3.0.0/24" };
const proposal = { phase1Proposals: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }], natTraversal: "force", deadPeerDetection: { interval: 0, timeout: 120 } };
const connection = (side, other, more = {}) => ({
	name: "office", order: 1, localNetwork: side.network, remoteNetwork: other.network, phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], pfs: "off", start: "on traffic", ...more
});

function document(side, peers, gateway = {}) {
	return {
		version: 1,
		gateway: { name: "gate", wanAddress: side.wan, lanAddress: `${side.lan}/24`, http: { address: side.lan, port: 80 }, admin: { user: "admin", password: "a word for the attack" }, ...gateway },
		peers
	};
}

/** Seconds of the tunnel's SAs: each attack sees a renewal. */
const renewal = { lifetime: { seconds: Math.max(10, 2 * seconds), kilobytes: 0 } };
const key = "a key that no flood knows, 2026";
const branch = (side, other) => ({ name: "branch", remoteGateway: other.wan, preSharedKey: key, phase1Mode: "main", ...proposal, connections: [connection(side, other, renewal)] });
/** Anybody may begin, in either mode: the most that an attacker can ask of a responder. */
const anybody = (mode, name, order, identity) => ({
	name, remoteGateway: "0.0.0.0", preSharedKey: key, phase1Mode: mode, ...proposal, ...(identity ? { remoteId: { type: "fqdn", value: identity } } : {}),
	connections: [{ ...connection(left, third), order, ...(mode === "aggressive" ? { remoteNetwork: "10.4.0.0/24" } : {}) }]
});
const hub = (mode) => ({ name: "hub", remoteGateway: left.wan, preSharedKey: key, phase1Mode: mode, ...proposal, ...(mode === "aggressive" ? { localId: { type: "fqdn", value: "roaming" } } : {}), connections: [connection(third, left)] });

// the newcomer is at the gateway by a cable of its own
await left.namespace.must(["ip", "link", "add", "wan2", "type", "veth", "peer", "name", "wan", "netns", third.namespace.name]);
await left.namespace.ip("address", "add", "10.5.0.1/24", "dev", "wan2");
await left.namespace.ip("link", "set", "wan2", "up");
await third.namespace.ip("address", "add", `${third.wan}/24`, "dev", "wan");
await third.namespace.ip("link", "set", "wan", "up");
await third.namespace.ip("address", "add", `${third.lan}/24`, "dev", "lo");
await third.namespace.ip("route", "add", "default", "via", "10.5.0.1");
await left.namespace.ip("address", "add", `${aside}/24`, "dev", "wan");
// answers to addresses that were made up have a way, to where nobody takes them
await left.namespace.ip("route", "add", "default", "via", right.wan);
await left.namespace.must(["sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.wan.rp_filter=0"]);

const gateway = new Keygate(left);
const peer = new Keygate(right);
const newcomer = new Keygate(third);
await gateway.startWith(document(left, [branch(left, right), anybody("main", "newcomer", 2), anybody("aggressive", "roaming", 3, "roaming")]));
await peer.startWith(document(right, [branch(right, left)]));

/** The first message of the newcomer, as it goes over the wire: hexadecimal. */
async function firstMessage(mode) {
	await newcomer.startWith(document(third, [hub(mode)]));
	const dump = third.namespace.start(["tcpdump", "-i", "wan", "-c", "1", "-U", "-x", "-nn", `src ${third.wan} and udp dst port 500`]);
	await dump.waitFor(/listening on/);
	await newcomer.command("up hub/office");
	await dump.waitFor(/0x0010:[^]*packet captured|captured/);
	const bytes = [...dump.output.matchAll(/^\s+0x[0-9a-f]{4}:\s+([0-9a-f ]+)$/gm)].map((match) => match[1].replace(/ /g, "")).join("");
	await dump.stop();
	await newcomer.stop();
	return bytes.slice(56);
}

const messages = { main: await firstMessage("main"), aggressive: await firstMessage("aggressive") };
const unknown = messages.main;
await newcomer.startWith(document(third, [hub("main")]));

await gateway.command("up branch/office");
await gateway.until((status) => status.securityAssociations.some((sa) => sa.peer === "branch"), "up", 20000);

// ---- a measurement ----

/** Seconds of the processor that a process has used, and kilobytes that it has in use. */
function used(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /, "").split(" ");
	return (Number(fields[11]) + Number(fields[12])) / 100;
}
const resident = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]);

/** What ends with its output. */
function start(namespace, command) {
	const { NODE_OPTIONS: _, ...env } = process.env;
	const child = spawn("ip", ["netns", "exec", namespace.name, ...command], { stdio: ["ignore", "pipe", "inherit"], env });
	let text = "";
	child.stdout.on("data", (data) => text += data);
	const ended = new Promise((resolve) => child.once("close", () => resolve(text)));
	return { child, ended };
}

/** Mbit/s through the tunnel. */
async function throughput() {
	const server = start(right.namespace, ["iperf3", "-s", "-1", "-B", right.lan]);
	await wait(300);
	const client = start(left.namespace, ["iperf3", "-c", right.lan, "-B", left.lan, "-t", `${seconds}`, "-J"]);
	const limit = setTimeout(() => client.child.kill(), (seconds + 15) * 1000);
	const text = await client.ended;
	clearTimeout(limit);
	server.child.kill();
	await server.ended;
	try {
		return JSON.parse(text).end.sum_received.bits_per_second / 1e6;
	}
	catch {
		return 0;
	}
}

/** The tunnel's throughput while `attack` goes to `to`. The flood begins before and ends after it. */
async function under(attack, to) {
	const time = seconds + 3;
	const isAside = to === aside;
	const place = attack.from === "LAN" ? left.namespace : right.namespace;
	const sink = isAside ? start(left.namespace, [flood, "sink", aside, `${attack.port}`, "0", `${time + 2}`]) : undefined;
	await wait(isAside ? 300 : 0);
	const source = start(place, [flood, ...attack.words(isAside ? aside : attack.to ?? left.wan, time)]);
	// something for the one that replays
	await left.namespace.run(["ping", "-c", "3", "-i", "0.2", "-W", "1", "-I", left.lan, right.lan]);
	const before = used(gateway.pid);
	const began = Date.now();
	const newcomerUp = isAside ? undefined : comeIn();
	const rate = await throughput();
	const processor = (used(gateway.pid) - before) / ((Date.now() - began) / 1000);
	const entry = await newcomerUp;
	const [packets, , cost] = (await source.ended).trim().split(" ").map(Number);
	sink?.child.kill();
	return { rate, processor, entry, packets: packets / time, cost: cost / time };
}

/** Seconds until the newcomer has its tunnel; it goes before that. */
async function comeIn() {
	await newcomer.command("down hub");
	await wait(200);
	const began = Date.now();
	await newcomer.command("up hub/office");
	for (; Date.now() - began < 20000; await wait(100)) {
		const { securityAssociations } = await newcomer.status();
		if (securityAssociations.length >= 2)
			return (Date.now() - began) / 1000;
		// as somebody who has something to send would, once it has given up
		if (!(await newcomer.status()).ikeSecurityAssociations.some((sa) => sa.state > 0))
			await newcomer.command("up hub/office");
	}
	return Infinity;
}

/** The tunnel's SPIs. */
const tunnel = async () => (await gateway.status()).securityAssociations.filter((sa) => sa.peer === "branch").map((sa) => sa.spi);

const attacks = [
	{ name: "first messages, main mode", port: 500, words: (to, time) => ["first", to, "500", "50000", `${time}`, messages.main] },
	{ name: "first messages, aggressive mode", port: 500, words: (to, time) => ["first", to, "500", "50000", `${time}`, messages.aggressive] },
	{ name: "first messages to port 4500", port: 4500, words: (to, time) => ["first", to, "4500", "50000", `${time}`, messages.main] },
	{ name: "messages with unknown cookies", port: 500, words: (to, time) => ["cookies", to, "500", "50000", `${time}`, unknown] },
	{ name: "unknown SPIs", port: 4500, words: (to, time) => ["spi", to, "4500", "50000", `${time}`] },
	{ name: "replayed ESP", port: 4500, words: (to, time) => ["replay", "wan", "4500", "50000", `${time}`, to] },
	{ name: "half-open HTTP", port: 80, from: "LAN", to: left.lan, words: (to, time) => ["half-open", to, "80", "2000", `${time}`] },
	{ name: "wrong passwords", port: 80, from: "LAN", to: left.lan, words: (to, time) => ["password", to, "80", "2000", `${time}`] },
	{ name: "wrong passwords, four in one write on kept connections", port: 80, from: "LAN", to: left.lan, words: (to, time) => ["kept", to, "80", "10000", `${time}`] },
	{ name: "requests a byte at a time", port: 80, from: "LAN", to: left.lan, words: (to, time) => ["drip", to, "80", "10000", `${time}`] }
].filter(({ name }) => picked.length === 0 || picked.some((word) => name.includes(word)));

const report = new Report("attack", { partial: picked.length > 0 });
try {
	await comeIn();
	await throughput();
	const memory = resident(gateway.pid);
	const rows = [];
	let worst = Infinity, slowest = 0, renewals = 0;
	for (const attack of attacks) {
		const found = { aside: [], at: [] };
		for (let round = 0; round < rounds; round++) {
			found.aside.push(await under(attack, aside));
			const before = await tunnel();
			found.at.push(await under(attack, attack.to ?? left.wan));
			const after = await tunnel();
			renewals += after.some((spi) => !before.includes(spi)) ? 1 : 0;
		}
		const [without, with_] = [median(found.aside.map(({ rate }) => rate)), median(found.at.map(({ rate }) => rate))];
		const of = (list, name) => median(list.map((each) => each[name]));
		const entry = Math.max(...found.at.map((each) => each.entry));
		rows.push([attack.name, Math.round(of(found.at, "packets") / 100) * 100, Math.round(without), Math.round(with_), (with_ / without).toFixed(2), of(found.at, "cost").toFixed(2), of(found.aside, "processor").toFixed(2),
			of(found.at, "processor").toFixed(2), Number.isFinite(entry) ? entry.toFixed(1) : "never", resident(gateway.pid)]);
		worst = Math.min(worst, with_ / without);
		slowest = Math.max(slowest, entry);
		console.log(rows.at(-1).join(" | "));
	}
	report.table("attacks", ["attack", "packets a second", "Mbit/s, flood beside it", "Mbit/s, flood at it", "part", "flood's processors", "gateway's, beside", "gateway's, at it", "newcomer, s, worst", "RSS, kB"], rows, { within: 0.6 });
	report.goal("throughput under attack, of that with the flood beside it: the worst", worst.toFixed(2), { atLeast: 0.7 });
	// 99: never
	report.goal("a new peer gets in, seconds: the worst", Math.min(slowest, 99).toFixed(1), { atMost: 10 });
	// of which 2048 are the filter of first messages (admission.c), static memory that is touched only then
	report.goal("memory after all attacks, kB more", resident(gateway.pid) - memory, { atMost: 3072 });
	report.goal("attacks during which the tunnel was renewed, of all", (renewals / attacks.length / rounds).toFixed(2), { atLeast: 0.5 });
	report.end();
	if (picked.length > 0 || process.env["KEYGATE_SHOW"])
		console.log(await gateway.command("memory"));
}
finally {
	await gateway.close();
	await peer.close();
	await newcomer.close();
	await third.namespace.close();
	await network.close();
}
