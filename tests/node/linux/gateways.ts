/** Starts build/linux/keygate for tests, with settings that need no privilege, and collects what it says. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** `KEYGATE` names another one: built with sanitizers, or with another crypto library. */
export const executable = resolve(process.env["KEYGATE"] ?? "build/linux/keygate");
const credentials = `Basic ${Buffer.from("admin:a word for tests").toString("base64")}`;

const folders: string[] = [];
process.once("exit", () => folders.forEach((path) => rmSync(path, { recursive: true, force: true })));

/** A folder that other users may enter, removed when the tests end. */
export function folder(): string {
	const path = mkdtempSync(join(tmpdir(), "keygate-host-"));
	folders.push(path);
	chmodSync(path, 0o755);
	return path;
}

/** Holds UDP port `port` of `address` until this process ends, or gives it back at once; false: somebody has it. */
function bindUDP(port: number, address: string, keeps: boolean): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createSocket("udp4");
		socket.once("error", () => resolve(false));
		socket.bind(port, address, () => {
			if (!keeps)
				return socket.close(() => resolve(true));
			socket.unref();
			resolve(true);
		});
	});
}

/**
 * Two UDP ports that are free on the loopback addresses that tests use, below those that the system gives away. Who has them holds the first at an address that
 * nobody uses: tests that run at the same time, in whatever process, do not get the same ones before their gateways have opened theirs.
 */
export async function freePorts(): Promise<{ ikePort: number; natTraversalPort: number }> {
	for (;;) {
		const port = 2 * randomInt(5000, 16000);
		if (!await bindUDP(port, "127.255.255.254", true))
			continue;
		const free = await Promise.all(["127.0.0.1", "127.0.0.2"].flatMap((address) => [port, port + 1].map((each) => bindUDP(each, address, false))));
		if (free.every(Boolean))
			return { ikePort: port, natTraversalPort: port + 1 };
	}
}

/** Listens on a free TCP port of 127.0.0.1 until `close`. */
export async function takenTCPPort(): Promise<{ port: number; close(): void }> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	return { port: typeof address === "object" && address !== null ? address.port : 0, close: () => server.close() };
}

export interface Place {
	readonly folder: string;
	readonly ikePort: number;
	readonly natTraversalPort: number;
}

export async function place(): Promise<Place> {
	return { folder: folder(), ...await freePorts() };
}

/** Settings of gateway 1 or 2, each the other's peer; `changes` go over the gateway's own fields, `peer` over its peer's. */
export function settings({ folder, ikePort, natTraversalPort }: Place, side: 1 | 2, changes: object = {}, peer: object = {}): object {
	const other = 3 - side;
	return {
		version: 1,
		gateway: {
			name: `gate-${side}`,
			wanAddress: `127.0.0.${side}`,
			lanAddress: `10.${side}.0.1/24`,
			tunnelInterface: `unix:${join(folder, `lan-${side}`)}`,
			ikePort, natTraversalPort,
			http: { address: "127.0.0.1", port: 80 },
			admin: { user: "admin", password: "a word for tests" },
			...changes,
		},
		peers: [{
			name: `gate-${other}`,
			remoteGateway: `127.0.0.${other}`,
			phase1Mode: "main",
			authentication: "pre-shared key",
			preSharedKey: "a key that is shared by two tests",
			phase1Proposals: [{ encryption: "aes-256-cbc", hash: "sha256", dhGroup: 19 }],
			natTraversal: "force",
			connections: [{
				name: "office",
				order: 1,
				localNetwork: `10.${side}.0.0/24`,
				remoteNetwork: `10.${other}.0.0/24`,
				phase2Proposals: [{ protocol: "esp", encryption: "aes-128-gcm-16" }],
				pfs: "off",
			}],
			...peer,
		}],
	};
}

export interface Status {
	readonly gateway: { readonly uptime: number };
	readonly securityAssociations: readonly { readonly direction: string; readonly packets: number; readonly erroredPackets: number }[];
	readonly ikeSecurityAssociations: readonly { readonly status: string }[];
	readonly problems: readonly object[];
}

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A program under way, with what it wrote so far. */
export class Running {
	readonly child: ChildProcess;
	out = "";
	error = "";
	/** It has ended, and all that it wrote is here: its exit code is known before that. */
	#closed = false;
	readonly #ended: Promise<number>;

