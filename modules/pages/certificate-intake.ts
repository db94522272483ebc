/** How certificates come here: a key made on this unit, a file, and what an authority has made of a request. */
import { formFields, lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Multipart } from "../httpd/multipart.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { ChangeResult, CertificateKind } from "../settings/configuration.js";
import type { KeyringTexts } from "../settings/services.js";
import type { Fault, Settings } from "../settings/types.js";
import { freeName } from "../texts.js";
import { certificate } from "./certificate.js";
import { part } from "./certificate-details.js";
import { CERTIFICATES, certificatePath, certificates } from "./certificates.js";
import { name } from "./format.js";
import { says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";

/** Fields of the form that makes a key, and the type of the alternative names in each. */
const NAMES = Object.freeze([Object.freeze(["dns", "DNS"] as const), Object.freeze(["addresses", "IP"] as const), Object.freeze(["emails", "email"] as const)]);

export function makeKey(request: Request, options: RoomOptions): Response {
	const { configuration } = options.commands;
	const fields = formFields(request.body) ?? [];
	const value = (field: string): string => (lastField(fields, field) ?? "").trim();
	const refuse = (refusal: string, faults: readonly string[] = []): Response => certificates(options, "", { section: "make", refusal, faults, fields }, 400);
	const called = value("name");
	if (called === "")
		return refuse("", ["name", "is missing: the settings of peers call it by its name"]);
	if (configuration.pem("own", called) !== undefined)
		return refuse("", ["name", "is the name of an own certificate already"]);
	const names: string[] = [];
	for (const [field, type] of NAMES) {
		for (const one of value(field).split(",")) {
			const text = one.trim();
			if (text !== "")
				names.push(`${type}:${text}`);
		}
	}
	return {
		status: 200,
		later(done) {
			options.keyring.make(Number(value("bits")), value("subject"), names.join(","), (made, fault) => {
				if (made === undefined)
					return done(refuse(escapeHTML(fault)));
				const result = configuration.change((draft) => {
					draft.certificates.own.push({ name: called, certificate: made.certificate, key: made.key });
				});
				if (!result.ok)
					return done(refuse(refusal(result), ofName(result, "name")));
				options.last.keep(configuration, result, "");
				options.last.text = `The key is made. Download its request and have an authority sign it. ${options.last.text}`;
				done(afterChange(certificatePath("own", called), options.last));
			});
		},
	};
}

/** The file that was sent, or the text that was pasted in its place; undefined: neither. */
function contentOf(upload: Multipart): Uint8Array | undefined {
	const file = upload.bytes("file");
	const content = file !== undefined && file.length > 0 ? file : upload.bytes("text");
	return content === undefined || content.length === 0 ? undefined : content;
}

function noForm(options: RoomOptions): Response {
	return says(options, 400, "No file", `A file is sent with a form of <a href=${CERTIFICATES}>Certificates</a>.`);
}

export function importCertificate(request: Request, options: RoomOptions): Response {
	const { upload } = request;
	if (upload === undefined)
		return noForm(options);
	const as = upload.text("as") ?? "";
	const kind: CertificateKind = as === "trusted" ? "trusted" : as === "lists" ? "revocationLists" : "own";
	const given = (upload.text("import-name") ?? "").trim();
	const withAuthority = upload.text("authority") === "1";
	const passphrase = upload.text("import-passphrase") ?? "";
	const content = contentOf(upload);
	const refuse = (text: string, faults: readonly string[] = []): Response =>
		certificates(options, "", { section: "import", refusal: text, faults, fields: ["as", as, "import-name", given, "authority", withAuthority ? "1" : ""] }, 400);
	if (content === undefined)
		return refuse("No file was chosen, and no text pasted.");
	return {
		status: 200,
		later: (done) => options.keyring.open(content, passphrase, (texts, fault) => done(texts === undefined ? refuse(escapeHTML(fault)) : take(options, kind, given, withAuthority, texts, refuse))),
	};
}

function take(options: RoomOptions, kind: CertificateKind, given: string, withAuthority: boolean, texts: KeyringTexts, refuse: (text: string, faults?: readonly string[]) => Response): Response {
	const { configuration } = options.commands;
	const pem = kind === "revocationLists" ? texts.list : texts.certificate;
	if (pem === "")
		return refuse(kind === "revocationLists" ? "There is no revocation list in the file." : "There is no certificate in the file.");
	if (kind === "own" && texts.key === "")
		return refuse("There is no private key in the file: expected PKCS #12, or PEM with the key. The certificate of a key that was made here is put at its request.");
	const called = given !== "" ? given : nameFor(configuration.settings, kind, commonName(options.keyring.describe(kind, pem)));
	const authority = withAuthority && kind === "own" && !isTrusted(options, texts.authority) ? texts.authority : "";
	const result = configuration.change((draft) => {
		put(draft, kind, called, texts, pem);
		if (authority !== "")
			draft.certificates.trusted.push({ name: nameFor(draft, "trusted", commonName(options.keyring.describe("trusted", authority))), certificate: authority });
	}, undefined, true);
	if (!result.ok)
		return refuse(refusal(result), ofName(result, "import-name"));
	options.last.keep(configuration, result, "certificates");
	return afterChange(certificatePath(kind, called), options.last);
}

/** The authority is among the trusted certificates already. */
function isTrusted({ commands, keyring }: RoomOptions, pem: string): boolean {
	const fingerprint = part(keyring.describe("trusted", pem), "fingerprint");
	return fingerprint === "" || commands.configuration.settings.certificates.trusted.some((each) => part(keyring.describe("trusted", commands.configuration.pem("trusted", each.name) ?? ""), "fingerprint") === fingerprint);
}

/** Adds it, or puts it in the place of the one that has the name. */
function put({ certificates: all }: Settings, kind: CertificateKind, called: string, texts: KeyringTexts, pem: string): void {
	if (kind === "own")
		replace(all.own, { name: called, certificate: pem, key: texts.key });
	else if (kind === "trusted")
		replace(all.trusted, { name: called, certificate: pem });
	else
		replace(all.revocationLists, { name: called, crl: pem });
}

function replace<T extends { name: string }>(list: T[], element: T): void {
	const at = list.findIndex((each) => each.name === element.name);
	if (at < 0)
		list.push(element);
	else
		list[at] = element;
}

export function putIssued(request: Request, options: RoomOptions, called: string): Response {
	const { configuration } = options.commands;
	const { upload } = request;
	if (upload === undefined)
		return noForm(options);
	const refuse = (fault: string): Response => certificate(options, "own", called, "", { section: "issued", fault, value: "" }, 400);
	const content = contentOf(upload);
	if (content === undefined)
		return refuse("No file was chosen, and no text pasted.");
	return {
		status: 200,
		later: (done) => options.keyring.open(content, "", (texts, fault) => {
			if (texts === undefined || texts.certificate === "")
				return done(refuse(escapeHTML(texts === undefined ? fault : "There is no certificate in the file.")));
			if (configuration.pem("own", called) === undefined)
				return done(says(options, 409, "Not there any more", `${name(called)} was renamed or deleted while the file was read. Nothing was changed. See <a href=${CERTIFICATES}>Certificates</a>.`));
			const result = configuration.change((draft) => {
				// Its key stays: what is empty is what is stored.
				draft.certificates.own.find((each) => each.name === called)!.certificate = texts.certificate;
			}, undefined, true);
			if (!result.ok)
				return done(refuse(result.faults.some((each) => each.path.endsWith(".key")) ? "The certificate is not that of this key: it was made of another request." : refusal(result)));
			options.last.keep(configuration, result, "certificates");
			done(afterChange(certificatePath("own", called), options.last));
		}),
	};
}

/** The common name in a description, as a name of the settings; of a list its issuer's. */
function commonName(description: string): string {
	const subject = part(description, "subject") || part(description, "issuer");
	const at = subject.indexOf("CN=");
	const value = at < 0 ? "" : subject.slice(at + 3).split(", ")[0]!;
	let text = "";
	for (let i = 0; i < value.length && text.length < 28; i++)
		text += value.charAt(i) === "/" || value.charAt(i) === "\\" ? "-" : value.charAt(i);
	return text.trim() === "" ? "certificate" : text.trim();
}

/** The name, or one like it that is not taken. */
function nameFor({ certificates: all }: Settings, kind: CertificateKind, wanted: string): string {
	const list = all[kind] as readonly { readonly name: string }[];
	return freeName(wanted, (name) => list.some((each) => each.name === name));
}

/** Why a change was refused, faults of names left out. HTML. */
function refusal(result: ChangeResult & { ok: false }): string {
	const others = result.faults.filter((fault) => !isName(fault));
	return others.length === 0 && result.faults.length > 0 ? "" : escapeHTML(`${result.text}${others.length === 0 ? "" : ` ${others[0]!.path}: ${others[0]!.text}`}`.slice(0, 500));
}

function ofName(result: ChangeResult & { ok: false }, field: string): readonly string[] {
	const fault = result.faults.find(isName);
	return fault === undefined ? [] : [field, fault.text];
}

function isName({ path }: Fault): boolean {
	return path.startsWith("certificates.") && path.endsWith(".name");
}
