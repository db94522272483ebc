/**
 * Parts of the settings that say the same become one object. Settings are never written to, and eight peers with the same proposals
 * then cost a device's heap little more than one.
 */
import type { PeerSettings } from "./types.js";

/** Replaces lists and objects below `peers` by equal ones that came before. */
export function shareEqualParts(peers: readonly PeerSettings[]): void {
	const known: object[] = [];
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

function share<T extends object>(known: object[], value: T): T {
	for (const other of known)
		if (isSame(other as Record<string, unknown>, value as Record<string, unknown>))
			return other as T;
	known.push(value);
	return value;
}

/** Whether two objects, or two lists, have the same values; objects in them have to be the very same. */
function isSame(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
	const names = Object.keys(a);
	if (Array.isArray(a) !== Array.isArray(b) || names.length !== Object.keys(b).length)
		return false;
	for (const name of names)
		if (a[name] !== b[name])
			return false;
	return true;
}
