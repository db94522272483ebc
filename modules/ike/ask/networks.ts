/** Which networks a peer may have in mind when it refuses those of a connection. */
import { formatRange, netmask, parseNetwork } from "../../addresses.js";
import type { ConnectionSettings } from "../../settings/types.js";
import { NETWORKS } from "./answers.js";

/**
 * Pairs of ours and the peer's, the likeliest first: everything, which some peers answer with what they have; this unit's LAN; and networks around those of the
 * settings.
 */
export function networksToTry({ localNetwork, remoteNetwork, mode }: ConnectionSettings, lan: string, own: string, other: string): (readonly [string, string])[] {
	const everything = "0.0.0.0/0";
	const hosts: readonly [string, string] = [`${own}/32`, `${other}/32`];
	if (mode === "transport")
		return [hosts];
	const list: (readonly [string, string])[] = [[everything, everything], [localNetwork, everything], [everything, remoteNetwork]];
	if (lan !== "")
		list.push([lan, remoteNetwork]);
	for (const bits of [16, 8]) {
		const local = around(localNetwork, bits);
		const remote = around(remoteNetwork, bits);
		list.push([localNetwork, remote], [local, remoteNetwork], [local, remote]);
	}
	list.push(hosts);
	return list;
}

/** Adds a pair to a list of ours, the peer's, ours ..., at the end, or in front of others that were not asked about yet. None is there twice, nor more than are kept. */
export function addPair(list: string[], local: string, remote: string, index: number = NETWORKS): void {
	for (let i = 0; i < list.length; i += 2)
		if (list[i] === local && list[i + 1] === remote)
			return;
	if (list.length < 2 * NETWORKS && parseNetwork(local) !== undefined && parseNetwork(remote) !== undefined)
		list.splice(2 * index, 0, local, remote);
}

/** The network of `bits` bits around a network; itself when that is larger, or a range. */
function around(network: string, bits: number): string {
	const range = parseNetwork(network);
	if (range === undefined)
		return network;
	const mask = netmask(bits);
	const first = (range.first & mask) >>> 0;
	const last = (first | ~mask) >>> 0;
	return range.last <= last && range.last - range.first < last - first ? formatRange(first, last) : network;
}

/** Whether packets between the first pair of networks may belong to the second pair as well. */
export function isOverlap(local: string, remote: string, otherLocal: string, otherRemote: string): boolean {
	return meets(local, otherLocal) && meets(remote, otherRemote);
}

function meets(one: string, other: string): boolean {
	const a = parseNetwork(one);
	const b = parseNetwork(other);
	return a === undefined || b === undefined || a.first <= b.last && b.first <= a.last;
}
