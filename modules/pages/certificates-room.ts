/** Paths of certificates: the list, each of them, and what brings, renames and deletes them. */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { CertificateKind, ChangeResult } from "../settings/configuration.js";
import type { Settings } from "../settings/types.js";
import { plainName } from "./backup.js";
import { certificate, certificateDeletion } from "./certificate.js";
import { importCertificate, makeKey, putIssued } from "./certificate-intake.js";
import { CERTIFICATES, certificatePath, certificates, kindPath, userLinks, users } from "./certificates.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { html, notAllowed, READ, says, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

const KINDS = Object.freeze(["own", "trusted", "revocationLists"] as const);

export function certificatesRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path, query } = request;
	const isPost = method === "POST";
	switch (path) {
		case CERTIFICATES:
			return isPost ? notAllowed(READ) : certificates(options, query);
		case `${CERTIFICATES}/make`:
			return isPost ? makeKey(request, options) : notAllowed(WRITE);
		case `${CERTIFICATES}/import`:
			return isPost ? importCertificate(request, options) : notAllowed(WRITE);
	}
	if (!path.startsWith(`${CERTIFICATES}/`))
		return undefined;
	// A name has no slash in it, so that the decoded path can be taken apart.
	const parts = path.slice(CERTIFICATES.length + 1).split("/");
	const kind = KINDS.find((one) => kindPath(one) === parts[0]);
	if (kind === undefined || parts.length < 2 || parts.length > 3)
		return undefined;
	const called = parts[1]!;
	if (options.commands.configuration.pem(kind, called) === undefined)
		return says(options, 404, "Not found", `There is no ${kind === "revocationLists" ? "revocation list" : "certificate"} ${name(called)}. It may have been renamed or deleted. See <a href=${CERTIFICATES}>Certificates</a>.`);
	return one(request, options, kind, called, parts[2] ?? "");
}

function one(request: Request, options: RoomOptions, kind: CertificateKind, called: string, action: string): Response | undefined {
	const isPost = request.method === "POST";
	switch (action) {
		case "":
			return isPost ? notAllowed(READ) : certificate(options, kind, called, request.query);
		case "request":
		case "download":
			return isPost ? notAllowed(READ) : download(options, kind, called);
		case "rename":
			return isPost ? rename(request, options, kind, called) : notAllowed(WRITE);
		case "issued":
			return kind !== "own" ? undefined : isPost ? putIssued(request, options, called) : notAllowed(WRITE);
		case "delete":
			return isPost ? remove(options, kind, called) : html(gather(certificateDeletion(options, kind, called)));
		default:
			return undefined;
	}
}

/** What is public of it. */
function download({ commands }: RoomOptions, kind: CertificateKind, called: string): Response {
	const pem = commands.configuration.pem(kind, called)!;
	const end = kind === "revocationLists" ? "crl" : pem.includes("BEGIN CERTIFICATE REQUEST") ? "csr" : "pem";
	return { status: 200, type: "application/x-pem-file", headers: [`Content-Disposition: attachment; filename="${plainName(called)}.${end}"`], body: pieces(pem) };
}

function* pieces(text: string): Generator<string> {
	for (let from = 0; from < text.length; from += 2048)
		yield text.slice(from, from + 2048);
}

function rename(request: Request, options: RoomOptions, kind: CertificateKind, called: string): Response {
	const { configuration } = options.commands;
	const next = (lastField(formFields(request.body) ?? [], "name") ?? "").trim();
	const result = configuration.change((draft) => {
		(draft.certificates[kind] as { name: string }[]).find((each) => each.name === called)!.name = next;
		if (kind !== "own")
			return;
		for (const peer of draft.peers) {
			if (peer.ownCertificate === called)
				peer.ownCertificate = next;
		}
	});
	if (!result.ok)
		return certificate(options, kind, called, "", { section: "rename", fault: result.faults.length === 0 ? result.text : result.faults[0]!.text, value: next }, 400);
	options.last.keep(configuration, result, "certificates");
	return afterChange(certificatePath(kind, next), options.last);
}

function remove(options: RoomOptions, kind: CertificateKind, called: string): Response {
	const { configuration } = options.commands;
	const by = kind === "own" ? users(configuration.settings.peers, called) : [];
	if (by.length > 0)
		return says(options, 409, "In use", `<b>${name(called)}</b> is in use by ${userLinks(by)}: choose another certificate there first, or a shared key.`);
	const result = configuration.change((draft) => without(draft, kind, called));
	if (!result.ok)
		return says(options, 409, "Not deleted", `${refusalText(result)} <a href=${CERTIFICATES}>Certificates</a>`);
	options.last.keep(configuration, result, "");
	return afterChange(`${CERTIFICATES}#${kindPath(kind)}`, options.last);
}

function without(draft: Settings, kind: CertificateKind, called: string): void {
	const list = draft.certificates[kind] as { name: string }[];
	list.splice(list.findIndex((each) => each.name === called), 1);
}

/** Why a change was refused. HTML. */
function refusalText(result: ChangeResult & { ok: false }): string {
	const first = result.faults[0];
	return escapeHTML(`${result.text}${first === undefined ? "" : ` ${first.path === "" ? "" : `${first.path}: `}${first.text}`}`.slice(0, 500));
}
