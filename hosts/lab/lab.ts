/**
 * The lab: two gateways as two processes on loopback, tunnels between them, simulated hosts behind each. Needs no root, no
 * configuration and no privileged port: the gateways' LANs are unix sockets, ESP goes in UDP.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LAN } from "./lan.js";
import { datagramStream, pingStream, type Stream } from "./traffic.js";

const addresses = ["127.0.0.1", "127.0.0.2"] as const;
const user = "admin";

/** Seconds; a renewal shows within two minutes. */
const lifetime = 90;

interface Lab {
	readonly folder: string;
	readonly ports: { readonly ike: number; readonly natTraversal: number; readonly http: readonly [number, number] };
	readonly password: string;
}

/** A UDP port that is free on both loopback addresses: each gateway expects the other's IKE on the number it uses itself. */
async function freeUDPPort(): Promise<number> {
	for (let tries = 0; tries < 50; tries++) {
		const port = randomInt(20000, 32000);
		const free = await Promise.all(addresses.map((address) => new Promise<boolean>((resolve) => {
			const socket = createSocket("udp4");
			socket.once("error", () => resolve(false));
			socket.bind(port, address, () => socket.close(() => resolve(true)));
		})));
		if (free.every(Boolean))
			return port;
	}
	throw new Error("no free UDP port on 127.0.0.1 and 127.0.0.2");
}

async function freeTCPPort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once("error", reject);
		server.listen(0, addresses[0], () => {
			const address = server.address();
			server.close(() => typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no free TCP port")));
		});
	});
}

/** The settings of gateway 0 ("gate-a", which starts the tunnels) or 1 ("gate-b"). */
function settings({ folder, ports, password }: Lab, side: 0 | 1, preSharedKey: string): object {
	const other = 1 - side as 0 | 1;
	const names = ["gate-a", "gate-b"] as const;
	const connection = (name: string, order: number, subnet: number, proposal: object, pfs: number | "off") => ({
		name, enabled: true, order,
		localNetwork: `10.${side + 1}.${subnet}.0/24`,
		remoteNetwork: `10.${other + 1}.${subnet}.0/24`,
		phase2Proposals: [proposal], pfs,
		lifetime: { seconds: lifetime, kilobytes: 0 },
	});
	return {
		version: 1,
		gateway: {
			name: names[side],
			wanAddress: addresses[side],
			lanAddress: `10.${side + 1}.0.1/24`,
			tunnelInterface: `unix:${join(folder, `lan-${side}`)}`,
			ikePort: ports.ike, natTraversalPort: ports.natTraversal,
			http: { address: addresses[0], port: ports.http[side] },
			admin: { user, password },
		},
		peers: [{
			name: names[other],
			enabled: true,
			remoteGateway: addresses[other],
			actAs: "initiator and responder",
			phase1Mode: "main",
			authentication: "pre-shared key",
			preSharedKey,
			phase1Proposals: [
				{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 14 },
				{ encryption: "aes-128-cbc", hash: "sha256", dhGroup: 19 },
			],
			phase1Lifetime: 28800,
			natTraversal: "force",
			connections: [
				connection("office", 1, 0, { protocol: "esp", encryption: "aes-128-gcm-16" }, 14),
				connection("voice", 2, 1, { protocol: "esp", encryption: "aes-256-cbc", authentication: "hmac-sha256-128" }, "off"),
			],
		}],
	};
}

function gateway(executable: string, { folder }: Lab, side: 0 | 1): ChildProcess {
	const config = join(folder, `gate-${side}.json`);
	const arguments_ = ["--config", config];
	if (side === 0)
		arguments_.push("--console", "stdio");
	// The console's first prompt must not stand before the status page line: what it says is passed on when that is out.
	return spawn(executable, arguments_, { stdio: side === 0 ? ["inherit", "pipe", "inherit"] : ["ignore", "inherit", "inherit"] });
}

