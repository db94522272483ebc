/**
 * Two gateways' network namespaces joined by a cable:
 *
 *    left: LAN 10.1.0.1/24 (on lo), WAN 10.0.0.1/24 (wan) ======= (wan) 10.0.0.2/24, LAN 10.2.0.1/24 (on lo) :right
 *
 * Namespaces are named after this process, so that a later run finds what a killed one left behind.
 */
import { existsSync } from "node:fs";
import { must, Program, run } from "./processes.js";

const prefix = "keygate-";
let serial = 0;

/** A network namespace. Everything that a test runs in it ends, at the latest, when it is closed. */
export class Namespace {
	readonly name: string;

	constructor(name: string) {
		this.name = name;
	}

	static async create(role: string): Promise<Namespace> {
		const name = `${prefix}${process.pid}-${serial++}-${role}`;
		await must(["ip", "netns", "add", name]);
		await must(["ip", "-n", name, "link", "set", "lo", "up"]);
		return new Namespace(name);
	}

	/** The words that run a program here. */
	inside(words: readonly string[]): string[] {
		return ["ip", "netns", "exec", this.name, ...words];
	}

	run(words: readonly string[], options: { limit?: number; env?: NodeJS.ProcessEnv } = {}) {
		return run(this.inside(words), options);
	}

	must(words: readonly string[], options: { limit?: number; env?: NodeJS.ProcessEnv } = {}) {
		return must(this.inside(words), options);
	}

	start(words: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}): Program {
		return new Program(this.inside(words), options);
	}

	/** `ip` for this namespace: `ip("link", "set", "lo", "up")`. */
	ip(...words: string[]): Promise<string> {
		return must(["ip", "-n", this.name, ...words]);
	}

	/** Ends what still runs here and removes the namespace. */
	async close(): Promise<void> {
		const { output } = await run(["ip", "netns", "pids", this.name]);
		for (const pid of output.split("\n").filter((line) => /^\d+$/.test(line))) {
			try {
				process.kill(Number(pid), "SIGKILL");
			}
			catch {
				// gone since
			}
		}
		await run(["ip", "netns", "delete", this.name]);
	}
}

/** Removes namespaces of earlier runs whose process is no longer there. */
async function sweep(): Promise<void> {
	const { output } = await run(["ip", "netns", "list"]);
	for (const line of output.split("\n")) {
		const match = line.match(new RegExp(`^(${prefix}(\\d+)-\\S+)`));
		if (match !== null && !existsSync(`/proc/${match[2]}`))
			await new Namespace(match[1]!).close();
	}
}

export interface Side {
	readonly namespace: Namespace;
	readonly wan: string;
	/** The gateway's own address on its LAN, and the LAN. */
	readonly lan: string;
	readonly network: string;
}

export class Network {
	readonly left: Side;
	readonly right: Side;

	private constructor(left: Side, right: Side) {
		this.left = left;
		this.right = right;
	}

	static async create(): Promise<Network> {
		await sweep();
		const sides: Side[] = [];
		try {
			for (const [role, wan, lan, network] of [["left", "10.0.0.1", "10.1.0.1", "10.1.0.0/24"], ["right", "10.0.0.2", "10.2.0.1", "10.2.0.0/24"]] as const)
				sides.push({ namespace: await Namespace.create(role), wan, lan, network });
			const [left, right] = sides as [Side, Side];
			await must(["ip", "link", "add", "wan", "netns", left.namespace.name, "type", "veth", "peer", "name", "wan", "netns", right.namespace.name]);
			for (const side of sides) {
				await side.namespace.ip("address", "add", `${side.wan}/24`, "dev", "wan");
				await side.namespace.ip("link", "set", "wan", "up");
				await side.namespace.ip("address", "add", `${side.lan}/24`, "dev", "lo");
			}
			return new Network(left, right);
		}
		catch (error) {
			for (const side of sides)
				await side.namespace.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.left.namespace.close();
		await this.right.namespace.close();
	}
}

/**
 * A host on the LAN of `side`, at .10 of its network, in a namespace of its own behind the gateway, which forwards for it. The
 * gateway's LAN address moves from lo to the cable. Closing the returned side's namespace takes the cable away.
 */
export async function attachHost(side: Side, role: string): Promise<Side> {
	const namespace = await Namespace.create(role);
	try {
		const address = side.lan.replace(/\d+$/, "10");
		await must(["ip", "link", "add", "lan", "netns", side.namespace.name, "type", "veth", "peer", "name", "lan", "netns", namespace.name]);
		await side.namespace.ip("address", "delete", `${side.lan}/24`, "dev", "lo");
		await side.namespace.ip("address", "add", `${side.lan}/24`, "dev", "lan");
		await side.namespace.ip("link", "set", "lan", "up");
		await side.namespace.must(["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"]);
		await namespace.ip("address", "add", `${address}/24`, "dev", "lan");
		await namespace.ip("link", "set", "lan", "up");
		await namespace.ip("route", "add", "default", "via", side.lan);
		return { namespace, wan: side.wan, lan: address, network: side.network };
	}
	catch (error) {
		await namespace.close();
		throw error;
	}
}
