// node tests/bench/lives.mjs [LIVES [FIRST]]: lives of a gateway on a clock of its own (tests/unit/gateway/lives.ts), told by their numbers: what is wrong in the end of each, and how long the tunnel took to come back.
import { join } from "node:path";
import { build, root } from "../../hosts/setup.mjs";

await build();
const load = (path) => import(join(root, "build/js", `${path}.js`));
if (globalThis.native === undefined)
	await load("hosts/node/natives");
const { Life } = await load("tests/unit/gateway/lives");
const [lives = 300, first = 1] = process.argv.slice(2).map(Number);
const recovered = [];
for (let seed = first; seed < first + lives; seed++) {
	const life = new Life(seed);
	let wrong;
	try {
		wrong = life.run();
	}
	catch (error) {
		wrong = error.stack;
	}
	recovered.push(life.recovered);
	if (wrong === "")
		continue;
	console.log([`life ${seed}: ${wrong}`, ...life.story, ...life.logs].join("\n  "));
	process.exitCode = 1;
}
recovered.sort((a, b) => a - b);
const share = (part) => recovered[Math.min(recovered.length - 1, Math.floor(recovered.length * part))].toFixed(1);
console.log(`${lives} lives; seconds of calm until the last packet was lost: median ${share(0.5)}, 90 % ${share(0.9)}, 99 % ${share(0.99)}, most ${share(1)}`);
