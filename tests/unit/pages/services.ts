/** What pages may ask for around the settings, for tests: keys, files and backups are real, and worked when `settle` is called. */
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { uploadMemory } from "../../../modules/httpd/memory.js";
import { Workspace } from "../../../modules/httpd/workspace.js";
import { OwnBackups } from "../../../modules/settings/backup.js";
import { OwnKeyring } from "../../../modules/settings/keyring.js";
import type { Backups, Keyring } from "../../../modules/settings/services.js";
import { day } from "../../vectors/certificates.js";
import type { FakeGateway } from "./gateway.js";

export interface Services {
	readonly keyring: Keyring;
	readonly backups: Backups;
	readonly workspace: Workspace;
	settle(): void;
}

/** `time`: seconds since 1970. */
export function fakeServices({ configuration }: FakeGateway, time: () => number = () => day): Services {
	const crypto = new Accelerator();
	return {
		keyring: new OwnKeyring({ crypto, wallClock: time }),
		backups: new OwnBackups({ configuration, crypto }),
		workspace: new Workspace(uploadMemory()),
		settle() {
			while (crypto.pending > 0)
				crypto.collect();
		},
	};
}