/** Waits until the page of the first gateway shows both tunnels, each way, or throws after `limit` ms. */
async function tunnelsUp({ ports, password }: Lab, limit: number, ended: () => boolean): Promise<void> {
	const deadline = Date.now() + limit;
	const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
	for (;;) {
		try {
			const response = await fetch(`http://${addresses[0]}:${ports.http[0]}/status.json`, { headers: { authorization } });
			const status = await response.json() as { securityAssociations: { connection: string; direction: string }[]; problems: { text: string }[] };
			// An outgoing SA shows when it is used; the one who began waits a moment for the other side's incoming one.
			if (new Set(status.securityAssociations.map((sa) => `${sa.connection} ${sa.direction}`)).size === 4)
				return;
			if (Date.now() > deadline)
				throw new Error(status.problems[0]?.text ?? "the tunnels did not come up");
		}
		catch (error) {
			if (ended() || Date.now() > deadline)
				throw error;
		}
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}

/** Runs the lab until SIGTERM or SIGINT, or until a gateway ends. Returns the exit status. */
export async function runLab(executable: string): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "keygate-lab-"));
	const lab: Lab = {
		folder,
		ports: { ike: await freeUDPPort(), natTraversal: await freeUDPPort(), http: [await freeTCPPort(), await freeTCPPort()] },
		password: randomBytes(6).toString("hex"),
	};
	const preSharedKey = randomBytes(18).toString("base64url");
	const sides = [0, 1] as const;
	for (const side of sides)
		writeFileSync(join(folder, `gate-${side}.json`), JSON.stringify(settings(lab, side, preSharedKey), null, "\t"), { mode: 0o600 });

	const gateways = sides.map((side) => gateway(executable, lab, side));
	let running = gateways.length;
	let stopping = false;
	let status = 0;
	const done = new Promise<void>((resolve) => {
		for (const child of gateways)
			child.once("exit", (code) => {
				running--;
				if (!stopping)
					status = code ?? 1;
				stopping = true;
				for (const other of gateways)
					if (other.exitCode === null && other.signalCode === null)
						other.kill("SIGTERM");
				if (running === 0)
					resolve();
			});
	});
	let timer: NodeJS.Timeout | undefined;
	const stop = () => {
		// Traffic ends before the tunnels do, so that what is under way is not counted as lost.
		clearInterval(timer);
		setTimeout(() => {
			stopping = true;
			for (const child of gateways)
				child.kill("SIGTERM");
		}, 100);
	};
	process.on("SIGTERM", stop);
	process.on("SIGINT", stop);

	const lans = [new LAN(), new LAN()] as const;
	let streams: Stream[] = [];
	try {
		await Promise.all(sides.map((side) => lans[side].open(join(folder, `lan-${side}`), Date.now() + 10000)));
		streams = [
			pingStream(lans[0], "10.1.0.10", lans[1], "10.2.0.20"),
			datagramStream(lans[0], "10.1.1.10", lans[1], "10.2.1.20", 160),
			datagramStream(lans[1], "10.2.1.21", lans[0], "10.1.1.11", 160),
		];
		timer = setInterval(() => streams.forEach((stream) => stream.send()), 100);
		await tunnelsUp(lab, 20000, () => stopping);
		console.log(`status page: http://${addresses[0]}:${lab.ports.http[0]}/  user: ${user}  password: ${lab.password}`);
		gateways[0]!.stdout!.pipe(process.stdout, { end: false });
	}
	catch (error) {
		// oxlint-disable-next-line typescript/no-unnecessary-condition -- a signal may have come since it was set
		if (!stopping) {
			console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
			status = 1;
		}
		stop();
	}
	await done;
	clearInterval(timer);
	for (const lan of lans)
		lan.close();
	for (const { name, tally } of streams)
		console.log(`${name}: ${tally.toString()}`);
	rmSync(folder, { recursive: true, force: true });
	return status;
}
