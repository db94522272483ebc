/** The network of a unit that has its ports to itself: addresses on the WAN and on the LAN, what machines on the LAN are given, the time. */
import { escapeHTML } from "../httpd/html.js";
import type { Response } from "../httpd/response.js";
import { FIXED_LEASES } from "../limits.js";
import { timestamp } from "../dates.js";
import type { Configuration } from "../settings/configuration.js";
import { ADMINISTRATION, faultAt, NETWORK, NOTHING, refusal, typed, type Refused } from "./administration.js";
import { closePart, entryHTML, openPart, tickHTML } from "./entry.js";
import { duration, name } from "./format.js";
import { gather } from "./gather.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { savedNote, storageNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";
import { closeTable, emptyRow, openTable } from "./tables.js";

const WAN_FIELDS = Object.freeze(["wanAddressing", "wanAddress", "wanPrefix", "wanRouter", "dnsServers"] as const);
const LAN_FIELDS = Object.freeze(["lanAddress", "dhcpServer.enabled", "dhcpServer.first", "dhcpServer.last", "dhcpServer.leaseSeconds"] as const);

const LEASE_COLUMNS = Object.freeze(["Address", "Hardware address", "Goes on for"]);

export function network(options: RoomOptions, query: string, refused: Refused = NOTHING, status = 200): Response {
	return html(gather(page(options, query, refused)), status);
}

