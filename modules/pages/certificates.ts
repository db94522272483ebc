/** Certificates: this unit's own with their keys, those that it trusts, revocation lists; and how more of them come here. */
import { escapeHTML } from "../httpd/html.js";
import type { Response } from "../httpd/response.js";
import { OWN_CERTIFICATES, REVOCATION_LISTS, TRUSTED_CERTIFICATES } from "../limits.js";
import type { CertificateKind } from "../settings/configuration.js";
import type { PeerSettings } from "../settings/types.js";
import { badge, part, standing, validity } from "./certificate-details.js";
import { closePart, entryHTML, openPart, radioHTML, tickHTML } from "./entry.js";
import { peerPath } from "./faults.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { savedNote, storageNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";
import { closeTable, emptyRow, openTable } from "./tables.js";

export const CERTIFICATES = "/settings/certificates";
const OWN_COLUMNS = Object.freeze(["Name", "Subject", "Valid (UTC)", "State", "In use by", "Change"]);
const TRUSTED_COLUMNS = Object.freeze(["Name", "Subject", "Valid (UTC)", "State", "Change"]);
const LIST_COLUMNS = Object.freeze(["Name", "Issuer", "Made, next one due", "State", "Change"]);

/** What was typed and refused. */
export interface RefusedForm {
	readonly section: "" | "make" | "import";
	/** HTML. */
	readonly refusal: string;
	/** Fields and what is wrong with them, one after the other. */
	readonly faults: readonly string[];
	readonly fields: readonly string[];
}

const NOTHING: RefusedForm = Object.freeze({ section: "", refusal: "", faults: Object.freeze([]), fields: Object.freeze([]) });

export function certificates(options: RoomOptions, query: string, refused: RefusedForm = NOTHING, status = 200): Response {
	return html(gather(page(options, query, refused)), status);
}

/** The word for a kind in a path. */
export function kindPath(kind: CertificateKind): string {
	return kind === "revocationLists" ? "lists" : kind;
}

export function certificatePath(kind: CertificateKind, called: string): string {
	return `${CERTIFICATES}/${kindPath(kind)}/${encodeURIComponent(called)}`;
}

/** Peers that show an own certificate. */
export function users(peers: readonly PeerSettings[], called: string): readonly PeerSettings[] {
	return peers.filter((peer) => peer.authentication === "certificate" && peer.ownCertificate === called);
}

