/** One certificate, request or revocation list: what it says, its name, and its deletion. */
import { escapeHTML } from "../httpd/html.js";
import type { Response } from "../httpd/response.js";
import type { CertificateKind } from "../settings/configuration.js";
import { badge, doubts, rows, standing } from "./certificate-details.js";
import { CERTIFICATES, certificatePath, kindPath, userLinks, users } from "./certificates.js";
import { closePart, entryHTML, openPart } from "./entry.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { savedNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";

const WORDS = Object.freeze({ own: "Own certificate", trusted: "Trusted certificate", revocationLists: "Revocation list" });

/** `fault`: of the form `section`. HTML for the one of the file. */
export interface RefusedChange {
	readonly section: "rename" | "issued";
	readonly fault: string;
	readonly value: string;
}

export function certificate(options: RoomOptions, kind: CertificateKind, called: string, query: string, refused?: RefusedChange, status = 200): Response {
	return html(gather(page(options, kind, called, query, refused)), status);
}

function* page(options: RoomOptions, kind: CertificateKind, called: string, query: string, refused: RefusedChange | undefined): Generator<string> {
	const { commands, keyring, last, token } = options;
	const { settings } = commands.configuration;
	const { gateway } = commands.snapshot();
	const description = keyring.describe(kind, commands.configuration.pem(kind, called) ?? "");
	const state = standing(kind, description, keyring.now());
	const path = certificatePath(kind, called);
	const waits = state.word === "waits";
	yield openPage({ title: waits ? "Signing request" : WORDS[kind], gateway: gateway.name, tab: "certificates" });
	yield `<p class=crumbs><a href="${CERTIFICATES}#${kindPath(kind)}">Certificates</a> \u203a ${name(called)}`;
	for (const piece of savedNote(query, last, settings.peers))
		yield piece;
	yield `<section class=card aria-labelledby=about><h2 id=about>${name(called)} ${badge(state)}</h2>${state.why === "" ? "" : `<p>${escapeHTML(state.why)}`}`;
	for (const doubt of doubts(kind, description))
		yield `<p class=weak>${escapeHTML(doubt)}`;
	if (kind === "own") {
		const by = userLinks(users(settings.peers, called));
		yield `<p>${by === "" ? "No peer's settings choose it." : `In use by: ${by}.`}`;
	}
	yield "<table class=agreed role=table aria-labelledby=about><tbody role=rowgroup>";
	yield* rows(kind, description);
	yield `</table><p class=save><a class="button${waits ? " main" : ""}" href="${escapeHTML(`${path}/${waits ? "request" : "download"}`)}">Download ${waits ? "the request" : "as PEM"}</a><a class=button href="${escapeHTML(`${path}/delete`)}">Delete ...</a></section>`;
	if (waits) {
		yield openPart({ id: "issued", title: "Put the certificate here", what: "What the authority made of the request: PEM, DER or PKCS #7 (.p7b). Certificates between it and the authority, when they are in the file, are taken as well.", action: `${path}/issued`, token: token.text, files: true, refusal: refused?.section === "issued" ? refused.fault : "" });
		yield entryHTML({ id: "file", label: "File", what: "Or paste its text below, if it is PEM.", type: "file" });
		yield `<div class=field><label class=label for=text>PEM text</label><textarea id=text name=text rows=4 spellcheck=false autocomplete=off aria-describedby=text-what></textarea><p class=what id=text-what>Begins with <code>-----BEGIN CERTIFICATE-----</code>.</div>`;
		yield closePart("Put certificate");
	}
	yield openPart({ id: "rename", title: "Name", what: "", action: `${path}/rename`, token: token.text });
	yield entryHTML({ id: "name", label: "Name", what: kind === "own" ? "Peers that use it follow." : "How messages call it.", value: refused?.section === "rename" ? refused.value : called, fault: refused?.section === "rename" ? refused.fault : "" });
	yield closePart("Rename", "");
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** Asks before one goes; one that is in use stays. */
export function* certificateDeletion(options: RoomOptions, kind: CertificateKind, called: string): Generator<string> {
	const { commands, keyring, token } = options;
	const { settings } = commands.configuration;
	const { gateway } = commands.snapshot();
	const path = certificatePath(kind, called);
	const by = kind === "own" ? users(settings.peers, called) : [];
	const waits = standing(kind, keyring.describe(kind, commands.configuration.pem(kind, called) ?? ""), 0).word === "waits";
	const all = settings.peers.filter((peer) => peer.authentication === "certificate");
	yield openPage({ title: `Delete a ${kind === "revocationLists" ? "revocation list" : waits ? "key and its request" : "certificate"}`, gateway: gateway.name, tab: "certificates" });
	if (by.length > 0)
		yield `<section class=notice><p><b>${name(called)}</b> is in use by ${userLinks(by)}: choose another certificate there first, or a shared key.<p><a class=button href="${escapeHTML(path)}">Keep it</a></section>`;
	else
		yield `<form class=notice method=post action="${escapeHTML(`${path}/delete`)}"><input type=hidden name=token value=${token.text}><p><b>${name(called)}</b> goes${kind === "own" ? ", with its private key" : ""}.`
			+ (waits ? " A certificate that an authority makes of its request cannot be used any more." : "")
			+ (kind === "trusted" && all.length > 0 ? ` Peers whose certificates it vouches for are refused from their next negotiation on; with certificates work: ${userLinks(all)}.` : "")
			+ (kind === "revocationLists" ? " What is in it counts as valid again." : "")
			+ `<p>This cannot be taken back${kind === "own" ? ", but from a backup with secrets" : ""}.<p class=save><button class="main danger">Delete</button><a class=button href="${escapeHTML(path)}">Keep it</a></form>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}
