/** Paths of the network page: what its forms do. */
import { parseTimestamp } from "../dates.js";
import { formFields, hasFieldOf, lastField } from "../httpd/form.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import { quoted } from "../log/printable.js";
import type { Settings } from "../settings/types.js";
import { NETWORK } from "./administration.js";
import { changeGateway, numberOf } from "./gateway-fields.js";
import { network } from "./network.js";
import { notAllowed, WRITE } from "./room.js";
import type { RoomOptions } from "./room.js";

export function networkRoom(request: Request, options: RoomOptions): Response | undefined {
	const { method, path, query } = request;
	switch (path) {
		case NETWORK:
			return method === "POST" ? notAllowed("GET, HEAD") : network(options, query);
		case `${NETWORK}/wan`:
			return changeGateway(request, options, network, NETWORK, "wan", editWAN);
		case `${NETWORK}/lan`:
			return changeGateway(request, options, network, NETWORK, "lan", editLAN);
		case `${NETWORK}/time`:
			return changeGateway(request, options, network, NETWORK, "time", ({ gateway }, fields) => {
				gateway.timeServer = textOf(fields, "timeServer", gateway.timeServer ?? "");
			});
		case `${NETWORK}/clock`:
			return setClock(request, options);
		default:
			return undefined;
	}
}

function setClock(request: Request, options: RoomOptions): Response {
	if (request.method !== "POST")
		return notAllowed(WRITE);
	const fields = formFields(request.body) ?? [];
	const text = textOf(fields, "clock");
	const time = parseTimestamp(text);
	if (time === undefined)
		return network(options, "", { section: "clock", refusal: "", faults: [{ path: "clock", text: `${quoted(text)} is not a time: expected a form like 2026-11-26T14:00:00Z` }], fields }, 400);
	const result = options.commands.setClock?.(time);
	if (result?.ok !== true)
		return network(options, "", { section: "clock", refusal: result?.text ?? "", faults: [], fields }, 409);
	return { status: 303, headers: [`Location: ${NETWORK}#clock`] };
}

function textOf(fields: readonly string[], field: string, stored = ""): string {
	return (lastField(fields, field) ?? stored).trim();
}

function editWAN({ gateway }: Settings, fields: readonly string[]): void {
	const { wanAddressing = "static", wanAddress, wanPrefix = 24, wanRouter = "", dnsServers = "" } = gateway;
	const addressing = textOf(fields, "wanAddressing", wanAddressing);
	gateway.wanAddressing = addressing as "static";
	const address = textOf(fields, "wanAddress", wanAddress);
	if (addressing !== "dhcp" || address !== "")
		gateway.wanAddress = address;
	gateway.wanPrefix = numberOf(textOf(fields, "wanPrefix", String(wanPrefix)));
	gateway.wanRouter = textOf(fields, "wanRouter", wanRouter);
	gateway.dnsServers = textOf(fields, "dnsServers", dnsServers);
}

function editLAN({ gateway }: Settings, fields: readonly string[]): void {
	gateway.lanAddress = textOf(fields, "lanAddress", gateway.lanAddress);
	// A box that is not ticked is not sent: these are sent together.
	if (!hasFieldOf(fields, "dhcpServer."))
		return;
	const first = textOf(fields, "dhcpServer.first");
	const last = textOf(fields, "dhcpServer.last");
	gateway.dhcpServer = {
		enabled: textOf(fields, "dhcpServer.enabled") === "1", leaseSeconds: numberOf(textOf(fields, "dhcpServer.leaseSeconds")),
		...(first === "" ? {} : { first }), ...(last === "" ? {} : { last }), fixed: fixedOf(textOf(fields, "dhcpServer.fixed")),
	};
}

/** `52:54:00:12:34:56 10.1.0.9, ...` */
function fixedOf(text: string): { hardwareAddress: string; address: string }[] {
	const list: { hardwareAddress: string; address: string }[] = [];
	for (const part of text === "" ? [] : text.split(",")) {
		const entry = part.trim();
		const space = entry.indexOf(" ");
		list.push({ hardwareAddress: space < 0 ? entry : entry.slice(0, space), address: space < 0 ? "" : entry.slice(space).trim() });
	}
	return list;
}
