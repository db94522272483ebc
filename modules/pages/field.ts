/** The fields of a form, made from the schema: each with its label, what it means, what is wrong with what was typed, and what is weak in it. */
import { escapeHTML } from "../httpd/html.js";
import { isPossible, noteOf } from "../settings/schema.js";
import type { Field, Shape } from "../settings/schema.js";
import type { Fault } from "../settings/types.js";
import { faultOf } from "./faults.js";
import { nothingText, optionText, textsOf } from "./field-texts.js";
import type { FieldText } from "./field-texts.js";
import type { Values } from "./values.js";

/** A form for one object of the settings. */
export interface Form {
	readonly shape: Shape;
	readonly texts: readonly FieldText[];
	/** What the fields hold: from the settings, or as it was typed. */
	readonly values: Values;
	/** Where the object is in the settings: `peers[0]`. */
	readonly place: string;
	readonly faults: readonly Fault[];
	/** Names to choose from where a field is the name of an own certificate. */
	readonly certificates: readonly string[];
	/** A secret is stored: one that is left empty stays. */
	readonly stored: boolean;
	/** What is typed for a secret can be read while it is typed: nothing is stored yet. */
	readonly secretShown?: boolean;
	/** A field's name, and what stands beside its control. HTML. */
	readonly extra?: readonly [string, string];
}

/** The list of the field at `path`, as rows of values. */
export function rowsOf(form: Form, name: string): readonly Values[] {
	return (form.values[name] ?? []) as readonly Values[];
}

/** A field of the form, or of an object in it: `deadPeerDetection.interval`. */
export function fieldHTML(form: Form, name: string): string {
	const field = form.shape[name]!;
	const [, label, what, there] = textsOf(form.texts, name)!;
	const value = form.values[name] ?? field.fallback;
	const fault = faultOf(form.faults, form.place, name);
	const note = remarks(name, fault, weakness(field, value));
	const help = `<p class=what id="${name}-what">${what}${there === "" ? "" : ` <span class=there>There: ${there}.</span>`}`;
	if (field.shape !== undefined)
		return `<div class=field role=group id=${name} tabindex=-1 aria-labelledby=${name}-label><span class=label id=${name}-label>${label}</span><div class=parts>${parts(form, name, field.shape)}</div>${note}${help}</div>`;
	const attributes = `id=${name} name=${name} aria-describedby="${described(name, note, true)}"${fault === "" ? "" : " aria-invalid=true"}`;
	return `<div class=field><label class=label for=${name}>${label}</label> ${control(form, field, name, value, attributes)}${form.extra?.[0] === name ? ` ${form.extra[1]}` : ""}${note}${help}</div>`;
}

/** The fields of an object side by side. */
function parts(form: Form, name: string, shape: Shape): string {
	const values = (form.values[name] ?? {}) as Values;
	let html = "";
	for (const inner of Object.keys(shape)) {
		const path = `${name}.${inner}`;
		const field = shape[inner]!;
		const text = textsOf(form.texts, path)!;
		const fault = faultOf(form.faults, form.place, path);
		const note = remarks(path, fault, "");
		const hint = text[2] === "" ? "" : ` <small id=${path}-what>${text[2]}</small>`;
		const attributes = `id=${path} name=${path}${hint === "" && note === "" ? "" : ` aria-describedby="${described(path, note, hint !== "")}"`}${fault === "" ? "" : " aria-invalid=true"}`;
		html += `<div class=part><label for=${path}>${text[1]}</label> ${control(form, field, path, values[inner] ?? field.fallback, attributes)}${hint}${note}</div>`;
	}
	return html;
}

