// npm run faults [-- --write] [-- EXCHANGE]: the fault table, whole; --write puts it into docs/faults.md.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, root } from "../../hosts/setup.mjs";

const natives = join(root, "build/js/hosts/node/natives.js");
const document = join(root, "docs/faults.md");

if (!process.env.NODE_OPTIONS?.includes(natives)) {
	await build();
	const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit", env: { ...process.env, NODE_OPTIONS: `--import=${natives}` } });
	process.exit(status ?? 1);
}
const compiled = (name) => import(pathToFileURL(join(root, "build/js/tests/unit/ike/faults", name)).href);
const { exchanges, tableOf } = await compiled("table.js");
const { exchangeText, faultsText, most, totalsText } = await compiled("markdown.js");
const words = process.argv.slice(2);
const wanted = words.find((word) => !word.startsWith("--"));
const tables = [];
for (const exchange of exchanges.filter(({ name }) => wanted === undefined || name.includes(wanted))) {
	const table = tableOf(exchange, most);
	tables.push(table);
	console.log(exchangeText(table));
}
console.log(totalsText(tables));
if (words.includes("--write") && wanted === undefined) {
	const text = readFileSync(document, "utf8");
	writeFileSync(document, text.replace(/<!-- faults -->[^]*<!-- \/faults -->/, () => `<!-- faults -->\n${faultsText(tables)}<!-- /faults -->`));
}
const wrong = tables.flatMap(({ cells }) => cells).flatMap((cell) => cell.wrong);
for (const text of wrong)
	console.log(`wrong: ${text}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
