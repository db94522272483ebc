/** What is wrong or weak in the settings, at the field that it is about: as the id of an element of a form, and as a path of a page. */
import { escapeHTML } from "../httpd/html.js";
import type { Fault, PeerSettings } from "../settings/types.js";
import { CONNECTION_TEXTS, PEER_TEXTS, textsOf } from "./field-texts.js";
import type { FieldText } from "./field-texts.js";
import { name } from "./format.js";

/** `phase1Proposals[0].encryption` is the field `phase1Proposals.0.encryption`. */
function fieldId(path: string): string {
	return path.split("[").join(".").split("]").join("");
}

/** The field that `path` means, of a form for what is at `prefix` (`peers[0].connections[1]`); undefined when it is on another page. */
export function fieldOf(path: string, prefix: string): string | undefined {
	return path.startsWith(`${prefix}.`) && !path.startsWith(`${prefix}.connections[`) ? fieldId(path.slice(prefix.length + 1)) : undefined;
}

/** The text of the fault of a field, "" when there is none. */
export function faultOf(faults: readonly Fault[], prefix: string, field: string): string {
	for (const fault of faults) {
		if (fieldOf(fault.path, prefix) === field)
			return fault.text;
	}
	return "";
}

/**
 * The faults of a form for what is at `prefix`, in the names that people gave. What may be only once is reported where it stands a second time in the document, which need not be where
 * somebody has just typed it.
 */
export function ofForm(faults: readonly Fault[], prefix: string, peers: readonly PeerSettings[]): Fault[] {
	return faults.map((fault) => {
		const { path, text } = fault.twin !== undefined && fieldOf(fault.twin.path, prefix) !== undefined ? fault.twin : fault;
		return { path, text: spoken(text, peers) };
	});
}

/** A path of this unit for a peer's page, or with `connection` a connection's. */
export function peerPath(peer: string, connection?: string): string {
	const path = `/settings/peers/${encodeURIComponent(peer)}`;
	return connection === undefined ? path : `${path}/connections/${encodeURIComponent(connection)}`;
}

/** The number in brackets that `path` begins with after `start`, -1 without one. */
function indexAfter(path: string, start: string): number {
	return path.startsWith(start) ? Number(path.slice(start.length, path.indexOf("]", start.length))) : -1;
}

/** Where in the pages the field at `path` is: `/settings/peers/branch/connections/office#pfs`. */
export function settingOf(path: string, peers: readonly PeerSettings[]): string {
	const peer = peers[indexAfter(path, "peers[")];
	if (peer === undefined)
		return path.startsWith("certificates") ? "/settings/certificates" : path.startsWith("gateway") ? `/settings/administration#${fieldId(path.slice(8))}` : "/settings/peers";
	const below = path.slice(path.indexOf("]") + 1);
	const connection = peer.connections[indexAfter(below, ".connections[")];
	const field = connection === undefined ? below.slice(1) : below.slice(below.indexOf("]") + 2);
	return `${peerPath(peer.name, connection?.name)}${field === "" ? "" : `#${fieldId(field)}`}`;
}

/** A message of the schema with `peers[0].connections[1]` as the names that people gave: branch / office. */
export function spoken(text: string, peers: readonly PeerSettings[]): string {
	const at = text.indexOf("peers[");
	if (at < 0)
		return text;
	const peer = peers[indexAfter(text.slice(at), "peers[")];
	if (peer === undefined)
		return text;
	const rest = text.slice(text.indexOf("]", at) + 1);
	const connection = peer.connections[indexAfter(rest, ".connections[")];
	return text.slice(0, at) + (connection === undefined ? peer.name + rest : `${peer.name} / ${connection.name}${rest.slice(rest.indexOf("]") + 1)}`);
}

/** What a field is called: `phase1Proposals.0.hash` is "Proposals 1, Hash". HTML. */
export function fieldName(texts: readonly FieldText[], field: string): string {
	const parts = field.split(".");
	const own = textsOf(texts, parts[0]!)?.[1] ?? escapeHTML(field);
	if (parts.length < 2)
		return own;
	const row = Number(parts[1]) >= 0;
	const inner = parts[row ? 2 : 1];
	const text = inner === undefined ? undefined : textsOf(texts, `${parts[0]}.${inner}`)?.[1];
	return `${own}${row ? ` ${Number(parts[1]) + 1}` : ""}${text === undefined ? "" : `, ${text}`}`;
}

/** Where the field at `path` is, as people call it: "branch / office: Proposals 1, Hash". HTML. */
export function place(path: string, peers: readonly PeerSettings[]): string {
	const peer = peers[indexAfter(path, "peers[")];
	if (peer === undefined)
		return escapeHTML(path.slice(0, 120));
	const below = path.slice(path.indexOf("]") + 1);
	const connection = peer.connections[indexAfter(below, ".connections[")];
	const field = fieldId(connection === undefined ? below.slice(1) : below.slice(below.indexOf("]") + 2));
	return `${name(peer.name)}${connection === undefined ? "" : ` / ${name(connection.name)}`}${field === "" ? "" : `: ${fieldName(connection === undefined ? PEER_TEXTS : CONNECTION_TEXTS, field)}`}`;
}
