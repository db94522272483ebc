// From JavaScript modules and C files to an executable with an XS machine inside. Nothing is done twice: each product is
// remade only when one of its inputs changed since (their names, times and sizes are kept beside it).
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative, resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { backendFlags } from "../backends.mjs";
import { nativesSource } from "./natives.mjs";
import { importsOf, pack, packSource, resolve, sortByImports } from "./pack.mjs";

const here = dirname(fileURLToPath(import.meta.url));
/** The repository's root folder. */
export const root = dirname(dirname(here));

/** What stops a build: the message has a line for each fault, which names the file. */
export class BuildFault extends Error {}

/** The engine's C sources: those of XS 13.3 that KEYGATE_XS names, else the npm package's. Not what MODDABLE names for mcconfig: an SDK of today has another XS inside. */
const engineFolder = process.env.KEYGATE_XS ? resolvePath(process.env.KEYGATE_XS) : join(root, "node_modules/@agoric/xsnap/moddable/xs");

// all of its machine but xsDefaults, in whose place defaults.c is
const engineSources = `API All Arguments Array Atomics BigInt Boolean Common DataView Date Debug Error Function Generator Global JSON
	Lockdown MapSet Marshall Math Memory Module Number Object Platforms Promise Property Proxy RegExp Run String Symbol Type dtoa mc re`
	.split(/\s+/).map((name) => join(engineFolder, `sources/xs${name}.c`));
const parserSources = "BigInt Code Common dtoa Lexical re Scope Script SourceMap Syntaxical Tree"
	.split(" ").map((name) => join(engineFolder, `sources/xs${name}.c`));

const engineIncludes = ["includes", "platforms", "sources"].flatMap((name) => ["-isystem", join(engineFolder, name)]);
// strings as UTF-16 sees them, in the machine and in the compiler that makes its constants
const strings = "-DmxCESU8=1";
const machineFlags = ["-DINCLUDE_XSPLATFORM", "-DXSPLATFORM=\"platform.h\"", "-DmxRun=1", "-DmxInstrument=1", strings, `-I${here}`, ...engineIncludes];
const sections = ["-ffunction-sections", "-fdata-sections", "-fno-common"];
const warnings = ["-Wall", "-Wextra", "-Wconversion"];

/**
 * What compiles and links for one kind of machine. `flags` go to every command, `optimization` to every compilation, `folders` have headers that any
 * C file may include, `system` is what the machine asks of its system (hosts/xs/system.h), `linking` goes to the linker. `flagsOf` answers more
 * flags for a source file, or undefined: they come last. What `isForeign` says of is not this repository's own, and is compiled without warnings. `listing`
 * has gcc list the headers of an object: -MMD those that are not a system's, -MD all.
 */
export const linuxToolchain = {
	compiler: "gcc",
	flags: [],
	optimization: "-O2",
	folders: ["modules", "modules/crypto", "modules/ipsec", "hosts/linux"].map((folder) => join(root, folder)),
	system: [join(root, "hosts/linux/system.c")],
	linking: [],
	flagsOf: backendFlags,
	isForeign: () => false,
	listing: "-MMD",
};

const common = (toolchain) => ["-std=gnu11", ...toolchain.flags, toolchain.optimization, ...sections];
const ownFlags = (toolchain) => [...common(toolchain), "-g", ...warnings, toolchain.listing];
// natives and hosts see xs.h, which wants size_t, and the headers of the rooms; the machine's own files see the inside of the engine
const roomFlags = (toolchain) => ["-include", "stddef.h", "-isystem", join(engineFolder, "includes"), `-I${here}`, ...toolchain.folders.flatMap((folder) => ["-iquote", folder])];

/** The C files of a folder and its folders, with their paths. */
export function files(folder, extension) {
	if (!existsSync(folder))
		return [];
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		const path = join(folder, entry.name);
		return entry.isDirectory() ? files(path, extension) : entry.name.endsWith(extension) ? [path] : [];
	}).sort();
}

