/** The fault table: every exchange, every message of it, every fault, and what came of them. */
import { exchanges, type FaultyExchange } from "./exchanges.js";
import { kinds, type FaultKind, type MessageFault } from "./faults.js";
import { faults, run, sound, type Outcome } from "./run.js";

/** Faults of one kind in one message. */
export interface Cell {
	readonly message: string;
	readonly kind: FaultKind;
	recovered: number;
	refused: number;
	/** Milliseconds of the slowest that recovered. */
	longest: number;
	/** Of those that were refused: where. */
	readonly refusals: string[];
	/** What must not be: neither recovered nor refused, or something is left. */
	readonly wrong: string[];
}

export interface ExchangeTable {
	readonly name: string;
	readonly cells: readonly Cell[];
	readonly runs: number;
}

function count(cell: Cell, { where }: MessageFault, { end, delay, left }: Outcome): void {
	if (end === "recovered") {
		cell.recovered++;
		cell.longest = Math.max(cell.longest, delay);
	}
	else if (end === "refused") {
		cell.refused++;
		cell.refusals.push(where);
	}
	if (end === "stuck" || left !== "")
		cell.wrong.push(`${cell.message} ${cell.kind}${where === "" ? "" : ` (${where})`}: ${end}${left === "" ? "" : `; ${left}`}`);
}

/** The table of one exchange; of the bytes of a payload `most` are flipped at most, one after the other. With `every` of 3 it is every third place. */
export function tableOf(exchange: FaultyExchange, most: number, every: number = 1): ExchangeTable {
	const whole = sound(exchange);
	if (whole.packets.length !== exchange.messages.length)
		throw new Error(`${exchange.name} has ${whole.packets.length} messages`);
	const cells: Cell[] = [];
	let runs = 0;
	exchange.messages.forEach((message, index) => {
		const own = kinds.map((kind): Cell => ({ message, kind, recovered: 0, refused: 0, longest: 0, refusals: [], wrong: [] }));
		for (const [number, fault] of faults(whole, index, most).entries()) {
			if (fault.change !== undefined && (number + index) % every !== 0)
				continue;
			count(own.find(({ kind }) => kind === fault.kind)!, fault, run(exchange, whole, index, fault));
			runs++;
		}
		cells.push(...own);
	});
	return { name: exchange.name, cells, runs };
}

export { exchanges, kinds };
