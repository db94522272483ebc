/**
 * /status/peers/<name>: the last negotiations with one peer as ladders, and the history of its connections; of a peer with many connections the ladder of each is at
 * /status/peers/<name>/<connection>. It keeps itself up to date as the status page does.
 */
import { escapeHTML } from "../httpd/html.js";
import type { Commands, ConnectionStatus, IKESecurityAssociation, NegotiationView, PeerStatus, Snapshot } from "../status/types.js";
import { connectionState } from "./connections.js";
import { curve } from "./curve.js";
import { peerPath } from "./faults.js";
import { duration, grouped, identifier, name, times } from "./format.js";
import { gather } from "./gather.js";
import { LADDER_COLUMNS, ladder, ladderRows } from "./ladder.js";
import { closePage, openPage } from "./shell.js";
import { statusPath } from "./tables.js";

const PREFIX = "/status/peers/";
/** Connections whose ladders are on their peer's page: more would make it too large. */
const LADDERS = 3;

/** The page at `path`, or the part of it that changes; undefined when there is no such peer. */
export function peerStatus(path: string, live: boolean, commands: Commands): Generator<string> | undefined {
	const snapshot = commands.snapshot();
	for (const status of snapshot.peers()) {
		if (path === PREFIX + status.peer)
			return gather(live ? content(snapshot, status) : page(snapshot, status, ""));
		if (!path.startsWith(`${PREFIX}${status.peer}/`))
			continue;
		const connection = path.slice(PREFIX.length + status.peer.length + 1);
		for (const { peer, connection: each } of snapshot.connections())
			if (peer === status.peer && each === connection)
				return gather(live ? alone(snapshot, status.peer, connection) : page(snapshot, status, connection));
	}
	return undefined;
}

/** `connection` "": all of the peer. */
function* page(snapshot: Snapshot, status: PeerStatus, connection: string): Generator<string> {
	const { gateway } = snapshot;
	yield openPage({ title: `IPSec \u2013 Status of ${name(status.peer)}${connection === "" ? "" : ` / ${name(connection)}`}`, gateway: gateway.name, tab: "status", live: true });
	const path = `${statusPath(status.peer)}${connection === "" ? "" : `/${escapeHTML(encodeURIComponent(connection))}`}`;
	yield `<div class=bar><a href="/status#ike-security-associations">All tunnels</a>${connection === "" ? "" : ` <a href="${statusPath(status.peer)}">All of ${name(status.peer)}</a>`}`
		+ ` <a href="${escapeHTML(connection === "" ? peerPath(status.peer) : peerPath(status.peer, connection))}">Settings</a> <a href="/log/vpn?peer=${escapeHTML(encodeURIComponent(status.peer))}">VPN log</a>`
		+ ` <a id=refresh class=button href="${path}">Refresh</a></div><p id=note class=note role=status></p><div id=live data-from="${path}?live">`;
	yield* connection === "" ? content(snapshot, status) : alone(snapshot, status.peer, connection);
	yield "</div>";
	yield closePage(`keygate ${name(gateway.version)} \u00b7 ${name(gateway.engine)} \u00b7 ${name(gateway.crypto)}`);
}

function* content(snapshot: Snapshot, { peer, enabled, established, failed }: PeerStatus): Generator<string> {
	const { uptime } = snapshot.gateway;
	yield `<p id=summary class=summary>${keyTunnels(snapshot, peer)}<span class=up>Phase 1 ${often("came up", established)}, ${often("failed", failed)}${enabled ? "" : "; the peer is switched off"}</span>`;
	let connections = 0;
	for (const connection of snapshot.connections())
		if (connection.peer === peer)
			connections++;
	let count = 0;
	for (const view of snapshot.negotiations(peer)) {
		count++;
		if (view.connection === "" || connections <= LADDERS)
			yield* negotiation(snapshot, peer, view);
	}
	if (count === 0)
		yield "<section class=talk id=nothing><p>There was no negotiation with this peer since the unit started.</section>";
	for (const connection of snapshot.connections())
		if (connection.peer === peer)
			yield* history(connection, uptime, connections > LADDERS);
}

function often(what: string, count: number): string {
	return count === 0 ? `never ${what}` : `${what} ${times(count)}`;
}

/** One connection's last negotiation, and its history. */
function* alone(snapshot: Snapshot, peer: string, name: string): Generator<string> {
	for (const view of snapshot.negotiations(peer))
		if (view.connection === name)
			yield* negotiation(snapshot, peer, view);
	for (const connection of snapshot.connections())
		if (connection.peer === peer && connection.connection === name)
			yield* history(connection, snapshot.gateway.uptime, false);
}

