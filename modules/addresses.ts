/** IPv4 addresses and networks. An address is an unsigned 32-bit number, first octet most significant. */

/** One end of a UDP conversation. */
export interface Endpoint {
	/** IPv4 address as an unsigned 32-bit number. */
	readonly address: number;
	/** UDP port. */
	readonly port: number;
}

/**
 * What an SA carries for one end (RFC 2407 4.6.2): an inclusive range of addresses, with the protocol and port, 0 for any.
 * A subnet is the range from its first to its last address.
 */
export interface Selector {
	readonly first: number;
	readonly last: number;
	readonly port: number;
}

/** The address in dotted form as a number, or undefined when `text` is not exactly that (no leading zeros, no short forms). */
export const parseAddress = native<(text: string) => number | undefined>("xs_address_parse");

/** The dotted form of `address`. */
export function formatAddress(address: number): string {
	return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The netmask of a prefix length from 0 to 32. */
export function netmask(prefix: number): number {
	return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/**
 * The network `address/prefix`, or the range `first-last`, as a range; undefined when `text` is neither, has bits set beyond its prefix, or ends before it
 * begins.
 */
export function parseNetwork(text: string): { readonly first: number; readonly last: number } | undefined {
	const dash = text.indexOf("-");
	if (dash >= 0) {
		const from = parseAddress(text.slice(0, dash));
		const to = parseAddress(text.slice(dash + 1));
		return from === undefined || to === undefined || from > to ? undefined : { first: from, last: to };
	}
	const slash = text.indexOf("/");
	const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
	const digits = slash < 0 ? "32" : text.slice(slash + 1);
	const prefix = digits.length > 0 && digits.length <= 2 ? Number(digits) : NaN;
	if (address === undefined || !(prefix >= 0 && prefix <= 32) || String(prefix) !== digits)
		return undefined;
	const mask = netmask(prefix);
	if ((address & ~mask) !== 0)
		return undefined;
	return { first: address, last: (address | ~mask) >>> 0 };
}

/** Prefix length of the largest network that begins at `first` and does not go beyond `last`. */
function largestPrefix(first: number, last: number): number {
	let prefix = 32;
	for (let size = 2; prefix > 0 && first % size === 0 && first + size - 1 <= last; size *= 2)
		prefix--;
	return prefix;
}

/** Calls `visit` with the networks, as few as there can be, that make up the range from `first` to `last`. */
export function eachNetwork(first: number, last: number, visit: (first: number, prefix: number) => void): void {
	for (let at = first; at <= last;) {
		const prefix = largestPrefix(at, last);
		visit(at, prefix);
		at += 2 ** (32 - prefix);
	}
}

/** A range of addresses as people write it: `10.1.0.0/24`, `10.1.0.7/32`, or `10.1.0.1-10.1.0.9` when it is no network. */
export function formatRange(first: number, last: number): string {
	// The bits in which they differ: those of a network's hosts, all of them, and 0 in the first.
	const hosts = first ^ last;
	return (hosts & hosts + 1) === 0 && (first & hosts) === 0 ? `${formatAddress(first)}/${Math.clz32(hosts)}` : `${formatAddress(first)}-${formatAddress(last)}`;
}
