/** docs/dependencies.md lists what is used, each with its version and reason, and nothing else is there. */
import test from "ava";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Packages = readonly (readonly [name: string, file: string])[];
interface Setup {
	readonly buildPackages: Packages;
	readonly firmwarePackages: Packages;
	readonly fuzzPackages: Packages;
	readonly mbedtlsPackages: Packages;
	readonly testPackages: Packages;
}

const page = "docs/dependencies.md";

/** The rows of the table below a heading, without its head. */
function rows(heading: string): string[][] {
	const section = readFileSync(page, "utf8").split(/^## /m).find((text) => text.startsWith(heading))!;
	return section.split("\n").filter((line) => line.startsWith("| ")).slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

test("npm's packages: those of package.json, in the version of the lock file, with a reason, used where it says", (t) => {
	const listed = rows("npm packages");
	const { dependencies, devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies?: object; devDependencies: object };
	const locked = JSON.parse(readFileSync("package-lock.json", "utf8")).packages as Record<string, { version: string }>;
	t.deepEqual(listed.map(([name]) => name).sort(), Object.keys({ ...dependencies, ...devDependencies }).sort());
	for (const [name, version, reason, place] of listed) {
		t.is(version, locked[`node_modules/${name!}`]!.version, name);
		t.true(reason!.length > 20, name);
		const file = /^`([^`]+)`$/.exec(place!)?.[1] ?? "";
		t.true(existsSync(file), `${name}: ${place}`);
		// as it is imported, in a path of node_modules, as a word of a command, or as types
		const word = { "oxlint-tsgolint": "typeAware", "@types/node": "\"node\"" }[name!] ?? name!;
		t.true(readFileSync(file, "utf8").includes(word), `${name} in ${file}`);
	}
});

test("Debian's packages: those of hosts/setup.mjs, each with a reason", async (t) => {
	const { buildPackages, firmwarePackages, fuzzPackages, mbedtlsPackages, testPackages } = await import(pathToFileURL(join(process.cwd(), "hosts/setup.mjs")).href) as Setup;
	const listed = rows("Debian packages");
	t.deepEqual(listed.map(([name]) => name).sort(), [...new Set([...buildPackages, ...firmwarePackages, ...fuzzPackages, ...mbedtlsPackages, ...testPackages].map(([name]) => name))].sort());
	for (const [name, reason] of listed)
		t.true(reason!.length > 8, name);
});
