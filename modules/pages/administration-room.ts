/** Paths of the administration page: what its forms do. */
import { lastField } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Settings } from "../settings/types.js";
import { administration, ADMINISTRATION } from "./administration.js";
import { backup, restore } from "./backup.js";
import { firmwareRoom } from "./firmware.js";
import { FIRMWARE } from "./firmware-part.js";
import { name } from "./format.js";
import { changeGateway, numberOf } from "./gateway-fields.js";
import { changePassword } from "./password.js";
import { networkRoom } from "./network-room.js";
import { reset, RESET } from "./reset.js";
import { html, notAllowed, says } from "./room.js";
import type { RoomOptions } from "./room.js";
import { closePage, openPage } from "./shell.js";

export function administrationRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path, query } = request;
	const { commands } = options;
	switch (path) {
		case ADMINISTRATION:
			return method === "POST" ? notAllowed("GET, HEAD") : administration(options, query);
		case `${ADMINISTRATION}/password`:
			return changePassword(request, options);
		case `${ADMINISTRATION}/backup`:
			return backup(request, options);
		case `${ADMINISTRATION}/restore`:
			return restore(request, options);
		case `${ADMINISTRATION}/syslog`:
			return changeGateway(request, options, administration, ADMINISTRATION, "syslog", editSyslog);
		case `${ADMINISTRATION}/unit`:
			return changeGateway(request, options, administration, ADMINISTRATION, "unit", editUnit);
		case `${ADMINISTRATION}/reboot`:
			return method === "POST" ? reboot(options) : html(rebootPage(options));
		case RESET:
			return reset(request, options);
		case FIRMWARE:
			return firmwareRoom(options);
		default:
			return commands.configuration.firmware === true ? networkRoom(request, options) : undefined;
	}
}

function editSyslog({ gateway }: Settings, fields: readonly string[]): void {
	const stored = gateway.syslog;
	const address = (lastField(fields, "syslog.address") ?? stored?.address ?? "").trim();
	const facility = lastField(fields, "syslog.facility") ?? stored?.facility ?? "local0";
	if (address === "")
		delete gateway.syslog;
	else
		gateway.syslog = { address, port: numberOf(lastField(fields, "syslog.port") ?? String(stored?.port ?? 514)), facility: facility as "local0" };
}

function editUnit({ gateway }: Settings, fields: readonly string[]): void {
	const text = (field: string, stored: string): string => (lastField(fields, field) ?? stored).trim();
	gateway.name = text("name", gateway.name);
	gateway.wanAddress = text("wanAddress", gateway.wanAddress);
	gateway.lanAddress = text("lanAddress", gateway.lanAddress);
	gateway.ikePort = numberOf(text("ikePort", String(gateway.ikePort)));
	gateway.natTraversalPort = numberOf(text("natTraversalPort", String(gateway.natTraversalPort)));
	gateway.http = { address: text("http.address", gateway.http.address), port: numberOf(text("http.port", String(gateway.http.port))) };
}

function* rebootPage({ commands, token }: RoomOptions): Generator<string> {
	const { gateway } = commands.snapshot();
	yield openPage({ title: "Start anew", gateway: gateway.name, tab: "administration" })
		+ `<form class=notice method=post action=${ADMINISTRATION}/reboot><input type=hidden name=token value=${token.text}><p>All tunnels are closed, and come up again when there is something to send. Nothing leaves in the clear meanwhile. Settings stay, and so does the log.`
		+ `<p class=save><button class="main danger">Start anew</button><a class=button href=${ADMINISTRATION}>Not now</a></form>${closePage(`keygate ${name(gateway.version)}`)}`;
}

function reboot(options: RoomOptions): Response {
	const { ok, text } = options.commands.reboot();
	return says(options, ok ? 200 : 409, ok ? "Starting anew" : "Not started anew", escapeHTML(text.slice(0, 300)));
}
