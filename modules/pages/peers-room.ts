/** Paths of peers and connections: the list, a form for each, what changes them without a form, and the sheet for the other side. */
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { PEERS } from "../limits.js";
import type { Settings } from "../settings/types.js";
import { connectionPage, saveConnection } from "./connection.js";
import { deletionPage } from "./deletion.js";
import { peerPath } from "./faults.js";
import { name } from "./format.js";
import { peerPage, savePeer } from "./peer.js";
import { nextInOrder, peersPage } from "./peers.js";
import { html, notAllowed, READ, says, seeOther, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange } from "./saved.js";
import { sheet } from "./sheet.js";
import { makeTunnel, tunnelPage } from "./tunnel.js";

const LIST = "/settings/peers";

export function peersRoom(request: Request, options: RoomOptions): Response | undefined {
	const { path } = request;
	const post = request.method === "POST";
	switch (path) {
		case LIST:
			return post ? notAllowed(READ) : html(peersPage(options, request.query));
		case "/settings/tunnel":
			return full(options) ?? (post ? makeTunnel(request, options) : tunnelPage(options));
		case "/settings/peer":
			return full(options) ?? (post ? savePeer(request, options, -1) : peerPage(request, options, -1));
	}
	const place = path.startsWith(`${LIST}/`) ? find(options, path.slice(LIST.length + 1).split("/")) : undefined;
	if (place === undefined || "status" in place)
		return place;
	const { at, index, word } = place;
	switch (word) {
		case "":
			return post ? savePeer(request, options, at) : peerPage(request, options, at);
		case "connection":
			return post ? saveConnection(request, options, at, index) : connectionPage(request, options, at, index);
		case "sheet":
			return post ? notAllowed(READ) : sheet(request, options, at, index);
		case "try":
			return post ? bringUp(options, at, index) : notAllowed(WRITE);
		case "delete":
			return post ? act(options, word, at, index) : html(deletionPage(options, at, index));
		default:
			return post ? act(options, word, at, index) : notAllowed(WRITE);
	}
}

/** No more peers than there is memory for. */
function full(options: RoomOptions): Response | undefined {
	return options.commands.configuration.settings.peers.length < PEERS ? undefined
		: says(options, 409, "No room", `This unit takes ${PEERS} peers, and has them. <a href=${LIST}>Delete one</a> to make room.`);
}

/** What a path below the list means: the peer `at`, its connection `index` (-1 for none, or one to be), and what is to be done. */
interface Place {
	readonly at: number;
	readonly index: number;
	/** "" for the peer's own form, "connection" for a connection's. */
	readonly word: string;
}

const PEER_WORDS = Object.freeze(["connection", "on", "off", "delete"]);
const CONNECTION_WORDS = Object.freeze(["sheet", "try", "on", "off", "up", "down", "delete"]);

/** `branch`, `branch/delete`, `branch/connections/office/sheet` and so on. A name has no slash in it, so that the decoded path can be taken apart. */
function find(options: RoomOptions, parts: readonly string[]): Place | Response | undefined {
	const { peers } = options.commands.configuration.settings;
	const at = indexOf(peers, parts[0]!);
	if (at < 0)
		return says(options, 404, "Not found", `There is no peer ${name(parts[0]!)}. It may have been renamed or deleted. See <a href=${LIST}>Peers/connections</a>.`);
	if (parts.length === 1)
		return { at, index: -1, word: "" };
	if (parts.length === 2)
		return PEER_WORDS.includes(parts[1]!) ? { at, index: -1, word: parts[1]! } : undefined;
	if (parts[1] !== "connections")
		return undefined;
	const index = indexOf(peers[at]!.connections, parts[2]!);
	if (index < 0)
		return says(options, 404, "Not found", `The peer <a href="${escapeHTML(peerPath(parts[0]!))}">${name(parts[0]!)}</a> has no connection ${name(parts[2]!)}. It may have been renamed or deleted. See <a href=${LIST}>Peers/connections</a>.`);
	if (parts.length === 3)
		return { at, index, word: "connection" };
	return parts.length === 4 && CONNECTION_WORDS.includes(parts[3]!) ? { at, index, word: parts[3]! } : undefined;
}

function indexOf(list: readonly { readonly name: string }[], name: string): number {
	for (let i = 0; i < list.length; i++) {
		if (list[i]!.name === name)
			return i;
	}
	return -1;
}

/** What is done to a peer (`index` below 0) or a connection by one button. */
function act(options: RoomOptions, action: string, at: number, index: number): Response {
	const { configuration } = options.commands;
	const result = configuration.change((draft) => edit(draft, action, at, index));
	if (!result.ok)
		return says(options, 409, "Not changed", `${escapeHTML(result.text.slice(0, 300))} ${result.faults.length === 0 ? "" : `${escapeHTML(result.faults[0]!.path)}: ${escapeHTML(result.faults[0]!.text.slice(0, 300))}`} <a href=${LIST}>Peers/connections</a>`);
	options.last.keep(configuration, result, action !== "on" ? "" : index < 0 ? `peers[${at}]` : `peers[${at}].connections[${index}]`);
	return afterChange(`${LIST}#${index < 0 ? "peer-list" : "connection-list"}`, options.last);
}

function bringUp(options: RoomOptions, at: number, index: number): Response {
	const { name: peer, connections } = options.commands.configuration.settings.peers[at]!;
	const connection = connections[index]!.name;
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
