/** Reads a settings document: every fault at once, each with its path, its value and what was expected; then every default filled in. */
import type { EncryptionName } from "../crypto/types.js";
import { SETTINGS_SIZE } from "../limits.js";
import { printable } from "../log/printable.js";
import { checkConsistency, fillDefaults } from "./consistency.js";
import type { Draft } from "./consistency.js";
import { UNKNOWN, parseJSON } from "./json.js";
import { migrate, olderNames } from "./migration.js";
import { Report, kindOf, oneOf, shown } from "./report.js";
import { documentShape, fieldNames, noteOf } from "./schema.js";
import type { Field, Shape, Value } from "./schema.js";
import { share } from "./sharing.js";
import type { Fault, Settings } from "./types.js";

/** Fields of the largest objects that are shared. */
const SHARED = 4;

export interface Validation {
	/** Complete, with every default; absent when there is a fault. */
	readonly settings?: Settings;
	readonly faults: readonly Fault[];
	/** What works but should be thought about: weak algorithms, short keys. */
	readonly warnings: readonly Fault[];
}

/**
 * Validates a document as text or as the UTF-8 bytes of a file. Never throws on what it reads. `time`: seconds since 1970, for the dates of
 * certificates; 0: not known. `firmware`: for a unit that has its ports to itself, which keeps and uses the fields that are marked so.
 */
export function parse(document: string | ArrayBuffer | Uint8Array, time: number = 0, firmware: boolean = false): Validation {
	const bytes = typeof document === "string" ? new Uint8Array(ArrayBuffer.fromString(document)) : document instanceof Uint8Array ? document : new Uint8Array(document);
	if (bytes.length > SETTINGS_SIZE)
		return { faults: [{ path: "", text: `${bytes.length} bytes: expected at most ${SETTINGS_SIZE}` }], warnings: [] };
	const json = parseJSON(bytes, [...fieldNames(), ...olderNames()]);
	if (json.fault !== undefined)
		return { faults: [{ path: "", text: `line ${json.fault.line}, column ${json.fault.column}: ${json.fault.text}` }], warnings: [] };
	return validate(json.value, time, firmware);
}

/** Validates a document that was parsed. `value` is not changed, and the settings share nothing with it but texts. `offers`: the ciphers of another crypto library, for tests. */
export function validate(value: unknown, time: number = 0, firmware: boolean = false, offers?: (name: EncryptionName) => boolean): Validation {
	const report = new Report(firmware, offers);
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return { faults: [{ path: "", text: `${kindOf(value)}: expected an object` }], warnings: [] };
	const document = migrate(value as Record<string, unknown>);
	if (typeof document === "string")
		return { faults: [{ path: "version", text: document }], warnings: [] };
	const draft = readObject(report, documentShape, document, "") as Draft;
	checkConsistency(report, draft, time);
	if (report.faults.length > 0)
		return { faults: report.faults, warnings: report.warnings };
	return { settings: fillDefaults(draft, firmware), faults: [], warnings: report.warnings };
}

/** One line of `--check`: `FILE: peers[0].remoteGateway: "10.0.0.300" is not an IPv4 address`. */
export function faultLine(file: string, fault: Fault, warning = false): string {
	return `${file}: ${warning ? "warning: " : ""}${fault.path === "" ? "" : `${fault.path}: `}${fault.text}`;
}

/** Few variables, here and in `readList`: they call each other, and a change of settings begins deep in a device's stack. */
function readObject(report: Report, shape: Shape, object: Record<string, unknown>, path: string): Record<string, unknown> {
	const fields = Object.keys(shape);
	reportUnknowns(report, fields, object, path);
	const result: Record<string, unknown> = {};
	for (let i = 0; i < fields.length; i++) {
		const name = fields[i] as string;
		// In a draft a property that is undefined is one that was taken out.
		const value = object[name] !== undefined ? readField(report, shape[name] as Field, object[name], join(path, name)) : absent(report, shape[name] as Field, object, join(path, name));
		// What is present but wrong stays as undefined, so that it is not called missing later.
		if (value !== undefined || object[name] !== undefined)
			result[name] = value;
	}
	// Proposals and the like: all peers may have the same.
	return fields.length <= SHARED ? share(report.parts, result) : result;
}

function reportUnknowns(report: Report, fields: readonly string[], object: Record<string, unknown>, path: string): void {
	const names = Object.keys(object);
	for (let i = 0; i < names.length; i++) {
		const name = names[i] as string;
		const unknown = name === UNKNOWN && Array.isArray(object[UNKNOWN]) ? object[UNKNOWN] as readonly string[] : fields.includes(name) ? [] : [name];
		for (let j = 0; j < unknown.length; j++)
			reportUnknown(report, fields, unknown[j] as string, path);
	}
}

