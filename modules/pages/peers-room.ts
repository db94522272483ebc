/** Paths of peers and connections: the list, a form for each, what changes them without a form, and the sheet for the other side. */
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { PEERS } from "../limits.js";
import type { Settings } from "../settings/types.js";
import { connection } from "./connection.js";
import { deletionPage } from "./deletion.js";
import { peerPath } from "./faults.js";
import { name } from "./format.js";
import { peer } from "./peer.js";
import { nextInOrder, peersPage } from "./peers.js";
import { html, notAllowed, READ, says, seeOther, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";
import { sheet } from "./sheet.js";
import { tunnel } from "./tunnel.js";

const LIST = "/settings/peers";

export function peersRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path, query } = request;
	switch (path) {
		case LIST:
			return method === "POST" ? notAllowed(READ) : html(peersPage(options, query));
		case "/settings/tunnel":
			return fits(options) ?? tunnel(request, options);
		case "/settings/peer":
			return fits(options) ?? peer(request, options, -1, queryValue(query, "copy") ?? "");
	}
	// A name has no slash in it, so that the decoded path can be taken apart.
	return path.startsWith(`${LIST}/`) ? named(request, options, path.slice(LIST.length + 1).split("/")) : undefined;
}

/** No more peers than there is memory for. */
function fits(options: RoomOptions): Response | undefined {
	return options.commands.configuration.settings.peers.length < PEERS ? undefined
		: says(options, 409, "No room", `This unit takes ${PEERS} peers, and has them. <a href=${LIST}>Delete one</a> to make room.`);
}

/** `branch`, `branch/delete`, `branch/connections/office/sheet` and so on. */
function named(request: Request, options: RoomOptions, parts: readonly string[]): Response | undefined {
	const { peers } = options.commands.configuration.settings;
	const at = indexOf(peers, parts[0]!);
	if (at < 0)
		return says(options, 404, "Not found", `There is no peer ${name(parts[0]!)}. It may have been renamed or deleted. See <a href=${LIST}>Peers/connections</a>.`);
	if (parts.length === 1)
		return peer(request, options, at, "");
	if (parts.length === 2)
		return parts[1] === "connection" ? connection(request, options, at, -1, queryValue(request.query, "copy") ?? "") : act(request, options, parts[1]!, at, -1);
	if (parts[1] !== "connections")
		return undefined;
	const index = indexOf(peers[at]!.connections, parts[2]!);
	if (index < 0)
		return says(options, 404, "Not found", `The peer <a href="${escapeHTML(peerPath(parts[0]!))}">${name(parts[0]!)}</a> has no connection ${name(parts[2]!)}. It may have been renamed or deleted. See <a href=${LIST}>Peers/connections</a>.`);
	if (parts.length === 3)
		return connection(request, options, at, index, "");
	return parts.length > 4 ? undefined : parts[3] === "sheet" ? sheet(request, options, at, index) : act(request, options, parts[3]!, at, index);
}

function indexOf(list: readonly { readonly name: string }[], name: string): number {
	for (let i = 0; i < list.length; i++) {
		if (list[i]!.name === name)
			return i;
	}
	return -1;
}

/** What is done to a peer (`index` below 0) or a connection by one button. */
function act(request: Request, options: RoomOptions, action: string, at: number, index: number): Response | undefined {
	const own = index < 0;
	if (!(action === "on" || action === "off" || action === "delete" || !own && (action === "up" || action === "down" || action === "try")))
		return undefined;
	if (request.method !== "POST")
		return action === "delete" ? html(deletionPage(options, at, index)) : notAllowed(WRITE);
	const { configuration } = options.commands;
	const { name: peerName, connections } = configuration.settings.peers[at]!;
	if (action === "try")
		return bringUp(options, peerName, connections[index]!.name);
	const result = configuration.change((draft) => edit(draft, action, at, index));
	if (!result.ok)
		return says(options, 409, "Not changed", `${escapeHTML(result.text.slice(0, 300))} ${result.faults.length === 0 ? "" : `${escapeHTML(result.faults[0]!.path)}: ${escapeHTML(result.faults[0]!.text.slice(0, 300))}`} <a href=${LIST}>Peers/connections</a>`);
	options.last.keep(configuration, result, action === "on" ? own ? `peers[${at}]` : `peers[${at}].connections[${index}]` : "");
	return afterChange(`${LIST}#${own ? "peers" : "connections"}`, options.last);
}

function bringUp(options: RoomOptions, peer: string, connection: string): Response {
	const { ok, text } = options.commands.up(peer, connection);
	return ok ? seeOther("/status") : says(options, 409, "Not brought up", `${escapeHTML(text.slice(0, 300))} <a href="${escapeHTML(peerPath(peer, connection))}">Settings of the connection</a>`);
}

function edit(draft: Settings, action: string, at: number, index: number): void {
	const peer = draft.peers[at]!;
	switch (action) {
		case "delete":
			if (index < 0)
				draft.peers.splice(at, 1);
			else
				peer.connections.splice(index, 1);
			break;
		case "up":
		case "down":
			swap(draft, at, index, action === "up");
			break;
		default:
			(index < 0 ? peer : peer.connections[index]!).enabled = action === "on";
	}
}

/** A connection changes places with the one before or after it among all. */
function swap(draft: Settings, at: number, index: number, up: boolean): void {
	const own = draft.peers[at]!.connections[index]!;
	let before: typeof own | undefined;
	let next = nextInOrder(draft.peers, 0);
	for (; next !== undefined && next.connection !== own; next = nextInOrder(draft.peers, next.connection.order))
		before = next.connection;
	const other = up ? before : nextInOrder(draft.peers, own.order)?.connection;
	if (other !== undefined) {
		const order = other.order;
		other.order = own.order;
		own.order = order;
	}
}
