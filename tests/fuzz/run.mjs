// npm run fuzz -- [TARGET [MINUTES]]: searches for inputs that break something; all targets, a minute each, when none is named. `--keep`: reduces what was found
// to the corpus of the repository afterwards. Needs clang for the programs in C.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { basename, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, debian, fuzzPackages, root } from "../../hosts/setup.mjs";
import * as c from "./targets.mjs";

const self = fileURLToPath(import.meta.url);
const natives = join(root, "build/js/hosts/node/natives.js");
const typescript = () => import(pathToFileURL(join(root, "build/js/tests/fuzz/js/targets.js")).href);
/** Bytes of the corpus of one target in the repository. */
const corpusSize = 12288;

const corpusOf = (name) => join(root, "tests/fuzz/corpus", name);
const foundBy = (name) => join(root, "build/fuzz", name, "corpus");

function read(folder) {
	return existsSync(folder) ? readdirSync(folder).sort().map((name) => new Uint8Array(readFileSync(join(folder, name)))) : [];
}

const nameOf = (bytes) => createHash("sha1").update(bytes).digest("hex").slice(0, 16);

/** A target in TypeScript, with the natives loaded. What it kept and found stands in build/fuzz/NAME. */
async function fuzzTypeScript(name, minutes) {
	const { targets, fuzz } = await typescript();
	const target = targets.find((each) => each.name === name);
	const began = Date.now();
	const { executions, blocks, findings, kept } = fuzz(target, [...read(corpusOf(name)), ...read(foundBy(name))], {
		seed: Date.now() % 1000000, until: began + minutes * 60000,
		progress: (count, reached, inputs) => process.stderr.write(`\r${name}: ${count} executions, ${reached} blocks, ${inputs} inputs `),
	});
	mkdirSync(foundBy(name), { recursive: true });
	for (const input of kept)
		writeFileSync(join(foundBy(name), nameOf(input)), input);
	for (const { input, text } of findings) {
		const file = join(root, "build/fuzz", name, `finding-${nameOf(input)}`);
		writeFileSync(file, input);
		console.log(`\n${relative(root, file)}: ${text}`);
	}
	return { name, seconds: (Date.now() - began) / 1000, executions, covered: `${blocks} blocks`, findings: findings.length };
}

async function fuzzC(name, minutes) {
	const { seconds, executions, covered, counters, status, finding, output } = await c.fuzz(name, { seconds: minutes * 60, seed: Date.now() % 1000000 });
	if (status !== 0)
		console.log(output.split("\n").filter((line) => !/^#\d|NEW_FUNC|INFO/.test(line)).join("\n"));
	if (finding !== undefined)
		console.log(`${finding}: run build/fuzz/${name}/fuzz with it`);
	return { name, seconds, executions, covered: `${covered} of ${counters} edges`, findings: status === 0 ? 0 : 1 };
}

/** The corpus in the repository made anew: of all inputs those that reach something which none before reached, the smallest first. */
async function keepTypeScript(name) {
	const { targets, fuzz } = await typescript();
	const target = targets.find((each) => each.name === name);
	const seeds = new Set(target.seeds.map((bytes) => bytes.join()));
	const all = [...read(corpusOf(name)), ...read(foundBy(name))].sort((a, b) => a.length - b.length);
	const { kept } = fuzz(target, all, { seed: 1, runs: 0 });
	rmSync(corpusOf(name), { recursive: true, force: true });
	mkdirSync(corpusOf(name), { recursive: true });
	let left = corpusSize;
	for (const input of kept)
		if (!seeds.has(input.join()) && (left -= input.length) >= 0)
			writeFileSync(join(corpusOf(name), nameOf(input)), input);
}

async function keepC(name) {
	const files = await c.merge(name, corpusSize);
	const folder = join(root, "build/fuzz", name, "kept");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	files.forEach((file) => copyFileSync(file, join(folder, basename(file).slice(0, 16))));
	// a target of two programs has what both of them reach
	if (c.targets[name].source === name)
		rmSync(c.corpus(name), { recursive: true, force: true });
	mkdirSync(c.corpus(name), { recursive: true });
	readdirSync(folder).forEach((file) => copyFileSync(join(folder, file), join(c.corpus(name), file)));
}

/** In a process of its own: the TypeScript targets want node to load the natives first. */
function inItself(words) {
	const { status } = spawnSync(process.execPath, [self, ...words], { stdio: "inherit", env: { ...process.env, NODE_OPTIONS: `--import=${natives}` } });
	return status ?? 1;
}

const words = process.argv.slice(2);
const keeps = words.includes("--keep");
const [asked, minutesText = "1"] = words.filter((word) => !word.startsWith("--"));
const minutes = Number(minutesText);
if (process.env.NODE_OPTIONS?.includes(natives) && asked !== undefined) {
	const { name, seconds, executions, covered, findings } = await fuzzTypeScript(asked, minutes);
	console.log(`\n${name.padEnd(22)} ${seconds.toFixed(0).padStart(6)} s ${String(executions).padStart(9)} executions  ${covered.padEnd(24)} ${findings} findings`);
	if (keeps)
		await keepTypeScript(asked);
	process.exitCode = findings > 0 ? 1 : 0;
}
else {
	await build();
	const names = [...Object.keys(c.targets), ...["exchanges", "codecs", "pages", "console", "settings", "services"]];
	if ((asked !== undefined && !names.includes(asked)) || !(minutes > 0)) {
		console.error(`usage: npm run fuzz -- [TARGET [MINUTES]] [--keep]\ntargets: ${names.join(", ")}`);
		process.exit(2);
	}
	for (const name of asked === undefined ? names : [asked]) {
		if (!(name in c.targets)) {
			process.exitCode ||= inItself([name, String(minutes), ...(keeps ? ["--keep"] : [])]);
			continue;
		}
		if (!await debian(fuzzPackages, "fuzzing of C"))
			process.exit(1);
		const { seconds, executions, covered, findings } = await fuzzC(name, minutes);
		console.log(`${name.padEnd(22)} ${seconds.toFixed(0).padStart(6)} s ${String(executions).padStart(9)} executions  ${covered.padEnd(24)} ${findings} findings`);
		if (keeps)
			await keepC(name);
		process.exitCode ||= findings;
	}
}
