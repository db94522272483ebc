/** Numbers and names as pages show them. */
import { escapeHTML } from "../httpd/html.js";

/** Characters of a name that a page shows; longer ones are cut. Keeps a row far below PAGE_PIECE_SIZE. */
const NAME_SIZE = 64;

const UNITS = Object.freeze(["B", "kB", "MB", "GB", "TB", "PB"]);

/** A count with its digits in groups of three: 1,234,567. `value` is a whole number from 0 to 2^53. */
export function grouped(value: number): string {
	const digits = String(value);
	let from = digits.length % 3;
	let text = digits.slice(0, from);
	for (; from < digits.length; from += 3)
		text += (text === "" ? "" : ",") + digits.slice(from, from + 3);
	return text;
}

/** Seconds as the tables show them: "3,600 s". */
export function seconds(value: number): string {
	return `${grouped(value)} s`;
}

/** A number of bytes in three digits or so: "0 B", "999 B", "1.2 kB", "34 MB". */
export function bytes(value: number): string {
	let number = value;
	let unit = 0;
	while (number >= 999.5 && unit < UNITS.length - 1) {
		number /= 1000;
		unit++;
	}
	const tenths = Math.round(number * 10);
	return `${unit === 0 || tenths >= 100 || tenths % 10 === 0 ? Math.round(number) : `${Math.floor(tenths / 10)}.${tenths % 10}`} ${UNITS[unit]}`;
}

/** How often: "never", "once", "twice", "1,234 times". */
export function times(count: number): string {
	return count === 0 ? "never" : count === 1 ? "once" : count === 2 ? "twice" : `${grouped(count)} times`;
}

/** A time since start, as coarse as it may be: "3 d 4 h", "2 h 5 min", "12 min", "less than a minute". */
export function duration(value: number): string {
	const minutes = Math.floor(value / 60);
	const hours = Math.floor(minutes / 60);
	const days = Math.floor(hours / 24);
	if (days > 0)
		return `${grouped(days)} d ${hours % 24} h`;
	if (hours > 0)
		return `${hours} h ${minutes % 60} min`;
	return minutes > 0 ? `${minutes} min` : "less than a minute";
}

/** `text`, made of names, as the ID of an element: those have no spaces. */
export function identifier(text: string): string {
	return escapeHTML(text.slice(0, 2 * NAME_SIZE + 8).split(" ").join("_"));
}

/** `text` escaped, and cut when it is longer than a name may be. */
export function name(text: string): string {
	return cut(text, NAME_SIZE);
}

/** `text`, cut when it has more than `size` characters: an ellipsis is then the last. */
export function shortened(text: string, size: number): string {
	return text.length > size ? `${text.slice(0, size - 1)}\u2026` : text;
}

/** The same, escaped. */
export function cut(text: string, size: number): string {
	return escapeHTML(shortened(text, size));
}
