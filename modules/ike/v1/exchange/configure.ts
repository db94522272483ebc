/** New settings while tunnels are up: what belongs to peers and connections that are gone, or not the same any more, is closed; the rest goes on by the new ones. */
import { connectionTrifles, peerTrifles } from "../../../settings/fingerprint.js";
import { isEqual } from "../../../settings/sharing.js";
import type { PeerSettings } from "../../../settings/types.js";
import { Connections } from "../../connections.js";
import type { Context } from "../../context.js";
import { abort, closeIKESA, deleteIKESA, endChild } from "./end.js";
import { watch } from "./liveness.js";
import { Phase1 } from "./phase1.js";

const reason = "the settings have changed";

/** `renewed`: names of this gateway's own certificates that are others now; what was proved with them is closed. */
export function configure(context: Context, now: number, peers: readonly PeerSettings[], renewed: readonly string[]): void {
	const connections = new Connections(peers);
	for (const old of context.peers) {
		if (isSame(old, peers, renewed))
			continue;
		const next = successor(old, connections, renewed);
		for (const connection of old.connections) {
			const after = next?.connections.find((each) => each.name === connection.name);
			if (after === undefined || !isEqual(after, connection, connectionTrifles))
				closeConnection(context, now, old.name, connection.name);
		}
		for (const sa of context.table.of(old.name))
			if (next !== undefined) {
				sa.settings = next;
				watch(context, now, sa);
			}
			else {
				abort(context, now, sa, "", reason);
				deleteIKESA(context, now, sa, reason);
			}
	}
	// Negotiations with peers that are not known yet, too: by an old key nobody proves anything any more.
	for (const sa of [...context.table].filter((each) => each.negotiation instanceof Phase1)) {
		const exchange = sa.negotiation as Phase1;
		const candidates = exchange.candidates.map((each) => successor(each, connections, renewed));
		if (candidates.includes(undefined))
			closeIKESA(context, now, sa, reason);
		else
			exchange.candidates = candidates as PeerSettings[];
	}
	context.peers = peers;
	context.connections = connections;
	for (const { name } of peers)
		context.waiting.touch(name);
	context.hostNames.keep(peers);
	context.orphans.keep(peers);
	context.told.clear();
}

/** Whether nothing has changed of a peer: what is the same in two documents is one object. */
function isSame(old: PeerSettings, peers: readonly PeerSettings[], renewed: readonly string[]): boolean {
	return peers.includes(old) && !(old.authentication === "certificate" && renewed.includes(old.ownCertificate ?? ""));
}

/** The same peer in the new settings; undefined: it is none, or another one that is only called so. */
function successor(old: PeerSettings, others: Connections, renewed: readonly string[]): PeerSettings | undefined {
	const next = others.peer(old.name);
	return next !== undefined && next.enabled && isEqual(old, next, peerTrifles) && !(next.authentication === "certificate" && renewed.includes(next.ownCertificate ?? "")) ? next : undefined;
}

function closeConnection(context: Context, now: number, peer: string, connection: string): void {
	context.waiting.take(peer, connection);
	for (const sa of context.table.of(peer))
		abort(context, now, sa, connection, reason);
	for (const child of context.children.of(peer, connection)) {
		endChild(context, now, peer, child.inboundSPI);
		context.host.remove(now, child.inboundSPI, reason);
	}
}
