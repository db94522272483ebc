/** A long text as lines of a console. */
import { WIDTH } from "./table.js";

/** `text` in lines of at most WIDTH, broken at spaces where there are any: behind `indent` the first one, behind `later` the others. */
export function* wrapped(text: string, indent: string, later: string = indent): Generator<string, void, undefined> {
	let before = indent;
	let start = 0;
	while (start < text.length) {
		let end = Math.min(start + WIDTH - before.length, text.length);
		if (end < text.length) {
			const space = text.lastIndexOf(" ", end);
			if (space > start)
				end = space;
		}
		yield `${before}${text.slice(start, end)}\n`;
		start = text.charAt(end) === " " ? end + 1 : end;
		before = later;
	}
}
