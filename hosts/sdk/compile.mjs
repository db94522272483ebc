// The TypeScript compiler as manifest.json names it to mcconfig, which calls it once for each module: tsc, and then each generator's `prototype` is
// frozen. Nobody writes to one, but the SDK's linker warns of an object that is not frozen in a preloaded module, and keeps a place for its
// copy in every machine. (hosts/xs needs no such thing: its own linker takes them as what they are.)
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The statements that freeze the prototypes of the generators of a module: of its functions and of its classes' methods (tsc's output: one declaration a line). */
export function freezing(javascript) {
	const generators = [];
	let owner = "";
	for (const line of javascript.split("\n")) {
		const declared = /^(?:export )?(?:default )?function\* ?(\w+)/.exec(line) ?? /^(?:export )?const (\w+) = function\*/.exec(line);
		if (declared)
			generators.push(declared[1]);
		owner = /^(?:export )?(?:default )?class (\w+)/.exec(line)?.[1] ?? owner;
		const method = /^ {4}(static )?\*(\w+|\[[\w.]+\])\(/.exec(line);
		if (method && owner !== "")
			generators.push(`${owner}${method[1] ? "" : ".prototype"}${method[2].startsWith("[") ? "" : "."}${method[2]}`);
		if (line === "}")
			owner = "";
	}
	return generators.map((name) => `Object.freeze(${name}.prototype);\n`).join("");
}

function main(args) {
	const { status, error } = spawnSync("tsc", args, { stdio: "inherit" });
	if (error)
		console.error(`tsc: ${error.message}: npm ci, and node_modules/.bin on the PATH`);
	if (status !== 0)
		return status ?? 1;
	const { compilerOptions: { outDir }, files } = JSON.parse(readFileSync(args[args.indexOf("-p") + 1], "utf8"));
	for (const file of files) {
		const path = join(outDir, file.replace(/\.ts$/, ".js"));
		const text = readFileSync(path, "utf8");
		const more = freezing(text);
		if (more !== "") {
			const map = text.lastIndexOf("//# sourceMappingURL");
			writeFileSync(path, map < 0 ? `${text}\n${more}` : `${text.slice(0, map)}${more}${text.slice(map)}`);
		}
	}
	return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.exitCode = main(process.argv.slice(2));
