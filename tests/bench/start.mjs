// What a start costs: from exec to a served page, the processor's time for it, memory, size of the executable.
//   node tests/bench/start.mjs [starts] [--write | --check]
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { document, Gateway, root } from "./gateways.mjs";
import { Report, words } from "./report.mjs";

const starts = Number(words[0] ?? 9);
const authorization = `Basic ${Buffer.from("admin:a word for the bench").toString("base64")}`;
const ticks = 100;

const walls = [];
const pages = [];
const processor = [];
let resident = 0;
for (let i = 0; i < starts; i++) {
	const gateway = new Gateway(1, document(1, []));
	const began = performance.now();
	await gateway.start();
	walls.push(performance.now() - began);
	const { pid } = gateway.child;
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
	processor.push((Number(fields[11]) + Number(fields[12])) * 1000 / ticks);
	const response = await fetch(await gateway.pages(), { headers: { authorization } });
	if (!response.ok)
		throw new Error(`the page answered ${response.status}`);
	await response.text();
	pages.push(performance.now() - began);
	resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
	await gateway.stop();
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const executable = statSync(join(root, "build/linux/keygate")).size;
const report = new Report("start");
report.table("start", ["a start, without peers", "median"], [
	["from exec to the console's prompt", `${median(walls).toFixed(0)} ms`],
	[`of the processor's time until then (in steps of ${1000 / ticks} ms)`, `${median(processor).toFixed(0)} ms`],
	["from exec to a page that the administrator sees (his password checked)", `${median(pages).toFixed(0)} ms`],
	["resident memory", `${resident} kB`],
	["executable", `${(executable / 1024).toFixed(0)} KiB`]
]);
report.end();
