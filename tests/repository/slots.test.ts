/** What costs a device's heap and is not seen in the text. */
import test from "ava";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Modules and what the hosts put around them. */
function sources(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")).map((name) => join(folder, name));
}

test("private methods are TypeScript's: one of the language's own takes a slot of each object, 200 of them in a gateway", (t) => {
	const found = [...sources("modules"), ...["unit", "linux", "lwip", "device", "xs"].flatMap((name) => sources(`hosts/${name}`))].flatMap((path) =>
		readFileSync(path, "utf8").split("\n").flatMap((line, i) => /^\t(?:async )?\*?#\w+(?:<[^>]*>)?\(/.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : []));
	t.deepEqual(found, []);
});
