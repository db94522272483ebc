/** Paths of what is going on: /status, the same as data, and the Delete buttons of its tables. */
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { statusJSON } from "../status/json.js";
import { METRICS_TYPE, metrics } from "../status/metrics.js";
import { isHexadecimal } from "../texts.js";
import { gather } from "./gather.js";
import { html, notAllowed, READ, says, seeOther, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";
import { peerStatus } from "./peer-status.js";
import { livePart, problemsPage, SEEN, statusPage } from "./status.js";

export function statusRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path } = request;
	const spi = between(path, "/sa/");
	const id = between(path, "/ike-sa/");
	if (spi !== undefined || id !== undefined) {
		if (method !== "POST")
			return notAllowed(WRITE);
		return spi !== undefined ? deleteSA(spi, options) : deleteIKESA(id!, options);
	}
	if (path === SEEN) {
		if (method !== "POST")
			return notAllowed(WRITE);
		options.commands.acknowledge();
		return seeOther("/status");
	}
	const response = page(request, options);
	return response !== undefined && method === "POST" ? notAllowed(READ) : response;
}

function page({ path, query }: Request, { commands, token }: RoomOptions): Response | undefined {
	switch (path) {
		case "/":
			return { status: 302, headers: ["Location: /status"] };
		case "/status":
			return html(query === "live" ? livePart(commands, token.text) : statusPage({ commands, token: token.text, refresh: query === "refresh" }));
		case "/problems":
			return html(problemsPage(commands));
		case "/status.json":
			return { status: 200, type: "application/json", body: gather(statusJSON(commands.snapshot())) };
		case "/metrics":
			return { status: 200, type: METRICS_TYPE, body: gather(metrics(commands)) };
		default: {
			const body = peerStatus(path, query === "live", commands);
			return body === undefined ? undefined : html(body);
		}
	}
}

function deleteSA(spi: string, options: RoomOptions): Response {
	const digits = spi.slice(0, 2) === "0x" ? spi.slice(2) : "";
	if (isHexadecimal(digits) && digits.length <= 8 && options.commands.deleteSA(Number(spi)))
		return seeOther("/status#security-associations");
	return says(options, 404, "Not found", `There is no SA ${escapeHTML(spi.slice(0, 32))}. It may have been deleted, or renewed, since the page was loaded.`);
}

function deleteIKESA(id: string, options: RoomOptions): Response {
	if (isHexadecimal(id) && id.length === 16 && options.commands.deleteIKESA(id.toLowerCase()))
		return seeOther("/status#ike-security-associations");
	return says(options, 404, "Not found", `There is no IKE SA ${escapeHTML(id.slice(0, 32))}. It may have been deleted, or renewed, since the page was loaded.`);
}

/** `text` is `prefix`, something, and "/delete": that something. */
function between(text: string, prefix: string): string | undefined {
	return text.startsWith(prefix) && text.endsWith("/delete") && text.length > prefix.length + 7 ? text.slice(prefix.length, -7) : undefined;
}
