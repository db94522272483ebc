/** A page with the form of one object of the settings. */
import { escapeHTML } from "../httpd/html.js";
import type { Configuration } from "../settings/configuration.js";
import { fieldName, fieldOf, place, settingOf, spoken } from "./faults.js";
import { fieldHTML, listHTML, rowHTML, rowsOf } from "./field.js";
import type { Form } from "./field.js";
import { name } from "./format.js";
import { gather } from "./gather.js";
import { storageNote } from "./saved.js";
import { closePage, openPage } from "./shell.js";

/** Characters of a message that are shown in the summary. */
const TEXT_SIZE = 300;
/** Faults in the summary. */
const FAULTS = 20;

export interface FormPage {
	readonly title: string;
	readonly gateway: string;
	readonly version: string;
	/** Where this page is, as links. HTML. */
	readonly crumbs: string;
	/** Where the form goes, percent-encoded; where Cancel leads. */
	readonly action: string;
	readonly back: string;
	/** Fields in their order, `#Heading` before the first of each part. */
	readonly layout: readonly string[];
	readonly form: Form;
	readonly configuration: Configuration;
	readonly token: string;
	/** More hidden fields. HTML. */
	readonly hidden: string;
	/** Why nothing was saved, "" when nothing was to be. */
	readonly refusal: string;
	/** What the button says. */
	readonly save: string;
	/** What stands before the form and after it. HTML. */
	readonly before: readonly string[];
	readonly after: readonly string[];
}

export function formPage(page: FormPage): Generator<string> {
	return gather(pieces(page));
}

function* pieces(page: FormPage): Generator<string> {
	const { form, layout, configuration } = page;
	yield openPage({ title: page.title, gateway: page.gateway, tab: "peers" });
	yield `<p class=crumbs>${page.crumbs}${storageNote(configuration.storageFault)}`;
	for (const piece of page.before)
		yield piece;
	if (page.refusal !== "") {
		yield `<div class=faults id=faults role=alert tabindex=-1 autofocus><h2>Not saved</h2><p>${escapeHTML(page.refusal.slice(0, TEXT_SIZE))}`;
		if (form.faults.length > 0) {
			yield "<ul>";
			for (let i = 0; i < form.faults.length && i < FAULTS; i++)
				yield faultItem(page, i);
			yield "</ul>";
		}
		yield "</div>";
	}
	// The first button is the one that the Enter key presses: not one that moves a row, and one that is seen, since programs take the first one too.
	yield `<form id=settings class=settings method=post action="${escapeHTML(page.action)}" novalidate>${layout.some((item) => form.shape[item]?.kind === "list") ? `<button class="main top">${page.save}</button>` : ""}`
		+ `<input type=hidden name=token value=${page.token}><input type=hidden name=revision value=${configuration.revision}>${page.hidden}`;
	let parts = 0;
	for (const item of layout) {
		if (item[0] === "#") {
			parts++;
			yield `${parts > 1 ? "</section>" : ""}<section class=card aria-labelledby=part-${parts}><h2 id=part-${parts}>${item.slice(1)}</h2>`;
		}
		else if (form.shape[item]!.kind === "list") {
			yield listHTML(form, item);
			const rows = Math.min(form.shape[item]!.max!, rowsOf(form, item).length + 1);
			for (let i = 0; i < rows; i++)
				yield rowHTML(form, item, i);
			yield "</div>";
		}
		else
			yield fieldHTML(form, item);
	}
	yield `</section><p class=save><button class=main>${page.save}</button> <a class=button href="${escapeHTML(page.back)}">Cancel</a></form>`;
	for (const piece of page.after)
		yield piece;
	yield closePage(`keygate ${name(page.version)}`);
}

/** A fault in the summary, as a link to its field, on this page or another. */
function faultItem({ form, configuration }: FormPage, index: number): string {
	const { path, text } = form.faults[index]!;
	const { peers } = configuration.settings;
	const said = escapeHTML(spoken(text, peers).slice(0, TEXT_SIZE));
	const field = fieldOf(path, form.place);
	if (field !== undefined)
		return `<li><a href="#${escapeHTML(field)}">${fieldName(form.texts, field)}</a>: ${said}`;
	if (path === "" || path === form.place)
		return `<li>${said}`;
	return `<li><a href="${escapeHTML(settingOf(path, peers))}">${place(path, peers)}</a>: ${said}`;
}
