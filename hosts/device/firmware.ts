/**
 * The firmware of this unit: what is in its slots, another one that comes in, and whether what runs is healthy: its gateway was started, and then a page
 * was asked for or HEALTHY milliseconds went by. What does not get so far is not started a second time.
 */
import type { FirmwareSlot } from "../../modules/settings/services.js";
import type { UnitFirmware } from "../unit/platform.js";

/** Milliseconds after the gateway's start without which a firmware is not known to be healthy. */
export const HEALTHY = 60000;

/** The C side (firmware.c); faults are numbers of UpdateFault (update.h). */
export interface FirmwareNatives {
	status(): number;
	version(slot: number): string;
	begin(version: string): number;
	write(bytes: Uint8Array): number;
	end(): number;
	received(): string;
	confirm(): boolean;
}

/** By UpdateFault. */
const faults = Object.freeze([
	"",
	"There is no slot to put another firmware into: it was not the boot loader that started this one, or the flash has room for one only. It is updated by cable.",
	"The firmware that runs is itself on trial: wait a minute until it is known to be healthy.",
	"This file is not a firmware image.",
	"This image has a header of a later format: this firmware cannot read it.",
	"This image is for another board.",
	"This image is too long for a slot, or empty.",
	"This image is not signed by the key that this unit trusts.",
	"This image is older than the firmware that runs. Tick \u201cOlder ones, too\u201d to store it all the same.",
	"The file ended before the image did: it is not whole.",
	"The file goes on behind the image: it is not the file that was signed.",
	"This image is damaged: its content is not what was signed.",
	"The flash is worn or protected: it does not take the image.",
]);

const FLASH = 12;
const UNCONFIRMED = 2;
const NO_LOADER = 1;
// Outcomes of firmware.h.
const HEALTHY_OUTCOME = 1;
const UNHEALTHY_OUTCOME = 2;
const BAD_OUTCOME = 3;

export interface DeviceFirmwareOptions {
	readonly natives: FirmwareNatives;
	/** Of what runs. */
	readonly version: string;
	/** Why this start, in a sentence: the cause of a crash; "": nothing worth telling. */
	readonly reason: string;
}

export class DeviceFirmware implements UnitFirmware {
	readonly #natives: FirmwareNatives;
	readonly #version: string;
	readonly #reason: string;
	#healthyAt: number | undefined;
	/** The flash did not take it that this firmware is healthy: once is enough for a page. */
	#failed = false;
	/** How often the flash did not take an image, or what there is to know of one. */
	faults = 0;

	constructor({ natives, version, reason }: DeviceFirmwareOptions) {
		this.#natives = natives;
		this.#version = version;
		this.#reason = reason;
	}

	/** The gateway was started. */
	started(now: number): void {
		this.#healthyAt = now + HEALTHY;
	}

	/** When `poll` is due. */
	get at(): number | undefined {
		return this.#healthyAt;
	}

	poll(now: number): void {
		if (this.#healthyAt !== undefined && now >= this.#healthyAt)
			this.confirm();
	}

	served(): void {
		if (this.#healthyAt !== undefined && !this.#failed)
			this.confirm();
	}

	/** The next start tries another firmware: it has to be one of the whole unit. */
	get isMarked(): boolean {
		return this.number(3) >= 0;
	}

	/** None, when what runs is in none. */
	*slots(): Generator<FirmwareSlot, void, undefined> {
		const running = this.number(0);
		for (let slot = 0; slot < 2 && running >= 0; slot++) {
			const version = this.#natives.version(slot);
			const state = slot === running ? (this.#natives.status() & 4) !== 0 ? "running, came up healthy" : "running, on trial"
				: slot === this.number(3) ? "tried with the next start" : "";
			yield { slot, version, state };
		}
	}

	outcome(): string {
		const outcome = this.#natives.status() >> 5 & 3;
		const about = this.number(7);
		if (outcome === HEALTHY_OUTCOME)
			return `The last update, in slot ${about}, came up healthy.`;
		if (outcome === UNHEALTHY_OUTCOME)
			return `The last update, in slot ${about}, was tried and did not come up healthy: the firmware before runs again.${this.#reason === "" ? "" : ` It ended so: ${this.#reason}`}`;
		return outcome === BAD_OUTCOME ? `What was in slot ${about} could not be started: it is not whole, or not signed. The other firmware runs.` : "";
	}

	obstacle(): string {
		const status = this.#natives.status();
		return (status & 3) === 0 ? faults[NO_LOADER]! : (status & 4) === 0 ? faults[UNCONFIRMED]! : "";
	}

	begin(older: boolean): string {
		return this.text(this.#natives.begin(older ? "" : this.#version));
	}

	write(bytes: Uint8Array): string {
		return this.text(this.#natives.write(bytes));
	}

	end(): string {
		return this.text(this.#natives.end());
	}

	received(): string {
		return this.#natives.received();
	}

	/** A slot, or -1, at a bit of the status. */
	private number(shift: number): number {
		return (this.#natives.status() >> shift & 3) - 1;
	}

	/** One that the flash does not take is tried again later, and means no more than a roll-back of what is healthy. */
	private confirm(): void {
		this.#failed = !this.#natives.confirm();
		if (this.#failed)
			this.faults++;
		this.#healthyAt = this.#failed ? this.#healthyAt! + HEALTHY : undefined;
	}

	private text(fault: number): string {
		if (fault === FLASH)
			this.faults++;
		return faults[fault] ?? faults[faults.length - 1]!;
	}
}
