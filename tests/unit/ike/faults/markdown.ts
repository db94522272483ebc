/** The fault table as docs/faults.md has it. */
import { kinds, type FaultKind } from "./faults.js";
import type { Cell, ExchangeTable } from "./table.js";

/** Bytes of each payload's body that are flipped for it, evenly spread. */
export const most = 8;

const seconds = (milliseconds: number): string => milliseconds === 0 ? "at once" : `${(milliseconds / 1000).toFixed(1)} s`;

/** "14, 1.4 s; 2 refused": how many, and how long the slowest took. */
function cellText({ recovered, refused, longest, wrong }: Cell): string {
	const many = recovered + refused > 1 ? `${recovered}, ` : "";
	const text = recovered === 0 ? "" : `${many}${seconds(longest)}`;
	return [text, refused > 0 ? `${refused} refused` : "", wrong.length > 0 ? `**${wrong.length} wrong**` : ""].filter((part) => part !== "").join("; ") || "–";
}

const row = (words: readonly (string | number)[]): string => `| ${words.join(" | ")} |\n`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
	return row(head) + row(head.map(() => "---")) + rows.map(row).join("");
}

/** What became of the messages of one exchange. */
export function exchangeText({ name, cells }: ExchangeTable): string {
	const messages = [...new Set(cells.map(({ message }) => message))];
	return `### ${name[0]!.toUpperCase()}${name.slice(1)}\n\n${table(["message", ...kinds],
		messages.map((message) => [message, ...kinds.map((kind) => cellText(cells.find((cell) => cell.message === message && cell.kind === kind)!))]))}`;
}

function totals(name: string, cells: readonly Cell[]): (string | number)[] {
	const recovered = cells.reduce((count, cell) => count + cell.recovered, 0);
	const refused = cells.reduce((count, cell) => count + cell.refused, 0);
	return [name, recovered + refused, recovered, refused, cells.reduce((count, { wrong }) => count + wrong.length, 0), seconds(Math.max(0, ...cells.map(({ longest }) => longest)))];
}

/** How many of each fault ended how. */
export function totalsText(tables: readonly ExchangeTable[]): string {
	const cells = tables.flatMap((each) => each.cells);
	const of = (kind: FaultKind): Cell[] => cells.filter((cell) => cell.kind === kind);
	return table(["fault", "tried", "recovered", "refused", "neither, or something left", "slowest recovery"], [...kinds.map((kind) => totals(kind, of(kind))), totals("**all**", cells)]);
}

/** All of it. */
export function faultsText(tables: readonly ExchangeTable[]): string {
	return `${totalsText(tables)}\n${tables.map(exchangeText).join("\n")}`;
}