export function userLinks(peers: readonly PeerSettings[]): string {
	return peers.map((peer) => `<a href="${escapeHTML(`${peerPath(peer.name)}#ownCertificate`)}">${name(peer.name)}</a>`).join(", ");
}

/** The value in a list of names and values, the last one. */
function valueIn(list: readonly string[], field: string): string | undefined {
	for (let i = list.length - 2; i >= 0; i -= 2) {
		if (list[i] === field)
			return list[i + 1];
	}
	return undefined;
}

function* page(options: RoomOptions, query: string, refused: RefusedForm): Generator<string> {
	const { commands, last, token } = options;
	const { settings, storageFault } = commands.configuration;
	const { own, trusted, revocationLists } = settings.certificates;
	const { gateway } = commands.snapshot();
	yield openPage({ title: "Certificates", gateway: gateway.name, tab: "certificates" });
	yield `<p class=crumbs><a href="#make">Make a key</a> \u00b7 <a href="#import">Add from a file</a>${storageNote(storageFault)}`;
	for (const piece of savedNote(query, last, settings.peers))
		yield piece;
	yield openTable("own", "Own", "What this unit shows to its peers, each with its private key, which never leaves but in an encrypted backup.", OWN_COLUMNS);
	for (const one of own)
		yield tableRow(options, "own", one.name, settings.peers);
	if (own.length === 0)
		yield emptyRow(OWN_COLUMNS.length, "None. Peers with certificates need one.");
	yield closeTable() + openTable("trusted", "Trusted", "Authorities: whoever has a certificate of one of them, and the identity that a peer's settings name, is that peer.", TRUSTED_COLUMNS);
	for (const one of trusted)
		yield tableRow(options, "trusted", one.name, settings.peers);
	if (trusted.length === 0)
		yield emptyRow(TRUSTED_COLUMNS.length, "None. Peers with certificates need one.");
	yield closeTable() + openTable("lists", "Revocation lists", "What an authority has taken back before its end.", LIST_COLUMNS);
	for (const one of revocationLists)
		yield tableRow(options, "revocationLists", one.name, settings.peers);
	if (revocationLists.length === 0)
		yield emptyRow(LIST_COLUMNS.length, "None. Nothing counts as revoked.");
	yield `${closeTable()}<p class=what>${own.length} of ${OWN_CERTIFICATES} own certificates, ${trusted.length} of ${TRUSTED_CERTIFICATES} trusted, ${revocationLists.length} of ${REVOCATION_LISTS} lists.`;
	yield* makePart(token.text, refused, gateway.name);
	yield* importPart(token.text, refused);
	yield closePage(`keygate ${name(gateway.version)}`);
}

function tableRow({ commands, keyring }: RoomOptions, kind: CertificateKind, called: string, peers: readonly PeerSettings[]): string {
	const description = keyring.describe(kind, commands.configuration.pem(kind, called) ?? "");
	const state = standing(kind, description, keyring.now());
	const path = certificatePath(kind, called);
	const shown = name(called);
	const users_ = kind === "own" ? userLinks(users(peers, called)) : "";
	const link = (to: string, text: string, what: string): string => `<a class=button href="${escapeHTML(to)}" aria-label="${text} ${what}">${text}</a>`;
	const dates = validity(description);
	return `<tr role=row><th role=rowheader scope=row data-label=Name><a href="${escapeHTML(path)}">${shown}</a>`
		+ `<td role=cell data-label=${kind === "revocationLists" ? "Issuer" : "Subject"}>${escapeHTML(part(description, kind === "revocationLists" ? "issuer" : "subject"))}`
		+ `<td role=cell data-label="${kind === "revocationLists" ? LIST_COLUMNS[2]! : "Valid (UTC)"}"${dates === "" ? " class=none" : ""}>${dates === "" ? "\u2013" : dates}`
		+ `<td role=cell data-label=State>${badge(state)}`
		+ (kind === "own" ? `<td role=cell data-label="In use by"${users_ === "" ? " class=none" : ""}>${users_ === "" ? "\u2013" : users_}` : "")
		+ `<td role=cell data-label=Change class=do>${state.word === "waits" ? link(`${path}/request`, "Download request", `of ${shown}`) + link(`${path}#issued`, "Put certificate", `of ${shown}`) : link(path, "Show", shown)}${link(`${path}/delete`, "Delete", shown)}`;
}

function* makePart(token: string, refused: RefusedForm, gateway: string): Generator<string> {
	const mine = refused.section === "make";
	const value = (field: string, otherwise: string): string => (mine ? valueIn(refused.fields, field) : undefined) ?? otherwise;
	const fault = (field: string): string => mine ? valueIn(refused.faults, field) ?? "" : "";
	yield openPart({ id: "make", title: "Make a key and a signing request", what: "The key is made here and stays here. An authority signs the request, and its certificate is then put here.", action: `${CERTIFICATES}/make`, token, refusal: mine ? refused.refusal : "" });
	yield entryHTML({ id: "name", label: "Name", what: "What the settings of peers call it.", value: value("name", ""), fault: fault("name") });
	yield entryHTML({ id: "subject", label: "Subject", what: "Whose it is, as the authority wants it: country, organisation, name. <span class=there>There: subject, distinguished name (DN).</span>", value: value("subject", `CN=${gateway}`), fault: fault("subject") });
	yield entryHTML({ id: "dns", label: "Host names", what: "Separated by commas; peers may know this unit by one of them. <span class=there>There: subject alternative name, DNS; identity FQDN.</span>", value: value("dns", ""), fault: fault("dns") });
	yield entryHTML({ id: "addresses", label: "Addresses", what: "IPv4, separated by commas; only those that stay. <span class=there>There: subject alternative name, IP.</span>", value: value("addresses", ""), fault: fault("addresses") });
	yield entryHTML({ id: "emails", label: "Mail addresses", what: "Separated by commas, rarely needed. <span class=there>There: subject alternative name, email; identity user FQDN.</span>", value: value("emails", ""), fault: fault("emails") });
	yield entryHTML({ id: "bits", label: "RSA key", what: "3072 bits are for certificates that last longer than ten years. A longer key costs more time at each negotiation, and seconds to make.", value: value("bits", "2048"), choices: ["2048", "3072", "4096"].map((bits) => [bits, `${bits} bits`]) });
	yield closePart("Make key and request");
}

function* importPart(token: string, refused: RefusedForm): Generator<string> {
	const mine = refused.section === "import";
	const value = (field: string, otherwise: string): string => (mine ? valueIn(refused.fields, field) : undefined) ?? otherwise;
	const as = value("as", "own");
	yield openPart({ id: "import", title: "Add from a file", what: "PKCS #12 (.p12, .pfx), PEM (.pem, .crt, .key) or DER (.cer, .crl).", action: `${CERTIFICATES}/import`, token, files: true, refusal: mine ? refused.refusal : "" });
	yield `<div class=field role=radiogroup aria-labelledby=as-label><span class=label id=as-label>As</span><div class=ways>${radioHTML("as", "own", "own certificate with its key", "And the certificates between it and its authority, when the file has them.", as === "own")}`
		+ `${radioHTML("as", "trusted", "trusted certificate", "Of an authority that vouches for peers.", as === "trusted")}${radioHTML("as", "lists", "revocation list", "Of a trusted authority.", as === "lists")}</div></div>`;
	yield entryHTML({ id: "import-name", label: "Name", what: "What it is called here; empty: the common name in it. The name of one that is there already puts the new one in its place.", value: value("import-name", ""), fault: mine ? valueIn(refused.faults, "import-name") ?? "" : "" });
	yield entryHTML({ id: "file", label: "File", what: "Or paste its text below, if it is PEM.", type: "file" });
	yield `<div class=field><label class=label for=text>PEM text</label><textarea id=text name=text rows=4 spellcheck=false autocomplete=off aria-describedby=text-what></textarea><p class=what id=text-what>Begins with <code>-----BEGIN</code>.</div>`;
	yield entryHTML({ id: "import-passphrase", label: "Passphrase", what: "Of the file, if it is encrypted. It is not kept.", type: "password", more: "autocomplete=off" });
	yield tickHTML("authority", "Trust its authority", "When the file has the authority at the end of the chain, it is added to the trusted certificates.", value("authority", "") === "1");
	yield closePart("Add");
}
