/** IPSec – VPN peer settings (IKE): one peer, its form shown and taken. */
import { lastField, queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { PEERS } from "../limits.js";
import type { ChangeResult } from "../settings/configuration.js";
import { defaultPhase1Proposals, hasDefaultIdentity } from "../settings/defaults.js";
import { peerShape } from "../settings/schema.js";
import type { Fault, PeerSettings, Settings } from "../settings/types.js";
import { freeName } from "../texts.js";
import { ofForm, peerPath } from "./faults.js";
import { PEER_TEXTS } from "./field-texts.js";
import { formPage } from "./form-page.js";
import { name } from "./format.js";
import { button, link } from "./peers.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange, savedNote } from "./saved.js";
import { readForm } from "./typed.js";
import type { TypedForm } from "./typed.js";
import { movedUp } from "./values.js";
import type { Values } from "./values.js";

const PEER_TITLE = "IPSec \u2013 VPN peer settings (IKE)";

const LAYOUT = Object.freeze(["#Peer", "name", "enabled", "remoteGateway", "actAs", "#Who is who", "authentication", "preSharedKey", "ownCertificate", "localId", "remoteId",
	"#Phase 1: the key tunnel", "phase1Mode", "phase1Proposals", "phase1Lifetime", "#On the way", "natTraversal", "deadPeerDetection"]);

/** A peer of the settings, or one to be (`index` is then their number). */
interface Subject {
	readonly index: number;
	/** As it is stored; undefined for a new one. */
	readonly stored: PeerSettings | undefined;
	/** Whose secret a copy has, "" for none. */
	readonly copyOf: string;
}

/** The page of the peer at `at`; below 0: of a new one, a copy of the one whose name is in the query if there is one. */
export function peerPage({ query }: Request, options: RoomOptions, at: number): Response {
	const { peers } = options.commands.configuration.settings;
	const peer = peers[at];
	if (peer !== undefined)
		return show(options, { index: at, stored: peer, copyOf: "" }, stored(options, peer), "", [], query);
	const original = named(peers, queryValue(query, "copy") ?? "");
	return original === undefined ? show(options, { index: peers.length, stored: undefined, copyOf: "" }, { phase1Proposals: defaultPhase1Proposals }, "", [], query)
		: show(options, { index: peers.length, stored: undefined, copyOf: original.name }, { ...stored(options, original), name: copyName(peers, original.name) }, "", [], query);
}

export function named<T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined {
	for (const one of list) {
		if (one.name === name)
			return one;
	}
	return undefined;
}

/** A name that none of `list` has, for a copy of the one called `from`. */
export function copyName(list: readonly { readonly name: string }[], from: string): string {
	// Names are bounded in bytes, and cut by characters: a name in a script of three bytes each stays within.
	const short = from.slice(0, ArrayBuffer.fromString(from).byteLength > 24 ? 8 : 24).trim();
	return freeName(short, (name) => name === short || named(list, name) !== undefined, " ");
}

/** What the form shows of a peer: an identity that follows from the rest is left open, a secret is left out. */
function stored({ commands }: RoomOptions, peer: PeerSettings): Values {
	const values: Values = { ...peer };
	delete values.preSharedKey;
	if (hasDefaultIdentity(commands.configuration, peer))
		delete values.localId;
	return values;
}

/** What comes of the form of `peerPage`. */
export function savePeer(request: Request, options: RoomOptions, at: number): Response {
	const peer = options.commands.configuration.settings.peers[at];
	const typed = readForm(request, options, peerShape, peer === undefined ? {} : stored(options, peer));
	if ("status" in typed)
		return typed;
	const subject = subjectOf(options, at, typed);
	if (typed.up !== undefined)
		return show(options, subject, movedUp(typed.values, typed.up), "", [], "");
	const result = options.commands.configuration.change((draft) => put(draft, options, subject, typed.values), typed.revision);
	return saved(options, subject, typed.values, result);
}

function subjectOf({ commands }: RoomOptions, at: number, { fields }: TypedForm): Subject {
	const { peers } = commands.configuration.settings;
	return { index: at < 0 ? peers.length : at, stored: peers[at], copyOf: named(peers, lastField(fields, "copy") ?? "")?.name ?? "" };
}

/** What was typed into a draft, with the secret that is not typed again, and the connections that are none of this form's. */
function put(draft: Settings, { commands }: RoomOptions, { index, stored, copyOf }: Subject, values: Values): void {
	const edited: Values = { ...values, connections: draft.peers[index]?.connections ?? [] };
	const secret = values.preSharedKey ?? stored?.preSharedKey ?? named(commands.configuration.settings.peers, copyOf)?.preSharedKey;
	if (secret !== undefined)
		edited.preSharedKey = secret;
	draft.peers[index] = edited as unknown as PeerSettings;
}

function saved(options: RoomOptions, subject: Subject, values: Values, result: ChangeResult): Response {
	if (!result.ok)
		return show(options, subject, values, result.text, ofForm(result.faults, `peers[${subject.index}]`, options.commands.configuration.settings.peers), "");
	options.last.keep(options.commands.configuration, result, `peers[${subject.index}]`);
	return afterChange(peerPath(values.name as string), options.last);
}

function show(options: RoomOptions, { index, stored, copyOf }: Subject, values: Values, refusal: string, faults: readonly Fault[], query: string): Response {
	const { configuration } = options.commands;
	const { peers, certificates } = configuration.settings;
	const { gateway } = options.commands.snapshot();
	const path = stored === undefined ? "/settings/peer" : peerPath(stored.name);
	const title = stored === undefined ? "New peer" : name(stored.name);
	const before = savedNote(query, options.last, peers);
	if (copyOf !== "")
		before.push(`<p>A copy of ${name(copyOf)}: its settings and its key, without its connections.`);
	return html(formPage({
		title: PEER_TITLE, gateway: gateway.name, version: gateway.version,
		crumbs: `<a href=/settings/peers>Peers/connections</a> \u203a <b>${title}</b>`,
		action: path, back: "/settings/peers", layout: LAYOUT,
		form: { shape: peerShape, texts: PEER_TEXTS, values, place: `peers[${index}]`, faults, certificates: certificates.own.map((one) => one.name), stored: copyOf !== "" || stored?.preSharedKey !== undefined },
		configuration, token: options.token.text, save: "Save", refusal,
		hidden: copyOf === "" ? "" : `<input type=hidden name=copy value="${escapeHTML(copyOf)}">`,
		before, after: stored === undefined ? [] : connections(stored, path, options.token.text, peers.length < PEERS),
	}));
}

/** Below the form of a peer: its connections, and what can be done with it. */
function connections(peer: PeerSettings, path: string, token: string, room: boolean): string[] {
	const shown = name(peer.name);
	const pieces = [`<section class=card aria-labelledby=part-connections><h2 id=part-connections>Connections</h2>${peer.connections.length === 0 ? "<p>None yet: without one nothing is carried." : ""}<ul class=links id=connections>`];
	for (const connection of peer.connections)
		pieces.push(`<li><a href="${escapeHTML(peerPath(peer.name, connection.name))}">${name(connection.name)}</a> ${name(connection.localNetwork)} \u2194 ${name(connection.remoteNetwork)}${connection.enabled ? "" : " (off)"}`);
	pieces.push(`</ul></section><form class=save method=post><input type=hidden name=token value=${token}>${link(`${path}/connection`, "Add connection", `to ${shown}`)}${room ? link(`/settings/peer?copy=${encodeURIComponent(peer.name)}`, "Copy", shown) : ""}`
		+ `${button(`${path}/${peer.enabled ? "off" : "on"}`, peer.enabled ? "Switch off" : "Switch on", shown)}${link(`${path}/ask`, "Ask the peer", shown)}${link(`${path}/delete`, "Delete", shown)}</form>`);
	return pieces;
}
