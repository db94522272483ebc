/** A board in QEMU: its serial line, its power, its cables. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { qemuWords, type Board } from "../../hosts/emulator/qemu.js";
import type { Namespace } from "../interop/network.js";
import { Program, until } from "../interop/processes.js";
import { Counter } from "./counter.js";
import { Debugger } from "./debugger.js";
import { Monitor } from "./monitor.js";

export interface EmulatorOptions extends Omit<Board, "serial" | "monitor"> {
	/** Where its taps are. */
	readonly namespace?: Namespace | undefined;
	/** Whether instructions are counted. */
	readonly counted?: boolean | undefined;
	/** The function from one entry of which to the next a stretch of them lasts: its address. */
	readonly stretchesFrom?: number | undefined;
}

export class Emulator {
	readonly program: Program;
	readonly monitor: Monitor;
	readonly counter: Counter | undefined;
	readonly #folder: string;

	private constructor(program: Program, monitor: Monitor, counter: Counter | undefined, folder: string) {
		this.program = program;
		this.monitor = monitor;
		this.counter = counter;
		this.#folder = folder;
	}

	/** Turns the power on. */
	static async start({ namespace, counted, stretchesFrom, ...board }: EmulatorOptions): Promise<Emulator> {
		const folder = mkdtempSync(join(tmpdir(), "keygate-board-"));
		const counter = counted === true ? new Counter(join(folder, "counted"), stretchesFrom) : undefined;
		const path = join(folder, "monitor");
		const words = qemuWords({ ...board, serial: "stdio", monitor: path, more: ["-gdb", `unix:${join(folder, "debugger")},server=on,wait=off`, ...board.more ?? [], ...counter?.words ?? []] });
		const { NODE_OPTIONS: _, ...env } = process.env;
		const program = new Program(namespace === undefined ? words : namespace.inside(words), { env });
		try {
			return new Emulator(program, await Monitor.open(path, () => program.status !== undefined), counter, folder);
		}
		catch (error) {
			await program.stop("SIGKILL");
			rmSync(folder, { recursive: true, force: true });
			throw new Error(`${(error as Error).message}\n${program.output}`);
		}
	}

	/** Everything that it said on its serial line (and QEMU about it). */
	get output(): string {
		return this.program.output;
	}

	/** Waits for something on the serial line. */
	async says(pattern: RegExp, { from = 0, limit = 30000 } = {}): Promise<RegExpMatchArray> {
		return this.program.waitFor(pattern, { from, limit });
	}

	/** The reset button. */
	async reset(): Promise<void> {
		await this.monitor.execute("system_reset");
	}

	/** Pulls the cable of a port out, or puts it in. */
	async link(port: "wan" | "lan", up: boolean): Promise<void> {
		await this.monitor.execute("set_link", { name: port, up });
	}

	/** Holds the board, as it is, or lets it go on: for what must not run while a test looks. */
	async hold(on: boolean): Promise<void> {
		await this.monitor.execute(on ? "stop" : "cont");
	}

	/** Holds the board and gives access to what is in it, until `detach`. */
	debug(): Promise<Debugger> {
		return Debugger.attach(join(this.#folder, "debugger"));
	}

	/** Pulls the power cord out: nothing is told, nothing is finished. */
	async cut(): Promise<void> {
		await this.end("SIGKILL");
	}

	/** Turns it off. */
	async stop(): Promise<void> {
		await this.end("SIGTERM");
	}

	private async end(signal: NodeJS.Signals): Promise<void> {
		this.monitor.close();
		await this.program.stop(signal);
		await until(() => this.program.status !== undefined ? true : undefined, () => "QEMU does not end", 10000);
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
