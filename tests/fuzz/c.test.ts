/** The fuzzing programs in C on their corpus and some thousand inputs more, always the same ones, under the sanitizers. `npm run fuzz` goes on from there. */
import test from "ava";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { canFuzz } from "./clang.js";

interface Outcome {
	readonly status: number | string;
	readonly output: string;
	readonly executions: number;
	readonly covered: number;
	readonly counters: number;
}

interface Targets {
	readonly targets: Readonly<Record<string, { readonly runs: number }>>;
	fuzz(name: string, options: { readonly runs: number; readonly seed: number }): Promise<Outcome>;
}

const root = process.cwd();
const load = async <T>(path: string): Promise<T> => await import(pathToFileURL(join(root, path)).href) as T;
const names = ["inbound", "outbound", "offload", "ports", "firmware", "sockets", "connections", "flash", "wire", "certificates-openssl", "certificates-mbedtls"];

for (const name of names)
	(canFuzz ? test.serial : test.skip)(`fuzz: ${name}${canFuzz ? "" : ": needs clang and its libFuzzer"}`, async (t) => {
		t.timeout(240000);
		const { targets, fuzz } = await load<Targets>("tests/fuzz/targets.mjs");
		const { status, output, executions, covered, counters } = await fuzz(name, { runs: targets[name]!.runs, seed: 1 });
		t.log(`${executions} executions, ${covered} of ${counters} edges`);
		t.is(status, 0, output.slice(-4000));
		t.true(executions >= targets[name]!.runs, `${executions} executions`);
	});

test("every target has a test", async (t) => {
	const { targets } = await load<Targets>("tests/fuzz/targets.mjs");
	t.deepEqual(Object.keys(targets).sort(), [...names].sort());
});
