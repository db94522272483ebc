/** Settings that are nobody's: the schema's own validation, no flash and no tunnels behind it. */
import { documentLines } from "../../../modules/settings/document.js";
import type { CertificateKind, ChangeResult, Configuration } from "../../../modules/settings/configuration.js";
import type { Settings } from "../../../modules/settings/types.js";
import { parse, validate } from "../../../modules/settings/validate.js";

export interface FakeConfiguration extends Configuration {
	settings: Settings;
	revision: number;
	storageFault: string;
}

/** A gateway with two peers: one with two connections, one with a certificate that is left out of `settings` as it is on a device. */
export const DOCUMENT = Object.freeze({
	version: 1,
	gateway: { name: "gate-a", wanAddress: "10.0.0.1", lanAddress: "10.1.0.1/24", admin: { user: "admin", password: "correct horse battery" } },
	peers: [
		{
			name: "branch", remoteGateway: "10.0.0.2", preSharedKey: "a key of the branch, long enough", remoteId: { type: "fqdn", value: "branch.example" },
			connections: [
				{ name: "office", order: 1, localNetwork: "10.1.0.0/24", remoteNetwork: "10.2.0.0/24" },
				{ name: "phones", order: 3, localNetwork: "10.1.0.0/24", remoteNetwork: "10.3.0.0/24", enabled: false, ipProtocol: 17, remotePort: 5060 },
			],
		},
		{ name: "road warriors", remoteGateway: "0.0.0.0", preSharedKey: "another key, long enough too", connections: [{ name: "all", order: 2, localNetwork: "10.1.0.0/24", remoteNetwork: "10.9.0.0/24" }] },
	],
});

function copy<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}

/** In use: `document` as the gateway would read it. Throws what is wrong with it. */
export function fakeConfiguration(document: unknown = DOCUMENT): FakeConfiguration {
	const first = parse(JSON.stringify(document));
	if (first.settings === undefined)
		throw new Error(first.faults.map(({ path, text }) => `${path}: ${text}`).join());
	const texts = new Map<string, string>();
	const take = (settings: Settings): Settings => {
		const { own, trusted, revocationLists } = settings.certificates;
		for (const one of own) {
			texts.set(`own ${one.name}`, one.certificate).set(`key ${one.name}`, one.key);
			one.certificate = one.key = "";
		}
		for (const one of trusted) {
			texts.set(`trusted ${one.name}`, one.certificate);
			one.certificate = "";
		}
		for (const one of revocationLists) {
			texts.set(`revocationLists ${one.name}`, one.crl);
			one.crl = "";
		}
		return settings;
	};
	const whole = (settings: Settings): Settings => {
		const draft = copy(settings);
		const { own, trusted, revocationLists } = draft.certificates;
		for (const one of own) {
			one.certificate ||= texts.get(`own ${one.name}`) ?? "";
			one.key ||= texts.get(`key ${one.name}`) ?? "";
		}
		for (const one of trusted)
			one.certificate ||= texts.get(`trusted ${one.name}`) ?? "";
		for (const one of revocationLists)
			one.crl ||= texts.get(`revocationLists ${one.name}`) ?? "";
		return draft;
	};
	const use = (validation: ReturnType<typeof validate>): ChangeResult => {
		if (validation.settings === undefined)
			return { ok: false, faults: validation.faults, text: "Nothing was changed." };
		fake.settings = take(validation.settings);
		fake.revision++;
		return { ok: true, warnings: validation.warnings, text: "The settings are in use.", storageFault: fake.storageFault };
	};
	const fake: FakeConfiguration = {
		settings: take(first.settings),
		revision: 1,
		storageFault: "",
		get storageNotice() {
			return fake.storageFault;
		},
		change(edit, revision) {
			if (revision !== undefined && revision !== fake.revision)
				return { ok: false, faults: [], text: "The settings were changed by somebody else since the page was loaded." };
			const draft = copy(fake.settings);
			edit(draft);
			return use(validate(whole(draft)));
		},
		replace: (document) => use(parse(document)),
		document: (secrets) => documentLines(whole(fake.settings), secrets),
		pem: (kind: CertificateKind, name) => texts.get(`${kind} ${name}`),
		keyText: (name) => texts.has(`key ${name}`) ? JSON.stringify(texts.get(`key ${name}`)) : undefined,
	};
	return fake;
}
