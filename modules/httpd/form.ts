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

function decode(text: string): string | undefined {
	try {
		return decodeURIComponent(text.split("+").join(" "));
	}
	catch {
		return undefined;
	}
}
