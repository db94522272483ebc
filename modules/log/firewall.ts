/** The firewall log as pages and console read it: what became of packets, on both sides of the tunnels. */
import { formatAddress } from "../addresses.js";
import { formatSPI, formatTime } from "./format.js";
import { printable } from "./printable.js";

/** What is logged. `denied`: what was not accepted. */
export const firewallLevels = Object.freeze(["off", "denied", "all"] as const);
export type FirewallLevel = typeof firewallLevels[number];

/** `Deny`: the settings say no. `Drop`: it could not be carried now. `Error`: it is not authentic, or not what it should be. */
export const verdicts = Object.freeze(["Accept", "Deny", "Drop", "Error"] as const);
export type Verdict = typeof verdicts[number];

/** Where a packet was seen: in clear from the LAN or to it; under protection, or of IKE, on the WAN. */
export const places = Object.freeze(["from LAN", "to WAN", "from WAN", "to LAN"] as const);
export type Place = typeof places[number];

export interface FirewallEntry {
	/** From 1, one more for each entry: a cursor for `FirewallQuery.after`. */
	readonly sequence: number;
	/** Milliseconds of the gateway's clock when its first packet came. */
	readonly time: number;
	/** Packets like it within a second, itself included. */
	readonly packets: number;
	readonly verdict: Verdict;
	/** Name of the reason; "" when there is nothing to say. */
	readonly reason: string;
	/** The same in a few words for a person. */
	readonly explanation: string;
	readonly place: Place;
	/** Number of IP's protocol; 0: the packet was none of IPv4, and nothing else is known of it. */
	readonly protocol: number;
	readonly source: number;
	readonly destination: number;
	/** 0: the protocol has none, or they are not known. Of ESP: it is in UDP between these. */
	readonly sourcePort: number;
	readonly destinationPort: number;
	/** A fragment that is not the first. */
	readonly fragment: boolean;
	/** Of the SA that carries it; 0: none. */
	readonly spi: number;
	/** Bytes of the first packet with its IP header, 0: not known. */
	readonly length: number;
	/** Names in the settings, "" when it belongs to no connection or that one is no more. */
	readonly peer: string;
	readonly connection: string;
}

/** Which entries to read; what is absent does not matter. */
export interface FirewallQuery {
	/** Those after this sequence number. */
	readonly after?: number;
	/** Those before this one. */
	readonly before?: number;
	/** At most so many, the newest. */
	readonly last?: number;
	readonly verdict?: Verdict;
	readonly spi?: number;
	/** Those of this peer's connections, and those that belong to none but come from `address` or go there. */
	readonly peer?: string;
	/** Of the peer's gateway; 0: not known. */
	readonly address?: number;
}

export interface FirewallReader {
	/** What is logged now, by the settings. */
	readonly level: FirewallLevel;
	/** Oldest first, one at a time. */
	entries(query?: FirewallQuery): Iterable<FirewallEntry>;
	/** Sequence number of the newest entry, 0 when there is none. */
	readonly newest: number;
	/** Entries that there is room for. */
	readonly size: number;
}

/** The verdict with this name, or undefined. */
export function verdictOf(name: string): Verdict | undefined {
	for (let i = 0; i < verdicts.length; i++) {
		if (verdicts[i] === name)
			return verdicts[i];
	}
	return undefined;
}

/** The SPI that somebody wrote, `0x7d403ccc` or `7d403ccc`; undefined: it is none. */
export function parseSPI(text: string): number | undefined {
	const digits = text.startsWith("0x") || text.startsWith("0X") ? text.slice(2) : text;
	let value = 0;
	for (let i = 0; i < digits.length; i++) {
		const c = digits.charCodeAt(i);
		const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1;
		if (digit < 0)
			return undefined;
		value = value * 16 + digit;
	}
	return digits.length > 0 && digits.length <= 8 ? value : undefined;
}

/** What the packet is: `ESP`, `ESP in UDP`, `IKE`, `TCP`, `protocol 132`. */
export function protocolName({ protocol, sourcePort, place, reason }: FirewallEntry): string {
	switch (protocol) {
		case 0: return "not IPv4";
		case 1: return "ICMP";
		case 6: return "TCP";
		case 17: return place === "from LAN" || place === "to LAN" ? "UDP" : reason === "keepalive" || reason === "runt" ? "UDP" : "IKE";
		case 50: return sourcePort !== 0 ? "ESP in UDP" : "ESP";
		case 51: return "AH";
		default: return `protocol ${protocol}`;
	}
}

/** `10.1.0.5:1000` */
export function endpointText(address: number, port: number): string {
	return port === 0 ? formatAddress(address) : `${formatAddress(address)}:${port}`;
}

/** What is said of a packet beside its addresses: `120 packets; replayed, or too late`. */
export function detailText({ fragment, packets, explanation }: FirewallEntry): string {
	return (fragment ? "fragment; " : "") + (packets > 1 ? `${packets} packets${explanation === "" ? "" : "; "}` : "") + explanation;
}

/** Time, verdict, place, protocol, source and destination, SPI in columns, then the connection and what is to be said, without a line feed. */
export function formatFirewallEntry(entry: FirewallEntry): string {
	const { time, verdict, place, protocol, source, destination, sourcePort, destinationPort, spi, peer, connection } = entry;
	const detail = detailText(entry);
	const from = protocol === 0 ? "" : endpointText(source, sourcePort);
	const to = protocol === 0 ? "" : endpointText(destination, destinationPort);
	const text = `${formatTime(time).padStart(11)} ${verdict.padEnd(6)} ${place.padEnd(8)} ${protocolName(entry).padEnd(10)} ${from.padEnd(21)} ${to.padEnd(21)}`
		+ `${spi === 0 ? "" : ` ${formatSPI(spi)}`}${peer === "" ? "" : ` ${printable(peer)}/${printable(connection)}`}${detail === "" ? "" : ` ${detail}`}`;
	return text.trimEnd();
}
