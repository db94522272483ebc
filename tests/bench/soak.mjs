// Two gateways for a long time: tunnels made, renewed and deleted, peers killed and started again, addresses changed, links cut, settings read anew, at random. All
// the while packets go both ways. In the end: nothing of the LANs was on the WAN in clear, nothing is left in any table, no descriptor and no memory is lost, each
// tunnel came back each time, and no line of severity "error" was written. Root.
//   npm run soak -- [minutes] [seed]      60 minutes when none are given; --write keeps what it found, when there were 10 at least
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, debian, root } from "../../hosts/setup.mjs";
import { Report, words } from "./report.mjs";

if (process.getuid() !== 0) {
	console.error("tests/bench/soak.mjs needs root, for its network namespaces");
	process.exit(2);
}
await build();
await debian([["nftables", "/usr/sbin/nft"]], "the soak");
const js = (path) => import(join(root, "build/js/tests", path));
const { Network } = await js("interop/network.js");
const { Keygate } = await js("interop/keygate.js");
const { generator } = await js("unit/ike/wire/hostile.js");

const [minutes = 60, seed = 1] = words.map(Number);
const random = generator(seed);
const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
/** Milliseconds in which a tunnel is to be back after anything. */
const limit = 60000;

const network = await Network.create();
const sides = [network.left, network.right];
const gateways = sides.map((side) => new Keygate(side));
const faults = [];
const fault = (text) => {
	faults.push(text);
	console.log(`FAULT: ${text}`);
};

// ---- what is on the WAN ----

/** Counts packets of the LANs that leave or come by the WAN's interface. */
for (const { namespace } of sides)
	await namespace.must(["sh", "-c", `/usr/sbin/nft -f - <<'.'
table ip soak {
	counter clear { }
	chain out { type filter hook postrouting priority 300; oifname "wan" ip saddr { 10.1.0.0/16, 10.2.0.0/16 } counter name clear; }
	chain in { type filter hook prerouting priority -400; iifname "wan" ip saddr { 10.1.0.0/16, 10.2.0.0/16 } counter name clear; }
}
.`]);
// other ways out, were the tunnel's route missing
await network.left.namespace.ip("route", "add", "default", "via", network.right.wan);
await network.right.namespace.ip("route", "add", "default", "via", network.left.wan);

async function inClear() {
	let count = 0;
	for (const { namespace } of sides)
		count += Number(/packets (\d+)/.exec(await namespace.must(["/usr/sbin/nft", "list", "counter", "ip", "soak", "clear"]))[1]);
	return count;
}

// ---- settings ----

/** What changes from time to time. */
const now = { pfs: "off", natTraversal: "force", encryption: "aes-128-gcm-16", address: 2 };
const addresses = ["10.0.0.2", "10.0.0.4", "10.0.0.5"];
for (const address of addresses.slice(1))
	await network.right.namespace.ip("address", "add", `${address}/24`, "dev", "wan");

const connection = () => ({
	phase1: [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 }], phase2: [{ protocol: "esp", encryption: now.encryption }], pfs: now.pfs, secret: "a key for the soak, of 2026",
	natTraversal: now.natTraversal, seconds: 20, phase1Lifetime: 60, deadPeerDetection: { interval: 5, timeout: 15 }
});
const otherOf = (i) => gateways[1 - i].side;
const start = (i) => gateways[i].start(connection(), otherOf(i));
async function reload() {
	for (const i of [0, 1])
		await gateways[i].reload(connection(), otherOf(i));
}

// ---- what is measured ----

const figures = (pid) => ({
	resident: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))[1]),
	descriptors: readdirSync(`/proc/${pid}/fd`).length
});

/** Tables by name: how much of each is in use. */
async function tables(gateway) {
	return new Map([...(await gateway.command("memory")).matchAll(/^\s*(\S.*?) {2,}(\d+) +(\d+) +(\d+) +(\d+)\r?$/gm)].map((match) => [match[1], Number(match[2])]));
}

