/** The fuzzing targets in TypeScript on their corpus and some hundred inputs more, always the same ones. `npm run fuzz` goes on from there, guided by what is reached. */
import test from "ava";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { two } from "../unit/ike/network.js";
import { Insider } from "./js/insider.js";
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

test("what an insider changes and what it says of its own has a right HASH and IV", (t) => {
	const { network, a, b } = two();
	const insider = new Insider(a);
	let changed = 0;
	network.filter = (packet) => {
		const bytes = packet.sender === "a" ? insider.changed(packet, (parts) => [...parts, { type: 13, body: new Uint8Array(21).fill(7), reserved: 0, lie: 0 }]) : undefined;
		if (bytes === undefined)
			return true;
		changed++;
		network.queue({ ...packet, bytes, at: network.now + 10 });
		return false;
	};
	a.ike.initiate(network.now, "b", "office");
	network.run(5000);
	t.is(changed, 5);
	t.is(a.up.length, 1);
	t.is(b.up.length, 1);
	t.is(b.counter("wrong-hash"), 0);
	const spi = a.up[0]!.child.inboundSPI;
	network.inject({ address: a.address, port: 500 }, { address: b.address, port: 500 }, insider.says(5, 77, [{ type: 12, body: Uint8Array.of(0, 0, 0, 1, 3, 4, 0, 1, spi >>> 24, spi >>> 16, spi >>> 8, spi) }])!);
	t.is(b.pairs.size, 0);
});
