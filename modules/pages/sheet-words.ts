/** What the settings of a connection are for the gateway at its other end, in words that makers share. */
import { formatAddress, netmask, parseAddress, parseNetwork } from "../addresses.js";
import type { ConnectionSettings, GatewaySettings, Identity, PeerSettings } from "../settings/types.js";

/** One connection as both ends must agree about it. */
export interface Deal {
	readonly gateway: GatewaySettings;
	readonly peer: PeerSettings;
	readonly connection: ConnectionSettings;
}

/** Where the shared key is to be put in: it is told by another way. */
export const KEY = "PUT-THE-SHARED-KEY-HERE";

/** Lines that cannot be said in a maker's words, and why. */
export type Lines = Generator<string, void, undefined>;

/** What is known of the other end's address: dotted or a host name; "" when it may be any. */
export function address({ peer }: Deal): string {
	return peer.remoteGateway === "0.0.0.0" ? "" : peer.remoteGateway;
}

/** Who the other end has to say it is; undefined: by its address, or whoever has the key. */
export function theirIdentity({ peer }: Deal): Identity | undefined {
	if (peer.remoteId !== undefined)
		return peer.remoteId;
	return parseAddress(address({ peer } as Deal)) === undefined ? undefined : { type: "address", value: peer.remoteGateway };
}

export function isDefaultOf(identity: Identity, wanAddress: string): boolean {
	return identity.type === "address" && identity.value === wanAddress;
}

/** `10.1.0.0/24` in its parts; undefined for a range that is no network. */
export function maskOf(network: string): { readonly address: string; readonly mask: string; readonly wildcard: string; readonly prefix: number } | undefined {
	const range = parseNetwork(network);
	for (let prefix = 0; range !== undefined && prefix <= 32; prefix++) {
		const mask = netmask(prefix);
		if (((range.first & mask) >>> 0) === range.first && ((range.first | ~mask) >>> 0) === range.last)
			return { address: formatAddress(range.first), mask: formatAddress(mask), wildcard: formatAddress(~mask >>> 0), prefix };
	}
	return undefined;
}

const MODP: readonly (readonly [number | string, string])[] = Object.freeze([
	Object.freeze([2, "modp1024"] as const), Object.freeze([5, "modp1536"] as const), Object.freeze([14, "modp2048"] as const), Object.freeze([15, "modp3072"] as const),
	Object.freeze([16, "modp4096"] as const), Object.freeze([17, "modp6144"] as const), Object.freeze([18, "modp8192"] as const), Object.freeze([19, "ecp256"] as const),
	Object.freeze([20, "ecp384"] as const), Object.freeze([21, "ecp521"] as const), Object.freeze([31, "curve25519"] as const),
]);

/** A group as most call it; "" for "off". */
export function groupName(group: number | string): string {
	for (const [number, name] of MODP) {
		if (number === group)
			return name;
	}
	return "";
}

/** Bits of the key of an AES, 0 for another cipher: `aes-128-gcm-16` has 128. */
export function keyBits(encryption: string): number {
	return encryption.startsWith("aes-") ? Number(encryption.slice(4, 7)) : 0;
}

/** `hmac-sha256-128` is sha256. */
export function hashOf(authentication: string): string {
	return authentication.slice(5, authentication.indexOf("-", 5));
}

/** `text` in double quotes, with a backslash before what would end it. */
export function quoted(text: string): string {
	return `"${text.split("\\").join("\\\\").split("\"").join("\\\"")}"`;
}
