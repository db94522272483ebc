// npm run bench [-- [--long] [--write | --check] [NAME...]]: every measurement, one after the other (NAME: only these); each prints tables of ratios from one run on
// this machine. --long: more rounds and sizes. --write keeps the results, also in the documents; --check compares with those that are kept (report.mjs).
import { join } from "node:path";
import { multibufferPackages } from "../../hosts/backends.mjs";
import { build, buildFirmware, debian, root, step } from "../../hosts/setup.mjs";
import { long, words } from "./report.mjs";

const isRoot = process.getuid?.() === 0;
const all = ["start", "crypto", "engine", "delay", "powercut", "pages", "stretches", "negotiation", "scale", ...(isRoot ? ["tunnel", "latency", "board", "attack"] : [])];
/** What takes many minutes. */
const slow = ["board", "attack"];
const benches = words.length > 0 ? all.filter((name) => words.includes(name)) : all.filter((name) => long || !slow.includes(name));
await debian(multibufferPackages, "the fastest packets");
await build();
if (benches.includes("board") || benches.includes("stretches"))
	await buildFirmware();
for (const name of benches) {
	console.log(`\n${name}`);
	if (await step(name, process.execPath, [join(root, `tests/bench/${name}.mjs`), ...process.argv.slice(2).filter((word) => word.startsWith("--"))], { show: true }) !== 0)
		process.exitCode = 1;
}
