/** Deep comparison and the text of values, as failed assertions show them. */

/** A value as text, shortened. */
export function show(value: unknown): string {
	const text = write(value, 3);
	return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

function write(value: unknown, depth: number): string {
	if (typeof value === "string")
		return JSON.stringify(value);
	if (typeof value === "bigint")
		return `${value}n`;
	if (Object.is(value, -0))
		return "-0";
	if (typeof value === "function")
		return `function ${value.name}`;
	if (typeof value !== "object" || value === null)
		return String(value);
	if (value instanceof Error)
		return String(value);
	const bytes = bytesOf(value);
	if (bytes !== undefined)
		return `${kindOf(value)} of ${bytes.length}: ${Array.from(bytes.subarray(0, 64), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
	if (depth === 0)
		return Array.isArray(value) ? "[...]" : "{...}";
	if (Array.isArray(value))
		return `[${value.map((item) => write(item, depth - 1)).join(", ")}]`;
	if (value instanceof Map)
		return `Map ${write([...value], depth)}`;
	if (value instanceof Set)
		return `Set ${write([...value], depth)}`;
	return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${write(item, depth - 1)}`).join(", ")} }`;
}

function bytesOf(value: object): Uint8Array | undefined {
	if (value instanceof ArrayBuffer)
		return new Uint8Array(value);
	if (ArrayBuffer.isView(value))
		return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	return undefined;
}

function kindOf(value: object): string {
	return Object.prototype.toString.call(value).slice(8, -1);
}

/** Where and how two values differ, or undefined when they are equal in depth: same kinds, same own enumerable properties, same order in Maps and Sets. */
export function difference(actual: unknown, expected: unknown, path = "value"): string | undefined {
	if (Object.is(actual, expected))
		return undefined;
	if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null)
		return `${path} is ${show(actual)}, expected ${show(expected)}`;
	if (kindOf(actual) !== kindOf(expected) || Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected))
		return `${path} is ${show(actual)}, expected ${show(expected)} (another kind of object)`;
	const bytes = bytesOf(actual);
	const expectedBytes = bytesOf(expected);
	if (bytes !== undefined && expectedBytes !== undefined) {
		const same = bytes.length === expectedBytes.length && bytes.every((byte, i) => byte === expectedBytes[i]);
		return same ? undefined : `${path} is ${show(actual)}, expected ${show(expected)}`;
	}
	if (actual instanceof Date && expected instanceof Date)
		return Object.is(actual.getTime(), expected.getTime()) ? undefined : `${path} is ${show(actual)}, expected ${show(expected)}`;
	if (actual instanceof RegExp && expected instanceof RegExp)
		return String(actual) === String(expected) ? undefined : `${path} is ${String(actual)}, expected ${String(expected)}`;
	if ((actual instanceof Map && expected instanceof Map) || (actual instanceof Set && expected instanceof Set))
		return difference([...actual], [...expected], path);
	if (actual instanceof Error && expected instanceof Error && (actual.message !== expected.message || actual.name !== expected.name))
		return `${path} is ${show(actual)}, expected ${show(expected)}`;
	return differentProperties(actual as Record<string, unknown>, expected as Record<string, unknown>, path);
}

function differentProperties(actual: Record<string, unknown>, expected: Record<string, unknown>, path: string): string | undefined {
	if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length)
		return `${path} has ${actual.length} items, expected ${expected.length}: ${show(actual)}`;
	const keys = Object.keys(actual);
	const absent = Object.keys(expected).find((key) => !Object.hasOwn(actual, key));
	if (absent !== undefined)
		return `${path}.${absent} is absent, expected ${show(expected[absent])}`;
	for (const key of keys) {
		if (!Object.hasOwn(expected, key))
			return `${path}.${key} is ${show(actual[key])}, expected to be absent`;
		const where = difference(actual[key], expected[key], Array.isArray(actual) ? `${path}[${key}]` : `${path}.${key}`);
		if (where !== undefined)
			return where;
	}
	return undefined;
}
