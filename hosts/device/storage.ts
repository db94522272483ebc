/** What is kept, in the flash: a region for each slot, in the order of modules/settings/storage.ts. */
import type { Storage } from "../../modules/settings/storage.js";
import type { Flash } from "./flash.js";

/** By slot. */
const names = Object.freeze(["first copy of the settings", "second copy of the settings", "first copy of the log", "second copy of the log"]);

export class FlashStorage implements Storage {
	readonly #flash: Flash;
	/** How often something was not erased or written. */
	faults = 0;

	constructor(flash: Flash) {
		this.#flash = flash;
	}

	read(slot: number, offset: number, target: Uint8Array): number {
		return this.#flash.read(slot, offset, target);
	}

	erase(slot: number): string {
		return this.#flash.erase(slot) ? "" : this.fault(slot, "erased");
	}

	write(slot: number, offset: number, bytes: Uint8Array): string {
		return this.#flash.write(slot, offset, bytes) ? "" : this.fault(slot, "written");
	}

	private fault(slot: number, what: string): string {
		this.faults++;
		return `the flash is worn or protected: the ${names[slot]!} cannot be ${what}`;
	}
}
