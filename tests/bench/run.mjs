// npm run bench: every measurement, one after the other; each prints a table of ratios from one run on this machine.
import { join } from "node:path";
import { build, buildFirmware, need, root } from "../../hosts/setup.mjs";

const isRoot = process.getuid?.() === 0;
await build("--tests");
if (isRoot)
	await buildFirmware();
for (const script of ["start.mjs", "crypto.mjs", "engine.mjs", "delay.mjs", "powercut.mjs", "pages.mjs", ...(isRoot ? ["tunnel.mjs", "board.mjs"] : [])]) {
	console.log(`\n${script}`);
	await need(script, process.execPath, [join(root, "tests/bench", script)], { show: true });
}
