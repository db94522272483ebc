/** IPSec – VPN Connection Settings: one connection of a peer, its form shown and taken. */
import { formatRange, netmask, parseAddress } from "../addresses.js";
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { ChangeResult } from "../settings/configuration.js";
import { defaultPhase2Proposals } from "../settings/defaults.js";
import { connectionShape } from "../settings/schema.js";
import type { ConnectionSettings, Fault, PeerSettings } from "../settings/types.js";
import { ofForm, peerPath } from "./faults.js";
import { CONNECTION_TEXTS } from "./field-texts.js";
import { formPage } from "./form-page.js";
import { name } from "./format.js";
import { copyName, named } from "./peer.js";
import { button, link } from "./peers.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange, savedNote } from "./saved.js";
import { readForm } from "./typed.js";
import { movedUp } from "./values.js";
import type { Values } from "./values.js";

const CONNECTION_TITLE = "IPSec \u2013 VPN Connection Settings";

const LAYOUT = Object.freeze(["#Connection", "name", "enabled", "order", "start", "#What it carries", "localNetwork", "remoteNetwork", "ipProtocol", "localPort", "remotePort", "mode",
	"#Phase 2: the traffic tunnels", "phase2Proposals", "pfs", "lifetime", "extendedSequenceNumbers", "sha256Truncation"]);

/** A connection of `peer`, or one to be. */
interface Subject {
	/** Of the peer and of the connection in it. */
	readonly at: number;
	readonly index: number;
	readonly peer: PeerSettings;
	readonly stored: ConnectionSettings | undefined;
}

/** `index` below 0: a new connection. */
function subjectOf(peer: PeerSettings, at: number, index: number): Subject {
	return { at, index: index < 0 ? peer.connections.length : index, peer, stored: peer.connections[index] };
}

/** The page of a connection of the peer at `at`; `index` below 0 for a new one, a copy of the one whose name is in the query if there is one. */
export function connectionPage({ query }: Request, options: RoomOptions, at: number, index: number): Response {
	const { settings } = options.commands.configuration;
	const peer = settings.peers[at]!;
	const subject = subjectOf(peer, at, index);
	if (subject.stored !== undefined)
		return show(options, subject, subject.stored as unknown as Values, "", [], query);
	const original = named(peer.connections, queryValue(query, "copy") ?? "");
	const values: Values = original === undefined ? { localNetwork: lanNetwork(settings.gateway.lanAddress), phase2Proposals: defaultPhase2Proposals }
		: { ...original, name: copyName(peer.connections, original.name), order: undefined };
	return show(options, subject, values, "", [], query);
}

/** The network of an address with its prefix length: `10.1.0.1/24` is in `10.1.0.0/24`. */
export function lanNetwork(address: string): string {
	const slash = address.indexOf("/");
	const mask = netmask(Number(address.slice(slash + 1)));
	const first = ((parseAddress(address.slice(0, slash)) ?? 0) & mask) >>> 0;
	return formatRange(first, (first | ~mask) >>> 0);
}

/** What comes of the form of `connectionPage`. */
export function saveConnection(request: Request, options: RoomOptions, at: number, connection: number): Response {
	const subject = subjectOf(options.commands.configuration.settings.peers[at]!, at, connection);
	const typed = readForm(request, options, connectionShape, (subject.stored ?? {}) as unknown as Values);
	if ("status" in typed)
		return typed;
	if (typed.up !== undefined)
		return show(options, subject, movedUp(typed.values, typed.up), "", [], "");
	const result = options.commands.configuration.change((draft) => {
		draft.peers[at]!.connections[subject.index] = typed.values as unknown as ConnectionSettings;
	}, typed.revision);
	return saved(options, subject, typed.values, result);
}

function saved(options: RoomOptions, subject: Subject, values: Values, result: ChangeResult): Response {
	if (!result.ok)
		return show(options, subject, values, result.text, ofForm(result.faults, `peers[${subject.at}].connections[${subject.index}]`, options.commands.configuration.settings.peers), "");
	options.last.keep(options.commands.configuration, result, `peers[${subject.at}].connections[${subject.index}]`);
	return afterChange(peerPath(subject.peer.name, values.name as string), options.last);
}

function show(options: RoomOptions, { at, index, peer, stored }: Subject, values: Values, refusal: string, faults: readonly Fault[], query: string): Response {
	const { configuration } = options.commands;
	const { gateway } = options.commands.snapshot();
	const path = stored === undefined ? `${peerPath(peer.name)}/connection` : peerPath(peer.name, stored.name);
	return html(formPage({
		title: CONNECTION_TITLE, gateway: gateway.name, version: gateway.version,
		crumbs: `<a href=/settings/peers>Peers/connections</a> \u203a <a href="${escapeHTML(peerPath(peer.name))}">${name(peer.name)}</a> \u203a <b>${stored === undefined ? "New connection" : name(stored.name)}</b>`,
		action: path, back: "/settings/peers", layout: LAYOUT,
		form: { shape: connectionShape, texts: CONNECTION_TEXTS, values, place: `peers[${at}].connections[${index}]`, faults, certificates: [], stored: false },
		configuration, token: options.token.text, save: "Save", refusal, hidden: "",
		before: savedNote(query, options.last, configuration.settings.peers),
		after: stored === undefined ? [] : [actions(peer, stored, path, options.token.text)],
	}));
}

/** Below the form of a connection: what can be done with it. */
function actions(peer: PeerSettings, connection: ConnectionSettings, path: string, token: string): string {
	const shown = name(connection.name);
	return `<form class=save method=post><input type=hidden name=token value=${token}>${link(`${path}/sheet`, "Sheet for the other side", `of ${shown}`)}${link(`${peerPath(peer.name)}/connection?copy=${encodeURIComponent(connection.name)}`, "Copy", shown)}`
		+ `${button(`${path}/${connection.enabled ? "off" : "on"}`, connection.enabled ? "Switch off" : "Switch on", shown)}${link(`${path}/delete`, "Delete", shown)}</form>`;
}
