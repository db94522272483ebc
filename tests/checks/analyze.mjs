// npm run analyze: `gcc -fanalyzer` with -Wall -Wextra -Wconversion -Werror over our C, for Linux and, where its compiler and sources are, for the
// firmware. What was found of a file is kept by its content (with all that it includes) in build/analysis, so that only what changed costs time.
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { sources as packages, toolchain as firmware } from "../../hosts/riscv/build.mjs";
import { debianSources } from "../../hosts/riscv/debian.mjs";
import { firmwarePackages, missing } from "../../hosts/setup.mjs";
import { each, files, flagsFor, linuxToolchain, root } from "../../hosts/xs/chain.mjs";

const cache = join(root, "build/analysis");
/** Milliseconds for one file: many times what the longest takes. */
const limit = 5 * 60 * 1000;

const analysis = ["-fanalyzer", "-Werror"];

/** What the analyzer says and is not so: target, file, warning, why. One that is no longer said is a fault itself. */
export const exceptions = Object.freeze([
	["linux", "modules/ike/packed.c", "analyzer-null-dereference", "an ArrayBuffer that was just made has bytes"],
	["linux", "modules/ike/packed.c", "analyzer-null-argument", "an entry with more than no bytes has some"],
	["linux", "modules/crypto/mbedtls/accelerator.c", "analyzer-malloc-leak", "what is kept in the table of contexts is freed by accelerator_context_close"],
]);

/** What is compiled for whom. */
export const targets = Object.freeze({
	linux: { toolchain: linuxToolchain, folders: ["modules", "hosts/unit", "hosts/linux", "hosts/xs"], leaves: /hosts\/xs\/(compiler|linkcheck|tests)\.c$/ },
	firmware: { toolchain: firmware, folders: ["modules/crypto", "hosts/unit", "hosts/lwip", "hosts/device", "hosts/riscv"], leaves: /crypto\/(openssl\/.*|threads)\.c$|hosts\/riscv\/boot\// },
});

function run(command, args) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: limit });
		const output = [];
		let errors = "";
		child.stdout.on("data", (data) => output.push(data));
		child.stderr.on("data", (data) => errors += data);
		child.on("error", (error) => resolve({ status: 1, output: Buffer.alloc(0), errors: error.message }));
		child.on("close", (status, signal) => resolve({ status: status ?? signal, output: Buffer.concat(output), errors }));
	});
}

/** What there is to say of one file, from the cache when it said the same text before. */
async function look(source, { compiler }, flags) {
	const words = [...flags.filter((word) => word !== "-MMD" && word !== "-MD"), ...analysis];
	const text = await run(compiler, [...words, "-E", "-P", source]);
	if (text.status !== 0)
		return `${relative(root, source)}: ${text.errors}`;
	const kept = join(cache, createHash("sha256").update(JSON.stringify([compiler, words])).update(text.output).digest("hex"));
	if (existsSync(kept))
		return readFileSync(kept, "utf8");
	const { status, errors } = await run(compiler, [...words, "-c", source, "-o", "/dev/null"]);
	const said = errors.split("\n").filter((line) => / (error|warning): /.test(line)).join("\n") || (status === 0 ? "" : `${relative(root, source)}: ended with ${status}\n${errors}`);
	writeFileSync(kept, said);
	return said;
}

/** The findings in a target's files, or in `sources`, each a line; its exceptions are left out of them, and are findings when nothing said them. */
export async function analyze(target, sources = sourcesOf(targets[target])) {
	const { toolchain } = targets[target];
	const own = exceptions.filter(([name, file]) => name === target && sources.includes(join(root, file)));
	mkdirSync(cache, { recursive: true });
	const found = [];
	const said = new Set();
	await each(sources, async (source) => {
		const name = relative(root, source);
		for (const line of (await look(source, toolchain, flagsFor(toolchain, source))).split("\n").filter((line) => line !== "")) {
			const exception = own.find(([, file, warning]) => file === name && line.includes(`[-Werror=${warning}]`));
			if (exception === undefined)
				found.push(line.replace(`${root}/`, ""));
			said.add(exception);
		}
	});
	const idle = own.filter((exception) => !said.has(exception));
	return [...found.sort(), ...idle.map(([, file, warning]) => `${file}: an exception for ${warning} that nothing needs`)];
}

/** Whether this machine has what a target is compiled with. */
export function isPossible(name) {
	if (name !== "firmware")
		return true;
	if (missing(firmwarePackages).length > 0)
		return false;
	debianSources(packages, ["lwip", "mbedtls"]);
	return true;
}

/** Our C files of a target. */
export function sourcesOf({ folders, leaves }) {
	return folders.flatMap((folder) => files(join(root, folder), ".c")).filter((path) => !leaves.test(path));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	for (const name of Object.keys(targets)) {
		if (!isPossible(name)) {
			console.log(`${name}: needs ${missing(firmwarePackages).join(" ")}`);
			continue;
		}
		const began = Date.now();
		const found = await analyze(name);
		found.forEach((line) => console.log(line));
		console.log(`${name}: ${sourcesOf(targets[name]).length} files, ${found.length} findings, ${((Date.now() - began) / 1000).toFixed(1)} s`);
		if (found.length > 0)
			process.exitCode = 1;
	}
}
