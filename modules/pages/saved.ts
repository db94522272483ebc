/** After a change of settings: on to a page that may be loaded again, which then says what the change did. */
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import type { Response } from "../httpd/response.js";
import type { ChangeResult, Configuration } from "../settings/configuration.js";
import type { Fault, PeerSettings } from "../settings/types.js";
import { place, settingOf, spoken } from "./faults.js";

/** Warnings kept of a change. */
const WARNINGS = 8;
/** Characters of a message that are shown. */
const TEXT_SIZE = 240;

/** What the last change came to, for the pages that come after it. */
export class LastChange {
	/** Of the settings that it made; -1: there was none since the start. */
	revision = -1;
	text = "";
	warnings: readonly Fault[] = [];

	/** Keeps what concerns the part of the settings at `path`: warnings about the rest are not new. */
	keep(configuration: Configuration, result: ChangeResult & { ok: true }, path: string): void {
		this.revision = configuration.revision;
		this.text = result.text + (result.storageFault === "" ? "" : ` It could not be stored, and is lost when this unit is started anew: ${result.storageFault}.`);
		this.warnings = result.warnings.filter((warning) => path !== "" && (warning.path === path || warning.path.startsWith(`${path}.`))).slice(0, WARNINGS);
	}
}

/** To `location` (a path of this unit, percent-encoded), which shows what was kept of the change. */
export function afterChange(location: string, last: LastChange): Response {
	const hash = location.indexOf("#");
	const path = hash < 0 ? location : location.slice(0, hash);
	return { status: 303, headers: [`Location: ${path}?saved=${last.revision}${hash < 0 ? "" : location.slice(hash)}`] };
}

/** What a page says of the change that led to it, in pieces; nothing when it was loaded for another reason. */
export function savedNote(query: string, last: LastChange, peers: readonly PeerSettings[]): string[] {
	const saved = queryValue(query, "saved");
	if (saved === undefined)
		return [];
	if (saved !== String(last.revision))
		return ["<div class=done role=status><p>The change was saved.</div>"];
	const pieces = [`<div class=done role=status><p>${escapeHTML(last.text.slice(0, 2 * TEXT_SIZE))}`];
	if (last.warnings.length > 0) {
		pieces.push(`<p>It works, and yet:<ul>`);
		for (const { path, text } of last.warnings)
			pieces.push(`<li><a href="${escapeHTML(settingOf(path, peers))}">${place(path, peers)}</a>: ${escapeHTML(spoken(text, peers).slice(0, TEXT_SIZE))}`);
		pieces.push("</ul>");
	}
	pieces.push("</div>");
	return pieces;
}

/** That settings cannot be stored, on every page that would store some. */
export function storageNote(fault: string): string {
	return fault === "" ? "" : `<p class=weak>Changes are used at once, but cannot be stored: ${escapeHTML(fault.slice(0, TEXT_SIZE))}.`;
}
