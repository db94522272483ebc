/** Asks before a peer or a connection is deleted: what goes with it, and the way back. */
import { escapeHTML } from "../httpd/html.js";
import type { ConnectionSettings, PeerSettings } from "../settings/types.js";
import { peerPath } from "./faults.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";

/** `index` below 0: the peer itself. */
export function deletionPage(options: RoomOptions, at: number, index: number): Generator<string> {
	// Looked up now: by the time that a slow client takes the page, there may be another one in its place.
	const peer = options.commands.configuration.settings.peers[at]!;
	return gather(page(options, peer, peer.connections[index]));
}

function* page({ commands, token }: RoomOptions, peer: PeerSettings, connection: ConnectionSettings | undefined): Generator<string> {
	const path = peerPath(peer.name, connection?.name);
	const { gateway } = commands.snapshot();
	const title = connection === undefined ? "Delete a peer" : "Delete a connection";
	yield openPage({ title, gateway: gateway.name, tab: "peers" });
	yield `<form class=notice method=post action="${escapeHTML(`${path}/delete`)}"><input type=hidden name=token value=${token.text}>`;
	if (connection !== undefined)
		yield `<p>The connection <b>${name(peer.name)} / ${name(connection.name)}</b> (${name(connection.localNetwork)} \u2194 ${name(connection.remoteNetwork)}) and its tunnels go. Its packets are then treated as if it had never been.`;
	else {
		yield `<p>The peer <b>${name(peer.name)}</b> (${name(peer.remoteGateway)}) goes, with its ${peer.authentication === "certificate" ? "settings" : "shared key"}, its tunnels and its ${peer.connections.length === 1 ? "connection" : `${peer.connections.length} connections`}:<ul>`;
		for (const one of peer.connections)
			yield `<li>${name(one.name)}: ${name(one.localNetwork)} \u2194 ${name(one.remoteNetwork)}`;
		yield "</ul>";
	}
	yield `<p>This cannot be taken back. To stop it only for a time, <button formaction="${escapeHTML(`${path}/off`)}">switch it off</button> instead.<p class=save><button class="main danger">Delete</button> <a class=button href="/settings/peers#${connection === undefined ? "peer-list" : "connection-list"}">Keep it</a></form>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}
