/** What the Moddable SDK's mcconfig makes of manifest.json, as far as our own files go: which it takes for a platform, and under which names. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, posix, relative } from "node:path";

export interface Creation {
	readonly chunk?: { readonly initial: number };
	readonly heap?: { readonly initial: number };
	readonly stack?: number;
	readonly nativeStack?: number;
	readonly main?: string;
}

export interface Manifest {
	readonly include?: string | readonly string[];
	readonly build?: Readonly<Record<string, string>>;
	readonly creation?: Creation;
	readonly modules?: Readonly<Record<string, string | readonly string[]>>;
	readonly preload?: readonly string[];
	readonly platforms?: Readonly<Record<string, Manifest>>;
	readonly defines?: unknown;
}

export const read = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8")) as Manifest;

const list = (value: string | readonly string[] | undefined): readonly string[] => value === undefined ? [] : typeof value === "string" ? [value] : value;

/** A manifest and those of ours that it includes, for one platform, in their order. What is not ours ($(MODDABLE), $(MODULES), ...) is left out. */
export function manifests(path: string, platform: string): Manifest[] {
	const manifest = read(path);
	const own = manifest.platforms?.[platform];
	return [manifest, ...own === undefined ? [] : [own]].flatMap((each) => [each, ...list(each.include)
		.map((include) => include.replace("$(KEYGATE)/", ""))
		.filter((include) => !include.startsWith("$("))
		.flatMap((include) => manifests(include.startsWith(".") ? join(dirname(path), include) : include, platform))]);
}

/** The files that a source of a manifest's "modules" names, as mcconfig finds them: a folder's, those of one name, or one file. */
export function named(source: string): string[] {
	const folder = posix.dirname(source);
	const name = posix.basename(source);
	if (!existsSync(folder))
		return [];
	return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name)
		.filter((file) => name === "*" || file === name || file.replace(/\.d\.ts$|\.[^.]*$/, "") === name)
		.map((file) => `${folder}/${file}`).sort();
}

/** Our files that a platform's image is made of, with the names that its manifest gives them; what stands under "~" is left out. */
export function files(platform: string, path = "manifest.json"): { readonly name: string; readonly file: string }[] {
	const all = manifests(path, platform).flatMap(({ modules = {} }) => Object.entries(modules)).flatMap(([name, sources]) =>
		list(sources).filter((source) => source.startsWith("$(KEYGATE)/")).flatMap((source) => named(source.replace("$(KEYGATE)/", "")).map((file) => ({
			name: name.replace("*", basename(file).replace(/\.[^.]*$/, "")), file: relative(".", file),
		}))));
	const left = all.filter(({ name }) => name === "~").map(({ file }) => file);
	return all.filter(({ file }) => !left.includes(file));
}
