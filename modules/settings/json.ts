/**
 * JSON text (RFC 8259) to values, for documents that people write: says at which line and column it stopped, refuses a name
 * given twice, and bounds the depth before it costs stack. The engine's own JSON.parse does none of these.
 */
import { quoted } from "../log/printable.js";
import { plainEnd } from "./bytes.js";
import { share } from "./sharing.js";

/** Containers inside one another that a document may have; the settings need six. */
export const JSON_DEPTH = 12;
/** Bytes of the longest number accepted. */
const NUMBER_SIZE = 24;
/** Values in a document and in a list of it, and names that are not known: what is no settings document at all must not fill a device's heap. The largest settings have some 1,500 values. */
const JSON_VALUES = 2000;
const LIST = 500;
const UNKNOWNS = 100;

export interface JSONFault {
	/** From 1. */
	readonly line: number;
	/** From 1, in characters. */
	readonly column: number;
	readonly text: string;
}

export type JSONResult = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: JSONFault };

/** Properties of the largest objects of which equal ones become one, where the names are known. */
const SHARED = 4;

type Container = unknown[] | Record<string, unknown>;

// What the parser waits for.
const VALUE = 0;
const VALUE_OR_END = 1;
const NAME = 2;
const NAME_OR_END = 3;
const COLON = 4;
const AFTER = 5;

/** Property of an object that lists its names which are not among the known ones; no field is called so. */
export const UNKNOWN = "?";

/**
 * The value of the UTF-8 bytes of a JSON text. A byte order mark before it is passed over. With `known`, objects get properties of
 * those names only: values of others are dropped, their names listed in the property UNKNOWN; and small objects that say the same are one. For documents from
 * outside: the engine
 * never frees a property's name, so that whoever may choose names without end could fill its memory.
 */
export function parseJSON(bytes: Uint8Array, known?: readonly string[]): JSONResult {
	const reader = new Reader(bytes, known);
	const value = reader.document();
	return reader.fault === undefined ? { value } : { fault: reader.fault };
}

class Reader {
	fault: JSONFault | undefined;
	readonly #bytes: Uint8Array;
	/** Asked once: in the engine a buffer's length is a call. */
	readonly #length: number;
	readonly #known: Set<string> | undefined;
	readonly #objects: object[] = [];
	#at = 0;
	#values = 0;
	#unknowns = 0;

	constructor(bytes: Uint8Array, known: readonly string[] | undefined) {
		this.#bytes = bytes;
		this.#length = bytes.length;
		this.#known = known === undefined ? undefined : new Set(known);
		if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
			this.#at = 3;
	}

