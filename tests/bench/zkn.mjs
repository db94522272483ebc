// node tests/bench/zkn.mjs: instructions a byte of the board's mbedTLS with the cryptography instructions of its processor and without (after npm test has built build/js).
import { build, figures, processors, run } from "../../build/js/tests/emulator/zkn/zkn.js";

const output = run(await build(), processors.with);
const without = figures(output, "without");
console.log("| algorithm | without | with | |\n| --- | --- | --- | --- |");
for (const [name, figure] of figures(output, "with"))
	console.log(`| ${name} | ${without.get(name)} | ${figure} | ${(without.get(name) / figure).toFixed(1)} times |`);
