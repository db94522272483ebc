/**
 * A device without hardware: hosts/unit, hosts/lwip and lwIP as on a board, compiled for this machine with both sanitizers, above ports that are unix sockets (board.c). The
 * control plane is that of tests/lwip, which does what a test says.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { alone } from "../../alone.js";
import { Cable } from "../../emulator/cable.js";
import { Peer } from "../../emulator/peer.js";
import { until } from "../../interop/processes.js";

interface Module {
	readonly name: string;
	readonly js: string;
	readonly preload: boolean;
}

interface Toolchain {
	readonly folders: readonly string[];
	readonly [name: string]: unknown;
}

/** The parts of hosts/xs and hosts/riscv that are used here. */
interface Chain {
	readonly root: string;
	readonly linuxToolchain: Toolchain;
	engine(folder: string): Promise<{ compiler: string; objects: string[] }>;
	byteCode(options: { compiler: string; folder: string; modules: readonly Module[] }): Promise<Module[]>;
	link(options: Record<string, unknown>): Promise<string>;
	files(folder: string, extension: string): string[];
	modulesIn(folder: string, preload: (name: string) => boolean): Module[];
	debianSources(folder: string, names: readonly string[]): void;
	withBackend(name: string, files: readonly string[]): string[];
}

const root = process.cwd();
const load = async (path: string): Promise<Partial<Chain>> => existsSync(join(root, path)) ? await import(pathToFileURL(join(root, path)).href) as Partial<Chain> : {};
const chain = Object.assign({}, ...await Promise.all(["hosts/xs/chain.mjs", "hosts/xs/sources.mjs", "hosts/riscv/debian.mjs", "hosts/backends.mjs"].map(load))) as Chain;

const entry = "tests/lwip/control";
const sources = join(root, "build/riscv/sources");
const lwip = join(sources, "lwip/src");
const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"];

/** What is tested is compiled with the sanitizers; the engine of XS, which jumps out of its stack when a heap is full, is not. */
function flagsOf(source: string): string[] {
	if (source.startsWith(join(root, "hosts/xs/")))
		return [];
	// the compiler does not say that lwIP's headers include these
	const options = ["lwipopts.h", "hooks.h", "arch/cc.h"].map((name) => statSync(join(root, "hosts/lwip", name)).mtimeMs).join("-");
	const network = [`-DLWIP_OPTIONS="${options}"`, "-isystem", join(lwip, "include"), `-I${join(root, "hosts/lwip")}`];
	return [join(root, "hosts/lwip/"), join(root, "hosts/unit/"), lwip, join(root, "modules/ipsec/")].some((folder) => source.startsWith(folder)) ? [...network, ...sanitizers] : network;
}

/** Builds the device: the path of the program. */
async function build(): Promise<string> {
	chain.debianSources(sources, ["lwip"]);
	const toolchain = {
		...chain.linuxToolchain, optimization: "-O1", folders: [...["hosts/lwip", "hosts/device"].map((folder) => join(root, folder)), ...chain.linuxToolchain.folders],
		linking: ["-fsanitize=address,undefined", "-Wl,--wrap=memp_malloc,--wrap=memp_free,--wrap=mem_malloc"], flagsOf,
		isForeign: (source: string) => source.startsWith(`${sources}/`),
	};
	const modules = [...chain.modulesIn("modules", () => true), ...["hosts/xs", "hosts/unit", "hosts/lwip"].flatMap((folder) => chain.modulesIn(folder, () => true)),
		...chain.modulesIn("hosts/device", () => true).filter(({ name }) => /\/(memory|ports)$/.test(name)), ...chain.modulesIn("tests/lwip", () => false)];
	const library = ["core", "core/ipv4"].flatMap((folder) => chain.files(join(lwip, folder), ".c").filter((path) => !path.includes("/ipv6/")));
	const own = chain.files(join(root, "modules"), ".c");
	const engine = await chain.engine(join(root, "build/xs"));
	const compiled = await chain.byteCode({ compiler: engine.compiler, folder: join(root, "build/xs/code"), modules });
	return chain.link({
		product: join(root, "build/tests/lwip/device"), engine, folder: join(root, "build/tests/lwip/link"), modules: compiled, entry, toolchain, libraries: ["-lcrypto", "-lpthread"],
		sources: [...chain.withBackend("openssl", own), ...["hosts/unit", "hosts/lwip"].flatMap((folder) => chain.files(join(root, folder), ".c")), join(root, "hosts/device/usage.c"), join(root, "tests/node/lwip/board.c"),
			...new Set(library), join(lwip, "netif/ethernet.c")],
	});
}

/** Waits until it is so. */
export async function holds(ask: () => boolean | Promise<boolean>, otherwise: string | (() => string), limit = 10000): Promise<void> {
	await until(async () => await ask() || undefined, typeof otherwise === "string" ? () => otherwise : otherwise, limit, 5);
}

let program: Promise<string> | undefined;

export interface Told {
	readonly answer?: unknown;
	readonly fault?: string;
	readonly [name: string]: unknown;
}

