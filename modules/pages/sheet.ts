/** The sheet for the administrator of the other side: what both ends must say alike, and that in the words of some makers. Without the shared key. */
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Request } from "../httpd/request.js";
import type { Response } from "../httpd/response.js";
import type { Identity, Phase2Proposal } from "../settings/types.js";
import { peerPath } from "./faults.js";
import { optionText } from "./field-texts.js";
import { duration, grouped, name } from "./format.js";
import { gather } from "./gather.js";
import { html } from "./room.js";
import type { RoomOptions } from "./room.js";
import { savedNote } from "./saved.js";
import { cisco, fritzAgrees, fritzBox, mikrotik } from "./sheet-boxes.js";
import { ipsecConf, swanctl } from "./sheet-strongswan.js";
import { address, KEY, theirIdentity } from "./sheet-words.js";
import type { Deal, Lines } from "./sheet-words.js";
import { closePage, openPage } from "./shell.js";

const SHEET_TITLE = "Sheet for the other side";

/** Word in a query, name, and how sure the form is. */
const MAKERS: readonly (readonly [string, string, string])[] = Object.freeze([
	Object.freeze(["swanctl", "strongSwan (swanctl.conf)", "Tested with strongSwan 5.9."] as const),
	Object.freeze(["ipsec", "strongSwan (ipsec.conf)", "Written after its documentation."] as const),
	Object.freeze(["cisco", "Cisco IOS", "Not tried on one: hold it against its documentation."] as const),
	Object.freeze(["fritzbox", "FRITZ!Box (file to import)", "Not tried on one: hold it against its documentation."] as const),
	Object.freeze(["mikrotik", "MikroTik RouterOS", "Not tried on one: hold it against its documentation."] as const),
]);

function linesOf(maker: string, deal: Deal): Lines | undefined {
	switch (maker) {
		case "swanctl":
			return swanctl(deal);
		case "ipsec":
			return ipsecConf(deal);
		case "cisco":
			return cisco(deal);
		case "fritzbox":
			return fritzBox(deal);
		case "mikrotik":
			return mikrotik(deal);
		default:
			return undefined;
	}
}

/** The sheet of a connection as a page, or one maker's form of it as a file. */
export function sheet({ query }: Request, options: RoomOptions, at: number, index: number): Response {
	const { gateway, peers } = options.commands.configuration.settings;
	const deal = { gateway, peer: peers[at]!, connection: peers[at]!.connections[index]! };
	const maker = queryValue(query, "file") ?? "";
	const lines = linesOf(maker, deal);
	return lines === undefined ? html(gather(page(options, deal, query)))
		: { status: 200, type: "text/plain; charset=utf-8", headers: [`Content-Disposition: attachment; filename="keygate-${maker}.${maker === "fritzbox" ? "cfg" : maker === "mikrotik" ? "rsc" : maker === "cisco" ? "txt" : "conf"}"`], body: gather(lines) };
}

function identity({ type, value }: Identity): string {
	return `${name(value)} <small>type ${type}</small>`;
}

function proposal(one: Phase2Proposal): string {
	switch (one.protocol) {
		case "ah":
			return `AH, ${one.authentication}`;
		case "ah+esp":
			return `AH, ${one.authentication}, around ESP, ${one.encryption}${one.espAuthentication === undefined ? "" : `, ${one.espAuthentication}`}`;
		default:
			return `ESP, ${one.encryption}${one.authentication === undefined ? "" : `, ${one.authentication}`}`;
	}
}

function row(what: string, value: string): string {
	return `<tr role=row><th role=rowheader scope=row data-label="">${what}<td role=cell data-label="">${value}`;
}

