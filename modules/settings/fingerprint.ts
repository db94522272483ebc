/** A number that is another one for other settings of a peer and a connection, as far as their SAs depend on it: whether SAs that are found are of these settings. */
import type { ConnectionSettings, PeerSettings } from "./types.js";

/** What may change without anything having to be negotiated anew. */
export const peerTrifles = Object.freeze(["connections", "deadPeerDetection"]);
export const connectionTrifles = Object.freeze(["order", "start"]);

/** What all connections of a peer have in common of it. */
export function peerPart(peer: PeerSettings): number {
	return ofObject(peer, peerTrifles);
}

/** From 1 to 2^32 - 1. `part`: see `peerPart`. */
export function fingerprintOf(part: number, connection: ConnectionSettings): number {
	return (mix(part, ofObject(connection, connectionTrifles)) >>> 0) || 1;
}

/** Two peers' secrets, too: it is kept where keys are, and shown nowhere. */
function ofValue(value: unknown): number {
	if (typeof value === "object" && value !== null)
		return ofObject(value, none);
	const text = String(value);
	let result = text.length;
	for (let i = 0; i < text.length; i++)
		result = mix(result, text.charCodeAt(i));
	return result;
}

/** Whatever the order of its names; what is undefined is not there. */
function ofObject(object: object, except: readonly string[]): number {
	let sum = Array.isArray(object) ? 1 : 2;
	for (const name of Object.keys(object)) {
		const value = (object as Record<string, unknown>)[name];
		if (value !== undefined && !except.includes(name))
			sum = (sum + mix(ofValue(name), ofValue(value))) | 0;
	}
	return sum;
}

/** One step of MurmurHash3. */
function mix(hash: number, value: number): number {
	let k = Math.imul(value, 0xcc9e2d51);
	k = Math.imul(k << 15 | k >>> 17, 0x1b873593);
	const next = hash ^ k;
	return (Math.imul(next << 13 | next >>> 19, 5) + 0xe6546b64) | 0;
}

const none = Object.freeze([]) as readonly string[];
