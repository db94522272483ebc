/** Paths of the logs: pages, and the same as text and as JSON lines. */
import { formValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import { parseSPI } from "../log/firewall.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Commands } from "../status/types.js";
import { firewallLead, firewallLines, firewallView, levelOf, peerAddress } from "./firewall-log.js";
import { readFilter } from "./log-filter.js";
import type { LogFilter } from "./log-filter.js";
import { logLive, logPage } from "./log-view.js";
import { html, notAllowed, READ, says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { afterChange, savedNote } from "./saved.js";
import { vpnLines, vpnView } from "./vpn-log.js";

const VPN = "/log/vpn";
const FIREWALL = "/log/firewall";

export function logRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path } = request;
	const dot = path.lastIndexOf(".");
	const log = dot < 0 ? path : path.slice(0, dot);
	const format = dot < 0 ? "" : path.slice(dot + 1);
	if (log !== VPN && log !== FIREWALL || format !== "" && format !== "txt" && format !== "jsonl")
		return undefined;
	if (method === "POST")
		return path === FIREWALL ? switchTo(formValue(request.body, "level"), options) : notAllowed(READ);
	const filter = readFilter(log, request.query);
	if (format !== "")
		return download(filter, format, options);
	const view = log === VPN ? vpnView(options.log, filter, liveSPIs(options.commands))
		: firewallView(options.firewall, filter, peerAddress(options.commands, filter), liveSPIs(options.commands), savedNote(request.query, options.last, []).join("") + firewallLead(options.firewall, options.token.text));
	return html(isLive(request.query) ? logLive(filter, view) : logPage(options.commands, filter, view));
}

/** What is logged of packets from now on is a setting like others. */
function switchTo(text: string | undefined, options: RoomOptions): Response {
	const level = levelOf(text ?? "");
	if (level === undefined)
		return says(options, 400, "Not accepted", "The firewall log is switched to \u201coff\u201d, \u201cdenied\u201d or \u201call\u201d.");
	const result = options.commands.configuration.change((draft) => {
		draft.gateway.firewallLog = level;
	});
	if (result.ok) {
		options.last.keep(options.commands.configuration, result, "");
		return afterChange(FIREWALL, options.last);
	}
	return says(options, 409, "Not changed", escapeHTML([result.text, ...result.faults.map(({ path, text }) => `${path}: ${text}`)].join(" ")));
}

/** The page's script asks for what changes alone, and says so at the end. */
function isLive(query: string): boolean {
	return query === "live" || query.endsWith("&live");
}

function download(filter: LogFilter, format: string, { log, firewall, commands }: RoomOptions): Response {
	const name = filter.path === VPN ? "vpn" : "firewall";
	return {
		status: 200,
		type: format === "txt" ? "text/plain; charset=utf-8" : "application/jsonl",
		headers: [`Content-Disposition: attachment; filename="keygate-${name}-log.${format}"`],
		body: filter.path === VPN ? vpnLines(log, filter, format) : firewallLines(firewall, filter, peerAddress(commands, filter), format),
	};
}

/** SPIs that there are now: a link to another one would lead nowhere. */
function liveSPIs(commands: Commands): number[] {
	const live: number[] = [];
	for (const { spi, direction } of commands.snapshot().securityAssociations()) {
		const number = parseSPI(spi) ?? 0;
		live.push(direction === "Incoming" ? number : -1 - number);
	}
	return live;
}
