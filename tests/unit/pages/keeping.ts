/** The pages over settings that are kept as a gateway keeps them, with certificates of each kind. */
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { Store } from "../../../modules/settings/store.js";
import { settingsTable } from "../../../modules/settings/table.js";
import * as vectors from "../../vectors/certificates.js";
import { example } from "../settings/example.js";
import { fakeGateway } from "./gateway.js";
import type { FakeGateway } from "./gateway.js";

export interface Kept {
	readonly fake: FakeGateway;
	readonly store: Store;
}

export function kept(spoil: (document: any) => void = () => {}, time: () => number = () => vectors.day, firmware = false): Kept {
	const crypto = new Accelerator();
	const store = new Store({ table: settingsTable(), crypto, wallClock: time, firmware });
	const document = example();
	document.certificates = {
		own: [{ name: "gate-a", certificate: vectors.gateA, key: vectors.gateAKey }, { name: "old", certificate: vectors.expired, key: vectors.expiredKey }],
		trusted: [{ name: "root", certificate: vectors.root }],
		revocationLists: [{ name: "list", crl: vectors.list }],
	};
	document.peers.push({
		name: "hub", remoteGateway: "10.0.0.9", authentication: "certificate", ownCertificate: "gate-a", remoteId: { type: "fqdn", value: "hub.example" },
		connections: [{ name: "all", localNetwork: "10.1.0.0/24", remoteNetwork: "10.9.0.0/16" }],
	});
	spoil(document);
	const { faults } = store.open(new Uint8Array(ArrayBuffer.fromString(JSON.stringify(document))));
	if (faults.length > 0)
		throw new Error(faults.map(({ path, text }) => `${path}: ${text}`).join());
	store.follower = {
		examine: () => undefined,
		follow(change) {
			if (change.certificates)
				crypto.certificates.load(change.settings.certificates);
			return "The settings are in use.";
		},
	};
	return { fake: fakeGateway(store), store };
}

/** A form with files, as a browser sends it. */
export function multipart(fields: readonly (readonly [string, string])[]): string {
	return `${fields.map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join("")}--b--\r\n`;
}

export const MULTIPART = "Content-Type: multipart/form-data; boundary=b\r\n";

/** A form without. */
export function urlencoded(fields: readonly (readonly [string, string])[]): string {
	return fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}
