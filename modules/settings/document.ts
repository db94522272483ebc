/** The settings as a document again: for the console and the backup file (secrets hidden or not), and for the flash. */
import type { CertificateKind } from "./configuration.js";
import { HIDDEN, pemText } from "./forms.js";
import { documentShape } from "./schema.js";
import type { Shape } from "./schema.js";

/** Characters that become JSON at once. */
const PIECE = 512;
const HIDDEN_JSON = JSON.stringify(HIDDEN);

/** The JSON text of the field `name` of the `index`th element of a list of certificates. */
export type KeptTexts = (list: CertificateKind, index: number, name: string) => string;

interface Level {
	readonly value: unknown;
	readonly shape: Shape | undefined;
	/** Names of an object's properties; undefined for a list. */
	readonly names: readonly string[] | undefined;
	next: number;
}

/**
 * The lines of the document, each with its line feed, indented with tabs: JSON that `parse` reads. With `secrets` false,
 * every secret reads `(hidden)`, which `parse` refuses, so that such a copy cannot become the settings by mistake. Texts in PEM that are "" in the settings are
 * those of `kept`.
 */
export function* documentLines(settings: unknown, secrets: boolean, kept?: KeptTexts): Generator<string, void, undefined> {
	const stack: Level[] = [level(settings, documentShape)];
	yield "{\n";
	while (stack.length > 0) {
		const top = stack[stack.length - 1] as Level;
		const size = top.names?.length ?? (top.value as readonly unknown[]).length;
		if (top.next >= size) {
			stack.pop();
			if (stack.length > 0)
				yield `${indent(stack.length)}${top.names === undefined ? "]" : "}"}${comma(stack[stack.length - 1] as Level)}\n`;
			continue;
		}
		const name = top.names?.[top.next];
		const value = name === undefined ? (top.value as readonly unknown[])[top.next] : (top.value as Record<string, unknown>)[name];
		const field = name === undefined ? undefined : top.shape?.[name];
		top.next++;
		const start = indent(stack.length) + (name === undefined ? "" : `${JSON.stringify(name)}: `);
		if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
			yield `${start}${Array.isArray(value) ? "[" : "{"}\n`;
			stack.push(level(value, name === undefined ? top.shape : field?.shape));
		}
		else
			yield `${start}${field?.secret !== undefined && !secrets ? HIDDEN_JSON : value === "" && kept !== undefined && field?.check === pemText ? keptText(kept, stack, name!) : json(value)}${comma(top)}\n`;
	}
	yield "}\n";
}

/** The text of a field of the element of a list of certificates that is at the top: settings, certificates, list, element. */
function keptText(kept: KeptTexts, stack: readonly Level[], name: string): string {
	const [, lists, list] = stack as readonly [Level, Level, Level, Level];
	return kept(lists.names![lists.next - 1] as CertificateKind, list.next - 1, name);
}

/** The JSON text of a value. That of a long text is made in pieces: the engine puts one together outside of its own heap, where a device has little room. */
function json(value: unknown): string {
	if (typeof value !== "string" || value.length <= PIECE)
		return JSON.stringify(value);
	let text = "\"";
	for (let from = 0; from < value.length;) {
		let to = Math.min(from + PIECE, value.length);
		// Both halves of a character stay together.
		if (to < value.length && value.charCodeAt(to - 1) >> 10 === 0x36)
			to--;
		text += JSON.stringify(value.slice(from, to)).slice(1, -1);
		from = to;
	}
	return `${text}"`;
}

/** Names in the order of the schema: settings that say the same are the same document. Properties that are undefined are left out, as JSON.stringify does. */
function level(value: unknown, shape: Shape | undefined): Level {
	let names: string[] | undefined;
	if (!Array.isArray(value))
		names = Object.keys(shape ?? value as object).filter((name) => (value as Record<string, unknown>)[name] !== undefined);
	return { value, shape, names, next: 0 };
}

function comma(parent: Level): string {
	return parent.next < (parent.names?.length ?? (parent.value as readonly unknown[]).length) ? "," : "";
}

function indent(depth: number): string {
	return "\t".repeat(depth);
}