function reportUnknown(report: Report, fields: readonly string[], name: string, path: string): void {
	if (path === "" && name === "secrets")
		return report.fault(name, "is what a backup has whose secrets are encrypted: expected a document with them; the page Administration takes such a file back");
	report.fault(join(path, printable(name.length > 40 ? name.slice(0, 37) + "..." : name)), `unknown field${suggestion(fields, name)}`);
}

function absent(report: Report, field: Field, object: Record<string, unknown>, path: string): unknown {
	if (field.required !== undefined && (field.unless === undefined || object[field.unless[0]] !== field.unless[1]))
		report.fault(path, `is missing: expected ${field.kind === "choice" ? oneOf(field.values ?? []) : field.expected}`);
	return field.fallback;
}

function readField(report: Report, field: Field, value: unknown, path: string): unknown {
	switch (field.kind) {
		case "text":
			if (typeof value !== "string")
				break;
			return readText(report, field, value, path);
		case "integer":
			if (typeof value !== "number")
				break;
			if (Number.isInteger(value) && value >= (field.min as number) && value <= (field.max as number))
				return value;
			report.fault(path, `${value} is out of range: expected ${field.expected}, a whole number from ${field.min} to ${field.max}`);
			return undefined;
		case "flag":
			if (typeof value !== "boolean")
				break;
			return value;
		case "choice":
			return readChoice(report, field, value, path);
		case "object":
			if (typeof value !== "object" || value === null || Array.isArray(value))
				break;
			return readObject(report, field.shape as Shape, value as Record<string, unknown>, path);
		case "list":
			if (!Array.isArray(value))
				break;
			return readList(report, field, value, path);
	}
	const secret = field.secret !== undefined || field.bulky !== undefined || field.kind === "object" || field.kind === "list";
	report.fault(path, `${secret ? kindOf(value) : shown(value)}: expected ${field.kind === "text" && field.expected !== "text" ? `${field.expected} as text` : field.kind === "integer" ? `${field.expected}, a whole number` : field.expected}`);
	return undefined;
}

function readText(report: Report, field: Field, value: string, path: string): string | undefined {
	const wrong = field.check?.(value);
	if (wrong === undefined)
		return value;
	report.fault(path, field.secret !== undefined || field.bulky !== undefined ? wrong : `${shown(value)} ${wrong}`);
	return undefined;
}

/** The table's own value, so that settings hold no copies of what is in the schema. */
function readChoice(report: Report, field: Field, value: unknown, path: string): Value | undefined {
	const known = find(field.values, value) ?? find(field.later, value);
	if (known === undefined)
		report.fault(path, `${shown(value)} ${noteOf(field.refused, value) ?? `is unknown: expected ${oneOf(field.values ?? [])}`}`);
	else if (find(field.values, value) === undefined)
		report.fault(path, `${shown(known)} is not available in this version: expected ${oneOf(field.values ?? [])}`);
	else if (field.cipher !== undefined && !report.offers(known as EncryptionName))
		report.fault(path, `${shown(known)} is not in this unit's crypto library: expected another cipher`);
	else if (noteOf(field.weak, known) !== undefined)
		report.warn(path, `${shown(known)} ${noteOf(field.weak, known)}`);
	return known;
}

function readList(report: Report, field: Field, list: readonly unknown[], path: string): unknown[] {
	const min = field.min ?? 0;
	const max = field.max as number;
	if (list.length < min || list.length > max)
		report.fault(path, `${list.length} in the list: expected ${min > 0 ? `${min} to ${max}` : `at most ${max}`}`);
	const result: unknown[] = [];
	for (let i = 0; i < list.length && i < max; i++)
		result[i] = readElement(report, field.shape as Shape, list[i], `${path}[${i}]`);
	return result;
}

function readElement(report: Report, shape: Shape, value: unknown, path: string): unknown {
	if (typeof value === "object" && value !== null && !Array.isArray(value))
		return readObject(report, shape, value as Record<string, unknown>, path);
	report.fault(path, `${kindOf(value)}: expected an object`);
	return {};
}

function find(values: readonly (string | number)[] | undefined, value: unknown): string | number | undefined {
	for (let i = 0; values !== undefined && i < values.length; i++) {
		if (values[i] === value)
			return values[i];
	}
	return undefined;
}

function join(path: string, name: string): string {
	return path === "" ? name : `${path}.${name}`;
}

/** The field that was probably meant: the same letters in another case, or with other separators. */
function suggestion(fields: readonly string[], name: string): string {
	const plain = simplified(name);
	for (let i = 0; i < fields.length; i++) {
		if (simplified(fields[i] as string) === plain)
			return `, did you mean "${fields[i]}"?`;
	}
	return "";
}

function simplified(name: string): string {
	let text = "";
	const lower = name.toLowerCase();
	for (let i = 0; i < lower.length && i < 40; i++) {
		const c = lower[i] as string;
		if (c !== "-" && c !== "_" && c !== " ")
			text += c;
	}
	return text;
}
