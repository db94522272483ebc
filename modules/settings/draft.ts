/** What an edit may write to: copies of the settings, with the texts in PEM still in the document that is in use. */
import { certificateSubject } from "../crypto/certificates.js";
import type { CertificateKind } from "./configuration.js";
import type { CertificateSettings, Settings } from "./types.js";

type Element = { name: string; certificate?: string; key?: string; crl?: string };

/** Where a text in PEM is found that a draft leaves empty. */
export interface Texts {
	/** The text in field `name` of the `index`th element of a list of certificates. */
	text(list: CertificateKind, index: number, name: string): string;
}

export interface TextChanges {
	/** Any text is another one, or is gone, or new, or in another place. */
	readonly changed: boolean;
	/** Names of this gateway's own certificates that are new or others than before. */
	readonly renewed: readonly string[];
}

const certificateKinds: readonly CertificateKind[] = Object.freeze(["own", "trusted", "revocationLists"]);
const textNames = Object.freeze(["certificate", "key", "crl"] as const);

/** A copy down to connections and certificates; what is below them is shared with `settings`. */
export function draftOf(settings: Settings): Settings {
	const { gateway, certificates, peers } = settings;
	return {
		version: settings.version,
		gateway: { ...gateway, http: { ...gateway.http }, admin: { ...gateway.admin } },
		certificates: { own: copies(certificates.own), trusted: copies(certificates.trusted), revocationLists: copies(certificates.revocationLists) },
		peers: peers.map((peer) => ({ ...peer, connections: copies(peer.connections) })),
	};
}

function copies<T extends object>(list: readonly T[]): T[] {
	return list.map((each) => ({ ...each }));
}

/** The elements of a draft's certificates as they stand now: after the edit they are known again, whatever they are called then, and wherever they are. */
export function elementsOf({ own, trusted, revocationLists }: CertificateSettings): readonly (readonly object[])[] {
	return [[...own], [...trusted], [...revocationLists]];
}

/**
 * Fills in the texts that stayed empty. `before`: from `elementsOf`, before the edit. Returns whether anything has changed, and the names of this gateway's own
 * certificates that have.
 */
export function fillTexts(draft: CertificateSettings, before: readonly (readonly object[])[], texts: Texts): TextChanges {
	const renewed: string[] = [];
	let changed = false;
	for (let k = 0; k < certificateKinds.length; k++) {
		const kind = certificateKinds[k]!;
		const list = draft[kind] as Element[];
		const old = before[k]!;
		changed ||= list.length !== old.length;
		for (let i = 0; i < list.length; i++) {
			const element = list[i]!;
			const index = old.indexOf(element);
			let same = index === i;
			for (const name of textNames)
				if (element[name] === "" && index >= 0)
					element[name] = texts.text(kind, index, name);
				else if (element[name] !== undefined)
					same &&= index >= 0 && element[name] === texts.text(kind, index, name);
			changed ||= !same;
			if (!same && kind === "own")
				renewed.push(element.name);
		}
	}
	return { changed, renewed };
}

/** The same for certificates of a document that came as a whole: those that are called as before are the ones to compare with. */
export function compareTexts(next: CertificateSettings, before: CertificateSettings, texts: Texts): TextChanges {
	const elements = certificateKinds.map((kind) => (before[kind] as Element[]).map((old) => (next[kind] as Element[]).find(({ name }) => name === old.name) ?? old));
	return fillTexts(next, elements, texts);
}

/**
 * What follows from other fields is made anew where those have changed: identities that were the WAN address or a certificate's subject, ends of
 * transport mode that were the WAN address, the address of the pages that was the LAN address.
 */
export function followSources(draft: Settings, before: Settings, texts: Texts): void {
	const { gateway } = draft;
	const old = before.gateway;
	if (gateway.lanAddress !== old.lanAddress && gateway.http.address === old.http.address && old.http.address === withoutPrefix(old.lanAddress))
		gateway.http.address = withoutPrefix(gateway.lanAddress);
	for (const peer of draft.peers) {
		if (gateway.wanAddress !== old.wanAddress)
			for (const connection of peer.connections)
				if (connection.mode === "transport" && (connection.localNetwork === old.wanAddress || connection.localNetwork === `${old.wanAddress}/32`))
					connection.localNetwork = gateway.wanAddress;
		// oxlint-disable-next-line typescript/no-unnecessary-condition -- a draft may have none yet
		const { type, value } = peer.localId ?? {};
		if (type === "address" && value === old.wanAddress && gateway.wanAddress !== old.wanAddress && peer.authentication === "pre-shared key")
			peer.localId = { type, value: gateway.wanAddress };
		else if (type === "dn" && peer.authentication === "certificate") {
			const own = draft.certificates.own.find(({ name }) => name === peer.ownCertificate);
			const subject = own === undefined ? "" : certificateSubject(own.certificate);
			if (subject !== "" && subject !== value && before.certificates.own.some((_, i) => certificateSubject(texts.text("own", i, "certificate")) === value))
				peer.localId = { type, value: subject };
		}
	}
}

function withoutPrefix(address: string): string {
	const slash = address.indexOf("/");
	return slash < 0 ? address : address.slice(0, slash);
}
