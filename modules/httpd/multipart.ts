/**
 * Forms with files, multipart/form-data (RFC 7578), taken apart where they lie. What two readers could read in two ways is refused: text before the first
 * boundary or behind the last, a field that comes twice, a part in another coding, lines that end in LF alone. Each byte is looked at a bounded number of
 * times: the only thing that is searched for is a CR, or the end of a name.
 */

/** Parts of a form, and bytes of one part's header. */
const PARTS = 16;
const PART_HEADER_SIZE = 1024;
/** Bytes of a field that is read as text. */
const TEXT_SIZE = 2048;
/** RFC 2046 5.1.1 */
const BOUNDARY_SIZE = 70;
const BOUNDARY_MARKS = "'()+_,-./:=? ";

const CR = 13;
const LF = 10;
const DASH = 0x2d;

interface Part {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

export class Multipart {
	readonly #bytes: Uint8Array;
	readonly #parts: readonly Part[];
	/** The memory is somebody else's now: nothing of it may be read or written any more. */
	closed = false;

	constructor(bytes: Uint8Array, parts: readonly Part[]) {
		this.#bytes = bytes;
		this.#parts = parts;
	}

	/** The field as text; undefined: there is none, or it is not UTF-8, or too long. Line ends are those of the text. */
	text(name: string): string | undefined {
		const bytes = this.bytes(name);
		return bytes === undefined || bytes.length > TEXT_SIZE ? undefined : textOf(bytes);
	}

	/** The field's own memory; undefined: there is no such field. */
	bytes(name: string): Uint8Array | undefined {
		if (this.closed)
			return undefined;
		for (const part of this.#parts) {
			if (part.name === name)
				return this.#bytes.subarray(part.from, part.to);
		}
		return undefined;
	}
}

/** The boundary of a Content-Type field's value, "" when that is not multipart/form-data, or its boundary none. */
export function boundaryOf(type: string): string {
	const semicolon = type.indexOf(";");
	if (semicolon < 0 || type.slice(0, semicolon).trim().toLowerCase() !== "multipart/form-data")
		return "";
	const parameter = type.slice(semicolon + 1).trim();
	if (parameter.slice(0, 9).toLowerCase() !== "boundary=")
		return "";
	let text = parameter.slice(9);
	if (text.length > 1 && text.startsWith("\"") && text.endsWith("\""))
		text = text.slice(1, -1);
	if (text.length > BOUNDARY_SIZE || text.endsWith(" "))
		return "";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		if (!(c >= 0x30 && c <= 0x39 || c >= 0x41 && c <= 0x5a || c >= 0x61 && c <= 0x7a || BOUNDARY_MARKS.indexOf(text.charAt(i)) >= 0))
			return "";
	}
	return text;
}

/** The parts of a whole body; undefined: it is not such a form. */
export function parseMultipart(bytes: Uint8Array, boundary: string): Multipart | undefined {
	const mark = new Uint8Array(ArrayBuffer.fromString(`--${boundary}`));
	const parts: Part[] = [];
	if (boundary === "" || !isAt(bytes, 0, mark))
		return undefined;
	let at = mark.length;
	while (!(bytes[at] === DASH && bytes[at + 1] === DASH)) {
		if (parts.length === PARTS || bytes[at] !== CR || bytes[at + 1] !== LF)
			return undefined;
		const from = headerEnd(bytes, at + 2);
		const name = from < 0 ? undefined : nameIn(textOf(bytes.subarray(at + 2, from - 2)) ?? "");
		const to = name === undefined ? -1 : contentEnd(bytes, from, mark);
		if (name === undefined || to < 0 || parts.some((part) => part.name === name))
			return undefined;
		parts.push({ name, from, to });
		at = to + 2 + mark.length;
	}
	at += 2;
	if (bytes[at] === CR && bytes[at + 1] === LF)
		at += 2;
	return at === bytes.length ? new Multipart(bytes, parts) : undefined;
}

