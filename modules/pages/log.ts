/** The VPN log, newest last, by peer and by severity. */
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { formatTime, severityNames, severityOf } from "../log/format.js";
import { DEBUG } from "../log/types.js";
import type { LogEntry, LogReader, Severity } from "../log/types.js";
import type { Commands } from "../status/types.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { html, notAllowed, READ } from "./room.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";
import { emptyRow } from "./tables.js";

const COLUMNS = Object.freeze(["Time (s)", "Severity", "Peer", "Event"]);

export interface LogView {
	readonly commands: Commands;
	readonly log: LogReader;
	/** Name of a peer, "" for all. */
	readonly peer: string;
	/** Name of the least severity, "" for all. */
	readonly severity: string;
}

function option(value: string, text: string, chosen: string): string {
	return `<option value="${escapeHTML(value)}"${value === chosen ? " selected" : ""}>${text}`;
}

function row(entry: LogEntry): string {
	const severity = severityNames[entry.severity];
	return `<tr role=row class=${severity}><td role=cell class=num data-label=Time>${formatTime(entry.time)}<td role=cell data-label=Severity>${severity}`
		+ `<td role=cell data-label=Peer>${entry.peer === "" ? "\u2013" : name(entry.peer)}<td role=cell data-label=Event>${escapeHTML(entry.text)}`;
}

/** Paths of the logs. */
export function logRoom({ method, path, query }: Request, { commands, log }: RoomOptions): Response | undefined {
	if (path !== "/log/vpn")
		return undefined;
	if (method === "POST")
		return notAllowed(READ);
	return html(logPage({ commands, log, peer: queryValue(query, "peer") ?? "", severity: queryValue(query, "severity") ?? "" }));
}

/** The page in pieces. */
export function logPage(view: LogView): Generator<string> {
	return gather(page(view));
}

function* page({ commands, log, peer, severity }: LogView): Generator<string> {
	const gateway = commands.snapshot().gateway;
	yield openPage({ title: "VPN log", gateway: gateway.name, tab: "log" });
	yield `<form class=filter method=get action=/log/vpn><label>Peer <select name=peer>${option("", "all", peer)}`;
	for (const one of commands.peers())
		yield option(one.name, name(one.name), peer);
	yield `</select></label><label>At least <select name=severity>`;
	for (const one of severityNames)
		yield option(one, one, severity);
	yield `</select></label><button class=button>Show</button><a href="#newest">Newest</a></form>`
		+ "<table id=log role=table><caption><p>Newest last. Times are in seconds since the unit was started.</caption><thead role=rowgroup><tr role=row>";
	for (const column of COLUMNS)
		yield `<th role=columnheader scope=col>${column}`;
	yield "<tbody role=rowgroup>";
	const least: Severity = severityOf(severity) ?? DEBUG;
	let count = 0;
	for (const entry of log.entries(peer === "" ? { severity: least } : { severity: least, peer })) {
		count++;
		yield row(entry);
	}
	if (count === 0)
		yield emptyRow(COLUMNS.length, "Nothing of this kind was logged.");
	yield `</table><p id=newest class=end><a href="#content">Top</a> <a href="/log/vpn?${query(peer, severity)}#newest">Refresh</a>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}

function query(peer: string, severity: string): string {
	return `peer=${escapeHTML(encodeURIComponent(peer))}&amp;severity=${escapeHTML(encodeURIComponent(severity))}`;
}
