// manifest.json names every module of the tree, and preloads every one that has code: the SDK drops unmatched names silently.
import { readdirSync, readFileSync } from "node:fs";
import test from "ava";

interface Manifest {
	readonly creation: { readonly chunk: { readonly initial: number }; readonly heap: { readonly initial: number }; readonly stack: number };
	readonly modules: Readonly<Record<string, string>>;
	readonly preload: readonly string[];
}

const manifest = JSON.parse(readFileSync("manifest.json", "utf8")) as Manifest;
const tree = readdirSync("modules", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")).map((name) => name.slice(0, -3)).sort();

/** Modules of types only compile to nothing. */
function hasCode(name: string): boolean {
	return readFileSync(`build/js/modules/${name}.js`, "utf8").replace(/\/\*[^]*?\*\/|export \{\};/g, "").trim() !== "";
}

test("every module is named, by itself or by its folder, as it is named in the tree", (t) => {
	for (const [name, path] of Object.entries(manifest.modules))
		t.is(path, `$(KEYGATE)/modules/${name}`);
	t.deepEqual(tree.filter((name) => !(name in manifest.modules) && !(`${name.slice(0, name.lastIndexOf("/"))}/*` in manifest.modules)), []);
	for (const name of Object.keys(manifest.modules))
		t.true(tree.some((each) => each === name || `${each.slice(0, each.lastIndexOf("/"))}/*` === name), `${name} names nothing`);
});

test("every module with code is preloaded", (t) => {
	t.deepEqual([...manifest.preload].sort(), tree.filter(hasCode));
});

test("the machine is the one that the Linux host clones", (t) => {
	const { creation } = manifest;
	const source = readFileSync("hosts/xs/machine.c", "utf8");
	for (const number of [creation.chunk.initial, creation.heap.initial, creation.stack])
		t.regex(source.replaceAll("'", ""), new RegExp(`\\b${number}\\b`));
});
