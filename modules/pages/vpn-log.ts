/** The VPN log: rows of its page, and its lines to download. */
import { escapeHTML } from "../httpd/html.js";
import { formatEntry, formatSPI, formatTime, severityNames, severityOf } from "../log/format.js";
import { parseSPI } from "../log/firewall.js";
import { jsonEntry } from "../log/lines.js";
import { DEBUG } from "../log/types.js";
import type { LogEntry, LogQuery, LogReader } from "../log/types.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { wantedSPI } from "./log-filter.js";
import type { LogFilter } from "./log-filter.js";
import type { LogRow, LogView } from "./log-view.js";
import { cell, noCell } from "./tables.js";

const COLUMNS = Object.freeze(["Time (s)", "Severity", "Peer", "Event"]);
const LEAD = "<p class=lead>What was negotiated, message by message, newest last. Times are in seconds since the unit was started.</p>";

export function vpnView(log: LogReader, filter: LogFilter, live: LiveSPIs): LogView {
	return {
		title: "VPN log", tab: "log", kindLabel: "At least", kinds: severityNames, columns: COLUMNS, lead: LEAD, newest: log.newest,
		*rows(last, before): Generator<LogRow> {
			for (const entry of log.entries(vpnQuery(filter, last, before)))
				yield { sequence: entry.sequence, html: row(entry, live) };
		},
	};
}

/** `format`: "txt" or "jsonl". */
export function vpnLines(log: LogReader, filter: LogFilter, format: string): Generator<string> {
	return gather(lines(log, filter, format));
}

function* lines(log: LogReader, filter: LogFilter, format: string): Generator<string> {
	for (const entry of log.entries(vpnQuery(filter, Infinity, log.newest + 1)))
		yield `${format === "jsonl" ? jsonEntry(entry) : formatEntry(entry)}\n`;
}

function vpnQuery(filter: LogFilter, last: number, before: number): LogQuery {
	const spi = wantedSPI(filter);
	const query: { -readonly [name in keyof LogQuery]: LogQuery[name] } = { before, severity: severityOf(filter.kind) ?? DEBUG };
	if (last !== Infinity)
		query.last = last;
	if (filter.peer !== "")
		query.peer = filter.peer;
	if (spi !== undefined)
		query.contains = spi < 0 ? "\n" : formatSPI(spi);
	return query;
}

const KINDS = Object.freeze(["off", "plain", "on", "wait", "bad"]);

function row({ sequence, time, severity, peer, text }: LogEntry, live: LiveSPIs): string {
	const word = severityNames[severity];
	return `<tr role=row id=e${sequence}${severity === DEBUG ? " class=debug" : ""}><td role=cell class=num data-label=Time>${formatTime(time)}<td role=cell data-label=Severity><span class="mark ${KINDS[severity]}">${word}</span>`
		+ `${peer === "" ? noCell("Peer") : cell("Peer", name(peer))}<td role=cell data-label=Event>${withLinks(text, live)}`;
}

/** SPIs that there are now, as the rows of the status page have them: the outgoing ones negative, less one. */
export type LiveSPIs = readonly number[];

/** An SPI is a link: to its tunnel while there is one, else to what the log says of it. */
export function spiLink(spi: number, path: string, live: LiveSPIs): string {
	const text = formatSPI(spi);
	const place = live.includes(spi) ? "in" : live.includes(-1 - spi) ? "out" : "";
	return `<a href="${place !== "" ? `/status#${place}-${text}` : `${path}?spi=${text}`}">${text}</a>`;
}

function withLinks(text: string, live: LiveSPIs): string {
	let html = "";
	let from = 0;
	for (let at = text.indexOf("0x"); at >= 0; at = text.indexOf("0x", at + 2)) {
		const spi = parseSPI(text.slice(at, at + 10));
		if (spi === undefined || formatSPI(spi) !== text.slice(at, at + 10) || isDigit(text, at + 10) || at > 0 && isDigit(text, at - 1))
			continue;
		html += escapeHTML(text.slice(from, at)) + spiLink(spi, "/log/vpn", live);
		from = at + 10;
	}
	return html + escapeHTML(text.slice(from));
}

function isDigit(text: string, at: number): boolean {
	return at < text.length && parseSPI(text.charAt(at)) !== undefined;
}
