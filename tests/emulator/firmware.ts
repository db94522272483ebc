/** The firmware on an emulated board, driven by its serial console. */
import { join } from "node:path";
import type { Link } from "../../hosts/emulator/qemu.js";
import { GatewayConsole } from "../interop/console.js";
import { repository } from "../interop/keygate.js";
import type { Namespace } from "../interop/network.js";
import { until } from "../interop/processes.js";
import { Chip } from "./chip.js";
import { Emulator, type EmulatorOptions } from "./emulator.js";

export const image = join(repository, "build/riscv/keygate.elf");
/** Milliseconds from power-on to the prompt, on a machine that is busy with other things. */
const BOOT_LIMIT = 60000;
/** Milliseconds that an answer of the console may take. */
const ANSWER_LIMIT = 30000;
const prompt = "keygate> ";

export interface FirmwarePlace {
	readonly namespace?: Namespace | undefined;
	readonly wan?: Link | undefined;
	readonly lan?: Link | undefined;
}

export class Firmware extends GatewayConsole {
	readonly chip: Chip;
	readonly #place: FirmwarePlace;
	#emulator: Emulator | undefined;

	constructor(place: FirmwarePlace) {
		super("the board");
		this.#place = place;
		this.chip = new Chip();
	}

	get emulator(): Emulator {
		if (this.#emulator === undefined)
			throw new Error("the board is off");
		return this.#emulator;
	}

	/** Turns it on with these settings in its flash, or with what is there; the console is ready when this returns. */
	async boot(document?: object, options: EmulatorOptions = {}): Promise<void> {
		await this.off();
		await this.chip.make();
		if (document !== undefined)
			await this.chip.put(document);
		this.#emulator = await Emulator.start({ ...this.#place, flash: this.chip.file, ...options });
		this.program = this.#emulator.program;
		await this.prompted(0);
	}

	/** Waits for the prompt at the end of what it said from `from` on. */
	async prompted(from: number, limit = BOOT_LIMIT): Promise<void> {
		await this.emulator.says(/(^|\n)keygate> $/, { from, limit });
	}

	/** Waits for its address on the WAN: it asks for it on the cable before it takes it. */
	async addressed(): Promise<void> {
		await until(async () => /the WAN address is \S+ now/.test(await this.command("log vpn 30")) ? true : undefined, () => `the board has no address on the WAN:\n${this.output.slice(-2000)}`, BOOT_LIMIT, 100);
	}

	/** Types a line; the answer, without echo and prompt. */
	override async command(line: string): Promise<string> {
		const { program } = this.emulator;
		const from = program.output.length;
		program.write(`${line}\r`);
		await this.prompted(from, ANSWER_LIMIT);
		const answer = program.output.slice(from).replaceAll("\r", "");
		return answer.slice(answer.indexOf("\n") + 1, -prompt.length);
	}

	/** Its reset button; the console is ready when this returns. */
	async reset(): Promise<void> {
		const from = this.output.length;
		await this.emulator.reset();
		await this.prompted(from);
	}

	/** Pulls its power cord out. */
	async cut(): Promise<void> {
		const emulator = this.#emulator;
		this.#emulator = undefined;
		await emulator?.cut();
		await this.stop();
	}

	/** Turns it off. */
	async off(): Promise<void> {
		const emulator = this.#emulator;
		this.#emulator = undefined;
		await emulator?.stop();
		await this.stop();
	}

	async close(): Promise<void> {
		await this.off();
		this.chip.close();
	}
}
