/** Administration: password, backup and restore, where the log is sent, the unit's own settings, its memory, and a new start. */
import { escapeHTML } from "../httpd/html.js";
import type { Response } from "../httpd/response.js";
import { UPLOAD_SIZE } from "../limits.js";
import type { Configuration } from "../settings/configuration.js";
import { documentShape } from "../settings/schema.js";
import type { Fault, Settings } from "../settings/types.js";
import { timeText } from "../dates.js";
import { closePart, entryHTML, openPart, radioHTML } from "./entry.js";
import { spoken } from "./faults.js";
import { firmwarePart } from "./firmware-part.js";
import { duration, grouped, name } from "./format.js";
import { gather } from "./gather.js";
import { PASSPHRASE_SIZE, PASSWORD_WHAT } from "./password-text.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { savedNote, storageNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";
import { closeTable, openTable } from "./tables.js";

export const ADMINISTRATION = "/settings/administration";
/** Of a unit that has its ports to itself. */
export const NETWORK = `${ADMINISTRATION}/network`;
const MEMORY_COLUMNS = Object.freeze(["Table", "In use", "Most", "Size", "Bytes"]);
/** Faults that are shown of a file. */
const FAULTS = 30;

/** What was typed and refused, of one part of the page. */
export interface Refused {
	readonly section: "" | "password" | "backup" | "restore" | "syslog" | "unit" | "firmware" | "wan" | "lan" | "time" | "clock";
	/** One sentence, "" when the faults say it all. */
	readonly refusal: string;
	/** At a field of the part, or anywhere in a file. */
	readonly faults: readonly Fault[];
	/** Names and values as they were typed. */
	readonly fields: readonly string[];
}

export const NOTHING: Refused = Object.freeze({ section: "", refusal: "", faults: Object.freeze([]), fields: Object.freeze([]) });

export function administration(options: RoomOptions, query: string, refused: Refused = NOTHING, status = 200): Response {
	return html(gather(page(options, query, refused)), status);
}