function execute(command, args, cwd) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		child.stdout.on("data", (data) => output += data);
		child.stderr.on("data", (data) => output += data);
		child.on("error", (error) => reject(new BuildFault(`${command}: ${error.message}`)));
		child.on("close", (status) => resolve({ status, output }));
	});
}

/** Runs a command; what it prints becomes the fault when it fails, and is shown when it does not (warnings). */
export async function run(command, args, cwd) {
	const { status, output } = await execute(command, args, cwd);
	if (status !== 0)
		throw new BuildFault(output.trim() || `${command} ended with ${status}`);
	if (output.trim())
		console.error(output.trim());
}

/** Does `work` for each of `items`, as many at once as there are processors. */
export async function each(items, work) {
	const queue = [...items];
	const workers = Array.from({ length: availableParallelism() }, async () => {
		for (let item = queue.shift(); item !== undefined; item = queue.shift())
			await work(item);
	});
	await Promise.all(workers);
}

const fingerprint = (inputs, settings) => JSON.stringify([settings, ...inputs.map((path) => {
	const { mtimeMs, size } = statSync(path, { throwIfNoEntry: false }) ?? {};
	return [path, mtimeMs, size];
})]);

/** Calls `make` unless `product` was made from the same inputs with the same settings. Returns whether it was made. */
export async function fresh(product, inputs, settings, make) {
	const stamp = `${product}.stamp`;
	const now = fingerprint(inputs, settings);
	if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, "utf8") === now)
		return false;
	mkdirSync(dirname(product), { recursive: true });
	rmSync(stamp, { force: true });
	await make();
	writeFileSync(stamp, now);
	return true;
}