function* negotiation(snapshot: Snapshot, peer: string, view: NegotiationView): Generator<string> {
	// Both sides may begin in the same second.
	const id = identifier(`n-${view.phase}-${view.connection === "" ? `${view.role}-${view.began}` : view.connection}`);
	yield `<section id="${id}" class=talk aria-labelledby="${id}-title"><h2 id="${id}-title">${heading(view)}</h2><p>${summary(view, snapshot.gateway.uptime)}<div class=sides>`;
	yield* ladder(view, remoteOf(snapshot, peer));
	yield `<details id="${id}-words"><summary>The same in words</summary><table role=table><caption class=hidden>Messages of this negotiation</caption><thead role=rowgroup><tr role=row>`;
	for (const column of LADDER_COLUMNS)
		yield `<th role=columnheader scope=col>${column}`;
	yield "<tbody role=rowgroup>";
	yield* ladderRows(view);
	yield "</table></details></div></section>";
}

function keyTunnels(snapshot: Snapshot, peer: string): string {
	let html = "";
	for (const sa of snapshot.ikeSecurityAssociations())
		if (sa.peer === peer)
			html += `<span class="state ${sa.state === 9 ? "on" : sa.state === 0 ? "off" : "wait"}">${escapeHTML(sa.status)}</span> `;
	return html;
}

/** The other side by its address, where one is known, else by its name. */
function remoteOf(snapshot: Snapshot, peer: string): string {
	let found: IKESecurityAssociation | undefined;
	for (const sa of snapshot.ikeSecurityAssociations())
		if (sa.peer === peer)
			found = sa;
	return found?.remoteGateway ?? peer;
}

function heading({ phase, connection, outcome }: NegotiationView): string {
	if (phase === 2)
		return connection === "" ? "A traffic tunnel that fits no connection" : `Traffic tunnel: ${name(connection)}`;
	return outcome === "done" ? "The key tunnel" : outcome === "open" ? "A key tunnel under negotiation" : "The last key tunnel that did not come up";
}

function summary({ exchange, role, began, outcome, reason, incomplete }: NegotiationView, uptime: number): string {
	const mode = `${exchange.charAt(0).toUpperCase()}${exchange.slice(1)}`;
	return `${mode} mode, ${role === "initiator" ? "this unit began" : "the peer began"} ${duration(Math.max(0, uptime - began))} ago. `
		+ (outcome === "done" ? "It came up." : outcome === "open" ? "It has not ended yet." : `It failed: ${escapeHTML(reason)}.`)
		+ (incomplete ? " Some messages before the last are left out." : "");
}

/** `linked`: its ladder is on a page of its own. */
function* history(connection: ConnectionStatus, uptime: number, linked: boolean): Generator<string> {
	const { negotiations, failedNegotiations, turnCount } = connection;
	const shown = name(connection.connection);
	const id = identifier(`c-${connection.connection}`);
	yield `<section id="${id}" class=talk aria-labelledby="${id}-title"><h2 id="${id}-title">Connection: ${shown}</h2><p>${connectionState(connection)} ${name(connection.localNetwork)} \u2194 ${name(connection.remoteNetwork)}`
		+ `${linked ? ` <a href="${statusPath(connection.peer)}/${escapeHTML(encodeURIComponent(connection.connection))}">Messages<span class=hidden> of ${shown}</span></a>` : ""}<div class=sides><div>`;
	yield curve(connection.minutes(), "\"curve wide\"");
	yield "<p class=scale><span>one hour ago</span> <span>now</span></p></div><dl>";
	yield `<dt>Received<dd>${grouped(connection.bytesIn)} bytes in ${grouped(connection.packetsIn)} packets, ${grouped(connection.errorsIn)} errored`
		+ `<dt>Sent<dd>${grouped(connection.bytesOut)} bytes in ${grouped(connection.packetsOut)} packets, ${grouped(connection.errorsOut)} errored`
		+ `<dt>Negotiations<dd>${grouped(negotiations)} with success, ${grouped(failedNegotiations)} failed<dt>Came up or went down<dd>${times(turnCount)}`;
	let html = "";
	for (const { time, up, reason } of connection.turns())
		html += `<dd>${up ? "up" : "down"} ${duration(Math.max(0, uptime - time))} ago${reason === "" ? "" : `: ${name(reason)}`}`;
	yield `${html}</dl></div></section>`;
}
