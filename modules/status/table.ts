/** Rows as aligned columns of text. */

/** Characters of the widest line. */
export const WIDTH = 100;

export interface Column {
	/** Two lines of heading. */
	readonly heading: readonly [string, string];
	/** The same where short forms are used, if it is another one. */
	readonly shortHeading?: readonly [string, string];
	readonly right?: true;
	/** A shorter form of a cell, used in all rows when they would be too wide otherwise. */
	readonly shorten?: (cell: string) => string;
	/** Cells are cut when even short forms are too wide. */
	readonly cut?: true;
}

/**
 * Lines with their line feeds: the headings, then the rows. `rows` is called twice, to measure and to write; what has grown in between
 * makes its line longer by so much. When even short forms are too wide, columns that may be cut are, the widest first. Returns the widths of the columns.
 */
export function* table(columns: readonly Column[], rows: () => Iterable<readonly string[]>): Generator<string, readonly number[], undefined> {
	const full: number[] = [];
	const short: number[] = [];
	for (let i = 0; i < columns.length; i++) {
		full.push(headingWidth(columns[i] as Column, false));
		short.push(headingWidth(columns[i] as Column, true));
	}
	for (const row of rows()) {
		for (let i = 0; i < columns.length; i++) {
			const cell = row[i] as string;
			full[i] = Math.max(full[i] as number, cell.length);
			short[i] = Math.max(short[i] as number, shortened(columns[i] as Column, cell).length);
		}
	}
	const shorten = total(full) > WIDTH;
	const widths = shorten ? short : full;
	const excess = total(widths) - WIDTH;
	if (excess > 0)
		cut(columns, widths, excess);
	yield line(columns, widths, (i) => headingOf(columns[i] as Column, shorten)[0]);
	yield line(columns, widths, (i) => headingOf(columns[i] as Column, shorten)[1]);
	for (const row of rows()) {
		yield line(columns, widths, (i) => {
			const cell = shorten ? shortened(columns[i] as Column, row[i] as string) : row[i] as string;
			return (columns[i] as Column).cut !== undefined && cell.length > (widths[i] as number) ? cell.slice(0, (widths[i] as number) - 1) + "~" : cell;
		});
	}
	return widths;
}

function headingOf({ heading, shortHeading }: Column, short: boolean): readonly [string, string] {
	return short && shortHeading !== undefined ? shortHeading : heading;
}

function headingWidth(column: Column, short: boolean): number {
	const [upper, lower] = headingOf(column, short);
	return Math.max(upper.length, lower.length);
}

function shortened(column: Column, cell: string): string {
	return column.shorten === undefined ? cell : column.shorten(cell);
}

function cut(columns: readonly Column[], widths: number[], excess: number): void {
	for (let left = excess; left > 0; left--) {
		let widest = -1;
		for (let i = 0; i < columns.length; i++) {
			const { cut, heading } = columns[i] as Column;
			if (cut !== undefined && (widths[i] as number) > heading[1].length && (widest < 0 || (widths[i] as number) > (widths[widest] as number)))
				widest = i;
		}
		if (widest < 0)
			return;
		widths[widest] = (widths[widest] as number) - 1;
	}
}

function total(widths: readonly number[]): number {
	let sum = widths.length - 1;
	for (let i = 0; i < widths.length; i++)
		sum += widths[i] as number;
	return sum;
}

function line(columns: readonly Column[], widths: readonly number[], cell: (i: number) => string): string {
	let text = "";
	for (let i = 0; i < columns.length; i++) {
		const width = widths[i] as number;
		text += (i === 0 ? "" : " ") + ((columns[i] as Column).right === true ? cell(i).padStart(width) : cell(i).padEnd(width));
	}
	return text.trimEnd() + "\n";
}
