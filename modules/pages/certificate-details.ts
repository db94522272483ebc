/** What a certificate, a signing request or a revocation list says of itself (KeyringTexts, describe), in words. */
import { escapeHTML } from "../httpd/html.js";
import type { CertificateKind } from "../settings/configuration.js";
import { dateText, RENEWAL, timeText } from "../dates.js";
import { grouped } from "./format.js";

const DAY = 86400;
/** By their numbers in crypto/certificates.h, as far as they can come up here. */
const KEY_FAULTS: readonly string[] = Object.freeze(["", "", "cannot be read", "", "", "", "", "its key is no RSA key", "its key is too small: expected 2048 to 4096 bits", "its key is too large: expected 2048 to 4096 bits"]);

/** How it stands with one: the kind of a badge, its words, and what there is to say. */
export interface Standing {
	readonly kind: "on" | "wait" | "bad" | "off";
	readonly word: string;
	readonly why: string;
}

/** The value that the description has under `name`, "" without one. */
export function part(description: string, name: string): string {
	const start = description.startsWith(`${name} `) ? 0 : description.indexOf(`\n${name} `) + 1;
	if (start === 0 && !description.startsWith(`${name} `))
		return "";
	const from = start + name.length + 1;
	const to = description.indexOf("\n", from);
	return to < 0 ? description.slice(from) : description.slice(from, to);
}

/** `now`: seconds since 1970, 0: not known. */
export function standing(kind: CertificateKind, description: string, now: number): Standing {
	if (description === "")
		return { kind: "bad", word: "unreadable", why: "It cannot be read." };
	if (part(description, "kind") === "request")
		return { kind: "wait", word: "waits", why: "Its key waits for the certificate: download the request, have an authority sign it, and put the certificate here." };
	const fault = kind === "own" ? KEY_FAULTS[Number(part(description, "fault"))] ?? "its key cannot be used" : "";
	if (fault !== "")
		return { kind: "bad", word: "unusable", why: `It cannot be used: ${fault}.` };
	const from = Number(part(description, "from"));
	const to = Number(part(description, "to"));
	if (now === 0)
		return { kind: "off", word: "dates not known", why: "This unit does not know the time, so its dates are not judged." };
	if (kind === "revocationLists")
		return to !== 0 && now > to ? { kind: "wait", word: "out of date", why: `The next one was due on ${dateText(to)}: what was revoked since is not known. What is in it stays revoked.` } : { kind: "on", word: "up to date", why: "" };
	if (now < from)
		return { kind: "bad", word: "not valid yet", why: `It begins on ${timeText(from)}, by the clock of this unit it is ${timeText(now)}.` };
	if (now > to)
		return { kind: "bad", word: "expired", why: `It ended on ${dateText(to)}: peers refuse it.` };
	const days = Math.floor((to - now) / DAY);
	if (to - now < RENEWAL)
		return { kind: "wait", word: days === 0 ? "expires today" : days === 1 ? "expires in a day" : `expires in ${days} days`, why: "Renew it in time: make a new request, put the new certificate here under a name of its own, and choose it in the peers' settings." };
	return { kind: "on", word: "valid", why: "" };
}

/** What is doubtful about it apart from dates, as sentences. */
export function doubts(kind: CertificateKind, description: string): string[] {
	const flags = part(description, "flags");
	const list: string[] = [];
	if (flags.includes("weak-signature"))
		list.push("It is signed with SHA-1 or MD5, which is weak: peers may refuse it.");
	if (kind === "own" && flags.includes("other-use"))
		list.push("Its key usage is not for signatures of IKE: peers may refuse it.");
	if (kind === "own" && flags.includes("self-signed"))
		list.push("It vouches for itself: peers must have it among the certificates that they trust.");
	if (kind === "trusted" && !flags.includes("authority"))
		list.push("It is no authority's: it makes its owner trusted, and nobody else.");
	return list;
}

export function badge({ kind, word }: Standing): string {
	return `<span class="state ${kind}">${word}</span>`;
}

/** "2026-01-01 to 2035-12-31" */
export function validity(description: string): string {
	const to = Number(part(description, "to"));
	const from = dateText(Number(part(description, "from")));
	return from === "" ? "" : `${from} to ${to === 0 ? "no date" : dateText(to)}`;
}

function row(label: string, value: string): string {
	return value === "" ? "" : `<tr role=row><th role=rowheader scope=row data-label="">${label}<td role=cell>${escapeHTML(value)}`;
}

/** All of it as rows of a table. */
export function* rows(kind: CertificateKind, description: string): Generator<string> {
	const key = part(description, "key");
	const count = Number(part(description, "count"));
	yield row("Subject", part(description, "subject")) + row("Alternative names", part(description, "names").slice(0, 2000)) + row("Issuer", part(description, "issuer"));
	yield row("Serial number", part(description, "serial")) + row(kind === "revocationLists" ? "Made, next one due" : "Valid (UTC)", validity(description)) + row("Key", key === "" ? "" : `${key} bits`) + row("Use", part(description, "use"));
	yield row("Signature", part(description, "signature")) + row("SHA-256 fingerprint", part(description, "fingerprint"));
	if (kind === "revocationLists")
		yield row("Revoked certificates", grouped(count)) + row("Their serial numbers", part(description, "revoked") + (count > 8 ? " \u2026" : ""));
	else if (kind === "own" && count > 1)
		yield row("Certificates sent", `${count}: this one, and those that lead to the authority`);
}
