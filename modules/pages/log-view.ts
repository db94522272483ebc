/** What both logs' pages have around their entries: filter, ways to older entries, to follow and to download, and the table. */
import { escapeHTML } from "../httpd/html.js";
import type { Commands } from "../status/types.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { address, kindName, wantedSPI } from "./log-filter.js";
import type { LogFilter } from "./log-filter.js";
import { closePage, openPage } from "./shell.js";
import type { Tab } from "./shell.js";
import { emptyRow } from "./tables.js";

/** Entries on a page, and characters that they may have together: a page stays below 64 KiB. */
const ENTRIES = 100;
const CHARACTERS = 40000;
/** Seconds between two loads of a page that follows, where no script does it. */
const EVERY = 5;

/** One of the two logs, as its page shows it. */
export interface LogView {
	readonly title: string;
	readonly tab: Tab;
	/** What the kind of entry is called, and its names. */
	readonly kindLabel: string;
	readonly kinds: readonly string[];
	readonly columns: readonly string[];
	/** What stands above the filter. */
	readonly lead: string;
	/** The number of the newest entry. */
	readonly newest: number;
	/** Rows of the newest `last` entries that match before the number `before`; each with the number of its entry. */
	readonly rows: (last: number, before: number) => Iterable<LogRow>;
}

export interface LogRow {
	readonly sequence: number;
	readonly html: string;
}

/** The whole page in pieces. */
export function logPage(commands: Commands, filter: LogFilter, view: LogView): Generator<string> {
	return gather(page(commands, filter, view));
}

/** What changes, alone. */
export function logLive(filter: LogFilter, view: LogView): Generator<string> {
	return gather(live(filter, view));
}

function* page(commands: Commands, filter: LogFilter, view: LogView): Generator<string> {
	const gateway = commands.snapshot().gateway;
	const { follow } = filter;
	yield openPage({ title: view.title, gateway: gateway.name, tab: view.tab, live: follow, every: follow ? EVERY : 0 });
	yield view.lead;
	yield* form(commands, filter, view);
	yield "<div class=\"bar tools\">";
	if (follow) {
		yield `<a id=refresh class=button href="${address(filter, "follow")}#newest">Refresh</a>`;
		yield `<a class=button href="${address(filter, "")}">Stop following</a>`;
	}
	else
		yield `<a class=button href="${address(filter, "follow")}#newest">Follow</a><a href="#newest">To the newest</a>`;
	yield `<span>Download <a href="${address(filter, "", ".txt")}">text</a>`;
	yield ` or <a href="${address(filter, "", ".jsonl")}">JSON lines</a></span></div>`;
	yield `<p id=note class=note role=status></p><div id=live${follow ? ` data-from="${address(filter, "live")}" data-follow` : ""}>`;
	yield* live(filter, view);
	yield `</div>${closePage(`keygate ${name(gateway.version)}`)}`;
}

function* form(commands: Commands, { path, peer, kind, spi }: LogFilter, { kindLabel, kinds }: LogView): Generator<string> {
	const wrong = spi !== "" && wantedSPI({ spi } as LogFilter) === -1;
	yield `<form class=filter method=get action=${path}><label>Peer <select name=peer>${option("", "all", peer)}`;
	for (const one of commands.peers())
		yield option(one.name, name(one.name), peer);
	yield `</select></label><label>${kindLabel} <select name=${kindName(path)}>${option("", "all", kind)}`;
	for (const one of kinds)
		yield option(one, one, kind);
	yield `</select></label><label>SPI <input name=spi size=11 maxlength=10 autocomplete=off spellcheck=false placeholder=0x… value="${escapeHTML(spi)}"${wrong ? " aria-invalid=true aria-describedby=spi-fault" : ""}></label>`
		+ "<button class=button>Show</button>";
	if (wrong)
		yield `<p id=spi-fault class=fault>\u201c${escapeHTML(spi)}\u201d is not an SPI: expected up to eight hexadecimal digits, 0x7d403ccc.</p>`;
	yield "</form>";
}

function option(value: string, text: string, chosen: string): string {
	return `<option value="${escapeHTML(value)}"${value === chosen ? " selected" : ""}>${text}`;
}

function* live(filter: LogFilter, view: LogView): Generator<string> {
	// The newest that fit: how many, is counted before the first is written.
	const before = filter.before > 0 ? filter.before : view.newest + 1;
	const sizes: number[] = [];
	let total = 0;
	for (const { html } of view.rows(ENTRIES, before)) {
		sizes.push(html.length);
		total += html.length;
	}
	let count = sizes.length;
	for (let i = 0; total > CHARACTERS && i < sizes.length; i++, count--)
		total -= sizes[i]!;
	const full = sizes.length === ENTRIES || count < sizes.length;
	let first = 0;
	for (const { sequence, html } of view.rows(count, before)) {
		if (first === 0) {
			first = sequence;
			yield* older(filter, full ? first : 0);
			yield open(view);
		}
		yield html;
	}
	if (first === 0) {
		yield* older(filter, 0);
		yield open(view) + emptyRow(view.columns.length, filter.before > 0 ? "Nothing older is in the log." : "Nothing of this kind was logged.");
	}
	yield `</table></div><p id=newest class=end>${filter.before > 0 ? "" : "This is the newest entry. "}<a href="#content">Top</a></p>`;
}

/** The way to entries before `first` (0: there may be none), and back from there. */
function* older(filter: LogFilter, first: number): Generator<string> {
	const back = filter.before > 0;
	if (first === 0 && !back)
		return;
	yield "<p class=end>";
	if (first > 0)
		yield `<a href="${address(filter, `before=${first}`)}#newest">Older entries</a> `;
	if (back)
		yield `<a href="${address(filter, "")}#newest">Newest entries</a>`;
	yield "</p>";
}

function open({ title, columns }: LogView): string {
	let html = `<div class=table><h2 id=log-title class=hidden tabindex=-1>${title}: entries</h2><table id=log role=table aria-labelledby=log-title><thead role=rowgroup><tr role=row>`;
	for (const column of columns)
		html += `<th role=columnheader scope=col>${column}`;
	return `${html}<tbody role=rowgroup>`;
}
