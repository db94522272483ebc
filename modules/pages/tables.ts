/**
 * The two tables of the status page, a row at a time. Where it is narrow the rows are cards, and the style sheet puts the columns' names into
 * them: in each cell they would be a fifth of the page. Column names and state words are fixed; see docs of /status.
 */
import { escapeHTML } from "../httpd/html.js";
import type { IKESecurityAssociation, SecurityAssociation } from "../status/types.js";
import { grouped, identifier, name, seconds } from "./format.js";

export const SA_COLUMNS = Object.freeze(["Destination", "Direction", "SPI", "Protocol", "Algorithm", "Elapsed time", "Life time", "Bytes processed", "Errored packets", "Delete"]);
export const IKE_COLUMNS = Object.freeze(["Remote Gateway", "Status", "Algorithm", "Elapsed time", "Life time", "NAT-T", "Phase 2 negotiations", "Delete"]);

/**
 * Start of a table: heading and head. Roles are given since a narrow page lays the cells out as cards, which takes them away; with them a table's caption may
 * hold no heading.
 */
export function openTable(id: string, title: string, subtitle: string, columns: readonly string[]): string {
	let html = `<div class=table><h2 id=${id}-title tabindex=-1>${title}</h2><p>${subtitle}</p><table id=${id} role=table class=cards aria-labelledby=${id}-title><thead role=rowgroup><tr role=row>`;
	for (const column of columns)
		html += `<th role=columnheader scope=col>${column}`;
	return `${html}<tbody role=rowgroup>`;
}

export function closeTable(): string {
	return "</table></div>";
}

/** What stands in a table without rows. */
export function emptyRow(columns: number, text: string): string {
	return `<tr role=row class=empty><td role=cell colspan=${columns}>${text}`;
}

/** A cell of a row; on a narrow page `label` stands before it. */
export function cell(label: string, html: string, kind = ""): string {
	return `<td role=cell data-label="${label}"${kind === "" ? "" : ` class=${kind}`}>${html}`;
}

/** A cell with nothing to say: a dash in a table, left out of a card. */
export function noCell(label: string): string {
	return cell(label, "\u2013", "none");
}

/** A cell of a table whose columns the style sheet names. */
export function plainCell(html: string, kind = ""): string {
	return `<td role=cell${kind === "" ? "" : ` class=${kind}`}>${html}`;
}

const NO_CELL = plainCell("\u2013", "none");

const IDLE_CELLS = IKE_COLUMNS.slice(3).map(() => NO_CELL).join("");

/** "AES-CBC-128/HMAC-SHA256-128", to be broken at the slash and nowhere else. */
function algorithm(text: string): string {
	return `<span>${escapeHTML(text).split("/").join("/</span><wbr><span>")}</span>`;
}

/** Seconds or kilobytes, whichever limits there are. */
function lifeTime(sa: SecurityAssociation): string {
	const limit = sa.lifeTime > 0 ? seconds(sa.lifeTime) : "";
	if (sa.lifeKilobytes <= 0)
		return limit === "" ? "no limit" : limit + progress(sa.elapsedTime, sa.lifeTime);
	const kilobytes = `${grouped(sa.lifeKilobytes)} kB`;
	return limit === "" ? kilobytes : `${limit}, <br>${kilobytes}${progress(sa.elapsedTime, sa.lifeTime)}`;
}

function progress(value: number, limit: number): string {
	return `<progress aria-hidden=true value=${Math.min(value, limit)} max=${limit}></progress>`;
}

function button(action: string, what: string): string {
	return plainCell(`<button formaction="${action}" aria-label="Delete ${what}">Delete</button>`, "act");
}

/** Of a renewal: the old one, which goes soon, and the new one. */
function age({ dying, young }: { readonly dying: boolean; readonly young: boolean }): string {
	return dying ? " <small class=old>dying: being replaced</small>" : young ? " <small class=new>young: has taken over</small>" : "";
}

/** The page of one peer's negotiations and connections. */
export function statusPath(peer: string): string {
	return `/status/peers/${escapeHTML(encodeURIComponent(peer))}`;
}

/** A row of "Security associations". */
export function saRow(sa: SecurityAssociation): string {
	const spi = escapeHTML(sa.spi);
	const incoming = sa.direction === "Incoming";
	const small = ` <small>${name(sa.peer)} / ${name(sa.connection)}</small>${age(sa)}`;
	return `<tr role=row id=${incoming ? "in" : "out"}-${spi}${sa.dying ? " class=dying" : ""}>`
		+ plainCell(escapeHTML(sa.destination) + small)
		+ plainCell(sa.direction, incoming ? "in" : "out")
		+ `<th role=rowheader scope=row><a href="/log/vpn?spi=${spi}">${spi}</a>`
		+ plainCell(sa.protocol)
		+ plainCell(algorithm(sa.algorithm), "alg")
		+ plainCell(seconds(sa.elapsedTime), "num")
		+ plainCell(lifeTime(sa), "num")
		+ plainCell(grouped(sa.bytesProcessed), "num")
		+ plainCell(sa.erroredPackets > 0 ? `<b>${grouped(sa.erroredPackets)}</b>` : "0", "num")
		+ button(`/sa/${spi}/delete`, `SA ${spi}`);
}

/** The status word with its colour; a negotiation state leads to its line in the explanation. */
function status(sa: IKESecurityAssociation): string {
	const word = escapeHTML(sa.status);
	if (sa.state === 9)
		return `<span class="state on">${word}</span>`;
	if (sa.state === 0)
		return `<span class="state off">${word}</span>`;
	return `<a class="state wait" href="#state-${sa.state}">${word}</a>`;
}

/** A row of "IKE Security associations". */
export function ikeRow(sa: IKESecurityAssociation): string {
	const id = escapeHTML(sa.id);
	const idle = sa.id === "";
	const small = ` <small>${name(sa.peer)}${idle ? "" : `${sa.peer === "" ? "" : " \u00b7 "}${sa.mode} mode, ${sa.role}`}</small>${age(sa)}${sa.peer === "" ? "" : ` <small><a href="${statusPath(sa.peer)}" aria-label="Messages with ${name(sa.peer)}">Messages</a></small>`}`;
	return `<tr role=row id="${identifier(`ike-${idle ? sa.peer : sa.id}`)}"${sa.dying ? " class=dying" : ""}>`
		+ `<th role=rowheader scope=row>${escapeHTML(sa.remoteGateway)}${small}`
		+ plainCell(status(sa))
		+ (sa.algorithm === "" ? NO_CELL : plainCell(`${algorithm(sa.algorithm)} <small>${sa.authentication}</small>`, "alg"))
		+ (idle ? IDLE_CELLS : plainCell(seconds(sa.elapsedTime), "num")
			+ (sa.lifeTime > 0 ? plainCell(seconds(sa.lifeTime) + (sa.state === 9 ? progress(sa.elapsedTime, sa.lifeTime) : ""), "num") : NO_CELL)
			+ plainCell(sa.natT)
			+ plainCell(grouped(sa.phase2Negotiations), "num")
			+ button(`/ike-sa/${id}/delete`, `IKE SA with ${escapeHTML(sa.remoteGateway)}`));
}
