/** Collects what is wrong with a settings document, in the order in which it stands there. */
import { isOffered } from "../crypto/offer.js";
import type { EncryptionName } from "../crypto/types.js";
import { quoted } from "../log/printable.js";
import type { Fault } from "./types.js";

/** Faults kept of one document; the rest are counted. */
export const FAULTS = 100;

export class Report {
	/** Parts of the settings that were read; those that say the same are one object. */
	readonly parts: object[] = [];
	/** The document is for a unit that uses the firmware's fields. */
	readonly firmware: boolean;
	/** Whether the crypto library has a cipher. */
	readonly offers: (name: EncryptionName) => boolean;
	readonly #faults: Fault[] = [];
	readonly #warnings: Fault[] = [];
	#more = 0;

	constructor(firmware: boolean, offers: (name: EncryptionName) => boolean = isOffered) {
		this.firmware = firmware;
		this.offers = offers;
	}

	fault(path: string, text: string, twin?: Fault): void {
		if (this.#faults.length < FAULTS)
			this.#faults.push(twin === undefined ? { path, text } : { path, text, twin });
		else
			this.#more++;
	}

	warn(path: string, text: string): void {
		if (this.#warnings.length < FAULTS)
			this.#warnings.push({ path, text });
	}

	get faults(): Fault[] {
		return this.#more === 0 ? this.#faults : [...this.#faults, { path: "", text: `${this.#more} more faults` }];
	}

	get warnings(): Fault[] {
		return this.#warnings;
	}
}

/** A value as messages quote it; of lists and objects only what they are. */
export function shown(value: unknown): string {
	if (typeof value === "string")
		return quoted(value);
	if (Array.isArray(value))
		return "a list";
	return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** The kind of a value that must not be quoted. */
export function kindOf(value: unknown): string {
	if (Array.isArray(value))
		return "a list";
	switch (typeof value) {
		case "string": return "text";
		case "number": return "a number";
		case "boolean": return "true or false";
		default: return value === null ? "null" : "an object";
	}
}

/** `"a", "b" or "c"` */
export function oneOf(values: readonly (string | number)[]): string {
	let text = "";
	for (let i = 0; i < values.length; i++)
		text += (i === 0 ? "" : i === values.length - 1 ? " or " : ", ") + shown(values[i]);
	return text;
}