	document(): unknown {
		const stack: Container[] = [];
		const names: string[] = [];
		let state = VALUE;
		let root: unknown;
		for (;;) {
			const c = this.next();
			if (state === AFTER) {
				const top = stack[stack.length - 1];
				if (top === undefined) {
					if (c >= 0)
						this.fail("nothing more is expected after the document");
					return root;
				}
				const end = Array.isArray(top) ? 0x5d : 0x7d;
				if (c === 0x2c)
					state = end === 0x5d ? VALUE : NAME;
				else if (c === end) {
					stack.pop();
					names.pop();
					if (this.#known !== undefined && !Array.isArray(top))
						this.share(top, stack[stack.length - 1], names[stack.length - 1]);
				}
				else
					return this.fail(`expected "," or "${end === 0x5d ? "]" : "}"}"${hint(c, false)}`);
				this.#at++;
				continue;
			}
			if (state === COLON) {
				if (c !== 0x3a)
					return this.fail("expected \":\"");
				this.#at++;
				state = VALUE;
				continue;
			}
			if (state === VALUE_OR_END && c === 0x5d || state === NAME_OR_END && c === 0x7d) {
				this.#at++;
				stack.pop();
				names.pop();
				state = AFTER;
				continue;
			}
			if (state === NAME || state === NAME_OR_END) {
				if (c !== 0x22)
					return this.fail(`expected a name in double quotes${hint(c, state === NAME)}`);
				const start = this.#at;
				const name = this.string();
				if (name === undefined)
					return undefined;
				const object = stack[stack.length - 1] as Record<string, unknown>;
				const known = this.#known?.has(name) ?? true;
				if (known ? Object.hasOwn(object, name) : (object[UNKNOWN] as string[] | undefined)?.includes(name)) {
					this.#at = start;
					return this.fail(`${quoted(name)} is given twice`);
				}
				if (!known && this.#unknowns++ < UNKNOWNS)
					((object[UNKNOWN] ??= []) as string[]).push(name);
				names[stack.length - 1] = known ? name : "";
				state = COLON;
				continue;
			}
			const parent = stack[stack.length - 1];
			if (++this.#values > JSON_VALUES || Array.isArray(parent) && parent.length >= LIST)
				return this.fail("more values than any settings have");
			let value: unknown;
			let container: Container | undefined;
			if (c === 0x7b || c === 0x5b) {
				if (stack.length >= JSON_DEPTH)
					return this.fail(`more than ${JSON_DEPTH} levels deep`);
				container = c === 0x7b ? {} : [];
				value = container;
				this.#at++;
			}
			else {
				value = this.scalar(c);
				if (this.fault !== undefined)
					return undefined;
			}
			if (parent === undefined)
				root = value;
			else if (Array.isArray(parent))
				parent.push(value);
			else if (this.#known === undefined || names[stack.length - 1] !== "")
				add(parent, names[stack.length - 1] as string, value);
			if (container === undefined)
				state = AFTER;
			else {
				stack.push(container);
				names.push("");
				state = Array.isArray(container) ? VALUE_OR_END : NAME_OR_END;
			}
		}
	}

	/** Puts an equal object that came before in the place of one that is at its end, the last of its parent. Small ones only: they are those that come often. */
	private share(object: Record<string, unknown>, parent: Container | undefined, name: string | undefined): void {
		if (parent === undefined || Object.keys(object).length > SHARED)
			return;
		const shared = share(this.#objects, object);
		if (Array.isArray(parent))
			parent[parent.length - 1] = shared;
		else if (name !== undefined && name !== "")
			parent[name] = shared;
	}

	/** The byte after white space, -1 at the end. */
	private next(): number {
		const bytes = this.#bytes;
		const length = this.#length;
		let at = this.#at;
		let c = -1;
		while (at < length) {
			c = bytes[at] as number;
			if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09)
				break;
			at++;
			c = -1;
		}
		this.#at = at;
		return c;
	}

	private scalar(c: number): unknown {
		if (c === 0x22)
			return this.string();
		if (c === 0x2d || c >= 0x30 && c <= 0x39)
			return this.number();
		if (c === 0x74 && this.word("true"))
			return true;
		if (c === 0x66 && this.word("false"))
			return false;
		if (c === 0x6e && this.word("null"))
			return null;
		if (c === 0x27)
			return this.fail("expected a value (text is in double quotes)");
		return this.fail(c < 0 ? "the document ends here, expected a value" : `expected a value${hint(c, true)}`);
	}

	private word(word: string): boolean {
		for (let i = 0; i < word.length; i++) {
			if (this.#bytes[this.#at + i] !== word.charCodeAt(i))
				return false;
		}
		this.#at += word.length;
		return true;
	}

	private number(): number | undefined {
		const bytes = this.#bytes;
		const start = this.#at;
		let at = start;
		let text = "";
		for (; at < this.#length && at - start <= NUMBER_SIZE; at++) {
			const c = bytes[at] as number;
			if (!(c >= 0x30 && c <= 0x39 || c === 0x2b || c === 0x2d || c === 0x2e || c === 0x45 || c === 0x65))
				break;
			text += String.fromCharCode(c);
		}
		if (at - start > NUMBER_SIZE)
			return this.fail("the number is too long");
		if (!isNumber(text))
			return this.fail("not a number as JSON writes them");
		this.#at = at;
		return Number(text);
	}

	/** The text of the string whose opening quote is next. */
	private string(): string | undefined {
		const bytes = this.#bytes;
		let at = this.#at + 1;
		let start = at;
		let text = "";
		for (;;) {
			at = plainEnd(bytes, at);
			const c = at < this.#length ? bytes[at]! : -1;
			this.#at = at;
			if (c < 0x20)
				return this.fail(c < 0 ? "the document ends inside a text" : "a control character inside a text: write it as an escape (\\n, \\u0007)");
			if (at > start) {
				try {
					text += String.fromArrayBuffer(bytes.slice(start, at).buffer);
				}
				catch {
					this.#at = start;
					return this.fail("the text is not UTF-8");
				}
			}
			if (c === 0x22) {
				this.#at = at + 1;
				return text;
			}
			const escaped = this.escape();
			if (escaped === undefined)
				return undefined;
			text += escaped;
			at = start = this.#at;
		}
	}

	/** The character of the escape sequence at the backslash that is next. */
	private escape(): string | undefined {
		const c = this.#bytes[this.#at + 1];
		if (c !== 0x75) {
			const i = c === undefined ? -1 : "\"\\/bfnrt".indexOf(String.fromCharCode(c));
			if (i < 0)
				return this.fail("unknown escape in a text");
			this.#at += 2;
			return "\"\\/\b\f\n\r\t"[i];
		}
		const high = this.unit(this.#at);
		if (high < 0)
			return this.fail("expected four hexadecimal digits after \\u");
		if (high < 0xd800 || high > 0xdfff) {
			this.#at += 6;
			return String.fromCharCode(high);
		}
		const low = high < 0xdc00 ? this.unit(this.#at + 6) : -1;
		if (low < 0xdc00 || low > 0xdfff)
			return this.fail("half of a surrogate pair in a text");
		this.#at += 12;
		return String.fromCodePoint(0x10000 + (high - 0xd800) * 0x400 + low - 0xdc00);
	}

	/** The number in `\uNNNN` at `at`, or -1. */
	private unit(at: number): number {
		const bytes = this.#bytes;
		if (bytes[at] !== 0x5c || bytes[at + 1] !== 0x75)
			return -1;
		let value = 0;
		for (let i = at + 2; i < at + 6; i++) {
			const c = bytes[i] ?? 0;
			const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1;
			if (digit < 0)
				return -1;
			value = value * 16 + digit;
		}
		return value;
	}

	private fail(text: string): undefined {
		let line = 1;
		let column = 1;
		for (let i = 0; i < this.#at && i < this.#length; i++) {
			const c = this.#bytes[i] as number;
			if (c === 0x0a) {
				line++;
				column = 1;
			}
			else if ((c & 0xc0) !== 0x80)
				column++;
		}
		this.fault = { line, column, text };
		return undefined;
	}
}

/** What whoever writes by hand may have meant by the byte `c`, which is not what was expected, behind a comma or not. */
function hint(c: number, isBehindComma: boolean): string {
	switch (c) {
		case 0x23:
		case 0x2f: return " (JSON has no comments)";
		case 0x5d:
		case 0x7d: return isBehindComma ? " (JSON has no comma before a closing bracket)" : "";
		default: return "";
	}
}

/** Adds a property also when its name is one that assignment would treat otherwise (`__proto__`). */
function add(object: Record<string, unknown>, name: string, value: unknown): void {
	if (name === "__proto__")
		Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
	else
		object[name] = value;
}

/** `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
function isNumber(text: string): boolean {
	let at = text[0] === "-" ? 1 : 0;
	let digits = digitsAt(text, at);
	if (digits === 0 || digits > 1 && text[at] === "0")
		return false;
	at += digits;
	if (text[at] === ".") {
		digits = digitsAt(text, at + 1);
		if (digits === 0)
			return false;
		at += 1 + digits;
	}
	if (text[at] === "e" || text[at] === "E") {
		at++;
		if (text[at] === "+" || text[at] === "-")
			at++;
		digits = digitsAt(text, at);
		if (digits === 0)
			return false;
		at += digits;
	}
	return at === text.length;
}

function digitsAt(text: string, at: number): number {
	let count = 0;
	while (at + count < text.length && text.charCodeAt(at + count) >= 0x30 && text.charCodeAt(at + count) <= 0x39)
		count++;
	return count;
}
