// Through two gateways, each in a network namespace, by iperf3: keygate, strongSwan's ESP in user space (kernel-libipsec), and wireguard-go. Root.
//   node tests/bench/tunnel.mjs [rounds] [seconds] [WORD...]      a WORD picks the rows whose name has it
// The kinds take turns in each round; told are medians of Mbit/s, and keygate's as a multiple of the better of the other two.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debian, root } from "../../hosts/setup.mjs";
import { words as given } from "./report.mjs";

const js = (path) => import(join(root, "build/js/tests/interop", path));
const { Network } = await js("network.js");
const { Keygate } = await js("keygate.js");
const { Charon } = await js("charon.js");

const [rounds = 5, seconds = 3] = given.slice(0, 2).map(Number);
const picked = given.slice(2);
if (process.getuid() !== 0) {
	console.error("tests/bench/tunnel.mjs needs root, for its network namespaces");
	process.exit(2);
}
await debian([["iperf3", "/usr/bin/iperf3"], ["wireguard-go", "/usr/bin/wireguard-go"], ["wireguard-tools", "/usr/bin/wg"]], "the comparison");

const algorithms = {
	"AES-128-GCM": { phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], esp: "aes128gcm16" },
	"AES-128-CBC, HMAC-SHA1": { phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" }], esp: "aes128-sha1" }
};
const loads = { "TCP, 1 stream": ["-P", "1"], "TCP, 8 streams": ["-P", "8"], "UDP, 1400 bytes": ["-u", "-b", "0", "-l", "1400"], "UDP, 576 bytes": ["-u", "-b", "0", "-l", "576"], "UDP, 64 bytes": ["-u", "-b", "0", "-l", "64"] };
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];
const secret = "a key for the bench";

/** Mbit/s that the receiver got through the tunnel from left to right. */
async function measure({ left, right }, words) {
	const server = spawn("ip", ["netns", "exec", right.namespace.name, "iperf3", "-s", "-1", "-B", right.lan], { stdio: "ignore" });
	const gone = new Promise((resolve) => server.on("close", resolve));
	for (let i = 0; i < 50; i++) {
		const { stdout } = spawnSync("ip", ["netns", "exec", right.namespace.name, "ss", "-Hltn", "sport = :5201"], { encoding: "utf8" });
		if (stdout.includes("5201"))
			break;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	const client = spawn("ip", ["netns", "exec", left.namespace.name, "iperf3", "-c", right.lan, "-B", left.lan, "-t", `${seconds}`, "-O", "1", "-J", ...words], { stdio: ["ignore", "pipe", "inherit"] });
	const limit = setTimeout(() => client.kill(), (seconds + 15) * 1000);
	let text = "";
	client.stdout.on("data", (data) => text += data);
	await new Promise((resolve) => client.on("close", resolve));
	clearTimeout(limit);
	server.kill();
	await gone;
	try {
		const { end } = JSON.parse(text);
		const sum = end.sum_received?.bits_per_second > 0 ? end.sum_received : end.sum;
		return sum.bits_per_second * (words.includes("-u") && end.sum_received === undefined ? 1 - end.sum.lost_percent / 100 : 1) / 1e6;
	}
	catch {
		return 0;
	}
}

/** keygate at both ends. */
async function keygate(network, { phase2 }, natTraversal) {
	const sides = [new Keygate(network.left), new Keygate(network.right)];
	const connection = { phase1, phase2, pfs: "off", secret, natTraversal };
	await sides[0].start(connection, network.right);
	await sides[1].start(connection, network.left);
	await sides[0].command("up branch/office");
	await sides[0].up();
	return async () => {
		for (const side of sides)
			await side.close();
	};
}

async function charon(network, { esp }) {
	const sides = [await new Charon(network.left).start(), await new Charon(network.right).start()];
	const connection = { proposals: "aes128-sha256-modp2048", esp, secret };
	await sides[1].load(connection, network.left);
	await sides[0].load(connection, network.right);
	await sides[0].initiate();
	return async () => {
		for (const side of sides)
			await side.close();
	};
}

const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

async function wireguard(network) {
	const run = (side, ...words) => side.namespace.must(words);
	const sides = [network.left, network.right];
	const keys = sides.map(() => {
		const key = spawnSync("wg", ["genkey"], { encoding: "utf8" }).stdout.trim();
		return { key, public: spawnSync("wg", ["pubkey"], { input: key, encoding: "utf8" }).stdout.trim() };
	});
	const programs = [];
	for (const [i, side] of sides.entries()) {
		const other = sides[1 - i];
		const name = `wg${process.pid % 10000}${i}`;
		programs.push(side.namespace.start(["env", "WG_PROCESS_FOREGROUND=1", "wireguard-go", "-f", name]));
		for (let tries = 0; !existsSync(`/var/run/wireguard/${name}.sock`) && tries < 100; tries++)
			await new Promise((resolve) => setTimeout(resolve, 50));
		const file = join(folder, name);
		writeFileSync(file, `[Interface]\nPrivateKey = ${keys[i].key}\nListenPort = 51820\n[Peer]\nPublicKey = ${keys[1 - i].public}\nAllowedIPs = ${other.network}\nEndpoint = ${other.wan}:51820\n`);
		await run(side, "wg", "setconf", name, file);
		await run(side, "ip", "link", "set", name, "mtu", "1420", "up");
		await run(side, "ip", "route", "add", other.network, "dev", name, "src", side.lan);
	}
	return async () => {
		for (const program of programs)
			await program.stop();
	};
}

const kinds = [["keygate in UDP", (network, algorithm) => keygate(network, algorithm, "force")], ["keygate native", (network, algorithm) => keygate(network, algorithm, "off")], ["strongSwan in UDP", charon], ["wireguard-go", wireguard]];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

console.log(`| ${rounds} rounds of ${seconds} s, medians of Mbit/s | ${kinds.map(([name]) => name).join(" | ")} | in UDP, times | native, times |\n| --- |${" --- |".repeat(kinds.length + 2)}`);
for (const [name, algorithm] of Object.entries(algorithms)) {
	const rows = Object.entries(loads).filter(([load]) => picked.length === 0 || picked.every((word) => `${name} ${load}`.includes(word)));
	const found = new Map(rows.map(([load]) => [load, kinds.map(() => [])]));
	for (let round = 0; round < rounds && rows.length > 0; round++)
		for (const [k, [, open]] of kinds.entries()) {
			const network = await Network.create();
			try {
				const close = await open(network, algorithm);
				try {
					for (const [load, words] of rows)
						found.get(load)[k].push(await measure(network, words));
				}
				finally {
					await close();
				}
			}
			finally {
				await network.close();
			}
		}
	for (const [load] of rows) {
		const [udp, native, ...others] = found.get(load).map(median);
		const best = Math.max(...others);
		console.log(`| ${name}, ${load} | ${[udp, native, ...others].map((value) => value.toFixed(0)).join(" | ")} | ${(udp / best).toFixed(1)} | ${(native / best).toFixed(1)} |`);
	}
}