/** What both ends must agree about, a row at a time. */
function* agreed(deal: Deal): Generator<string> {
	const { gateway, peer, connection } = deal;
	const theirs = theirIdentity(deal);
	yield row("This gateway\u2019s address", escapeHTML(gateway.wanAddress) + (gateway.ikePort === 500 ? "" : ` <small>UDP port ${gateway.ikePort}</small>`));
	yield row("Your gateway\u2019s address", address(deal) === "" ? "any: your side has to begin" : name(address(deal)));
	yield row("Key exchange", `IKE version 1, ${peer.phase1Mode} mode`);
	yield row("Authentication", peer.authentication === "certificate" ? "certificate (RSA)" : "pre-shared key, told by another way than this sheet");
	yield row("This gateway says it is", identity(peer.localId));
	yield row("Yours has to say it is", theirs === undefined ? "anything" : identity(theirs));
	let text = "";
	for (const { encryption, hash, dhGroup } of peer.phase1Proposals)
		text += `<li>${encryption}, ${hash}, group ${optionText("pfs", dhGroup)}`;
	yield row("Phase 1, one of", `<ul class=plain>${text}</ul>`);
	text = "";
	for (const one of connection.phase2Proposals)
		text += `<li>${proposal(one)}`;
	yield row("Phase 2, one of", `<ul class=plain>${text}</ul>`);
	yield row("Perfect forward secrecy", connection.pfs === "off" ? "off" : `group ${optionText("pfs", connection.pfs)}`);
	yield row("Network on this side", name(connection.localNetwork) + only(connection.ipProtocol, connection.localPort));
	yield row("Network on your side", name(connection.remoteNetwork) + only(connection.ipProtocol, connection.remotePort));
	yield row("Mode", connection.mode);
	yield row("Life times", `phase 1: ${duration(peer.phase1Lifetime)}; phase 2: ${connection.lifetime.seconds === 0 ? "no limit in time" : duration(connection.lifetime.seconds)}${connection.lifetime.kilobytes === 0 ? "" : `, ${grouped(connection.lifetime.kilobytes)} kB`} <small>they need not be the same</small>`);
	yield row("NAT traversal", peer.natTraversal === "auto" ? "when a NAT is found" : peer.natTraversal === "off" ? "no" : "always: ESP in UDP");
}

function only(protocol: number, port: number): string {
	return protocol === 0 ? "" : ` <small>IP protocol ${protocol}${port === 0 ? "" : `, port ${port}`}</small>`;
}

function* page({ commands, token, last }: RoomOptions, deal: Deal, query: string): Generator<string> {
	const { peer, connection } = deal;
	const { gateway } = commands.snapshot();
	const path = peerPath(peer.name, connection.name);
	yield openPage({ title: SHEET_TITLE, gateway: gateway.name, tab: "peers" });
	yield `<p class=crumbs><a href=/settings/peers>Peers/connections</a> \u203a <a href="${escapeHTML(peerPath(peer.name))}">${name(peer.name)}</a> \u203a <a href="${escapeHTML(path)}">${name(connection.name)}</a> \u203a <b>Sheet</b>`;
	for (const piece of savedNote(query, last, commands.configuration.settings.peers))
		yield piece;
	yield `<form class=save method=post action="${escapeHTML(`${path}/try`)}"><input type=hidden name=token value=${token.text}>${peer.remoteGateway === "0.0.0.0" || peer.actAs === "responder" ? "<a class=\"button main\" href=/status>Watch the status</a>" : "<button class=main>Bring it up now</button>"} <a class=button href="${escapeHTML(path)}">Settings of the connection</a></form>`;
	yield `<p>Print this page or copy from it for whoever looks after the other gateway.${peer.authentication === "certificate" ? " The other side needs the certificate of the authority of this gateway\u2019s, and this one that of its." : ` The shared key is not in it: where <code>${KEY}</code> stands, put the key, and tell it by another way.`}`;
	yield `<div class=table><h2 id=agreed-title>What both sides must say alike</h2><table id=agreed role=table aria-labelledby=agreed-title class=agreed><tbody role=rowgroup>`;
	for (const one of agreed(deal))
		yield one;
	yield "</table></div><section aria-labelledby=makers><h2 id=makers>In the words of the other gateway</h2>";
	for (const [maker, title, sure] of MAKERS) {
		yield `<details class=maker id=${maker}${maker === "swanctl" ? " open" : ""}><summary>${title}</summary><p>${sure} <a href="${escapeHTML(`${path}/sheet?file=${maker}`)}">As a file</a>`;
		if (maker === "fritzbox" && !fritzAgrees(deal))
			yield `<p class=weak>As far as is known here, a FRITZ!Box takes AES-CBC with SHA-512 or SHA-1 in phase 2: <a href="${escapeHTML(`${path}#phase2Proposals`)}">add aes-256-cbc with hmac-sha512-256 to the proposals</a>.`;
		yield `<pre tabindex=0 aria-label="${title}">`;
		for (const line of linesOf(maker, deal)!)
			yield escapePre(line);
		yield "</pre></details>";
	}
	yield "</section>";
	yield closePage(`keygate ${name(gateway.version)}`);
}

/** Lines with their ends and tabs, which `escapeHTML` would show as unknown characters. */
function escapePre(text: string): string {
	return text.split("\n").map((line) => line.split("\t").map(escapeHTML).join("\t")).join("\n");
}
