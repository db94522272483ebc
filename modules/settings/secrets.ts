/** Where a settings document has secrets: the administrator's password, the keys of own certificates, the keys shared with peers. */
import { HIDDEN } from "./forms.js";
import { documentShape, type Shape } from "./schema.js";

const HIDDEN_TEXT = JSON.stringify(HIDDEN);
/** Names of the fields that are secret, wherever they stand. */
const FIELDS: readonly string[] = Object.freeze(secretNames(documentShape));

/** Whether a field of this name is a secret. */
function isField(name: string): boolean {
	return FIELDS.includes(name);
}

function secretNames(shape: Shape): string[] {
	const names: string[] = [];
	for (const name of Object.keys(shape)) {
		const field = shape[name]!;
		if (field.secret !== undefined)
			names.push(name);
		if (field.shape !== undefined)
			names.push(...secretNames(field.shape));
	}
	return names;
}

const LISTS = Object.freeze(["own", "trusted", "revocationLists", "peers", "connections"]);
const LINE_FEED = 0x0a;

/** Where one is in a document whose lines are entered one after the other, a property on each, as `documentLines` writes them or any tool that indents. */
export class Place {
	/** What the element that was entered last is called, "" outside of lists. */
	name = "";
	/** Where the line that was entered last begins, behind its indentation. */
	start = 0;
	/** It has no comma behind it. */
	isLast = false;
	#list = "";
	#index = -1;
	/** Of the list's elements. */
	#indent = 0;

	/** Enters a line; the name of the field whose secret is hidden in it, "" when it is another one. */
	enter(bytes: Uint8Array, from: number, to: number): string {
		let start = from;
		let end = bytes[to - 1] === LINE_FEED ? to - 1 : to;
		while (start < end && (bytes[start] === 0x20 || bytes[start] === 0x09))
			start++;
		this.start = start;
		while (end > start && (bytes[end - 1] === 0x0d || bytes[end - 1] === 0x20))
			end--;
		this.isLast = bytes[end - 1] !== 0x2c;
		// A line of its own is an element's beginning; one with a text in PEM is long, and none of those that count.
		if (end - start === 1 && bytes[start] === 0x7b) {
			if (this.#index < 0)
				this.#indent = start - from;
			// What is deeper is an element of a list in it.
			if (start - from === this.#indent) {
				this.#index++;
				this.name = "";
			}
		}
		else if (end - start > 2 && end - start < 512 && bytes[start] === 0x22)
			return this.property(String.fromArrayBuffer(bytes.slice(start, end).buffer));
		return "";
	}

	/** `peers[0].preSharedKey` */
	path(field: string): string {
		return this.#list === "" ? `gateway.admin.${field}` : `${this.#list === "peers" ? "peers" : `certificates.${this.#list}`}[${this.#index}].${field}`;
	}

	private property(line: string): string {
		const end = line.indexOf("\": ");
		const field = line.slice(1, Math.max(end, 1));
		if (line.endsWith("\": [") && LISTS.includes(field)) {
			// Connections are below a peer: it is still the one that counts, and its secret stands before them.
			if (field !== "connections") {
				this.#list = field;
				this.#index = -1;
				this.name = "";
			}
		}
		else if (field === "name" && this.#list !== "")
			this.name = textOf(line.slice(end + 3));
		else if (isField(field) && (line.endsWith(HIDDEN_TEXT) || line.endsWith(`${HIDDEN_TEXT},`)) && line.length <= end + 4 + HIDDEN_TEXT.length)
			return field;
		return "";
	}
}

/** The JSON text that `text` begins with, "" when it is none. */
function textOf(text: string): string {
	try {
		return JSON.parse(text.endsWith(",") ? text.slice(0, -1) : text) as string;
	}
	catch {
		return "";
	}
}