/** Writes a file unless it has that content, so that what is made from it stays fresh. */
export function write(path, content) {
	if (existsSync(path) && readFileSync(path).equals(Buffer.from(content)))
		return;
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

/** The files an object was made from the last time, as gcc listed them. */
function dependencies(object, source) {
	const list = object.replace(/\.o$/, ".d");
	if (!existsSync(list))
		return [source];
	// a blank in a name has a backslash before it
	return readFileSync(list, "utf8").replace(/\\\n/g, " ").replace(/^[^:]*:/, "").trim().split(/(?<!\\)\s+/).map((name) => name.replaceAll("\\ ", " "));
}

/** Compiles `source` to the object `path` when it, or a header it includes, changed. */
export async function object(compiler, source, path, flags) {
	const make = () => run(compiler, [...flags, "-c", source, "-o", path]);
	const inputs = dependencies(path, source);
	const made = await fresh(path, inputs, flags, make);
	const others = dependencies(path, source);
	// where they are the same the stamp says how they were before: one that changed while it was read makes it stale
	if (made && others.join() !== inputs.join())
		writeFileSync(`${path}.stamp`, fingerprint(others, flags));
	return path;
}

/** The compiler of byte code, made of the engine's own parser, kept in `folder`: for the machine that builds. */
export async function byteCodeCompiler(folder) {
	const compiler = join(folder, "compiler");
	const source = join(here, "compiler.c");
	await fresh(compiler, [source, ...parserSources], strings, () =>
		run("gcc", ["-std=gnu11", "-O1", "-w", "-DmxCompile=1", strings, ...engineIncludes, source, ...parserSources, "-lm", "-o", compiler]));
	return compiler;
}

/** The engine, compiled once by `toolchain` and kept in `folder`: the paths of its objects. `isProfiled`: its interpreter tells hosts/xs/profile.c of each call. */
export async function engineObjects(folder, toolchain, isProfiled = false) {
	const objects = engineSources.map((source) => join(folder, "engine", `${source.match(/xs(\w+)\.c$/)[1]}.o`));
	const platform = join(here, "platform.h");
	await each(engineSources, async (source) => {
		const product = objects[engineSources.indexOf(source)];
		const flags = [...common(toolchain), "-w", ...machineFlags, ...toolchain.flagsOf(source)];
		const compiled = isProfiled && source.endsWith("/xsRun.c") ? profiledInterpreter(folder, source) : source;
		await fresh(product, [compiled, platform], flags, () => run(toolchain.compiler, [...flags, "-c", compiled, "-o", product]));
	});
	return objects;
}

/** The interpreter with the engine's own marks where a function begins and ends (mxTraceCall), which lead to hosts/xs/profile.c. */
function profiledInterpreter(folder, source) {
	const marked = join(folder, "engine/xsRun.c");
	const text = readFileSync(source, "utf8").replaceAll(/static void fxTraceCall(Begin|End)\([^]*?\n\}\n/g, "");
	write(marked, `#define mxTraceCall 1\n#define fxTraceCallBegin profile_begin\n#define fxTraceCallEnd profile_end\n#include "xsAll.h"\n#include "profile.h"\n${text}`);
	return marked;
}

/** The engine and its byte code compiler, compiled once and kept in `folder` (build/xs). Answers their paths. `profiled`: a folder for an engine that counts calls. */
export async function engine(folder, toolchain = linuxToolchain, profiled) {
	if (!existsSync(engineSources[0]))
		throw new BuildFault(`${engineFolder}: the XS engine's sources are not there`);
	const [compiler, objects] = await Promise.all([byteCodeCompiler(folder), engineObjects(profiled ?? folder, toolchain, profiled !== undefined)]);
	return { compiler, objects };
}

/**
 * Byte code of `modules` ({ name, js, preload }) in `folder`, what is stale only, all in one run of the compiler.
 * Answers them with `code` (path) and `imports` (specifiers).
 */
export async function byteCode({ compiler, folder, modules }) {
	mkdirSync(folder, { recursive: true });
	const result = modules.map((module) => {
		if (!existsSync(module.js))
			throw new BuildFault(`${module.name}.js: tsc did not write it`);
		return { ...module, code: join(folder, `${module.name.replaceAll("/", "-")}.code`) };
	});
	const stale = [];
	const stamps = new Map();
	for (const module of result) {
		const stamp = fingerprint([compiler, module.js], module.preload);
		stamps.set(module, stamp);
		if (!existsSync(module.code) || !existsSync(`${module.code}.stamp`) || readFileSync(`${module.code}.stamp`, "utf8") !== stamp)
			stale.push(module);
		module.imports = importsOf(readFileSync(module.js, "utf8"));
	}
	if (stale.length > 0) {
		const list = join(folder, "list");
		stale.forEach((module) => rmSync(`${module.code}.stamp`, { force: true }));
		writeFileSync(list, stale.map((module) => [module.js, module.code, module.name, module.preload ? "preload" : "load"].join("\t") + "\n").join(""));
		await run(compiler, [list]);
		stale.forEach((module) => writeFileSync(`${module.code}.stamp`, stamps.get(module)));
	}
	return result;
}

/** Modules that say nothing (types only) and that no other imports need not be in an executable. */
function withoutEmpty(modules, keep) {
	const imported = new Set(modules.flatMap((module) => module.imports.map((specifier) => resolve(module.name, specifier))));
	return modules.filter((module) => module.name === keep || imported.has(module.name) || !/^export \{\};\s*$/.test(readFileSync(module.js, "utf8").replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "").trim() + "\n"));
}

function checkImports(modules, aliases) {
	const names = new Set(modules.map((module) => module.name));
	const faults = modules.flatMap((module) => module.imports
		.filter((specifier) => !names.has(resolve(module.name, specifier)) && !aliases.includes(specifier))
		.map((specifier) => `${module.name}.js: import "${specifier}": there is no such module`));
	if (faults.length > 0)
		throw new BuildFault(faults.join("\n"));
}

