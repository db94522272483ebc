// node tests/bench/stretches.mjs: what the emulated board does in one go, with settings as large as they can be: instructions from one look at the watchdog to the next for
// every page, every form and every line of the console (tests/emulator/stretches.ts). Instructions are counted: other work on this machine changes nothing.
import { join } from "node:path";
import { root } from "../../hosts/setup.mjs";
import { Report } from "./report.mjs";

const load = (path) => import(join(root, "build/js", `${path}.js`));
if (globalThis.native === undefined)
	await load("hosts/node/natives");
const { Stretches, estimate, largest, SHARE, WATCHDOG } = await load("tests/emulator/stretches");

/** What is alike, and what it begins with: of each the longest counts. */
const kinds = [
	["a page of certificates", "GET /settings/certificates"], ["any other page", "GET "], ["`settings` on the console", "console: settings"], ["any other line of the console", "console: "],
	["a backup without secrets", "POST backup, without"], ["a backup with secrets", "POST backup, with"], ["a restore with the secrets that are there", "POST restore, without"],
	["a restore with those of the file", "POST restore, with"], ["another certificate, name or list; a key made", "POST /settings/certificates"], ["another password", "POST /settings/administration/password"],
	["a form of a peer or connection", "POST /settings/peers"], ["a port of IKE, and the new start for it", "POST another port"], ["any other form", "POST "],
	["the boot loader (no watchdog yet)", "start: boot"], ["the firmware up to its first turn (no watchdog yet)", "start: firmware"],
];

const stretches = await Stretches.boot(largest());
try {
	stretches.start();
	await stretches.all();
}
finally {
	await stretches.close();
}
const most = new Map(kinds.map(([kind]) => [kind, 0]));
for (const { what, instructions } of stretches.found) {
	const [kind] = kinds.find(([, begins]) => what.startsWith(begins));
	most.set(kind, Math.max(most.get(kind), instructions));
}
const milliseconds = (instructions) => Math.round(1000 * estimate(instructions));
const running = stretches.found.filter(({ what }) => !what.startsWith("start")).sort((a, b) => b.instructions - a.instructions);
console.log("\nthe longest, of all\n");
for (const { what, instructions, answer } of running.slice(0, 10))
	console.log(`${(instructions / 1e6).toFixed(1).padStart(8)} million instructions   ${what}   ${answer.slice(0, 60)}`);
const report = new Report("stretches");
report.table("stretches", ["the longest of", "millions of instructions", "ms of an ESP32, estimated"], [...most].map(([kind, instructions]) => [kind, (instructions / 1e6).toFixed(1), milliseconds(instructions)]));
report.goal("the longest that a board does in one go, of its watchdog's time, estimated for an ESP32", (estimate(running[0].instructions) / WATCHDOG).toFixed(2), { atMost: SHARE });
report.end();
