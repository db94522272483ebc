/** What may stand for the end of a line that somebody types: commands, peers with their connections, tunnels. */
import { isPrintable } from "../log/printable.js";
import type { Commands } from "../status/types.js";
import type { Completion } from "./line.js";

/** What a command takes. */
export type Operand = "peer" | "connection" | "tunnel" | readonly string[];

export interface Completable {
	readonly name: string;
	readonly takes?: Operand;
}

/** Of `text`, by the commands that there are. */
export function complete(commands: Commands, table: readonly Completable[], text: string): Completion {
	const start = text.length - text.trimStart().length;
	const space = text.indexOf(" ", start);
	if (space < 0)
		return { at: start, candidates: () => beginning(text.slice(start), table.map(({ name }) => name)) };
	const name = text.slice(start, space);
	let at = space;
	while (text.charAt(at) === " ")
		at++;
	const takes = table.find((command) => command.name === name)?.takes;
	return { at, candidates: () => takes === undefined ? [] : beginning(text.slice(at), operands(commands, takes)) };
}

/** Those that begin with `part` and can be shown and typed as they are. */
function* beginning(part: string, texts: Iterable<string>): Generator<string, void, undefined> {
	for (const text of texts) {
		if (text.startsWith(part) && isPrintable(text))
			yield text;
	}
}

function* operands(commands: Commands, takes: Operand): Generator<string, void, undefined> {
	if (takes === "tunnel") {
		const snapshot = commands.snapshot();
		for (const { spi } of snapshot.securityAssociations())
			yield spi;
		for (const { id } of snapshot.ikeSecurityAssociations()) {
			if (id !== "")
				yield id;
		}
	}
	else if (takes === "peer" || takes === "connection") {
		for (const { name, connections } of commands.peers()) {
			yield name;
			for (let i = 0; takes === "connection" && i < connections.length; i++)
				yield `${name}/${connections[i]!.name}`;
		}
	}
	else
		yield* takes;
}
