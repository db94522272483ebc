/** Entries of both logs as JSON, a line each (JSON lines), without a line feed. */
import { formatAddress } from "../addresses.js";
import { protocolName } from "./firewall.js";
import type { FirewallEntry } from "./firewall.js";
import { formatSPI, severityNames } from "./format.js";
import type { LogEntry } from "./types.js";

/** Seconds with three digits. */
function seconds(time: number): number {
	return Math.max(0, Math.floor(time)) / 1000;
}

/** `{"sequence":1,"time":812.345,"severity":"warning","peer":"branch","text":"..."}` */
export function jsonEntry({ sequence, time, severity, peer, text }: LogEntry): string {
	return `{"sequence":${sequence},"time":${seconds(time)},"severity":"${severityNames[severity]}","peer":${JSON.stringify(peer)},"text":${JSON.stringify(text)}}`;
}

/** What is not known is left out: addresses of what is not IPv4, ports, SPI, peer. */
export function jsonFirewallEntry(entry: FirewallEntry): string {
	const { sequence, time, packets, verdict, reason, place, protocol, source, destination, sourcePort, destinationPort, fragment, spi, length, peer, connection } = entry;
	let text = `{"sequence":${sequence},"time":${seconds(time)},"packets":${packets},"verdict":"${verdict}","reason":"${reason}","place":"${place}","protocol":"${protocolName(entry)}"`;
	if (protocol !== 0) {
		text += `,"ipProtocol":${protocol},"source":"${formatAddress(source)}","destination":"${formatAddress(destination)}"`;
		if (sourcePort !== 0 || destinationPort !== 0)
			text += `,"sourcePort":${sourcePort},"destinationPort":${destinationPort}`;
		text += `,"length":${length}${fragment ? ",\"fragment\":true" : ""}`;
	}
	if (spi !== 0)
		text += `,"spi":"${formatSPI(spi)}"`;
	return `${text}${peer === "" ? "" : `,"peer":${JSON.stringify(peer)},"connection":${JSON.stringify(connection)}`}}`;
}