/** The parts before the one called `last`, and where that one's content begins; undefined: it has not come yet, or it is not such a form. */
export function parseUpTo(bytes: Uint8Array, boundary: string, last: string): { readonly form: Multipart; readonly from: number } | undefined {
	const mark = new Uint8Array(ArrayBuffer.fromString(`--${boundary}`));
	const parts: Part[] = [];
	if (boundary === "" || !isAt(bytes, 0, mark))
		return undefined;
	let at = mark.length;
	while (parts.length < PARTS && bytes[at] === CR && bytes[at + 1] === LF) {
		const from = headerEnd(bytes, at + 2);
		const name = from < 0 ? undefined : nameIn(textOf(bytes.subarray(at + 2, from - 2)) ?? "");
		if (name === last)
			return { form: new Multipart(bytes, parts), from };
		const to = name === undefined ? -1 : contentEnd(bytes, from, mark);
		if (name === undefined || to < 0 || parts.some((part) => part.name === name))
			return undefined;
		parts.push({ name, from, to });
		at = to + 2 + mark.length;
	}
	return undefined;
}

/** Undefined: it is not UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
	try {
		return String.fromArrayBuffer(bytes.slice().buffer);
	}
	catch {
		return undefined;
	}
}

function isAt(bytes: Uint8Array, at: number, mark: Uint8Array): boolean {
	if (at + mark.length > bytes.length)
		return false;
	for (let i = 0; i < mark.length; i++) {
		if (bytes[at + i] !== mark[i])
			return false;
	}
	return true;
}

/** Index after the empty line that ends a part's header, -1: it is too long, or has no end. */
function headerEnd(bytes: Uint8Array, from: number): number {
	const end = Math.min(bytes.length - 3, from + PART_HEADER_SIZE);
	for (let at = bytes.indexOf(CR, from); at >= 0 && at < end; at = bytes.indexOf(CR, at + 1)) {
		if (bytes[at + 1] !== LF)
			return -1;
		if (bytes[at + 2] === CR && bytes[at + 3] === LF)
			return at + 4;
	}
	return -1;
}

/** Where the content that begins at `from` ends: before the CR LF of the next boundary; -1: that has not come. */
export function contentEnd(bytes: Uint8Array, from: number, mark: Uint8Array): number {
	for (let at = bytes.indexOf(CR, from); at >= 0; at = bytes.indexOf(CR, at + 1)) {
		if (bytes[at + 1] === LF && isAt(bytes, at + 2, mark))
			return at;
	}
	return -1;
}

/** The field's name in a part's header, whose lines end in CR LF; undefined: it has none, or more than one can tell. */
function nameIn(header: string): string | undefined {
	let name: string | undefined;
	let from = 0;
	while (from < header.length) {
		const to = header.indexOf("\r\n", from);
		const line = to < 0 ? header.slice(from) : header.slice(from, to);
		const colon = line.indexOf(":");
		const field = line.slice(0, Math.max(colon, 0)).toLowerCase();
		if (colon <= 0 || field.trim() !== field || field === "content-transfer-encoding" || (field === "content-disposition" && name !== undefined))
			return undefined;
		if (field === "content-disposition" && (name = disposition(line.slice(colon + 1).trim())) === undefined)
			return undefined;
		from = to < 0 ? header.length : to + 2;
	}
	return name;
}

/** `form-data; name="a"; filename="b"`, in any order: a. */
function disposition(text: string): string | undefined {
	let name: string | undefined;
	if (text.slice(0, 9).toLowerCase() !== "form-data")
		return undefined;
	let at = 9;
	while (at < text.length) {
		const equals = text.indexOf("=\"", at);
		if (text.charAt(at) !== ";" || equals < 0)
			return undefined;
		const key = text.slice(at + 1, equals).trim().toLowerCase();
		const end = quoteEnd(text, equals + 2);
		if (end < 0 || (key === "name" && name !== undefined))
			return undefined;
		if (key === "name")
			name = text.slice(equals + 2, end);
		at = end + 1;
	}
	return name === undefined || name === "" || name.length > 64 || name.indexOf("\\") >= 0 ? undefined : name;
}

/** The quote that ends a quoted string; one behind a backslash does not (browsers write %22 for theirs). */
function quoteEnd(text: string, from: number): number {
	for (let i = from; i < text.length; i++) {
		if (text.charAt(i) === "\\" && text.charAt(i + 1) === "\"")
			i++;
		else if (text.charAt(i) === "\"")
			return i;
	}
	return -1;
}
