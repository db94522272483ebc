/** Fields of forms that are not made from the schema: label, control, what it means, what is wrong with what was typed. */
import { escapeHTML } from "../httpd/html.js";

export interface Entry {
	readonly id: string;
	/** Name of the field, when it is not the id. */
	readonly field?: string;
	readonly label: string;
	/** HTML. */
	readonly what: string;
	readonly value?: string;
	/** "": none. */
	readonly fault?: string;
	readonly type?: "text" | "password" | "number" | "file";
	/** Attributes of the control. */
	readonly more?: string;
	/** Values to choose from, with their texts. */
	readonly choices?: readonly (readonly [string, string])[];
}

export function entryHTML({ id, field = id, label, what, value = "", fault = "", type = "text", more = "", choices }: Entry): string {
	const attributes = `id=${id} name=${field} aria-describedby="${fault === "" ? "" : `${id}-fault `}${id}-what"${fault === "" ? "" : " aria-invalid=true"}${more === "" ? "" : ` ${more}`}`;
	return `<div class=field><label class=label for=${id}>${label}</label>${choices === undefined ? input(attributes, type, value) : select(attributes, choices, value)}`
		+ `${fault === "" ? "" : `<p class=fault id=${id}-fault>${escapeHTML(fault.slice(0, 400))}`}<p class=what id=${id}-what>${what}</div>`;
}

function input(attributes: string, type: string, value: string): string {
	switch (type) {
		case "password":
			return `<input type=password ${attributes} spellcheck=false>`;
		case "file":
			return `<input type=file ${attributes}>`;
		case "number":
			return `<input ${attributes} value="${escapeHTML(value)}" inputmode=numeric class=short autocomplete=off>`;
		default:
			return `<input ${attributes} value="${escapeHTML(value)}" autocomplete=off spellcheck=false autocapitalize=none>`;
	}
}

function select(attributes: string, choices: readonly (readonly [string, string])[], value: string): string {
	let html = `<select ${attributes}>`;
	for (const [one, text] of choices)
		html += `<option value="${escapeHTML(one)}"${one === value ? " selected" : ""}>${escapeHTML(text)}`;
	return `${html}</select>`;
}

/** A choice that is ticked or not. */
export function tickHTML(id: string, label: string, what: string, ticked: boolean): string {
	return `<div class=field><label class=label for=${id}>${label}</label><span class=check><input type=checkbox id=${id} name=${id} value=1 aria-describedby=${id}-what${ticked ? " checked" : ""}></span><p class=what id=${id}-what>${what}</div>`;
}

/** One of several ways, as radio buttons of one name. */
export function radioHTML(name: string, value: string, label: string, what: string, chosen: boolean): string {
	const id = `${name}-${value}`;
	return `<p class=way><label><input type=radio name=${name} id=${id} value=${value} aria-describedby=${id}-what${chosen ? " checked" : ""}> <b>${label}</b></label><span class=what id=${id}-what>${what}</span>`;
}

/** The beginning of a part of a page that is a form of its own; what was refused of it stands above its fields. With `revision` it changes what it shows of the settings. */
export function openPart({ id, title, what, action, token, revision, refusal = "", more = "", files = false }: {
	readonly id: string; readonly title: string; readonly what: string; readonly action: string; readonly token: string; readonly revision?: number; readonly refusal?: string; readonly more?: string; readonly files?: boolean;
}): string {
	return `<form class="card settings" id=${id} method=post action="${escapeHTML(action)}"${files ? " enctype=multipart/form-data" : ""} novalidate aria-labelledby=${id}-title><input type=hidden name=token value=${token}>${revision === undefined ? "" : `<input type=hidden name=revision value=${revision}>`}<h2 id=${id}-title>${title}</h2>`
		+ (what === "" ? "" : `<p class=what>${what}`)
		+ (refusal === "" ? "" : `<div class=faults role=alert tabindex=-1 autofocus><p>${refusal}</div>`) + more;
}

export function closePart(text: string, kind = "main"): string {
	return `<p class=save><button class="${kind}">${text}</button></form>`;
}
