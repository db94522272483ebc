/** The settings that this process begins with: from the file of the command line, or as they were changed since and kept in the state folder. */
import { printable } from "../../modules/log/printable.js";
import type { Store } from "../../modules/settings/store.js";
import { faultLine } from "../../modules/settings/validate.js";
import { printError, readInto } from "./process.js";

/** "": nothing worth telling. Undefined: there are none, and why was printed. */
export function openSettings(store: Store, file: string, folder: string | undefined): string | undefined {
	const document = readDocument(store, file);
	if (document === undefined)
		return undefined;
	const origin = store.digest(document);
	const kept = store.kept();
	if (kept !== undefined && store.isSameOrigin(kept.origin, origin))
		return open(store, kept.document, origin, `${folder}/settings`, "the settings are those that were kept: the settings file has not changed since");
	// What was kept is in its memory now.
	const again = readDocument(store, file);
	const text = again && open(store, again, store.digest(again), file, kept === undefined ? "" : "the settings file was changed: it is in the place of the settings that were kept");
	if (text !== undefined && kept !== undefined)
		store.keep(true);
	return text;
}

/** What is in a file; it is outside of the heap, in memory of the store. */
export function readDocument(store: Store, file: string): Uint8Array | undefined {
	const buffer = store.spare;
	const size = readInto(file, buffer);
	if (typeof size === "number")
		return buffer.subarray(0, size);
	printError(`${printable(file)}: ${size}`);
	return undefined;
}

function open(store: Store, document: Uint8Array, origin: Uint8Array, name: string, text: string): string | undefined {
	const { settings, faults } = store.open(document, origin);
	for (const fault of faults)
		printError(faultLine(name, fault));
	return settings === undefined ? undefined : text;
}