/** What a source file is compiled with. */
export function flagsFor(toolchain, source) {
	const flags = source.endsWith(".S") ? [...toolchain.flags, "-g", toolchain.listing]
		: toolchain.isForeign(source) ? [...common(toolchain), "-g", "-w", toolchain.listing]
			: [...ownFlags(toolchain), ...(dirname(source) === here ? machineFlags : roomFlags(toolchain))];
	return [...flags, ...toolchain.flagsOf(source)];
}

/** C files of hosts/xs that every executable with a machine has. */
const machineSources = ["check.c", "defaults.c", "enter.c", "figures.c", "globals.c", "machine.c", "order.c", "platform.c", "root.c", "settle.c", "statistics.c", "text.c"].map((name) => join(here, name));

/**
 * Links the executable `product`: `modules` as byteCode answered them, `sources` (C files beside the machine's own; natives are found in all of
 * them), `libraries`. `entry` is a module that stays although it may export nothing; `aliases` are specifiers that fxFindModule knows;
 * `folder` keeps what is generated, `objects` what is compiled; with `replaceMain`, another of the sources has the function main. `packSection` is
 * where the block of modules goes, if not into the data. `isSplit`: names and lines of the source are beside the product, in a file that ends with .debug.
 */
export async function link({ product, engine: { objects }, folder, objects: objectFolder = join(folder, "objects"), modules, sources, entry, aliases = [], libraries = [], replaceMain = false,
	toolchain = linuxToolchain, packSection, isSplit = false }) {
	const inside = sortByImports(withoutEmpty(modules, entry));
	checkImports(inside, aliases);
	const name = product.slice(product.lastIndexOf("/") + 1);
	const block = join(folder, `${name}.modules`);
	const blockSource = join(folder, `${name}.modules.S`);
	const natives = join(folder, `${name}.natives.c`);
	const all = [...new Set([...machineSources, ...toolchain.system, ...sources])];
	mkdirSync(folder, { recursive: true });
	write(block, pack(inside));
	write(blockSource, packSource(block, packSection));
	try {
		write(natives, nativesSource(all.filter((source) => source.endsWith(".c") && !toolchain.isForeign(source))));
	}
	catch (error) {
		throw new BuildFault(error.message);
	}
	const linked = [];
	await each([...all, natives], async (source) => {
		const flags = flagsFor(toolchain, source);
		const isReplaced = replaceMain && source.endsWith("/main.c");
		if (isReplaced)
			flags.push("-Dmain=host_main");
		// what is generated, or from outside of the repository, is this executable's alone
		const isShared = source !== natives && source.startsWith(`${root}/`);
		const name = relative(isShared ? root : folder, source).replaceAll(/[/.]+/g, "-");
		linked.push(await object(toolchain.compiler, source, join(isShared ? objectFolder : folder, `${name}${isReplaced ? "-replaced" : ""}.o`), flags));
	});
	linked.sort();
	const linkArguments = [...toolchain.flags, ...linked, ...objects, blockSource, "-Wl,--gc-sections", ...toolchain.linking, ...libraries, "-lm", "-o", product];
	await fresh(product, [...linked, ...objects, blockSource, block, ...toolchain.linkInputs ?? []], [...linkArguments, isSplit], async () => {
		await run(toolchain.compiler, linkArguments);
		if (isSplit)
			await split(product);
	});
	return product;
}

/** What debuggers and profilers want to know goes to a file beside the product, where they look for it. */
async function split(product) {
	await run("objcopy", ["--only-keep-debug", product, `${product}.debug`]);
	await run("objcopy", ["--strip-unneeded", `--add-gnu-debuglink=${product}.debug`, product]);
}

/** Runs the program that hosts/xs/linkcheck.c makes of the modules, unless it was: what cannot be preloaded is a fault. */
export async function check(program) {
	const told = `${program}.checked`;
	await fresh(told, [program], "", async () => {
		const { status, output } = await execute(program, []);
		if (status !== 0)
			throw new BuildFault(output.trim() || `${program} ended with ${status}`);
		writeFileSync(told, output);
	});
}
