/** Forms and queries: application/x-www-form-urlencoded. */

/** The value of the first field `name` in a query string or form, decoded; undefined when there is none, or it is not UTF-8. */
export function queryValue(query: string, name: string): string | undefined {
	let from = 0;
	while (from <= query.length) {
		let to = query.indexOf("&", from);
		if (to < 0)
			to = query.length;
		let equals = query.indexOf("=", from);
		if (equals < 0 || equals > to)
			equals = to;
		if (decode(query.slice(from, equals)) === name)
			return decode(query.slice(Math.min(equals + 1, to), to));
		from = to + 1;
	}
	return undefined;
}

/** As `queryValue`, of a request's body. */
export function formValue(body: Uint8Array, name: string): string | undefined {
	for (let i = 0; i < body.length; i++) {
		// A form is sent percent-encoded: all ASCII.
		if (body[i]! > 0x7e)
			return undefined;
	}
	return queryValue(String.fromArrayBuffer(body.buffer as ArrayBuffer), name);
}

/** Fields of one form that are read; more are not a form of ours. */
const FIELDS = 160;

/** All fields of a form in their order, each name and its value after it, decoded; undefined when it is not a form. */
export function formFields(body: Uint8Array): readonly string[] | undefined {
	const fields: string[] = [];
	let from = 0;
	let equals = -1;
	for (let i = 0; i <= body.length; i++) {
		const c = i < body.length ? body[i]! : 0x26;
		// A browser sends a space as "+"; who writes a form by hand (curl -d) may leave it as it is.
		if (c > 0x7e || c < 0x20)
			return undefined;
		if (c === 0x3d && equals < 0)
			equals = i;
		if (c !== 0x26)
			continue;
		if (i > from) {
			const name = decode(part(body, from, equals < 0 ? i : equals));
			const value = decode(part(body, equals < 0 ? i : equals + 1, i));
			if (name === undefined || value === undefined || fields.length >= 2 * FIELDS)
				return undefined;
			fields.push(name, value);
		}
		from = i + 1;
		equals = -1;
	}
	return fields;
}

/** The last value of a field `name` of `fields`: of a hidden field and a checkbox after it the checkbox's, when it is ticked. */
export function lastField(fields: readonly string[], name: string): string | undefined {
	for (let i = fields.length - 2; i >= 0; i -= 2) {
		if (fields[i] === name)
			return fields[i + 1];
	}
	return undefined;
}

/** Some field's name begins with `start`. */
export function hasFieldOf(fields: readonly string[], start: string): boolean {
	for (let i = 0; i < fields.length; i += 2) {
		if (fields[i]!.startsWith(start))
			return true;
	}
	return false;
}

function part(body: Uint8Array, from: number, to: number): string {
	return String.fromArrayBuffer(body.slice(from, to).buffer);
}

function decode(text: string): string | undefined {
	try {
		return decodeURIComponent(text.split("+").join(" "));
	}
	catch {
		return undefined;
	}
}
