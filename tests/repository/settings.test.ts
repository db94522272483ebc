import test from "ava";
import { readFileSync } from "node:fs";
import { SETTINGS_SIZE } from "../../modules/limits.js";
import { ITERATIONS } from "../../modules/settings/password.js";
import { documentShape } from "../../modules/settings/schema.js";
import type { Field, Shape } from "../../modules/settings/schema.js";
import { parse } from "../../modules/settings/validate.js";

const text = readFileSync("docs/settings.md", "utf8");

interface Row {
	readonly value: string;
	readonly fallback: string;
	readonly meaning: string;
}

/** The rows of the table under the heading that names `path`, by field. */
function documented(path: string): Map<string, Row> {
	const rows = new Map<string, Row>();
	const heading = path === "" ? "## The document\n" : `\`${path}\``;
	const section = text.split(/^(?=## )/m).find((section) => section.startsWith("## ") && (section.slice(0, section.indexOf("\n") + 1)).includes(heading));
	for (const line of (section ?? "").split("\n")) {
		const cells = line.split("|").map((cell) => cell.trim());
		const name = /^`(\w+)`$/.exec(cells[1] ?? "")?.[1];
		if (name !== undefined)
			rows.set(name, { value: cells[2] as string, fallback: cells[3] as string, meaning: cells[4] as string });
	}
	return rows;
}

/** Every object of the document: its path and its fields. */
function* shapes(shape: Shape, path: string): Generator<[string, Shape]> {
	yield [path, shape];
	for (const [name, field] of Object.entries(shape)) {
		if (field.shape !== undefined)
			yield* shapes(field.shape, `${path === "" ? "" : `${path}.`}${name}${field.kind === "list" ? "[]" : ""}`);
	}
}

function expectedValues(field: Field): string[] {
	switch (field.kind) {
		case "integer": return [`${field.min} to ${field.max}`];
		case "choice": return (field.values ?? []).map((value) => typeof value === "number" && field.values?.length !== 1 ? String(value) : `\`${value}\``);
		case "flag": return ["`true`", "`false`"];
		case "list": return [field.min === undefined ? `at most ${field.max}` : `${field.min} to ${field.max}`];
		case "object": return ["object"];
		default: return [];
	}
}

test("docs/settings.md lists every field of the schema and no other, with its values and its default", (t) => {
	for (const [path, shape] of shapes(documentShape, "")) {
		const rows = documented(path);
		t.deepEqual([...rows.keys()], Object.keys(shape), path);
		for (const [name, field] of Object.entries(shape)) {
			const row = rows.get(name) as Row;
			const place = `${path}.${name}`;
			for (const value of expectedValues(field))
				t.true(row.value.includes(value), `${place}: value ${value}`);
			if (field.required !== undefined)
				t.is(row.fallback, "required", place);
			else if (field.fallback !== undefined)
				t.is(row.fallback, `\`${field.fallback}\``, place);
			else
				t.not(row.fallback, "required", place);
			for (const later of field.later ?? [])
				t.true(row.meaning.includes(`\`${later}\``) && row.meaning.includes("not available in this version"), `${place}: ${later}`);
		}
	}
});

test("docs/settings.md: its example has no fault and draws no warning, its sizes are right", (t) => {
	const example = /```json\n([^`]*)```/.exec(text)?.[1] ?? "";
	const { settings, faults, warnings } = parse(example);
	t.deepEqual([faults, warnings], [[], []]);
	t.is(settings?.peers[0]?.connections[0]?.name, "office");
	t.true(text.includes(`at most ${SETTINGS_SIZE} bytes`));
	t.true(text.includes(`${ITERATIONS} iterations`));
});
