/** Pings and transfers between the two LANs. */
import { fileURLToPath } from "node:url";
import type { Namespace, Side } from "./network.js";
import type { Program } from "./processes.js";

/** Where pings come from and go to: an address on a LAN, and what runs a program there. */
export interface Place {
	readonly lan: string;
	readonly namespace: Pick<Namespace, "run">;
}

export interface Pings {
	readonly sent: number;
	readonly received: number;
}

/** The sequence numbers that were answered. */
function answered(output: string): Set<number> {
	return new Set([...output.matchAll(/icmp_seq=(\d+) ttl=/g)].map((match) => Number(match[1])));
}

/**
 * `count` pings from one LAN address to the other. ping itself waits for its last answers no longer than two round trips, which
 * on a busy machine calls late what is not lost: some more are sent behind those that count, and none behind a single one.
 */
export async function ping(from: Place, to: Pick<Place, "lan">, { count = 5, interval = 0.01, size = 56, wait = 2 } = {}): Promise<Pings> {
	const more = count === 1 ? 0 : Math.ceil(0.2 / interval);
	const words = ["ping", "-n", "-c", `${count + more}`, "-i", `${interval}`, "-s", `${size}`, "-W", `${wait}`, "-I", from.lan, to.lan];
	const { output } = await from.namespace.run(words, { limit: 1000 * ((count + more) * interval + wait + 10) });
	if (!/packets transmitted/.test(output))
		throw new Error(`ping said:\n${output}`);
	return { sent: count, received: [...answered(output)].filter((n) => n <= count).length };
}

/** Pings until the first answer (the tunnel comes up with the first packet); how many it took. */
export async function pingUntilAnswered(from: Place, to: Pick<Place, "lan">, tries = 20): Promise<number> {
	for (let n = 1; n <= tries; n++)
		if ((await ping(from, to, { count: 1, wait: 1 })).received === 1)
			return n;
	throw new Error(`no answer to ${tries} pings from ${from.lan} to ${to.lan}`);
}

/** Pings that go on until they are stopped. */
export class SteadyPing {
	readonly #program: Program;

	constructor(from: Side, to: Pick<Side, "lan">, interval = 0.02) {
		this.#program = from.namespace.start(["ping", "-n", "-i", `${interval}`, "-W", "2", "-I", from.lan, to.lan]);
	}

	/** Those up to the last answered one; the ones behind it are still under way. An answer may come late by 300 ms. */
	async stop(): Promise<Pings> {
		const sent = Math.max(0, ...answered(this.#program.output));
		await new Promise((resolve) => setTimeout(resolve, 300));
		await this.#program.stop("SIGINT");
		return { sent, received: [...answered(this.#program.output)].filter((n) => n <= sent).length };
	}
}

const bulk = fileURLToPath(new URL("./bulk.js", import.meta.url));

/** Sends `megabytes` (MiB) by TCP from one LAN address to the other, within `limit` milliseconds; Mbit/s. Throws when not exactly the same bytes arrived. */
export async function transfer(from: Side, to: Side, megabytes = 64, limit = 120000): Promise<number> {
	const { NODE_OPTIONS: _, ...env } = process.env;
	const receiver = to.namespace.start([process.execPath, bulk, "receive", to.lan], { env });
	try {
		const port = (await receiver.waitFor(/^listening (\d+)$/m))[1]!;
		const bytes = megabytes * 1024 * 1024;
		const began = performance.now();
		const sent = await from.namespace.must([process.execPath, bulk, "send", from.lan, to.lan, port, `${bytes}`], { limit, env });
		const received = (await receiver.waitFor(/^\d+ \w{64}$/m))[0];
		const seconds = (performance.now() - began) / 1000;
		if (received !== sent.trim() || !received.startsWith(`${bytes} `))
			throw new Error(`sent ${sent}received ${received}`);
		return Math.round(8 * bytes / 1e6 / seconds);
	}
	finally {
		await receiver.stop();
	}
}
