/** The state folder: a file for each slot. */
import { SETTINGS_SLOTS, type Storage } from "../../modules/settings/storage.js";
import { EACCES, EDQUOT, ENOSPC, EROFS, errorText } from "../unit/errno.js";
import { isBarred, readAt, writeAt } from "./process.js";

/** By slot (modules/settings/storage.ts). */
const names = Object.freeze(["settings.0", "settings.1", "vpnlog.0", "vpnlog.1"]);
/** Bytes that stand for all when a slot is erased: what was there is nothing without them. */
const HEADER_SIZE = 128;

export class FolderStorage implements Storage {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	read(slot: number, offset: number, target: Uint8Array): number {
		return readAt(this.path(slot), offset, target);
	}

	erase(slot: number): string {
		return this.write(slot, 0, new Uint8Array(HEADER_SIZE).fill(0xff));
	}

	write(slot: number, offset: number, bytes: Uint8Array): string {
		const result = writeAt(this.path(slot), offset, bytes);
		return result < 0 ? folderFault(-result) : "";
	}

	/** The settings' file that is there and may not be read: what was kept would be passed over. "": there is none. */
	barred(): string {
		for (const slot of [SETTINGS_SLOTS, SETTINGS_SLOTS + 1])
			if (isBarred(this.path(slot)))
				return this.path(slot);
		return "";
	}

	private path(slot: number): string {
		return `${this.#folder}/${names[slot]!}`;
	}
}

/** Why nothing can be kept in the state folder. */
export function folderFault(errno: number): string {
	switch (errno) {
		case EROFS: return "the state folder is read-only";
		case ENOSPC:
		case EDQUOT: return "the state folder is full";
		case EACCES: return "the state folder may not be written by this program";
		default: return `the state folder cannot be written: ${errorText(errno)}`;
	}
}
