// Gateways for the benches: on loopback addresses, with unix: sockets as LANs, ESP in UDP; no privilege is needed.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));
export const port = randomInt(20000, 30000);
const prompt = "keygate> ";
const running = new Set();
process.once("exit", () => {
	for (const gateway of running)
		gateway.child.kill("SIGKILL");
	rmSync(folder, { recursive: true, force: true });
});

/** A settings document for the gateway at 127.0.0.`number`. */
export function document(number, peers, more = {}) {
	return {
		version: 1,
		gateway: {
			name: `gate-${number}`, wanAddress: `127.0.0.${number}`, lanAddress: "10.200.0.1/24", tunnelInterface: `unix:${lan(number)}`,
			ikePort: port, natTraversalPort: port + 1, http: { address: "127.0.0.1", port: 0 }, admin: { user: "admin", password: "a word for the bench" }
		},
		peers: peers.map((peer) => ({ preSharedKey: "a key between two benches", natTraversal: "force", deadPeerDetection: { interval: 0, timeout: 120 }, ...peer })),
		...more
	};
}

/** Path of a gateway's LAN. */
export const lan = (number) => join(folder, `lan-${number}`);

export class Gateway {
	#file;
	#output = "";
	#errors = "";
	#command;
	child;

	/** `command`: what is run in place of the gateway alone, its own words come behind. */
	constructor(number, settings, command = [join(root, "build/linux/keygate")]) {
		this.#command = command;
		this.#file = join(folder, `settings-${number}.json`);
		writeFileSync(this.#file, JSON.stringify(settings));
	}

	/** Starts it and waits for its console. */
	async start() {
		this.#output = "";
		const [program, ...words] = this.#command;
		this.child = spawn(program, [...words, "--config", this.#file, "--console", "stdio"], { stdio: ["pipe", "pipe", "pipe"] });
		running.add(this);
		this.child.on("close", () => running.delete(this));
		this.child.stdin.on("error", () => {});
		this.child.stdout.on("data", (data) => this.#output += data);
		this.child.stderr.on("data", (data) => this.#errors += data);
		await this.#until(() => this.#output.endsWith(prompt), "ready");
		return this;
	}

	async command(line) {
		const from = this.#output.length;
		this.child.stdin.write(`${line}\n`);
		await this.#until(() => this.#output.length > from && this.#output.endsWith(prompt), line);
		return this.#output.slice(from, -prompt.length);
	}

	async status() {
		const answer = await this.command("status json");
		return JSON.parse(answer.slice(answer.indexOf("{")));
	}

	/** Waits until this many SAs that carry traffic are there. */
	async tunnels(count, limit = 60000, pause = 10) {
		for (const deadline = Date.now() + limit; ;) {
			const { securityAssociations } = await this.status();
			if (count === 0 ? securityAssociations.length === 0 : securityAssociations.length >= count)
				return;
			if (Date.now() > deadline)
				throw new Error(`${securityAssociations.length} SAs, not ${count}:\n${await this.command("log")}`);
			await new Promise((resolve) => setTimeout(resolve, pause));
		}
	}

	/** Where its pages are, which it says at its start. */
	async pages() {
		await this.#until(() => /pages on \S+/.test(this.#errors), "pages");
		return /pages on (\S+)/.exec(this.#errors)[1];
	}

	async stop(signal = "SIGTERM") {
		if (!running.has(this))
			return;
		const closed = new Promise((resolve) => this.child.once("close", resolve));
		this.child.kill(signal);
		await closed;
	}

	async #until(condition, what) {
		for (const deadline = Date.now() + 60000; !condition();) {
			if (Date.now() > deadline || this.child.exitCode !== null)
				throw new Error(`${what}: ${this.#output}${this.#errors}`);
			await new Promise((resolve) => setTimeout(resolve, 2));
		}
	}
}
