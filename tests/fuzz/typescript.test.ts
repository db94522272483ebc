/** The fuzzing targets in TypeScript on their corpus and some hundred inputs more, always the same ones. `npm run fuzz` goes on from there, guided by what is reached. */
import test from "ava";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fuzz, targets } from "./js/targets.js";

/** The inputs in the repository. */
function corpus(name: string): Uint8Array[] {
	const folder = join(process.cwd(), "tests/fuzz/corpus", name);
	return existsSync(folder) ? readdirSync(folder).sort().map((file) => new Uint8Array(readFileSync(join(folder, file)))) : [];
}

for (const target of targets)
	test.serial(`fuzz: ${target.name}`, (t) => {
		t.timeout(240000);
		const { executions, findings } = fuzz(target, corpus(target.name), { seed: 1, runs: target.runs, blind: true });
		t.log(`${executions} executions`);
		t.deepEqual(findings.map(({ input, text }) => `${text} (input ${input.join()})`), []);
	});
