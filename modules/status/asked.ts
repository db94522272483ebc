/** What a peer has answered, for the console. */
import { printable } from "../log/printable.js";
import { table, WIDTH, type Column } from "./table.js";
import type { AskedRow, AskedStatus } from "./types.js";

const columns: readonly Column[] = Object.freeze([
	Object.freeze({ heading: Object.freeze(["", "No."] as const), right: true }),
	Object.freeze({ heading: Object.freeze(["", "About"] as const), shorten: keep }),
	Object.freeze({ heading: Object.freeze(["", "What"] as const), shorten: keep }),
	Object.freeze({ heading: Object.freeze(["", "Answer"] as const) }),
	Object.freeze({ heading: Object.freeze(["", "Remarks"] as const), shorten: keep })
]);

function keep(cell: string): string {
	return cell.length > WIDTH ? cell.slice(0, WIDTH) : cell;
}

/** How far the asking is, in a sentence. */
function askedProgress({ peer, offers, most, end }: AskedStatus): string {
	return `${peer} was made ${offers === 1 ? "one offer" : `${offers} offers`}${end === "" ? ` of at most ${most} so far` : `; ended: ${end}`}`;
}

/** "office: PFS" */
function askedSubject({ connection, subject }: AskedRow): string {
	return connection === "" ? subject : `${connection}: ${subject}`;
}

/** What else there is to say of a row. */
export function askedRemarks({ detail, weak, own }: AskedRow): string {
	return [detail, weak ? "weak" : "", own ? "in the settings" : ""].filter((part) => part !== "").join(", ");
}

/** All that is known; a number in front of what can be taken over. */
export function* askedText(status: AskedStatus): Generator<string, void, undefined> {
	yield `${printable(askedProgress(status))}\n`;
	yield* table(columns, () => cells(status));
}

function* cells(status: AskedStatus): Generator<readonly string[], void, undefined> {
	let number = 0;
	for (const row of status.rows())
		yield [row.use === "" ? "" : String(++number), printable(askedSubject(row)), printable(row.value), row.answer, printable(askedRemarks(row))];
}

/** The `use` of the row with this number, "": there is none. */
export function askedUse(status: AskedStatus, number: number): string {
	let count = 0;
	for (const row of status.rows())
		if (row.use !== "" && ++count === number)
			return row.use;
	return "";
}
