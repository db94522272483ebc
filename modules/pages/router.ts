/** Which path is what. Everything here is the administrator's alone; a POST must come from a page of ours. */
import type { Authentication } from "../httpd/authentication.js";
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import { isOwnHost } from "../httpd/origin.js";
import type { Request } from "../httpd/request.js";
import { plain } from "../httpd/response.js";
import type { Handler, Response } from "../httpd/response.js";
import type { FormToken } from "../httpd/token.js";
import type { LogReader } from "../log/types.js";
import { statusJSON } from "../status/json.js";
import { METRICS_TYPE, metrics } from "../status/metrics.js";
import type { Commands } from "../status/types.js";
import { fileAt } from "./files.js";
import { gather } from "./gather.js";
import { logPage } from "./log.js";
import { notice } from "./shell.js";
import { livePart, statusPage } from "./status.js";

export interface RouterOptions {
	readonly commands: Commands;
	readonly log: LogReader;
	readonly authentication: Authentication;
	readonly token: FormToken;
	/** Names under which this unit is reached, besides its addresses; lower case. */
	readonly names: readonly string[];
}

const HTML = "text/html; charset=utf-8";
/** Of later versions (interfaces.md section 3). */
const LATER = Object.freeze(["/log/firewall", "/settings/peers", "/settings/certificates", "/settings/administration"]);

/** `text` is `prefix`, something, and "/delete": that something. */
function between(text: string, prefix: string): string | undefined {
	return text.startsWith(prefix) && text.endsWith("/delete") && text.length > prefix.length + 7 ? text.slice(prefix.length, -7) : undefined;
}

/** `text` is `size` hexadecimal digits at most, and one at least. */
function isHexadecimal(text: string, size: number): boolean {
	for (let i = 0; i < text.length; i++) {
		if ("0123456789abcdef".indexOf(text[i]!.toLowerCase()) < 0)
			return false;
	}
	return text.length > 0 && text.length <= size;
}

export class Router implements Handler<Request> {
	readonly #options: RouterOptions;

	constructor(options: RouterOptions) {
		this.#options = options;
	}

	admit(request: Request): Response | undefined {
		// HTTP/1.0 without a Host field is no browser's.
		if (request.host !== "" && !isOwnHost(request.host, this.#options.names))
			return plain(421, "421 Misdirected Request: this unit is reached by its address");
		return this.#options.authentication.check(request.authorization);
	}

	respond(request: Request): Response {
		const { method, path } = request;
		const spi = between(path, "/sa/");
		const id = between(path, "/ike-sa/");
		if (spi !== undefined || id !== undefined) {
			if (method !== "POST")
				return this.#notAllowed("POST");
			if (!this.#options.token.accepts(request))
				return this.#notice(403, "Not accepted", "The request did not come from a page of this unit, or the unit was started anew since the page was loaded. Load the page again and repeat.");
			return spi !== undefined ? this.#deleteSA(spi) : this.#deleteIKESA(id!);
		}
		const response = this.#page(request);
		return response === undefined ? this.#notFound(path) : method === "POST" ? this.#notAllowed("GET, HEAD") : response;
	}

	#page(request: Request): Response | undefined {
		const { commands, log, token } = this.#options;
		switch (request.path) {
			case "/":
				return { status: 302, headers: ["Location: /status"] };
			case "/status":
				return {
					status: 200, type: HTML,
					body: request.query === "live" ? livePart(commands, token.text) : statusPage({ commands, token: token.text, refresh: request.query === "refresh" }),
				};
			case "/status.json":
				return { status: 200, type: "application/json", body: gather(statusJSON(commands.snapshot())) };
			case "/metrics":
				return { status: 200, type: METRICS_TYPE, body: gather(metrics(commands)) };
			case "/log/vpn":
				return { status: 200, type: HTML, body: logPage({ commands, log, peer: queryValue(request.query, "peer") ?? "", severity: queryValue(request.query, "severity") ?? "" }) };
			default:
				return fileAt(request.path);
		}
	}

	#deleteSA(spi: string): Response {
		const digits = spi.slice(0, 2) === "0x" ? spi.slice(2) : "";
		if (isHexadecimal(digits, 8) && this.#options.commands.deleteSA(Number(spi)))
			return this.#back("security-associations");
		return this.#notice(404, "Not found", `There is no SA ${escapeHTML(spi.slice(0, 32))}. It may have been deleted, or renewed, since the page was loaded.`);
	}

	#deleteIKESA(id: string): Response {
		if (isHexadecimal(id, 16) && id.length === 16 && this.#options.commands.deleteIKESA(id.toLowerCase()))
			return this.#back("ike-security-associations");
		return this.#notice(404, "Not found", `There is no IKE SA ${escapeHTML(id.slice(0, 32))}. It may have been deleted, or renewed, since the page was loaded.`);
	}

	/** To the table where the button was. */
	#back(table: string): Response {
		return { status: 303, headers: [`Location: /status#${table}`] };
	}

	#notFound(path: string): Response {
		const shown = `<code>${escapeHTML(path.length > 80 ? `${path.slice(0, 79)}\u2026` : path)}</code>`;
		for (const later of LATER) {
			if (path === later || path.startsWith(`${later}/`))
				return this.#notice(404, "Not available", `${shown} is not available in this version.`);
		}
		return this.#notice(404, "Not found", `There is no page ${shown}.`);
	}

	#notAllowed(methods: string): Response {
		return plain(405, `405 Method Not Allowed: this takes ${methods}`, [`Allow: ${methods}`]);
	}

	#notice(status: number, title: string, text: string): Response {
		return { status, type: HTML, body: notice(this.#options.commands.snapshot().gateway.name, title, text) };
	}
}