/** Warnings and errors, by their texts without numbers and names. */
const warnings = new Map();
let fatal = 0;
async function collect(i) {
	for (const [, severity, text] of (await gateways[i].command("log vpn 256")).matchAll(/^ *-?[\d.]+ (warning|error) +(.*?)\r?$/gm)) {
		const kind = `${severity}: ${text.replace(/0x[0-9a-f]+|\b[0-9a-f]{16}\b|\d+(\.\d+)*/g, "N")}`;
		warnings.set(kind, (warnings.get(kind) ?? 0) + 1);
		// this one has its cause: none is given here
		if (severity === "error" && !text.startsWith("no state folder was given"))
			fatal++;
	}
}

/** Waits until a packet comes back through the tunnel: seconds. */
async function recovered(what) {
	const began = Date.now();
	for (;;) {
		const { status } = await network.left.namespace.run(["ping", "-c", "1", "-W", "1", "-I", network.left.lan, network.right.lan]);
		if (status === 0)
			return (Date.now() - began) / 1000;
		if (Date.now() - began > limit) {
			fault(`after "${what}" nothing came through for ${limit / 1000} s: ${await gateways[0].command("problems")}\n${await gateways[0].command("log vpn 40")}\n${await gateways[1].command("log vpn 40")}`);
			return Infinity;
		}
	}
}

// ---- what happens ----

const either = () => random(2);
const events = {
	"a connection is closed and asked for": async () => {
		const one = gateways[either()];
		await one.command("down branch/office");
		await wait(random(500));
		await one.command("up branch/office");
	},
	"an SA is deleted": async () => {
		const one = gateways[either()];
		const { securityAssociations: [sa] } = await one.status();
		if (sa !== undefined)
			await one.command(`delete ${sa.spi}`);
	},
	"an IKE SA is deleted": async () => {
		const one = gateways[either()];
		const sa = (await one.status()).ikeSecurityAssociations.find(({ id }) => id !== "");
		if (sa !== undefined)
			await one.command(`delete ${sa.id}`);
	},
	"all of a peer is closed": async () => void await gateways[either()].command("down branch"),
	"a gateway is killed and started again": async () => {
		const i = either();
		await collect(i);
		await gateways[i].stop("SIGKILL");
		await wait(random(3000));
		await start(i);
	},
	"a gateway ends and is started again": async () => {
		const i = either();
		await collect(i);
		const status = await gateways[i].stop("SIGTERM");
		if (status !== 0)
			fault(`a gateway ended with ${status}: ${gateways[i].output.slice(-2000)}`);
		await start(i);
	},
	"the link is cut for a while": async () => {
		// a router beyond it, rather than the interface itself, whose addresses and routes would go
		const { namespace } = network.right;
		await namespace.must(["/usr/sbin/nft", "add table ip cut; add chain ip cut in { type filter hook prerouting priority -300; }; add rule ip cut in iifname wan drop"]);
		await wait(500 + random(20000));
		await namespace.must(["/usr/sbin/nft", "delete table ip cut"]);
	},
	"the interface goes down and up": async () => {
		await network.right.namespace.ip("link", "set", "wan", "down");
		await wait(random(3000));
		await network.right.namespace.ip("link", "set", "wan", "up");
		await network.right.namespace.run(["ip", "route", "replace", "default", "via", network.left.wan]);
	},
	"packets are lost": async () => {
		const { namespace } = network.left;
		await namespace.run(["tc", "qdisc", "add", "dev", "wan", "root", "netem", "loss", "20%", "delay", "20ms", "10ms", "duplicate", "5%"]);
		await wait(5000 + random(15000));
		await namespace.run(["tc", "qdisc", "delete", "dev", "wan", "root"]);
	},
	"another address": async () => {
		const address = addresses[random(addresses.length)];
		gateways[1].side = { ...gateways[1].side, wan: address };
		await reload();
	},
	"other settings": async () => {
		now.pfs = [19, "off"][either()];
		now.natTraversal = ["force", "off"][either()];
		now.encryption = ["aes-128-gcm-16", "aes-256-gcm-16"][either()];
		await reload();
	},
	"nothing: SAs are renewed": async () => wait(10000 + random(20000))
};

