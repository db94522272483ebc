/** The flash chip of an emulated board: a file of its own, as a new board has it. */
import { closeSync, copyFileSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flashModule, layout, type FlashFile, type FlashModule } from "../../hosts/emulator/flash.js";

export class Chip {
	readonly #folder = mkdtempSync(join(tmpdir(), "keygate-chip-"));
	#isMade = false;

	get file(): string {
		return join(this.#folder, "flash");
	}

	/** A new board's: boot loader, firmware, nothing else. */
	async make(): Promise<void> {
		if (!this.#isMade)
			await (await flashModule()).prepareFlash(this.file);
		this.#isMade = true;
	}

	/** Keeps these settings in it, as the gateway itself would. */
	async put(document: object): Promise<void> {
		await this.make();
		await this.#open((chip, { putSettings }) => putSettings(chip, Buffer.from(JSON.stringify(document))));
	}

	/** The settings that it keeps; undefined: none. */
	async settings(): Promise<unknown> {
		const document = await this.#open((chip, { readSettings }) => readSettings(chip));
		return document === undefined ? undefined : JSON.parse(document.toString("utf8"));
	}

	async #open<T>(work: (chip: FlashFile, module: FlashModule) => Promise<T>): Promise<T> {
		const module = await flashModule();
		const chip = new module.FlashFile(this.file);
		try {
			return await work(chip, module);
		}
		finally {
			chip.close();
		}
	}

	/** Takes what is named out of it: "settings", "log", "state". */
	async erase(...what: readonly string[]): Promise<void> {
		await (await flashModule()).prepareFlash(this.file, { erase: what });
	}

	/** Changes a byte in the middle of each copy of the settings. */
	async damage(): Promise<void> {
		const { SETTINGS0_AT, SETTINGS1_AT } = await layout();
		const file = openSync(this.file, "r+");
		try {
			for (const at of [SETTINGS0_AT!, SETTINGS1_AT!]) {
				const byte = Buffer.alloc(1);
				readSync(file, byte, 0, 1, at + 200);
				byte[0]! ^= 0x10;
				writeSync(file, byte, 0, 1, at + 200);
			}
		}
		finally {
			closeSync(file);
		}
	}

	/** A copy of the file as it is now, to go back to. */
	copy(to: string): void {
		copyFileSync(this.file, to);
	}

	close(): void {
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