function* page(options: RoomOptions, query: string, refused: Refused): Generator<string> {
	const { commands, last, token } = options;
	const { configuration } = commands;
	const { settings, storageFault } = configuration;
	const { gateway } = commands.snapshot();
	yield openPage({ title: "Administration", gateway: gateway.name, tab: "administration" });
	yield "<p class=crumbs><a href=\"#password\">Password</a> \u00b7 <a href=\"#backup\">Backup</a> \u00b7 <a href=\"#restore\">Restore</a> \u00b7 <a href=\"#syslog\">Syslog</a> \u00b7 <a href=\"#unit\">Unit</a> \u00b7"
		+ (configuration.firmware === true ? ` <a href=${NETWORK}>Network</a> \u00b7` : "") + (options.firmware === undefined ? "" : " <a href=\"#firmware\">Firmware</a> \u00b7") + " <a href=\"#memory\">Memory</a> \u00b7 <a href=\"#start\">Start anew</a></p>"
		+ storageNote(storageFault);
	for (const piece of savedNote(query, last, settings.peers))
		yield piece;
	yield* passwordPart(settings, token.text, refused);
	yield* backupPart(token.text, refused);
	yield* restorePart(token.text, refused, settings);
	yield* syslogPart(configuration, token.text, refused);
	yield* unitPart(configuration, token.text, refused);
	if (options.firmware !== undefined)
		yield* firmwarePart(options.firmware, token.text, refused.section === "firmware" ? refused.refusal : "");
	yield openTable("memory", "Memory", "All of it was taken at the start: a full table refuses, and says so.", MEMORY_COLUMNS);
	for (const table of commands.tables())
		yield `<tr role=row><th role=rowheader scope=row data-label=Table>${escapeHTML(table.name)}<td role=cell class=num data-label="In use">${grouped(table.used)}<td role=cell class=num data-label=Most>${grouped(table.highWater)}<td role=cell class=num data-label=Size>${grouped(table.size)}<td role=cell class=num data-label=Bytes>${grouped(table.bytes)}`;
	yield closeTable();
	const time = timeText(options.keyring.now());
	yield `<section class=card id=start aria-labelledby=start-title><h2 id=start-title>Version, and a new start</h2><p>keygate ${name(gateway.version)}, ${name(gateway.engine)}, ${name(gateway.crypto)}. Up for ${duration(gateway.uptime)}. ${time === "" ? "The time is not known here: dates of certificates are not judged." : `Time: ${time}.`}`
		+ `<p>After a new start all tunnels are made again when there is something to send. Nothing leaves in the clear meanwhile.<p class=save><a class=button href=${ADMINISTRATION}/reboot>Start anew ...</a>${commands.reset === undefined ? "" : ` <a class=button href=${ADMINISTRATION}/reset>Factory settings ...</a>`}</section>`;
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** What stands in a field: as it was typed when that was refused, else as it is. */
export function typed(refused: Refused, section: Refused["section"], field: string, stored: string): string {
	if (refused.section === section) {
		for (let i = refused.fields.length - 2; i >= 0; i -= 2) {
			if (refused.fields[i] === field)
				return refused.fields[i + 1]!;
		}
	}
	return stored;
}

export function faultAt(refused: Refused, section: Refused["section"], field: string): string {
	return refused.section === section ? refused.faults.find((fault) => fault.path === field)?.text ?? "" : "";
}

/** What is said above the fields of a part: the sentence, and faults that belong to none of them. HTML. */
export function refusal(refused: Refused, section: Refused["section"], fields: readonly string[], settings: Settings | undefined): string {
	if (refused.section !== section)
		return "";
	let text = escapeHTML(refused.refusal.slice(0, 400));
	const others = refused.faults.filter((fault) => !fields.includes(fault.path));
	for (let i = 0; i < others.length && i < FAULTS; i++) {
		const { path, text: what } = others[i]!;
		text += `<br><code>${escapeHTML(path)}</code>${path === "" ? "" : ": "}${escapeHTML((settings === undefined ? what : spoken(what, settings.peers)).slice(0, 300))}`;
	}
	return others.length > FAULTS ? `${text}<br>and ${others.length - FAULTS} more` : text;
}

function* passwordPart({ gateway }: Settings, token: string, refused: Refused): Generator<string> {
	yield openPart({ id: "password", title: "Password", what: "", action: `${ADMINISTRATION}/password`, token, refusal: refusal(refused, "password", ["user", "current", "new"], undefined) });
	yield entryHTML({ id: "user", label: "User", what: "The administrator's name, as the browser asks for it.", value: typed(refused, "password", "user", gateway.admin.user), fault: faultAt(refused, "password", "user"), more: "autocomplete=username" }).replace(" autocomplete=off", "");
	yield entryHTML({ id: "current", label: "Password now", what: "The one in use.", type: "password", fault: faultAt(refused, "password", "current"), more: "autocomplete=current-password" });
	yield entryHTML({ id: "new", label: "New password", what: PASSWORD_WHAT, type: "password", fault: faultAt(refused, "password", "new"), more: "autocomplete=new-password" });
	yield entryHTML({ id: "again", label: "Again", what: "The new one once more. Afterwards every browser is asked for it.", type: "password", more: "autocomplete=new-password" });
	yield closePart("Change password");
}

function* backupPart(token: string, refused: Refused): Generator<string> {
	const secrets = typed(refused, "backup", "secrets", "with");
	yield openPart({ id: "backup", title: "Backup to a file", what: "All settings, certificates and revocation lists, as a document that can be read and compared.", action: `${ADMINISTRATION}/backup`, token, refusal: refusal(refused, "backup", ["backup-passphrase"], undefined) });
	yield `<div class=field role=radiogroup aria-labelledby=secrets-label><span class=label id=secrets-label>Secrets</span><div class=ways>${radioHTML("secrets", "with", "with them, encrypted", "Shared keys, private keys and the password's hash go in, encrypted under the passphrase. Needed to set up another unit in place of this one.", secrets !== "without")}`
		+ `${radioHTML("secrets", "without", "without them", "They read \u201c(hidden)\u201d: to look at, or to go back on this unit, which still has them.", secrets === "without")}</div></div>`;
	yield entryHTML({ id: "backup-passphrase", label: "Passphrase", what: `At least ${PASSPHRASE_SIZE} characters: who has the file can try passphrases on it at home. It is stored nowhere: without it the secrets in the file are lost.`, type: "password", fault: faultAt(refused, "backup", "backup-passphrase"), more: "autocomplete=new-password" });
	yield entryHTML({ id: "backup-again", label: "Again", what: "The same once more.", type: "password", more: "autocomplete=new-password" });
	yield closePart("Save backup");
}

function* restorePart(token: string, refused: Refused, settings: Settings): Generator<string> {
	const secrets = typed(refused, "restore", "use", "with");
	yield openPart({ id: "restore", title: "Restore from a file", what: `A backup, or a settings document. It takes the place of all settings, the password among them. A file with faults changes nothing. At most ${UPLOAD_SIZE >> 10} KiB.`, action: `${ADMINISTRATION}/restore`, token, files: true, refusal: refusal(refused, "restore", [], settings) });
	yield entryHTML({ id: "file", label: "File", what: "As it was saved: a backup with secrets is refused when a character of it was changed.", type: "file", more: "accept=.json,application/json" });
	yield `<div class=field role=radiogroup aria-labelledby=use-label><span class=label id=use-label>Secrets</span><div class=ways>${radioHTML("use", "with", "those in the file", "The passphrase is needed when they are encrypted.", secrets !== "without")}`
		+ `${radioHTML("use", "without", "those that are here", "Peers and certificates keep the secrets that this unit has under the same names; what is missing is named, and then nothing is changed.", secrets === "without")}</div></div>`;
	yield entryHTML({ id: "restore-passphrase", label: "Passphrase", what: "Of the file; leave it empty for one without secrets.", type: "password", more: "autocomplete=off" });
	yield closePart("Restore", "main danger");
}

function* syslogPart({ settings: { gateway }, revision }: Configuration, token: string, refused: Refused): Generator<string> {
	const facilities = documentShape["gateway"]!.shape!["syslog"]!.shape!["facility"]!.values!;
	yield openPart({ id: "syslog", title: "Syslog", what: "Each entry of the VPN log goes to a syslog server as it is written (RFC 5424 over UDP). Neither encrypted nor confirmed: meant for a server on the LAN. To one behind a tunnel entries are sent while the tunnel is up.", action: `${ADMINISTRATION}/syslog`, token, revision, refusal: refusal(refused, "syslog", ["syslog.address", "syslog.port"], undefined) });
	yield entryHTML({ id: "syslog.address", label: "Server", what: "Its IPv4 address; empty: nothing is sent.", value: typed(refused, "syslog", "syslog.address", gateway.syslog?.address ?? ""), fault: faultAt(refused, "syslog", "syslog.address") });
	yield entryHTML({ id: "syslog.port", label: "Port", what: "UDP, 514 as a rule.", type: "number", value: typed(refused, "syslog", "syslog.port", String(gateway.syslog?.port ?? 514)), fault: faultAt(refused, "syslog", "syslog.port") });
	yield entryHTML({ id: "syslog.facility", label: "Facility", what: "By which the server sorts what it gets.", value: typed(refused, "syslog", "syslog.facility", gateway.syslog?.facility ?? "local0"), choices: facilities.map((one) => [String(one), String(one)]) });
	yield closePart("Save");
}

function* unitPart({ settings: { gateway }, revision }: Configuration, token: string, refused: Refused): Generator<string> {
	const field = (id: string, label: string, what: string, stored: string, type: "text" | "number" = "text"): string =>
		entryHTML({ id, label, what, type, value: typed(refused, "unit", id, stored), fault: faultAt(refused, "unit", id) });
	yield openPart({ id: "unit", title: "This unit", what: "Other addresses or ports cost a new start: all tunnels are closed, and come up again when there is something to send. After another page address or port the pages are found there.", action: `${ADMINISTRATION}/unit`, token, revision,
		refusal: refusal(refused, "unit", ["name", "wanAddress", "lanAddress", "ikePort", "natTraversalPort", "http.address", "http.port"], undefined) });
	yield field("name", "Name", "Shown on the pages and in the log.", gateway.name);
	yield field("wanAddress", "WAN address", "Own global address, the source of IKE, ESP and AH. Peers have it as their remote gateway.", gateway.wanAddress);
	yield field("lanAddress", "LAN address", "Of this unit on the LAN, with its prefix length.", gateway.lanAddress);
	yield field("ikePort", "IKE port", "UDP, 500 with nearly every peer.", String(gateway.ikePort), "number");
	yield field("natTraversalPort", "NAT-T port", "UDP, 4500 with nearly every peer.", String(gateway.natTraversalPort), "number");
	yield field("http.address", "Page address", "Where these pages are served: the LAN address.", gateway.http.address);
	yield field("http.port", "Page port", "TCP, 80 as a rule.", String(gateway.http.port), "number");
	yield closePart("Save");
}
