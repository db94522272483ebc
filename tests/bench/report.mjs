// What a bench has found: tables and goals. They are printed; with --write they are kept in tests/bench/results/NAME.json, and the documents that show them are
// written anew; with --check they are compared with those that are kept, each number within the bound that its table states.
//
//   const report = new Report("latency");
//   report.table("idle", ["", "p50, µs", "p99, µs"], [["veth", 31, 60], ...], { within: 0.5 });
//   report.goal("round trip through the tunnel, strongSwan's", 0.8, { atMost: 1 });
//   report.end();
//
// A document shows a table, the goals of every bench, or the machine that a bench ran on between two lines, of which the second is always the same:
//   <!-- bench latency idle -->      <!-- bench goals -->      <!-- bench latency machine -->
//   <!-- /bench -->
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, "tests/bench/results");
const options = ["--long", "--write", "--check", "--profile"];
const isSet = (option) => process.argv.includes(option);

/** The long form was asked for: more rounds, more sizes. */
export const long = isSet("--long");
/** The words of the command line that are no options. */
export const words = process.argv.slice(2).filter((word) => !options.includes(word));

/** By how much a number may differ from the one that is kept, unless its table says otherwise. */
const defaultBound = 0.3;
/** Numbers of two digits and less differ by their last one. */
const smallest = 0.051;

const line = (cells) => `| ${cells.join(" | ")} |`;
const cellsOf = (table) => table.rows.map((row) => row.map(String));

/** A table in Markdown; a column of numbers stands at the right. */
export function markdown({ columns, rows }) {
	const isNumeric = (i) => rows.length > 0 && rows.every((row) => /^-?[\d,.]*\d[\d,.]*$/.test(String(row[i])));
	return [columns, columns.map((_, i) => isNumeric(i) ? "---:" : "---"), ...rows].map(line).join("\n");
}

/** What all benches have reached of what they were to reach. */
function goals(results) {
	const met = ({ value, atLeast, atMost }) => atLeast !== undefined ? value >= atLeast : value <= atMost;
	const rows = results.flatMap(({ bench, goals }) => goals.map((goal) => [goal.what, `at ${goal.atLeast !== undefined ? "least" : "most"} ${goal.atLeast ?? goal.atMost}`, goal.value, met(goal) ? "yes" : "**no**", `\`${bench}.mjs\``]));
	return markdown({ columns: ["what", "goal", "measured", "reached", "by"], rows });
}

function machine({ bench, form, date, machine, load }) {
	return `By \`node tests/bench/${bench}.mjs${form === "long" ? " --long" : ""}\` on ${date}: ${machine}${load === undefined ? "" : `; load ${load} when it began`}.`;
}

/** The results that are kept, by the benches' names. */
export function kept() {
	const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")).sort() : [];
	return files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}

/** Documents of the repository that may show results. */
export function documents() {
	return ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
}

/** The text of a document with every marked part as the results have it. Of a part that has none nothing changes, or `strict`: it throws. `shown` collects what is shown. */
export function rendered(text, results, { shown = new Set(), strict = false } = {}) {
	return text.replace(/^(<!-- bench ([\w-]+)(?: ([\w-]+))? -->\n)[^]*?^(<!-- \/bench -->)$/gm, (part, head, bench, name, foot) => {
		const result = results.find((each) => each.bench === bench);
		const body = bench === "goals" ? goals(results) : name === "machine" ? result && machine(result) : result?.tables[name] && markdown(result.tables[name]);
		if (body === undefined && strict)
			throw new Error(`nothing is kept of ${bench} ${name}`);
		if (body === undefined)
			return part;
		shown.add(`${bench} ${name}`);
		return `${head}${body}\n${foot}`;
	});
}

/** Where `found` is further from what is kept than its bound allows, in words. */
export function differences(found, before) {
	const list = [];
	for (const [name, table] of Object.entries(found.tables)) {
		const old = before?.tables[name];
		if (old === undefined || JSON.stringify(old.columns) !== JSON.stringify(table.columns) || old.rows.length !== table.rows.length) {
			list.push(`${name}: the table that is kept has other rows or columns`);
			continue;
		}
		const numbers = (cell) => (cell.replace(/(\d),(?=\d\d\d)/g, "$1").match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
		const bound = table.within ?? defaultBound;
		for (const [i, cells] of cellsOf(table).entries())
			for (const [k, cell] of cells.entries()) {
				const [now, then] = [numbers(cell), numbers(String(old.rows[i][k]))];
				if (now.length !== then.length || now.some((value, n) => Math.abs(value - then[n]) > Math.max(bound * Math.max(Math.abs(value), Math.abs(then[n])), smallest)))
					list.push(`${name}, ${cells[0]}, ${table.columns[k]}: ${cell}, kept is ${old.rows[i][k]} (bound: ${bound * 100} %)`);
			}
	}
	return list;
}

/** The machine, as far as it concerns who compares. */
function thisMachine() {
	const [processor] = cpus();
	return `${processor.model.replace(/\s+/g, " ").trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release().replace(/^(\d+\.\d+).*/, "$1")}`;
}

export class Report {
	#partial;
	#result;

	/** `partial`: rows were picked by words, so that nothing may be kept. */
	constructor(bench, { partial = false } = {}) {
		this.#partial = partial;
		this.#result = { bench, form: long ? "long" : "short", date: new Date().toISOString().slice(0, 10), machine: thisMachine(), load: Number(loadavg()[0].toFixed(1)), goals: [], tables: {} };
	}

	/** Numbers are shown as they are: round them first. `within`: the part by which a number may differ from one run to the next. */
	table(name, columns, rows, { within } = {}) {
		const table = { ...(within === undefined ? {} : { within }), columns, rows };
		this.#result.tables[name] = table;
		console.log(`\n${name}\n\n${markdown(table)}`);
	}

	/** One of `atLeast` and `atMost`. */
	goal(what, value, bound) {
		this.#result.goals.push({ what, value: Number(value), ...bound });
	}

	/** Says what was reached, and does what the options ask for. */
	end() {
		if (this.#result.goals.length > 0)
			console.log(`\n${goals([this.#result])}`);
		const file = join(folder, `${this.#result.bench}.json`);
		if (isSet("--check")) {
			const list = differences(this.#result, existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);
			for (const each of list)
				console.error(`differs: ${each}`);
			if (list.length > 0)
				process.exitCode = 1;
		}
		if (!isSet("--write"))
			return;
		if (this.#partial)
			throw new Error("rows that were picked are not kept");
		mkdirSync(folder, { recursive: true });
		// A row a line, for who reads what a run has changed.
		const text = JSON.stringify(this.#result, null, "\t").replace(/\[\n\t+([^[\]{}]*?)\n\t+\]/g, (_, list) => `[${list.replace(/\n\t+/g, " ")}]`);
		writeFileSync(file, `${text}\n`);
		for (const name of documents()) {
			const before = readFileSync(join(root, name), "utf8");
			const after = rendered(before, kept());
			if (after !== before)
				writeFileSync(join(root, name), after);
		}
	}
}
