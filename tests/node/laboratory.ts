/** Starts the lab as `npm start` does, for tests: its address, credentials, output and end. */
import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

export interface StatusDocument {
	gateway: { name: string; version: string; uptime: number; engine: string; crypto: string };
	securityAssociations: { destination: string; direction: string; spi: string; protocol: string; algorithm: string; elapsedTime: number; lifeTime: number;
		bytesProcessed: number; erroredPackets: number; packets: number; peer: string; connection: string; localNetwork: string; remoteNetwork: string; dying: boolean }[];
	ikeSecurityAssociations: { id: string; remoteGateway: string; status: string; state: number; mode: string; role: string; algorithm: string; authentication: string; natT: string; phase2Negotiations: number; peer: string }[];
	problems: { peer: string; connection: string; phase: number; cause: string; text: string; setting: string; role: string; certainty: string; otherwise: string[]; change: string; ask: string; values: { name: string; ours: string[]; theirs: string[]; differs: boolean }[] }[];
}

const start = fileURLToPath(new URL("../../../../hosts/linux/start.mjs", import.meta.url));

export class Laboratory {
	readonly #child: ChildProcess;
	#output = "";
	url = "";
	user = "";
	password = "";
	/** Milliseconds from the start of `npm start` to its status page line. */
	startedIn = 0;

	/** `launcher`: words before the command, to run it as another user; `npm`: by npm itself, as people do. Its input is closed unless `console`. */
	constructor({ launcher = [], npm = false, console = false }: { launcher?: string[]; npm?: boolean; console?: boolean } = {}) {
		const [command, ...words] = [...launcher, ...npm ? ["npm", "start"] : [process.execPath, start]];
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.#child = spawn(command!, words, { stdio: [console ? "pipe" : "ignore", "pipe", "pipe"], env });
		this.#child.stdout!.on("data", (data) => this.#output += data);
		this.#child.stderr!.on("data", (data) => this.#output += data);
		// A test that fails leaves it behind: that keeps nobody waiting, and it ends with the tests.
		this.#child.unref();
		for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
			(stream as Socket | null)?.unref();
		process.once("exit", () => this.#child.kill());
	}

	/** Everything it and its first gateway printed so far. */
	get output(): string {
		return this.#output;
	}

	/** Waits for the status page line. */
	async ready(limit = 120000): Promise<this> {
		const began = Date.now();
		const line = await this.waitFor(/^status page: (\S+) {2}user: (\S+) {2}password: (\S+)$/m, limit);
		this.startedIn = Date.now() - began;
		[, this.url, this.user, this.password] = line as unknown as [string, string, string, string];
		return this;
	}

	/** Waits until the output matches, or throws with the output. */
	async waitFor(pattern: RegExp, limit = 30000): Promise<RegExpMatchArray> {
		for (const deadline = Date.now() + limit; ;) {
			const match = this.#output.match(pattern);
			if (match !== null)
				return match;
			if (Date.now() > deadline || this.#child.exitCode !== null)
				throw new Error(`${pattern} did not come; the lab said:\n${this.#output}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}

	type(line: string): void {
		this.#child.stdin!.write(`${line}\n`);
	}

	async fetch(path: string, init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {}): Promise<Response> {
		const authorization = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString("base64")}`;
		return fetch(new URL(path, this.url), { ...init, headers: { authorization, ...init.headers } });
	}

	async status(): Promise<StatusDocument> {
		return await (await this.fetch("/status.json")).json() as StatusDocument;
	}

	/** Waits until the status is as wanted, or throws with the last one. */
	async until(wanted: (status: StatusDocument) => boolean, limit = 30000): Promise<StatusDocument> {
		for (const deadline = Date.now() + limit; ;) {
			const status = await this.status();
			if (wanted(status))
				return status;
			if (Date.now() > deadline)
				throw new Error(`the status did not become as wanted: ${JSON.stringify(status, null, "\t")}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	/** Ends it by `signal` and waits; its exit status. */
	async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
		const child = this.#child;
		if (child.exitCode !== null)
			return child.exitCode;
		return new Promise((resolve) => {
			const waiting = setInterval(() => undefined, 1000);
			child.once("close", (code) => {
				clearInterval(waiting);
				resolve(code);
			});
			child.kill(signal);
		});
	}
}
