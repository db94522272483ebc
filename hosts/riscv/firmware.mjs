// npm run firmware: builds what is stale and boots it in QEMU.
import { join } from "node:path";
import { ImageError } from "../device/image.mjs";
import { alone, buildPackages, debian, firmwarePackages, npmPackages, root } from "../setup.mjs";
import { BuildFault } from "../xs/chain.mjs";
import { step, typescript } from "../xs/sources.mjs";
import { OptionError, parseOptions, usage } from "./options.mjs";

let options;
try {
	options = parseOptions(process.argv.slice(2));
}
catch (error) {
	if (!(error instanceof OptionError))
		throw error;
	console.error(`firmware: ${error.message}, try --help`);
	process.exit(2);
}
if (options.help) {
	console.log(usage);
	process.exit(0);
}
if (!await debian([...buildPackages, ...firmwarePackages], "the firmware"))
	process.exit(1);
try {
	await alone(async () => {
		await npmPackages();
		await (await import("./build.mjs")).buildFirmware({ quiet: true });
		await step("compiling TypeScript", () => typescript(join(root, "hosts/node")));
	});
}
catch (error) {
	if (!(error instanceof BuildFault || error instanceof ImageError))
		throw error;
	console.error(error.message);
	process.exit(1);
}
// what the gateway's own modules need in Node
await import(join(root, "build/js/hosts/node/natives.js"));
const { runFirmware } = await import(join(root, "build/js/hosts/emulator/firmware.js"));
process.exit(await runFirmware(options));
