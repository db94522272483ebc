/** From the fields of a form to values as a settings document has them. What is not right stays as it was typed: the schema says what is wrong with it. */
import { hasFieldOf, lastField } from "../httpd/form.js";
import type { Field, Shape } from "../settings/schema.js";

/** An object of the settings, or what somebody typed for one. */
export type Values = Record<string, unknown>;

/**
 * `base` with what `fields` say of it. Their names are paths below the object, `phase1Proposals.0.encryption`, after `prefix`; what a form does not have
 * stays as it is, and a secret that is empty too. Rows of a list that are empty are left out.
 */
export function valuesOf(shape: Shape, fields: readonly string[], prefix: string, base: Values): Values {
	const values: Values = {};
	const names = Object.keys(shape);
	for (let i = 0; i < names.length; i++) {
		const name = names[i]!;
		const value = valueOf(shape[name]!, fields, prefix + name, base[name]);
		if (value !== undefined)
			values[name] = value;
	}
	return values;
}

function valueOf(field: Field, fields: readonly string[], path: string, base: unknown): unknown {
	if (field.kind === "object")
		return hasFieldOf(fields, `${path}.`) ? objectOf(field, fields, path, base as Values | undefined) : base;
	if (field.kind === "list")
		return hasFieldOf(fields, `${path}.`) ? rowsOf(field, fields, path) : base;
	const typed = lastField(fields, path);
	if (typed === undefined)
		return base;
	if (field.secret !== undefined)
		return typed === "" ? base : typed;
	return read(field, typed.trim());
}

/** Undefined when nothing is said in it, or when its type was emptied and the rest was left as it was: the default is meant. */
function objectOf(field: Field, fields: readonly string[], path: string, base: Values = {}): Values | undefined {
	const values = valuesOf(field.shape!, fields, `${path}.`, base);
	if (isEmpty(values))
		return undefined;
	return values.type === undefined && "type" in field.shape! && values.value === base.value ? undefined : values;
}

function rowsOf(field: Field, fields: readonly string[], path: string): Values[] {
	const rows: Values[] = [];
	for (let i = 0; i < field.max!; i++) {
		const row = valuesOf(field.shape!, fields, `${path}.${i}.`, {});
		if (!isEmpty(row))
			rows.push(row);
	}
	return rows;
}

function isEmpty(values: Values): boolean {
	for (const name of Object.keys(values)) {
		if (values[name] !== "" && values[name] !== undefined)
			return false;
	}
	return true;
}

/** What was typed as a value of its kind; undefined for nothing, where that is a value to leave out. */
function read(field: Field, typed: string): unknown {
	switch (field.kind) {
		case "flag":
			return typed === "1" ? true : typed === "0" ? false : typed;
		case "integer":
			return typed === "" ? undefined : isNumber(typed) ? Number(typed) : typed;
		case "choice":
			return typed === "" ? undefined : choice(field.values!, typed);
		default:
			return typed === "" && field.required === undefined ? undefined : typed;
	}
}

function choice(values: readonly (string | number)[], typed: string): string | number {
	let numbers = false;
	for (const value of values) {
		if (String(value) === typed)
			return value;
		numbers ||= typeof value === "number";
	}
	return numbers && isNumber(typed) ? Number(typed) : typed;
}

/** Digits, with a sign or a point: what one would call a number. */
function isNumber(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (!(c >= 0x30 && c <= 0x39 || c === 0x2e || c === 0x2d && i === 0))
			return false;
	}
	return text.length < 16 && !Number.isNaN(Number(text));
}

/** `values` with a row of a list before the one above it: `phase2Proposals.2`. */
export function movedUp(values: Values, row: string): Values {
	const dot = row.indexOf(".");
	const name = row.slice(0, dot);
	const index = Number(row.slice(dot + 1));
	const list = Object.hasOwn(values, name) ? values[name] : undefined;
	if (!Array.isArray(list) || !(index > 0 && index < list.length) || !Number.isInteger(index))
		return values;
	const rows = list.slice() as unknown[];
	rows[index] = list[index - 1];
	rows[index - 1] = list[index];
	return { ...values, [name]: rows };
}
