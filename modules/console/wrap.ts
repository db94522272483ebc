/** Entries of logs as lines of a console. */
import { WIDTH } from "../status/table.js";

/** What stands before the later lines of an entry. */
const INDENT = "            ";

/** `text` with its line feed: whole for a program, on a terminal in lines of at most WIDTH, broken at spaces where there are any. */
export function* wrapped(text: string, terminal: boolean): Generator<string, void, undefined> {
	let rest = text;
	while (terminal && rest.length > WIDTH) {
		const space = rest.lastIndexOf(" ", WIDTH);
		const end = space > INDENT.length ? space : WIDTH;
		yield `${rest.slice(0, end)}\n`;
		rest = INDENT + (rest.charAt(end) === " " ? rest.slice(end + 1) : rest.slice(end));
	}
	yield `${rest}\n`;
}
