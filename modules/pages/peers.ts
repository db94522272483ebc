/** IPSec – Peers/connections: who tunnels are made with, and the connections of all peers in the order in which they are tried. */
import { escapeHTML } from "../httpd/html.js";
import { CONNECTIONS, PEERS } from "../limits.js";
import { connectionShape, noteOf, peerShape } from "../settings/schema.js";
import type { Shape } from "../settings/schema.js";
import type { ConnectionSettings, PeerSettings } from "../settings/types.js";
import type { PeerOverview } from "../status/types.js";
import { peerPath } from "./faults.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import type { RoomOptions } from "./room.js";
import { savedNote, storageNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";
import { closeTable, emptyRow, openTable } from "./tables.js";

const PEERS_TITLE = "IPSec \u2013 Peers/connections";
const PEER_COLUMNS = Object.freeze(["Peer", "Remote gateway", "Mode", "State", "Change"]);
const CONNECTION_COLUMNS = Object.freeze(["Order", "Connection", "Local network", "Remote network", "State", "Change"]);

export function peersPage(options: RoomOptions, query: string): Generator<string> {
	return gather(page(options, query));
}

/** The connection with the least order number above `order`; undefined after the last. */
export function nextInOrder(peers: readonly PeerSettings[], order: number): { readonly peer: PeerSettings; readonly connection: ConnectionSettings } | undefined {
	let found: { peer: PeerSettings; connection: ConnectionSettings } | undefined;
	for (const peer of peers) {
		for (const connection of peer.connections) {
			if (connection.order > order && (found === undefined || connection.order < found.connection.order))
				found = { peer, connection };
		}
	}
	return found;
}

function* page(options: RoomOptions, query: string): Generator<string> {
	const { commands, token, last } = options;
	const { settings, storageFault } = commands.configuration;
	const { peers } = settings;
	const { gateway } = commands.snapshot();
	yield openPage({ title: PEERS_TITLE, gateway: gateway.name, tab: "peers" });
	yield `<div class=bar>${peers.length < PEERS ? "<a class=\"button main\" href=/settings/tunnel>New tunnel</a> <a class=button href=/settings/peer>Add a peer</a>" : `<span>${PEERS} peers: no more fit</span>`}</div>${storageNote(storageFault)}`;
	for (const piece of savedNote(query, last, peers))
		yield piece;
	if (peers.length === 0)
		yield "<section class=notice><h2>No tunnel yet</h2><p>Three questions make one: the address of the other side, the networks, a shared key. The rest has safe defaults, and you get a sheet with the settings for the other side."
			+ "<p><a class=\"button main\" href=/settings/tunnel>Make a tunnel</a></section>";
	yield `<form method=post><input type=hidden name=token value=${token.text}>`;
	yield openTable("peer-list", "Peers", "The gateways at the other ends.", PEER_COLUMNS);
	const problems = troubled(options);
	const overviews = commands.peers()[Symbol.iterator]();
	let overview = overviews.next();
	for (const peer of peers) {
		// Both are in the order of the settings; what is off may be left out of the one.
		const own = overview.done !== true && overview.value.name === peer.name ? overview.value : undefined;
		if (own !== undefined)
			overview = overviews.next();
		yield peerRow(peer, own, problem(problems.includes(`${peer.name}/`)), peers.length < PEERS);
	}
	if (peers.length === 0)
		yield emptyRow(PEER_COLUMNS.length, "No peer is configured.");
	yield closeTable();
	yield openTable("connection-list", "Connections", "A packet belongs to the first connection that fits, in this order.", CONNECTION_COLUMNS);
	const up = upOnes(options);
	let count = 0;
	for (let one = nextInOrder(peers, 0); one !== undefined;) {
		const next = nextInOrder(peers, one.connection.order);
		yield connectionRow(one.peer, one.connection, stateOf(up, one.peer, one.connection) + problem(problems.includes(`${one.peer.name}/${one.connection.name}`)), count++ === 0, next === undefined);
		one = next;
	}
	if (count === 0)
		yield emptyRow(CONNECTION_COLUMNS.length, "No connection is configured.");
	yield `${closeTable()}</form><p class=what>${peers.length} of ${PEERS} peers, ${count} of ${CONNECTIONS} connections. <a href=/settings/attempts>What other gateways have tried</a>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** The connections that are up, as "peer/connection": a name has no slash. */
function upOnes({ commands }: RoomOptions): string[] {
	const list: string[] = [];
	for (const peer of commands.peers()) {
		for (const connection of peer.connections) {
			if (connection.up)
				list.push(`${peer.name}/${connection.name}`);
		}
	}
	return list;
}

/** What has a problem, in the same way; a peer of its own ends with the slash. */
function troubled({ commands }: RoomOptions): string[] {
	const list: string[] = [];
	for (const problem of commands.snapshot().problems())
		list.push(`${problem.peer}/${problem.connection}`);
	return list;
}

function problem(found: boolean): string {
	return found ? " <a class=\"state bad\" href=\"/status#problems\">problem</a>" : "";
}

function stateOf(up: readonly string[], peer: PeerSettings, connection: ConnectionSettings): string {
	if (!peer.enabled)
		return state("off", "peer is off");
	if (!connection.enabled)
		return state("off", "off");
	return up.includes(`${peer.name}/${connection.name}`) ? state("on", "up") : state("off", "down");
}

function state(kind: string, word: string): string {
	return `<span class="state ${kind}">${word}</span>`;
}

function cell(label: string, html: string, kind = ""): string {
	return `<td role=cell data-label="${label}"${kind === "" ? "" : ` class=${kind}`}>${html}`;
}

/** A button of the table's form; `what` is what it is about, for those who hear it alone. */
export function button(action: string, text: string, what: string): string {
	return `<button formaction="${escapeHTML(action)}" aria-label="${text} ${what}">${text}</button> `;
}

export function link(path: string, text: string, what: string): string {
	return `<a class=button href="${escapeHTML(path)}" aria-label="${text} ${what}">${text}</a> `;
}

function peerRow(peer: PeerSettings, overview: PeerOverview | undefined, trouble: string, room: boolean): string {
	const path = peerPath(peer.name);
	const shown = name(peer.name);
	const status = overview?.status ?? "Idle";
	const kind = status === "Activated" ? "on" : status.startsWith("Negotiating") ? "wait" : "off";
	return `<tr role=row><th role=rowheader scope=row data-label=Peer><a href="${escapeHTML(path)}">${shown}</a>`
		+ cell("Remote gateway", name(peer.remoteGateway) + (peer.remoteGateway === "0.0.0.0" ? " <small>any address</small>" : ` <small>${peer.actAs}</small>`))
		+ cell("Mode", `${peer.phase1Mode} <small>${peer.authentication}</small>`)
		+ cell("State", (peer.enabled ? state(kind, escapeHTML(status)) : state("off", "off")) + trouble + weak(peerShape.phase1Proposals!.shape!, peer.phase1Proposals, `${path}#phase1Proposals`))
		+ cell("Change", button(`${path}/${peer.enabled ? "off" : "on"}`, peer.enabled ? "Switch off" : "Switch on", shown)
			+ link(`${path}/connection`, "Add connection", `to ${shown}`) + (room ? link(`/settings/peer?copy=${encodeURIComponent(peer.name)}`, "Copy", shown) : "") + link(`${path}/delete`, "Delete", shown), "do");
}

function connectionRow(peer: PeerSettings, connection: ConnectionSettings, up: string, first: boolean, last: boolean): string {
	const path = peerPath(peer.name, connection.name);
	const shown = `${name(peer.name)} / ${name(connection.name)}`;
	return `<tr role=row${connection.enabled && peer.enabled ? "" : " class=dying"}><td role=cell class=num data-label=Order>${connection.order}`
		+ `<th role=rowheader scope=row data-label=Connection><a href="${escapeHTML(path)}">${name(connection.name)}</a> <small>${name(peer.name)}</small>`
		+ cell("Local network", selector(connection.localNetwork, connection.ipProtocol, connection.localPort))
		+ cell("Remote network", selector(connection.remoteNetwork, connection.ipProtocol, connection.remotePort))
		+ cell("State", up + weak(connectionShape.phase2Proposals!.shape!, connection.phase2Proposals, `${path}#phase2Proposals`, noteOf(connectionShape.pfs!.weak, connection.pfs) !== undefined))
		+ cell("Change", (first ? "" : button(`${path}/up`, "Move up", shown)) + (last ? "" : button(`${path}/down`, "Move down", shown))
			+ button(`${path}/${connection.enabled ? "off" : "on"}`, connection.enabled ? "Switch off" : "Switch on", shown)
			+ link(`${path}/sheet`, "Sheet", `of ${shown} for the other side`) + link(`${peerPath(peer.name)}/connection?copy=${encodeURIComponent(connection.name)}`, "Copy", shown) + link(`${path}/delete`, "Delete", shown), "do");
}

/** A mark for proposals that have something weak in them, as a link to them. */
function weak(shape: Shape, proposals: readonly object[], path: string, also = false): string {
	let found = also;
	for (const proposal of proposals) {
		for (const name of Object.keys(proposal))
			found ||= noteOf(shape[name]?.weak, (proposal as Record<string, unknown>)[name]) !== undefined;
	}
	return found ? ` <a class="state bad" href="${escapeHTML(path)}">weak</a>` : "";
}

function selector(network: string, protocol: number, port: number): string {
	const word = protocol === 6 ? "TCP" : protocol === 17 ? "UDP" : protocol === 1 ? "ICMP" : `protocol ${protocol}`;
	return name(network) + (protocol === 0 ? "" : ` <small>${word}${port === 0 ? "" : ` port ${port}`}</small>`);
}