function* page(options: RoomOptions, query: string, refused: Refused): Generator<string> {
	const { commands, last, token } = options;
	const { settings, storageFault } = commands.configuration;
	const { gateway } = commands.snapshot();
	yield openPage({ title: "Network", gateway: gateway.name, tab: "administration" });
	yield `<p class=crumbs><a href=${ADMINISTRATION}>Administration</a> \u00b7 <a href="#wan">WAN</a> \u00b7 <a href="#lan">LAN</a> \u00b7 <a href="#time">Time</a>${storageNote(storageFault)}`;
	if (gateway.networkNotice !== undefined && gateway.networkNotice !== "")
		yield `<p class=notice role=status><strong>Network:</strong> ${escapeHTML(gateway.networkNotice)}.`;
	for (const piece of savedNote(query, last, settings.peers))
		yield piece;
	yield* wanPart(commands.configuration, token.text, refused);
	yield* lanPart(commands.configuration, token.text, refused);
	if (settings.gateway.dhcpServer?.enabled === true)
		yield* leasesPart(options);
	yield* timePart(options, token.text, refused);
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** A text field of a part. */
function entry(refused: Refused, section: "wan" | "lan" | "time" | "clock", id: string, label: string, what: string, stored: string, type: "text" | "number" = "text"): string {
	return entryHTML({ id, label, what, type, value: typed(refused, section, id, stored), fault: faultAt(refused, section, id) });
}

function* wanPart({ settings: { gateway }, revision }: Configuration, token: string, refused: Refused): Generator<string> {
	const learned = gateway.wanAddressing === "dhcp";
	yield openPart({ id: "wan", title: "WAN", what: "Another address costs a new start: all tunnels are closed, and come up again when there is something to send.", action: `${NETWORK}/wan`, token, revision, refusal: refusal(refused, "wan", WAN_FIELDS, undefined) });
	yield entryHTML({ id: "wanAddressing", label: "Addressing", what: "Where the address on the WAN is from. From a DHCP server it may change: tunnels are then made anew from the new one.", value: typed(refused, "wan", "wanAddressing", gateway.wanAddressing ?? "static"), fault: faultAt(refused, "wan", "wanAddressing"), choices: [["static", "set here"], ["dhcp", "from a DHCP server"]] });
	yield entry(refused, "wan", "wanAddress", "WAN address", learned ? "The lease says it; it does not matter what is written here." : "Own global address, the source of IKE, ESP and AH.", gateway.wanAddress);
	yield entry(refused, "wan", "wanPrefix", "Prefix length", "Of the network that the address is in.", String(gateway.wanPrefix ?? 24), "number");
	yield entry(refused, "wan", "wanRouter", "Router", "The way to everything that is not in that network; empty: there is none.", gateway.wanRouter ?? "");
	yield entry(refused, "wan", "dnsServers", "DNS servers", "One, or two with a comma between them: for the names of peers, and told to machines on the LAN. Empty: those of the lease.", gateway.dnsServers ?? "");
	yield closePart("Save");
}

function* lanPart({ settings: { gateway }, revision }: Configuration, token: string, refused: Refused): Generator<string> {
	const { enabled = false, first = "", last = "", leaseSeconds = 86400, fixed = [] } = gateway.dhcpServer ?? {};
	const ticked = refused.section === "lan" ? typed(refused, "lan", "dhcpServer.enabled", "") === "1" : enabled;
	yield openPart({ id: "lan", title: "LAN", what: "After another address these pages are found there.", action: `${NETWORK}/lan`, token, revision, refusal: refusal(refused, "lan", LAN_FIELDS, undefined) });
	yield entry(refused, "lan", "lanAddress", "LAN address", "Of this unit on the LAN, with its prefix length: 10.1.0.1/24.", gateway.lanAddress);
	yield tickHTML("dhcpServer.enabled", "DHCP server", "Machines on the LAN get an address from this unit, which is their router. Off where another server does so.", ticked);
	yield entry(refused, "lan", "dhcpServer.first", "First address", "That is given to machines on the LAN.", first);
	yield entry(refused, "lan", "dhcpServer.last", "Last address", "", last);
	yield entry(refused, "lan", "dhcpServer.leaseSeconds", "Lease", "Seconds for which an address is a machine\u2019s, unless it asks again.", String(leaseSeconds), "number");
	yield entry(refused, "lan", "dhcpServer.fixed", "Fixed leases", `Machines that always get the same address, at most ${FIXED_LEASES}, with commas between them: 52:54:00:12:34:56 10.1.0.9`,
		fixed.map(({ hardwareAddress, address }) => `${hardwareAddress} ${address}`).join(", "));
	yield closePart("Save");
}

function* leasesPart({ commands }: RoomOptions): Generator<string> {
	yield openTable("leases", "Leases", "Machines on the LAN that have an address from this unit.", LEASE_COLUMNS);
	let count = 0;
	for (const { address, hardware, seconds } of commands.leases?.() ?? []) {
		count++;
		yield `<tr role=row><th role=rowheader scope=row data-label=Address>${address}<td role=cell data-label="Hardware address">${hardware}<td role=cell class=num data-label="Goes on for">${duration(seconds)}`;
	}
	if (count === 0)
		yield emptyRow(LEASE_COLUMNS.length, "None yet.");
	yield closeTable();
}

function* timePart({ commands }: RoomOptions, token: string, refused: Refused): Generator<string> {
	const { timeServer = "" } = commands.configuration.settings.gateway;
	const time = timestamp(commands.clock?.() ?? 0);
	yield openPart({ id: "time", title: "Time server", what: "This unit has no clock of its own while it is without power. Without the time no certificate of a peer is taken. Nobody vouches for what a time server says: one on the way can be imitated.", action: `${NETWORK}/time`, token, revision: commands.configuration.revision, refusal: refusal(refused, "time", ["timeServer"], undefined) });
	yield entry(refused, "time", "timeServer", "Server", "Address or host name, asked by SNTP; empty: none.", timeServer);
	yield closePart("Save");
	yield openPart({ id: "set-clock", title: "Clock", what: time === "" ? "The time is not known." : `It is <b>${time}</b>.`, action: `${NETWORK}/clock`, token, refusal: refusal(refused, "clock", ["clock"], undefined) });
	yield entry(refused, "clock", "clock", "Time", "In UTC, like 2026-11-26T14:00:00Z: the clock is set to it at once.", "");
	yield closePart("Set the clock");
}
