// manifest.json names every module of the tree and every C file, and preloads every module that has code: the SDK drops unmatched names silently.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { files, named, manifests, read } from "./manifest.js";

const { freezing } = await import(pathToFileURL(join(process.cwd(), "hosts/sdk/compile.mjs")).href) as { readonly freezing: (javascript: string) => string };

const manifest = read("manifest.json");
const platforms = Object.keys(manifest.platforms ?? {});
const tree = readdirSync("modules", { recursive: true, encoding: "utf8" }).map((name) => `modules/${name}`).sort();
const modules = tree.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")).map((name) => name.slice(0, -3)).sort();
const compiled = (name: string): string => readFileSync(`build/js/${name}.js`, "utf8");

/** Modules of types only compile to nothing. */
function hasCode(name: string): boolean {
	return compiled(name).replace(/\/\*[^]*?\*\/|export \{\};/g, "").trim() !== "";
}

test("every module is named as in the tree, so that relative imports mean the same to the SDK", (t) => {
	for (const [name, path] of Object.entries(manifest.modules ?? {}))
		t.is(path, `$(KEYGATE)/${name}`);
	for (const platform of platforms) {
		const all = files(platform);
		t.deepEqual(modules.filter((name) => !all.some((each) => each.name === name && each.file === `${name}.ts`)), [], platform);
		t.deepEqual(all.filter(({ file }) => file.endsWith(".mjs")), [], `${platform}: what is for Node is no module`);
		t.deepEqual(all.filter(({ name, file }) => /(?<!\.d)\.ts$/.test(file) && file !== `${name}.ts`), [], platform);
	}
});

test("every source that a manifest names is there", (t) => {
	for (const platform of platforms)
		for (const [name, sources] of manifests("manifest.json", platform).flatMap((each) => Object.entries(each.modules ?? {})))
			for (const source of [sources].flat().filter((each) => each.startsWith("$(KEYGATE)/")))
				t.true(named(source.replace("$(KEYGATE)/", "")).length > 0, `${platform}: "${name}": ${source} names nothing`);
});

test("every module with code is preloaded", (t) => {
	t.deepEqual([...manifest.preload ?? []].sort(), modules.filter(hasCode));
});

test("boards: everything of hosts/device, hosts/lwip and hosts/unit is there, and preloaded but for the module that each start runs", (t) => {
	for (const platform of platforms.filter((name) => name.startsWith("esp32/"))) {
		const all = files(platform);
		const preloaded = manifests("manifest.json", platform).flatMap(({ preload = [] }) => preload);
		for (const folder of ["hosts/device", "hosts/lwip", "hosts/unit", "hosts/unit/io"]) {
			for (const file of readdirSync(folder).filter((name) => /(?<!\.d)\.ts$|\.c$/.test(name)))
				t.true(all.some((each) => each.file === `${folder}/${file}`), `hosts/esp32/manifest.json does not name ${folder}/${file}`);
			for (const name of readdirSync(folder).filter((each) => each.endsWith(".ts")).map((each) => `${folder}/${each.slice(0, -3)}`))
				t.is(preloaded.includes(name), hasCode(name) && name !== "hosts/device/main", `hosts/esp32/manifest.json preloads ${name}`);
		}
	}
});

test("every C file of the modules is compiled, of the backends of accelerator.h one, and no two files of a platform have the same name", (t) => {
	const backends = ["modules/crypto/openssl/", "modules/crypto/mbedtls/"].filter((folder) => tree.some((name) => name.startsWith(folder)));
	const backendOf = (name: string): string | undefined => backends.find((folder) => name.startsWith(folder));
	for (const platform of platforms) {
		const isBoard = platform.startsWith("esp32/");
		const sources = [...new Set(files(platform).map(({ file }) => file).filter((file) => file.endsWith(".c")))];
		const [backend, ...others] = [...new Set(sources.map(backendOf).filter((each) => each !== undefined))];
		t.deepEqual(others, [], platform);
		// a board works the accelerator's jobs in its loop (hosts/device/workers.c)
		const needed = tree.filter((name) => name.endsWith(".c") && (backendOf(name) === undefined || backendOf(name) === backend)
			&& !(isBoard && (name === "modules/crypto/threads.c" || backend === undefined && name.startsWith("modules/crypto/"))));
		t.deepEqual(needed.filter((name) => !sources.includes(name)), [], platform);
		const names = [...new Set(files(platform).map(({ file }) => file).filter((file) => /\.[ch]$/.test(file)))].map((file) => basename(file));
		t.deepEqual(names.filter((name, index) => names.indexOf(name) !== index), [], `${platform}: mcconfig names objects, and what it reads of headers, by the last part of a path`);
	}
});

test("the machine is the one that the Linux host clones", (t) => {
	const { creation } = manifest;
	const source = readFileSync("hosts/xs/machine.c", "utf8");
	for (const number of [creation?.chunk?.initial, creation?.heap?.initial, creation?.stack])
		t.regex(source.replaceAll("'", ""), new RegExp(`\\b${number}\\b`));
});

test("the prototype of every generator is frozen for the SDK, which warns of those that are not", (t) => {
	t.is(freezing("export function* lines(x) {\n}\nclass A {\n    static *of() {\n    }\n    *each() {\n    }\n    *[Symbol.iterator]() {\n    }\n}\nconst f = function* () {\n};\n"),
		"Object.freeze(lines.prototype);\nObject.freeze(A.of.prototype);\nObject.freeze(A.prototype.each.prototype);\nObject.freeze(A.prototype[Symbol.iterator].prototype);\nObject.freeze(f.prototype);\n");
	for (const name of modules)
		t.notRegex(compiled(name), /^ +(?:static )?(?:\*#|async \*)/m, `${name}: a generator whose prototype nothing at module scope can name`);
});

test("the script of the pages has nothing that C takes for a trigraph: the SDK writes texts into C", async (t) => {
	const { SCRIPT } = await import(pathToFileURL(join(process.cwd(), "build/js/modules/pages/script.js")).href) as { readonly SCRIPT: readonly string[] };
	for (const text of SCRIPT)
		t.notRegex(text, /\?\?[=/'()!<>-]/);
});