export interface DeviceOptions {
	readonly number?: number;
	/** Addresses that its neighbours answer for, too. */
	readonly wanAlso?: readonly string[];
	readonly lanAlso?: readonly string[];
}

export class Device {
	readonly wan: Peer;
	readonly lan: Peer;
	readonly #process: ChildProcess;
	readonly told: Told[] = [];
	#rest = "";
	errors = "";
	status: number | string | undefined;
	#asked: Promise<unknown> = Promise.resolve();

	private constructor(path: string, number: number, wan: Peer, lan: Peer) {
		this.wan = wan;
		this.lan = lan;
		this.#process = spawn(path, [wan.cable.path, lan.cable.path, String(number)], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" } });
		this.#process.stdout!.on("data", (data) => this.take(String(data)));
		this.#process.stderr!.on("data", (data) => this.errors += data);
		this.#process.once("close", (status, signal) => this.status = status ?? signal ?? "gone");
	}

	/** A device that has just started, without addresses. The neighbour on its WAN is 10.0.0.254, its router; on its LAN 10.N.0.2. */
	static async start({ number = 1, wanAlso = [], lanAlso = [] }: DeviceOptions = {}): Promise<Device> {
		const path = await (program ??= alone(join(root, "build/tests/lwip/lock"), build));
		const wan = new Peer(await Cable.lay(), "10.0.0.254", { hardware: "52:54:00:00:00:f0", also: wanAlso });
		const lan = new Peer(await Cable.lay(), `10.${number}.0.2`, { hardware: "52:54:00:00:00:f1", also: lanAlso });
		try {
			const device = new Device(path, number, wan, lan);
			await device.hears((told) => told.started !== undefined, "that it has started");
			return device;
		}
		catch (error) {
			// a cable that stays keeps the test's process from its end
			wan.cable.close();
			lan.cable.close();
			throw error;
		}
	}

	/** The same with its addresses, 10.0.0.N on the WAN and 10.N.0.1 on the LAN. */
	static async ready(options: DeviceOptions = {}): Promise<Device> {
		const { number = 1 } = options;
		const device = await Device.start(options);
		await device.ask({ do: "port", port: 0, address: `10.0.0.${number}`, prefix: 24, router: "10.0.0.254" });
		await device.ask({ do: "port", port: 1, address: `10.${number}.0.1`, prefix: 24 });
		// until it is sure that nobody else has them
		for (let i = 0; i < 10; i++)
			await device.ask({ do: "skip", milliseconds: 500 });
		return device;
	}

	private take(text: string): void {
		const lines = (this.#rest + text).split("\n");
		this.#rest = lines.pop()!;
		for (const line of lines)
			this.told.push(line.startsWith("{") ? JSON.parse(line) as Told : { line: line.trimEnd() });
	}

	/** Waits for something that the control plane says, of what came since `from`. */
	async hears(wanted: (told: Told) => boolean, what: string, from = 0): Promise<Told> {
		return until(() => {
			if (this.status !== undefined)
				throw new Error(`the device ended (${this.status}): ${this.errors}`);
			return this.told.slice(from).find(wanted);
		}, () => `the device did not say ${what}; it said\n${this.told.slice(-20).map((told) => JSON.stringify(told)).join("\n")}\n${this.errors}`, 30000, 5);
	}

	/** Has the control plane do something, one after the other: its answer. */
	ask(order: { readonly do: string; readonly [name: string]: unknown }): Promise<unknown> {
		const result = this.#asked.then(async () => {
			const from = this.told.length;
			this.#process.stdin!.write(`${JSON.stringify(order)}\n`);
			const { answer, fault } = await this.hears((told) => "answer" in told || "fault" in told, `an answer to ${JSON.stringify(order)}`, from);
			if (fault !== undefined)
				throw new Error(fault);
			return answer;
		});
		this.#asked = result.catch(() => {});
		return result;
	}

	/** Says something without waiting for an answer. */
	order(order: { readonly do: string; readonly [name: string]: unknown }): void {
		this.#process.stdin!.write(`${JSON.stringify(order)}\n`);
	}

	/** Of a table that `memory` shows: how much is used, and how much there is. */
	async table(name: string): Promise<{ readonly used: number; readonly size: number }> {
		const [, used, , size] = (await this.ask({ do: "memory" }) as [string, number, number, number][]).find(([each]) => each === name)!;
		return { used, size };
	}

	async counter(name: string): Promise<number> {
		return (await this.ask({ do: "counters" }) as Record<string, number>)[name] ?? 0;
	}

	/** Takes the cables away: for a program that ended by itself. */
	unplug(): void {
		this.wan.cable.close();
		this.lan.cable.close();
	}

	/** The program ends, and has found no fault of memory. */
	async stop(): Promise<void> {
		this.#process.stdin!.end();
		await until(() => this.status, () => "the device does not end", 10000, 5);
		this.unplug();
		if (this.errors !== "" || this.status !== 0)
			throw new Error(`the device ended with ${this.status}: ${this.errors}`);
	}
}
