// Tunnels of several kinds between the two sides of a network of namespaces (tests/interop/network.ts), for the benches: opened by name, each gives what closes it. Root.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { multibufferPackages } from "../../hosts/backends.mjs";
import { debian, root } from "../../hosts/setup.mjs";

const js = (path) => import(join(root, "build/js/tests/interop", path));
const { Keygate } = await js("keygate.js");
const { Charon } = await js("charon.js");
export const { Network } = await js("network.js");

if (process.getuid() !== 0) {
	console.error("this bench needs root, for its network namespaces");
	process.exit(2);
}
await debian([["iperf3", "/usr/bin/iperf3"], ["wireguard-go", "/usr/bin/wireguard-go"], ["wireguard-tools", "/usr/bin/wg"], ...multibufferPackages], "the comparison");

export const algorithms = {
	"AES-128-GCM": { phase2: [{ protocol: "esp", encryption: "aes-128-gcm-16" }], esp: "aes128gcm16" },
	"AES-128-CBC, HMAC-SHA1": { phase2: [{ protocol: "esp", encryption: "aes-128-cbc", authentication: "hmac-sha1-96" }], esp: "aes128-sha1" }
};
const phase1 = [{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 14 }];
const secret = "a key for the bench";

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

/** strongSwan with its ESP in user space, which is always in UDP. */
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

/** wireguard-go. */
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

/** The calls of a tunnel with nothing between them (kernel.c), which is made when it is first asked for. */
async function kernelAlone(network, form) {
	const program = join(folder, "kernel");
	if (!existsSync(program)) {
		const { status, stderr } = spawnSync("gcc", ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-o", program, join(root, "tests/bench/kernel.c")], { encoding: "utf8" });
		if (status !== 0)
			throw new Error(stderr);
	}
	const programs = [];
	for (const [side, other] of [[network.left, network.right], [network.right, network.left]]) {
		const running = side.namespace.start([program, "kernel0", side.wan, other.wan, form]);
		programs.push(running);
		await running.waitFor(/ready/);
		// as large as a gateway's packets are before AES-GCM and UDP
		await side.namespace.ip("link", "set", "kernel0", "mtu", "1438", "up");
		await side.namespace.ip("route", "add", other.network, "dev", "kernel0", "src", side.lan);
	}
	return async () => {
		for (const running of programs)
			await running.stop();
	};
}

/** By name: what no tunnel of user space can be faster than, made as keygate's are. */
export const ceilings = {
	"the kernel alone in UDP": (network) => kernelAlone(network, "udp"),
	"the kernel alone, native": (network) => kernelAlone(network, "native")
};

/** By name: opens a tunnel in `network` by one of `algorithms`. */
export const kinds = {
	"keygate in UDP": (network, algorithm) => keygate(network, algorithm, "force"),
	"keygate native": (network, algorithm) => keygate(network, algorithm, "off"),
	"strongSwan in UDP": charon,
	"wireguard-go": wireguard
};

/** Opens a network with a tunnel of this kind, and closes both when `use` is done. */
export async function within(kind, algorithm, use) {
	const network = await Network.create();
	try {
		const close = await { ...kinds, ...ceilings }[kind]?.(network, algorithm);
		try {
			return await use(network);
		}
		finally {
			await close?.();
		}
	}
	finally {
		await network.close();
	}
}

/** Starts iperf3's server for one test on the right side; waits until it listens. What ends it, which resolves when it is gone. */
export async function server({ right }) {
	const child = spawn("ip", ["netns", "exec", right.namespace.name, "iperf3", "-s", "-1", "-B", right.lan], { stdio: "ignore" });
	const gone = new Promise((resolve) => child.on("close", resolve));
	for (let i = 0; i < 100; i++) {
		const { stdout } = spawnSync("ip", ["netns", "exec", right.namespace.name, "ss", "-Hltn", "sport = :5201"], { encoding: "utf8" });
		if (stdout.includes("5201"))
			break;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return () => {
		child.kill();
		return gone;
	};
}

/** iperf3's client on the left side; `seconds` with a second that does not count before. */
export function client({ left, right }, seconds, words) {
	return spawn("ip", ["netns", "exec", left.namespace.name, "iperf3", "-c", right.lan, "-B", left.lan, "-t", `${seconds}`, "-O", "1", "-J", ...words], { stdio: ["ignore", "pipe", "ignore"] });
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
