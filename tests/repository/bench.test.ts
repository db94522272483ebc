/** What documents show of the benches is what is kept of them (tests/bench/report.mjs). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";

interface Result { bench: string; date: string; machine: string; tables: Record<string, { within?: number; columns: string[]; rows: (string | number)[][] }> }
interface Reports {
	readonly kept: () => Result[];
	readonly documents: () => string[];
	readonly rendered: (text: string, results: Result[], options?: { shown?: Set<string>; strict?: boolean }) => string;
	readonly differences: (found: Result, before: Result | undefined) => string[];
}
const reports = import(pathToFileURL(join(process.cwd(), "tests/bench/report.mjs")).href) as Promise<Reports>;

test("each marked part of a document is the table that the bench wrote", async (t) => {
	const { kept, documents, rendered } = await reports;
	for (const name of documents()) {
		const text = readFileSync(name, "utf8");
		t.is(text, rendered(text, kept(), { strict: true }), `${name}: write it with \`npm run bench -- --write\``);
		t.is((text.match(/^<!-- bench /gm) ?? []).length, (text.match(/^<!-- \/bench -->$/gm) ?? []).length, name);
	}
});

test("all that is kept is shown, with the machine that it comes from, and each bench is there", async (t) => {
	const { kept, documents, rendered } = await reports;
	const shown = new Set<string>();
	for (const name of documents())
		rendered(readFileSync(name, "utf8"), kept(), { shown });
	for (const { bench, tables, machine, date } of kept()) {
		t.deepEqual([...Object.keys(tables), "machine"].filter((name) => !shown.has(`${bench} ${name}`)), [], bench);
		t.true(existsSync(`tests/bench/${bench}.mjs`), bench);
		t.regex(date, /^\d{4}-\d\d-\d\d$/);
		t.notRegex(machine, /\//);
	}
});

test("a run is compared with what is kept number by number, within the bound of its table", async (t) => {
	const { differences } = await reports;
	const result = (time: string | number, rows = 1): Result => ({
		bench: "example", date: "2026-01-01", machine: "", tables: { times: { within: 0.1, columns: ["what", "µs"], rows: Array.from({ length: rows }, () => ["seal", time]) } }
	});
	t.deepEqual(differences(result(100), result(109)), []);
	t.deepEqual(differences(result("1,090 (2.5)"), result("1,000 (2.5)")), []);
	t.deepEqual(differences(result(100), result(130)), ["times, seal, µs: 100, kept is 130 (bound: 10 %)"]);
	t.is(differences(result("1,000"), result("1,000 (2)")).length, 1);
	t.is(differences(result(100), result(100, 2)).length, 1);
	t.is(differences(result(100), undefined).length, 1);
	// One digit's rounding is no difference.
	t.deepEqual(differences(result(0.25), result(0.2)), []);
});