	constructor(words: readonly string[], options: SpawnOptions = {}) {
		const { NODE_OPTIONS: _, ...env } = process.env;
		this.child = spawn(words[0]!, words.slice(1), { stdio: ["ignore", "pipe", "pipe"], env, ...options });
		this.child.stdout?.on("data", (data) => this.out += data);
		this.child.stderr?.on("data", (data) => this.error += data);
		this.#ended = new Promise((resolve, reject) => {
			this.child.once("error", reject);
			this.child.once("close", (code, signal) => resolve(code ?? 1000 + (signal === "SIGKILL" ? 9 : 0)));
		});
		this.#ended.catch(() => undefined);
		// A test that fails leaves it behind: that keeps nobody waiting, and it ends with the tests.
		this.child.unref();
		for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr])
			(stream as Socket | null)?.unref();
		running.add(this.child);
		this.child.once("close", () => {
			this.#closed = true;
			running.delete(this.child);
		});
	}

	/** Its exit status; killed (1009) when it takes longer than `limit` ms. */
	async end(limit = 10000): Promise<number> {
		const timer = setTimeout(() => this.child.kill("SIGKILL"), limit);
		try {
			return await this.#ended;
		}
		finally {
			clearTimeout(timer);
		}
	}

	/** Waits until what it wrote (standard output, then standard error) matches. */
	async says(pattern: RegExp, limit = 10000): Promise<RegExpMatchArray> {
		for (const deadline = Date.now() + limit; ;) {
			const match = `${this.out}\n${this.error}`.match(pattern);
			if (match !== null)
				return match;
			if (Date.now() > deadline || this.#closed)
				throw new Error(`${pattern} did not come: ${this.out}${this.error} (${this.child.exitCode})`);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}

	async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
		this.child.kill(signal);
		return this.end();
	}
}

/** Runs a program to its end. */
export async function run(words: readonly string[], options: SpawnOptions = {}): Promise<Running & { status: number }> {
	const program = new Running(words, options);
	const status = await program.end();
	return Object.assign(program, { status });
}

/** A gateway whose settings are `document`, with its pages on a free port. */
export class RunningGateway extends Running {
	url = "";
	/** Its settings. */
	readonly file: string;

	constructor(folder: string, document: object, words: readonly string[] = [], options: SpawnOptions = {}) {
		const file = join(folder, `settings-${randomInt(1 << 30)}.json`);
		writeFileSync(file, JSON.stringify(document));
		super([executable, "--config", file, "--http", "127.0.0.1:0", ...words], options);
		this.file = file;
	}

	/** Gives it other settings: they are read at SIGHUP. Returns what it says of them. */
	async configure(document: object): Promise<string> {
		const from = this.error.length;
		writeFileSync(this.file, JSON.stringify(document));
		this.child.kill("SIGHUP");
		for (const deadline = Date.now() + 10000; ;) {
			const said = this.error.slice(from);
			if (/\n$/.test(said))
				return said;
			if (Date.now() > deadline || this.child.exitCode !== null)
				throw new Error(`no answer to SIGHUP: ${this.error}`);
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
	}

	/** Waits until it serves its pages. */
	async ready(): Promise<this> {
		this.url = (await this.says(/pages on (\S+)/))[1]!;
		return this;
	}

	/** A page, as the administrator. */
	async fetch(path: string): Promise<Response> {
		return this.request(path, { headers: { authorization: credentials } });
	}

	/** A form, sent as a script sends it. A redirection is not followed. */
	async post(path: string, body: string): Promise<Response> {
		return this.request(path, { method: "POST", body, redirect: "manual", headers: { authorization: credentials, "x-keygate": "1", "content-type": "application/x-www-form-urlencoded" } });
	}

	private async request(path: string, options: RequestInit): Promise<Response> {
		try {
			return await fetch(new URL(path, this.url), options);
		}
		catch (error) {
			const { message, cause } = error as Error;
			throw new Error(`${options.method ?? "GET"} ${path}: ${message} (${String(cause)}); it said: ${this.error}`, { cause });
		}
	}

	async status(): Promise<Status> {
		return await (await this.fetch("/status.json")).json() as Status;
	}

	/** Gives its console a command again and again, until what it wrote matches. */
	async repeats(command: string, pattern: RegExp, limit = 20000): Promise<void> {
		for (const deadline = Date.now() + limit; ;) {
			this.child.stdin!.write(`${command}\n`);
			try {
				await this.says(pattern, 250);
				return;
			}
			catch (error) {
				if (Date.now() > deadline || this.child.exitCode !== null)
					throw error;
			}
		}
	}

	/** Waits until the status is as wanted. */
	async until(wanted: (status: Status) => boolean, limit = 10000): Promise<Status> {
		for (const deadline = Date.now() + limit; ;) {
			const status = await this.status();
			if (wanted(status))
				return status;
			if (Date.now() > deadline)
				throw new Error(`the status did not become as wanted: ${JSON.stringify(status)}`);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
}
