// npm run build: build/linux/keygate, the gateway with all its modules inside, and build/linux/keygate-test, its unit tests in XS.
//   --write  also writes modules/limits.h and modules/ipsec/layout.h from their TypeScript sources
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildFault, byteCode, check, engine, files, fresh, link, root, write } from "../xs/chain.mjs";
import { difference, header } from "../xs/headers.mjs";

const build = join(root, "build");
const js = join(build, "js");
const out = join(build, "linux");
const started = Date.now();

/** Says what the build is at, when that takes longer than two seconds. */
async function step(label, work) {
	const timer = setTimeout(() => console.log(`${label} ...`), 2000);
	try {
		return await work();
	}
	finally {
		clearTimeout(timer);
	}
}

function checkTools() {
	const needed = [["gcc", "/usr/bin/gcc"], ["libc6-dev", "/usr/include/stdio.h"], ["libssl-dev", "/usr/include/openssl/evp.h"]];
	const absent = needed.filter(([, file]) => !existsSync(file)).map(([name]) => name);
	if (absent.length > 0)
		throw new BuildFault(`the build needs: sudo apt-get install ${absent.join(" ")}`);
	if (!existsSync(join(root, "node_modules/typescript")))
		throw new BuildFault("node_modules: npm packages are missing: npm ci");
}

/** Type-checks and compiles a project to build/js, when one of its sources changed. */
async function typescript(project, folders) {
	const sources = [join(root, "tsconfig.json"), join(project, "tsconfig.json"), ...folders.flatMap((folder) => files(join(root, folder), ".ts"))];
	await fresh(join(build, "stamps", `${relative(root, project).replaceAll("/", "-") || "modules"}.tsc`), sources, "", async () => {
		const output = await new Promise((resolve, reject) => {
			const child = spawn(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], { cwd: root });
			let text = "";
			child.stdout.on("data", (data) => text += data);
			child.stderr.on("data", (data) => text += data);
			child.on("error", reject);
			child.on("close", (status) => status === 0 ? resolve(text) : reject(new BuildFault(text.trim())));
		});
		writeFileSync(join(build, "stamps", `${relative(root, project).replaceAll("/", "-") || "modules"}.tsc`), output);
	});
}

/** Headers whose numbers stand in TypeScript. */
async function headers(mayWrite) {
	for (const [module, guard] of [["modules/limits", "KEYGATE_LIMITS_H"], ["modules/ipsec/layout", "KEYGATE_LAYOUT_H"]]) {
		const source = join(root, `${module}.ts`);
		const path = join(root, `${module}.h`);
		if (!existsSync(source))
			continue;
		const exports = await import(`${pathToFileURL(join(js, `${module}.js`))}?${statSync(join(js, `${module}.js`)).mtimeMs}`);
		const text = header(Object.fromEntries(declared(readFileSync(source, "utf8")).map((name) => [name, exports[name]])), { from: `${module.slice(module.lastIndexOf("/") + 1)}.ts`, guard });
		if (mayWrite)
			write(path, text);
		const differs = existsSync(path) ? difference(readFileSync(path, "utf8"), text) : "it is missing";
		if (differs)
			throw new BuildFault(`${module}.h disagrees with ${module}.ts: ${differs} (npm run build -- --write)`);
	}
}

/** A module's exported constants in the order of its text. */
const declared = (source) => [...source.matchAll(/^export const (\w+)/gm)].map((match) => match[1]);

/** The modules of a folder of TypeScript sources. */
function modulesIn(folder, preload) {
	return files(join(root, folder), ".ts").filter((path) => !path.endsWith(".d.ts")).map((path) => {
		const name = relative(root, path).slice(0, -3);
		return { name, js: join(js, `${name}.js`), preload: preload(name) };
	});
}

async function main(args) {
	checkTools();
	mkdirSync(join(build, "stamps"), { recursive: true });
	// What runs in Node (tests, the lab) imports modules, which tsc writes again: before anybody reads them, and one after the other. The
	// gateway does not need it: its faults are told last.
	const typescripts = async () => {
		await typescript(root, ["modules", "hosts/unit", "hosts/linux", "hosts/xs", "tests/unit", "tests/vectors"]);
		return typescript(join(root, "hosts/node"), ["hosts/node", "hosts/lab", "modules", "tests"]).catch((fault) => fault);
	};
	const [machine, faultForNode] = await Promise.all([
		step("compiling the XS engine", () => engine(join(build, "xs"))),
		step("compiling TypeScript", typescripts),
	]);
	await headers(args.includes("--write"));

	const entry = "hosts/linux/main";
	const inside = [...modulesIn("modules", () => true), ...modulesIn("hosts/xs", () => true)];
	const host = [...modulesIn("hosts/unit", () => true), ...modulesIn("hosts/linux", (name) => name !== entry)];
	const tests = [...modulesIn("tests/unit", () => false), ...modulesIn("tests/vectors", () => false)];
	const compiled = await step("compiling byte code", () => byteCode({ compiler: machine.compiler, folder: join(build, "xs/code"), modules: [...inside, ...host, ...tests] }));
	const pick = (modules) => compiled.filter(({ name }) => modules.some((module) => module.name === name));

	const moduleSources = files(join(root, "modules"), ".c");
	const hostSources = files(join(root, "hosts/linux"), ".c");
	const libraries = ["-lcrypto", "-lpthread"];
	const common = { engine: machine, entry, libraries };
	if (hostSources.length > 0) {
		const sources = [...moduleSources, ...hostSources];
		const checker = await step("linking", () => link({ ...common, product: join(out, "link-check"), folder: join(build, "xs/link"), modules: pick([...inside, ...host]),
			sources: [...sources, join(root, "hosts/xs/linkcheck.c")], replaceMain: true }));
		await check(checker);
		await step("linking", () => link({ ...common, product: join(out, "keygate"), folder: join(build, "xs/link"), modules: pick([...inside, ...host]), sources }));
	}
	await step("linking the unit tests", () => link({ ...common, product: join(out, "keygate-test"), folder: join(build, "xs/link"), modules: pick([...inside, ...tests]),
		sources: [...moduleSources, join(root, "hosts/xs/tests.c")], aliases: ["ava"] }));
	if (faultForNode)
		throw faultForNode;
	console.log(`build/linux/keygate: ${(statSync(join(out, "keygate"), { throwIfNoEntry: false })?.size ?? 0) >> 10} KiB, ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

try {
	await main(process.argv.slice(2));
}
catch (error) {
	if (!(error instanceof BuildFault))
		throw error;
	console.error(error.message);
	process.exitCode = 1;
}
