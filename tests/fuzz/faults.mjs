// npm run faults [-- --write] [-- EXCHANGE]: the fault table, whole; --write puts it into docs/faults.md.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, root } from "../../hosts/setup.mjs";

const natives = join(root, "build/js/hosts/node/natives.js");
const document = join(root, "docs/faults.md");
/** Bytes of each payload's body that are flipped, evenly spread. */
const most = 8;

const seconds = (milliseconds) => milliseconds === 0 ? "at once" : `${(milliseconds / 1000).toFixed(1)} s`;

/** "14, 1.4 s; 2 refused": how many, and how long the slowest took. */
function cellText({ recovered, refused, longest, wrong }) {
	const many = recovered + refused > 1 ? `${recovered}, ` : "";
	const text = recovered === 0 ? "" : `${many}${seconds(longest)}`;
	return [text, refused > 0 ? `${refused} refused` : "", wrong.length > 0 ? `**${wrong.length} wrong**` : ""].filter((part) => part !== "").join("; ") || "–";
}

/** The table of one exchange in Markdown. */
function markdown({ name, cells }, kinds) {
	const rows = [...new Set(cells.map(({ message }) => message))].map((message) =>
		`| ${message} | ${kinds.map((kind) => cellText(cells.find((cell) => cell.message === message && cell.kind === kind))).join(" | ")} |`);
	return `### ${name[0].toUpperCase()}${name.slice(1)}\n\n| message | ${kinds.join(" | ")} |\n| --- |${kinds.map(() => " --- |").join("")}\n${rows.join("\n")}\n`;
}

function sum(tables, kind) {
	const cells = tables.flatMap((table) => table.cells).filter((cell) => kind === undefined || cell.kind === kind);
	const total = (key) => cells.reduce((count, cell) => count + cell[key], 0);
	return { recovered: total("recovered"), refused: total("refused"), wrong: cells.reduce((count, { wrong }) => count + wrong.length, 0), longest: Math.max(0, ...cells.map(({ longest }) => longest)) };
}

if (!process.env.NODE_OPTIONS?.includes(natives)) {
	await build("--tests");
	const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit", env: { ...process.env, NODE_OPTIONS: `--import=${natives}` } });
	process.exit(status ?? 1);
}
const { exchanges, kinds, tableOf } = await import(pathToFileURL(join(root, "build/js/tests/unit/ike/faults/table.js")).href);
const words = process.argv.slice(2);
const wanted = words.find((word) => !word.startsWith("--"));
const tables = [];
for (const exchange of exchanges) {
	if (wanted !== undefined && !exchange.name.includes(wanted))
		continue;
	const table = tableOf(exchange, most);
	tables.push(table);
	console.log(markdown(table, kinds));
	for (const text of table.cells.flatMap(({ wrong }) => wrong))
		console.log(`wrong: ${text}`);
}
const totals = `| fault | tried | recovered | refused | neither, or something left | slowest recovery |\n| --- | --- | --- | --- | --- | --- |\n${[...kinds, undefined].map((kind) => {
	const { recovered, refused, wrong, longest } = sum(tables, kind);
	return `| ${kind ?? "**all**"} | ${tables.flatMap(({ cells }) => cells).filter((cell) => kind === undefined || cell.kind === kind).reduce((count, cell) => count + cell.recovered + cell.refused, 0) + 0} | ${recovered} | ${refused} | ${wrong} | ${seconds(longest)} |`;
}).join("\n")}\n`;
console.log(totals);
if (words.includes("--write") && wanted === undefined) {
	const text = readFileSync(document, "utf8");
	writeFileSync(document, text.replace(/<!-- faults -->[^]*<!-- \/faults -->/, () => `<!-- faults -->\n${totals}\n${tables.map((table) => markdown(table, kinds)).join("\n")}<!-- /faults -->`));
}
process.exitCode = sum(tables).wrong > 0 ? 1 : 0;