const report = new Report("soak", { partial: minutes < 10 });
const counts = new Map(Object.keys(events).map((name) => [name, { times: 0, slowest: 0 }]));
try {
	for (const i of [0, 1])
		await start(i);
	await recovered("the start");
	// once everything, so that what is measured first is what has been in use
	const names = Object.keys(events);
	let before;
	let pings = 0;
	const end = Date.now() + minutes * 60000;
	for (let turn = 0; Date.now() < end && faults.length < 10; turn++) {
		const name = turn < names.length ? names[turn] : names[random(names.length)];
		await events[name]();
		const time = await recovered(name);
		const count = counts.get(name);
		count.times++;
		count.slowest = Math.max(count.slowest, time);
		const { output } = await network.right.namespace.run(["ping", "-c", "20", "-i", "0.05", "-W", "1", "-I", network.right.lan, network.left.lan]);
		pings += Number(/(\d+) received/.exec(output)?.[1] ?? 0);
		console.log(`${((end - Date.now()) / 60000).toFixed(1)} min to go: ${name}: back after ${time.toFixed(1)} s; ${gateways.map((each) => Object.values(figures(each.pid)).join(" kB, ")).join(" / ")} descriptors`);
	}
	// a last life without an end in between, from one end to the other: what it had at first, it has at last
	for (const i of [0, 1]) {
		await collect(i);
		await gateways[i].stop("SIGTERM");
		await start(i);
	}
	const idle = async () => {
		await recovered("a new start");
		for (const each of gateways)
			await each.command("down branch");
		await gateways[0].down({ ike: true, limit: 30000 });
		await gateways[1].down({ ike: true, limit: 30000 });
		return Promise.all(gateways.map(async (each) => ({ ...figures(each.pid), tables: await tables(each) })));
	};
	await idle();
	before = await idle();
	for (let i = 0; i < 20; i++)
		await idle();
	const after = await idle();
	const left = [];
	for (const [i, { tables: used, resident, descriptors }] of after.entries()) {
		for (const table of ["security associations", "IKE SAs", "SA pairs", "parked packets", "IKE reassemblies"])
			if (used.get(table) !== 0)
				left.push(`${table}: ${used.get(table)}`);
		if (descriptors !== before[i].descriptors)
			left.push(`descriptors: ${before[i].descriptors} before, ${descriptors} after`);
		if (resident - before[i].resident > 256)
			left.push(`RSS: ${before[i].resident} kB before, ${resident} kB after`);
		if (used.get("XS slots") - before[i].tables.get("XS slots") > 100)
			left.push(`XS slots: ${before[i].tables.get("XS slots")} before, ${used.get("XS slots")} after`);
		await collect(i);
	}
	left.forEach(fault);
	const clear = await inClear();
	report.table("totals", ["", "count"], [["minutes", minutes], ["what happened", [...counts.values()].reduce((sum, { times }) => sum + times, 0)], ["pings answered", pings], ["packets of the LANs in clear on the WAN", clear],
		["a tunnel that did not come back, an end that was none, something left", faults.length], ["lines of severity error in the logs", fatal]], { within: 1 });
	report.table("events", ["what happened", "times", "until packets came through, s, worst"], [...counts].map(([name, { times, slowest }]) => [name, times, slowest.toFixed(1)]), { within: 1 });
	report.table("warnings", ["in the log", "times"], [...warnings].sort((a, b) => b[1] - a[1]), { within: 1 });
	report.goal("packets of the LANs in clear on the WAN", clear, { atMost: 0 });
	report.goal("faults: a tunnel that did not come back, an end that was none, something left", faults.length, { atMost: 0 });
	report.goal("lines of severity error in the logs", fatal, { atMost: 0 });
	report.goal("pings answered", pings, { atLeast: 1 });
	report.end();
	process.exitCode = faults.length + fatal > 0 || clear > 0 ? 1 : 0;
}
finally {
	for (const each of gateways)
		await each.close();
	await network.close();
}
