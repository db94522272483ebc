/**
 * Parts of the settings that say the same become one object. Settings are never written to, and eight peers with the same proposals
 * then cost a device's heap little more than one.
 */
import type { ConnectionSettings, PeerSettings } from "./types.js";

/** Replaces lists and objects below `peers` by equal ones that came before. */
export function shareEqualParts(peers: readonly PeerSettings[]): void {
	shareParts([], peers);
}

/** Replaces lists and objects in `peers` by those of `before` that say the same: whole peers, whole connections, and parts of them. `before` is shared already. */
export function keepEqualParts(peers: PeerSettings[], before: readonly PeerSettings[]): void {
	const known: object[] = [];
	shareParts(known, before);
	shareParts(known, peers);
	for (let i = 0; i < peers.length; i++) {
		const peer = peers[i] as PeerSettings;
		// Most often in the same place.
		const old = before[i]?.name === peer.name ? before[i] : before.find(({ name }) => name === peer.name);
		if (old === undefined)
			continue;
		keepConnections(peer.connections, old.connections);
		if (peer.connections.length === old.connections.length && peer.connections.every((connection, j) => connection === old.connections[j]))
			peer.connections = old.connections;
		if (isEqual(peer, old))
			peers[i] = old;
	}
}

function keepConnections(connections: ConnectionSettings[], before: readonly ConnectionSettings[]): void {
	for (let i = 0; i < connections.length; i++) {
		const connection = connections[i] as ConnectionSettings;
		const old = before.find(({ name }) => name === connection.name);
		if (old !== undefined && isEqual(connection, old))
			connections[i] = old;
	}
}

/** Whether two parts of settings say the same, whatever the order of their names; without the properties `except`. */
export function isEqual(a: object, b: object, except: readonly string[] = []): boolean {
	if (a === b)
		return true;
	return Array.isArray(a) === Array.isArray(b) && contains(a as Record<string, unknown>, b as Record<string, unknown>, except)
		&& contains(b as Record<string, unknown>, a as Record<string, unknown>, except);
}

/** Whether each property of `a` is the same in `b`. */
function contains(a: Record<string, unknown>, b: Record<string, unknown>, except: readonly string[]): boolean {
	for (const name of Object.keys(a)) {
		const value = a[name];
		const other = b[name];
		if (value === other || except.includes(name))
			continue;
		if (typeof value !== "object" || typeof other !== "object" || value === null || other === null || !isEqual(value, other))
			return false;
	}
	return true;
}

function shareParts(known: object[], peers: readonly PeerSettings[]): void {
	for (const peer of peers) {
		peer.localId = share(known, peer.localId);
		peer.deadPeerDetection = share(known, peer.deadPeerDetection);
		peer.phase1Proposals = shareList(known, peer.phase1Proposals);
		for (const connection of peer.connections) {
			connection.lifetime = share(known, connection.lifetime);
			connection.phase2Proposals = shareList(known, connection.phase2Proposals);
		}
	}
}

function shareList<T extends object>(known: object[], list: T[]): T[] {
	for (let i = 0; i < list.length; i++)
		list[i] = share(known, list[i] as T);
	return share(known, list);
}

/** The object among `known` that says the same as `value`, which becomes one of them if there is none. Objects in it have to be the very same. */
export function share<T extends object>(known: object[], value: T): T {
	const names = Object.keys(value);
	const isList = Array.isArray(value);
	for (let i = 0; i < known.length; i++)
		if (Array.isArray(known[i]) === isList && isSame(known[i] as Record<string, unknown>, value as Record<string, unknown>, names))
			return known[i] as T;
	known.push(value);
	return value;
}

/** Whether two objects, or two lists, have the same values; objects in them have to be the very same. `names`: those of `b`. */
function isSame(a: Record<string, unknown>, b: Record<string, unknown>, names: readonly string[]): boolean {
	for (let i = 0; i < names.length; i++)
		if (a[names[i]!] !== b[names[i]!])
			return false;
	return Object.keys(a).length === names.length;
}