/** A row of a list of proposals: `phase1Proposals`, the `index`th. */
export function rowHTML(form: Form, name: string, index: number): string {
	const shape = form.shape[name]!.shape!;
	const row = rowsOf(form, name)[index];
	const values: Values = row ?? {};
	const at = `${name}.${index}`;
	let html = `<div class=row id=${at} role=group aria-label="${textsOf(form.texts, name)![1]}, ${index + 1}">`;
	let notes = remarks(at, faultOf(form.faults, form.place, at), "");
	for (const inner of Object.keys(shape)) {
		const field = shape[inner]!;
		const path = `${at}.${inner}`;
		const value = values[inner] ?? (row === undefined ? undefined : field.fallback);
		const fault = faultOf(form.faults, form.place, path);
		const note = remarks(path, fault, weakness(field, value));
		const attributes = `id=${path} name=${path}${note === "" ? "" : ` aria-describedby="${described(path, note, false)}"`}${fault === "" ? "" : " aria-invalid=true"}`;
		html += `<div class=part><label for=${path}>${textsOf(form.texts, `${name}.${inner}`)![1]}</label> ${select(form, field, `${name}.${inner}`, value, attributes, true)}</div>`;
		notes += note;
	}
	if (row !== undefined && index > 0)
		html += `<button class=up name=up value=${at} aria-label="Move proposal ${index + 1} up">Up</button>`;
	return `${html}${notes}</div>`;
}

/** What a list is, above its rows. */
export function listHTML(form: Form, name: string): string {
	const [, label, what, there] = textsOf(form.texts, name)!;
	return `<div class=list role=group id=${name} tabindex=-1 aria-labelledby=${name}-label><span class=label id=${name}-label>${label}</span>${remarks(name, faultOf(form.faults, form.place, name), "")}<p class=what>${what} <span class=there>There: ${there}.</span>`;
}

/** Ids of what belongs to a field's control, for those who cannot see that it stands there. */
function described(path: string, note: string, what: boolean): string {
	return ((note.includes(`id=${path}-fault`) ? `${path}-fault ` : "") + (note.includes(`id=${path}-weak`) ? `${path}-weak ` : "") + (what ? `${path}-what` : "")).trim();
}

function remarks(path: string, fault: string, weak: string): string {
	return (fault === "" ? "" : `<p class=fault id=${path}-fault>${escapeHTML(fault.slice(0, 400))}`) + (weak === "" ? "" : `<p class=weak id=${path}-weak>${escapeHTML(weak)}`);
}

/** What is weak in `value`, as a sentence. */
function weakness(field: Field, value: unknown): string {
	const note = noteOf(field.weak, value);
	return note === undefined ? "" : `${String(value)} ${note}.`;
}

function control(form: Form, field: Field, path: string, value: unknown, attributes: string): string {
	if (field.kind === "flag")
		return `<span class=check><input type=hidden name=${path} value=0><input type=checkbox ${attributes} value=1${value === true ? " checked" : ""}></span>`;
	if (field.kind === "choice" || path === "ownCertificate")
		return select(form, field, path, value, attributes, field.fallback === undefined && path !== "actAs");
	const shown = value === undefined ? "" : escapeHTML(`${value as string | number}`);
	if (field.secret !== undefined) {
		const stored = form.stored && shown === "";
		return `<input type=${form.secretShown === true ? "text" : "password"} ${attributes} value="${shown}" autocomplete=${form.secretShown === true ? "off" : "new-password"} spellcheck=false${stored ? " placeholder=\"stored; leave empty to keep\"" : ""}>`;
	}
	return `<input ${attributes} value="${shown}" autocomplete=off spellcheck=false autocapitalize=none${field.kind === "integer" ? " inputmode=numeric class=short" : ""}>`;
}

/** `open`: it may be left without a value. A value that is none of those to choose from is kept, for whoever typed it to see. */
function select(form: Form, field: Field, path: string, value: unknown, attributes: string, open: boolean): string {
	const values = path === "ownCertificate" ? form.certificates : field.values!;
	let html = `<select ${attributes}>`;
	if (open)
		html += `<option value="">${nothingText(path)}`;
	let found = value === undefined || value === "";
	for (const one of values) {
		if (!isPossible(field, one))
			continue;
		const chosen = one === value;
		found ||= chosen;
		const text = optionText(path, one) + (noteOf(field.weak, one) === undefined ? "" : " (weak)");
		html += `<option${text === one ? "" : ` value="${escapeHTML(String(one))}"`}${chosen ? " selected" : ""}>${escapeHTML(text)}`;
	}
	if (!found)
		html += `<option selected>${escapeHTML(`${value as string | number}`)}`;
	return `${html}</select>`;
}
