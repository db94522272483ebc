// C headers from the constants of TypeScript modules: numbers, the numbers in plain objects, and lists of texts, as #define lines.

const upper = (name) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]/g, "_").toUpperCase();

function lines(prefix, value, from) {
	if (typeof value === "number") {
		if (!Number.isSafeInteger(value))
			throw new Error(`${from}: ${prefix} is not a whole number`);
		return [`#define ${prefix} ${value > 0x7fffffff ? `${value}u` : value < 0 ? `(${value})` : value}`];
	}
	if (Array.isArray(value))
		return value.every((item) => typeof item === "string") ? [`#define ${prefix} ${value.map((item) => JSON.stringify(item)).join(", ")}`] : [];
	if (value !== null && typeof value === "object")
		return Object.entries(value).flatMap(([key, item]) => lines(`${prefix}_${upper(key)}`, item, from));
	return [];
}

/** Before the name of a number, its value on a device. */
const device = "DEVICE_";

/** The line of a number that is another one where pointers have 32 bits. */
function chosen(text, other) {
	return other === undefined ? text : ["#if __SIZEOF_POINTER__ == 4", text[0].replace(/\d+$/, String(other)), "#else", ...text, "#endif"];
}

/**
 * The header of a module's exports: `export const PEERS = 8` is `#define PEERS 8`; `export const sad = Object.freeze({ spi: 4 })` is
 * `#define SAD_SPI 4`, a list of texts is what an array is initialized with. Exports that are none of these (functions, texts) are left out. `DEVICE_PEERS` is what `PEERS` is on a device.
 */
export function header(exports, { from, guard }) {
	const name = from.replace(/\.ts$/, "");
	return [
		`/* Generated from ${from} by \`npm run build -- --write\`; the build stops when they disagree. */`,
		`#ifndef ${guard}`,
		`#define ${guard}`,
		...name === "limits" ? ["", "/* where this folder is searched for <limits.h> too (the Moddable SDK does), the compiler's own is meant as well */", "#include_next <limits.h>"] : [],
		"",
		...Object.entries(exports).filter(([name]) => !name.startsWith(device)).flatMap(([name, value]) => chosen(lines(upper(name), value, from), exports[device + name])),
		"",
		"#endif",
		""
	].join("\n");
}

/** The lines in which a header that is there differs from what it should be, or undefined when it does not. */
export function difference(is, shouldBe) {
	if (is === shouldBe)
		return undefined;
	const define = /^#define (\w+) (.+)$/;
	const read = (text) => new Map(text.split("\n").flatMap((line) => { const match = define.exec(line); return match ? [[match[1], match[2]]] : []; }));
	const old = read(is);
	const now = read(shouldBe);
	const names = [...new Set([...now.keys(), ...old.keys()])].filter((name) => old.get(name) !== now.get(name));
	return names.length === 0 ? "its text" : names.map((name) => `${name} is ${old.get(name) ?? "absent"}, should be ${now.get(name) ?? "absent"}`).join("; ");
}
