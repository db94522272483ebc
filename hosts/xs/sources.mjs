// TypeScript and what is made of it before anything is compiled for a machine: JavaScript in build/js, and headers of constants.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildFault, files, fresh, root, run, write } from "./chain.mjs";
import { difference, header } from "./headers.mjs";
import { resolve } from "./pack.mjs";

/** Everything that is made. */
export const build = join(root, "build");
const js = join(build, "js");

/** Says what the build is at, when that takes longer than two seconds. */
export async function step(label, work) {
	const timer = setTimeout(() => console.log(`${label} ...`), 2000);
	try {
		return await work();
	}
	finally {
		clearTimeout(timer);
	}
}

/** The folders of a TypeScript project. */
const foldersOf = (project) => JSON.parse(readFileSync(join(project, "tsconfig.json"), "utf8")).include.map((folder) => join(project, folder));

/** Type-checks and compiles the project of a folder to build/js, when one of its sources changed, or of those of the repository's own project, which others import. */
export async function typescript(project = root) {
	const projects = [...new Set([root, project])];
	const sources = [...projects.map((folder) => join(folder, "tsconfig.json")), ...projects.flatMap(foldersOf).flatMap((folder) => files(folder, ".ts"))];
	const told = join(build, "stamps", `${relative(root, project).replaceAll("/", "-") || "modules"}.tsc`);
	await fresh(told, sources, "", async () => {
		await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", project], root);
		writeFileSync(told, "");
	});
}

/** Headers whose numbers stand in TypeScript. */
export async function headers(mayWrite) {
	for (const module of ["modules/limits", "modules/ipsec/layout", "modules/log/entry", "modules/records/ladder"]) {
		const source = join(root, `${module}.ts`);
		const path = join(root, `${module}.h`);
		const exports = await import(`${pathToFileURL(join(js, `${module}.js`))}?${statSync(join(js, `${module}.js`)).mtimeMs}`);
		const text = header(Object.fromEntries(declared(readFileSync(source, "utf8")).map((name) => [name, exports[name]])), { from: `${module.slice(module.lastIndexOf("/") + 1)}.ts`, guard: `KEYGATE_${module.slice("modules/".length).replace("/", "_").toUpperCase()}_H` });
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
export function modulesIn(folder, preload) {
	return files(join(root, folder), ".ts").filter((path) => !path.endsWith(".d.ts")).map((path) => {
		const name = relative(root, path).slice(0, -3);
		return { name, js: join(js, `${name}.js`), preload: preload(name) };
	});
}

/** Those of `candidates` that modules of `from` import, and what those import: parts of hosts that know no natives. `compiled`: all, from byteCode. */
export function reached(compiled, from, candidates) {
	const found = new Set();
	const visit = ({ name, imports }) => imports.map((specifier) => resolve(name, specifier)).forEach((wanted) => {
		const next = candidates.find((module) => module.name === wanted);
		if (next !== undefined && !found.has(next)) {
			found.add(next);
			visit(compiled.find((module) => module.name === wanted));
		}
	});
	compiled.filter(({ name }) => from.some((module) => module.name === name)).forEach(visit);
	return [...found];
}
