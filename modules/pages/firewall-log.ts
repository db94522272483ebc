/** The firewall log: rows of its page, its lines to download, and the switch. */
import { parseAddress } from "../addresses.js";
import { escapeHTML } from "../httpd/html.js";
import { formatTime } from "../log/format.js";
import { detailText, endpointText, formatFirewallEntry, protocolName, verdictOf, verdicts } from "../log/firewall.js";
import type { FirewallEntry, FirewallLevel, FirewallQuery, FirewallReader } from "../log/firewall.js";
import { jsonFirewallEntry } from "../log/lines.js";
import type { Commands } from "../status/types.js";
import { grouped, name } from "./format.js";
import { gather } from "./gather.js";
import { wantedSPI } from "./log-filter.js";
import type { LogFilter } from "./log-filter.js";
import type { LogRow, LogView } from "./log-view.js";
import { cell, noCell } from "./tables.js";
import { spiLink } from "./vpn-log.js";
import type { LiveSPIs } from "./vpn-log.js";

const COLUMNS = Object.freeze(["Time (s)", "Verdict", "Where", "Protocol", "From", "To", "SPI", "Connection", "Remarks"]);

/** `address`: of the peer's gateway, 0: not known; `lead`: what stands above the filter. */
export function firewallView(firewall: FirewallReader, filter: LogFilter, address: number, live: LiveSPIs, lead: string): LogView {
	return {
		title: "Firewall log", tab: "firewall", kindLabel: "Verdict", kinds: verdicts, columns: COLUMNS, lead, newest: firewall.newest,
		*rows(last, before): Generator<LogRow> {
			for (const entry of firewall.entries(firewallQuery(filter, address, last, before)))
				yield { sequence: entry.sequence, html: row(entry, live) };
		},
	};
}

/** `format`: "txt" or "jsonl". */
export function firewallLines(firewall: FirewallReader, filter: LogFilter, address: number, format: string): Generator<string> {
	return gather(lines(firewall, filter, address, format));
}

/** Address of the gateway of the peer that is looked for; 0: any, or not known. */
export function peerAddress(commands: Commands, { peer }: LogFilter): number {
	for (const one of commands.peers()) {
		if (one.name === peer)
			return parseAddress(one.remoteGateway) ?? 0;
	}
	return 0;
}

function* lines(firewall: FirewallReader, filter: LogFilter, address: number, format: string): Generator<string> {
	for (const entry of firewall.entries(firewallQuery(filter, address, Infinity, firewall.newest + 1)))
		yield `${format === "jsonl" ? jsonFirewallEntry(entry) : formatFirewallEntry(entry)}\n`;
}

function firewallQuery(filter: LogFilter, address: number, last: number, before: number): FirewallQuery {
	const spi = wantedSPI(filter);
	const verdict = verdictOf(filter.kind);
	const query: { -readonly [name in keyof FirewallQuery]: FirewallQuery[name] } = { before };
	if (last !== Infinity)
		query.last = last;
	if (verdict !== undefined)
		query.verdict = verdict;
	if (spi !== undefined)
		query.spi = spi;
	if (filter.peer !== "") {
		query.peer = filter.peer;
		query.address = address;
	}
	return query;
}

/** What the page says above the entries: what the log is, whether it is on, and the switch. */
export function firewallLead({ level, newest, size }: FirewallReader, token: string): string {
	return "<p class=lead>What became of packets, newest last: in clear on the LAN side, as ESP, AH and IKE on the WAN side, with the SPI of their tunnel. Times are in seconds since the unit was started; packets that are alike within a second share an entry.</p>"
		+ `<form class=switch method=post action=/log/firewall><input type=hidden name=token value=${token}><fieldset><legend>Which packets are logged</legend>`
		+ LEVELS.map(([value, text]) => `<label><input type=radio name=level value=${value}${value === level ? " checked" : ""}> ${text}</label>`).join("")
		+ "<button class=button>Set</button></fieldset>"
		+ `<p>${level === "off" ? `<b>The firewall log is off.</b>${newest > 0 ? " What stands here is from before." : ""} ` : ""}Off it costs a look at one number for each packet. On it costs throughput: about a twentieth of the packet engine\u2019s time, and with all packets logged a busy line soon fills the ${size} entries that there are.</p></form>`;
}

/** The level with this name, or undefined. */
export function levelOf(name: string): FirewallLevel | undefined {
	return LEVELS.find(([level]) => level === name)?.[0];
}

const LEVELS: readonly (readonly [FirewallLevel, string])[] = Object.freeze([
	Object.freeze(["off", "none"] as const),
	Object.freeze(["denied", "those not accepted"] as const),
	Object.freeze(["all", "all"] as const)
]);

const KINDS = Object.freeze(["on", "wait", "off", "bad"]);

function row(entry: FirewallEntry, live: LiveSPIs): string {
	const { sequence, time, verdict, place, protocol, source, destination, sourcePort, destinationPort, spi, length, peer, connection, packets } = entry;
	const known = protocol !== 0;
	return `<tr role=row id=e${sequence}><td role=cell class=num data-label=Time>${formatTime(time)}<td role=cell data-label=Verdict><span class="mark ${KINDS[verdicts.indexOf(verdict)]}">${verdict}</span>`
		+ `<td role=cell data-label=Where>${place}<td role=cell data-label=Protocol>${protocolName(entry)}`
		+ (known ? cell("From", endpointText(source, sourcePort)) + cell("To", endpointText(destination, destinationPort)) : noCell("From") + noCell("To"))
		+ `${spi === 0 ? noCell("SPI") : cell("SPI", spiLink(spi, "/log/firewall", live))}${peer === "" ? noCell("Connection") : cell("Connection", `${name(peer)} / ${name(connection)}`)}`
		+ `<td role=cell data-label=Remarks>${remarks(entry, known && packets === 1 ? `${grouped(length)} bytes` : "")}`;
}

function remarks(entry: FirewallEntry, size: string): string {
	const detail = escapeHTML(detailText(entry));
	return detail !== "" && size !== "" ? `${detail}; ${size}` : detail + size;
}
