/**
 * The list of docs/traps.md and the tests that carry its numbers in their titles.
 *   node build/js/tests/repository/traps.js     writes the list's last column anew
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const document = "docs/traps.md";

/** Titles of tests, of TypeScript and of C, with the numbers at their beginning: `"T22 T23 several peers behind one NAT"`. */
const titles = /[([]\s*["`]((?:[a-z][a-z ]*: )?(?:[TF]\d\d )+[^"`\n]*)["`]/g;

/** The numbers at the beginning of titles in a test's source. */
export function numbers(source: string): Set<string> {
	const found = new Set<string>();
	for (const [, title] of source.matchAll(titles))
		for (const [number] of title!.matchAll(/\b[TF]\d\d\b/g))
			found.add(number);
	return found;
}

/** Every number that a test shows, with the files of its tests. */
export function shown(): Map<string, string[]> {
	const files = readdirSync("tests", { recursive: true, encoding: "utf8" }).filter((name) => /\.test\.ts$|_cases\.c$/.test(name)).map((name) => `tests/${name}`).sort();
	const result = new Map<string, string[]>();
	for (const file of files)
		for (const number of numbers(readFileSync(file, "utf8")))
			result.set(number, [...result.get(number) ?? [], file]);
	return result;
}

/** T01 to T32 and F01 to F18. */
export function expected(): string[] {
	const list = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${String(i + 1).padStart(2, "0")}`);
	return [...list("T", 32), ...list("F", 18)];
}

/** The lines of the document's tables: number, what it says, the files that it names. */
export function listed(text = readFileSync(document, "utf8")): { number: string; text: string; files: string[] }[] {
	return [...text.matchAll(/^\| ([TF]\d\d) \| (.*) \| (.*) \|$/gm)].map(([, number, what, files]) =>
		({ number: number!, text: what!, files: [...files!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!) }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const tests = shown();
	writeFileSync(document, readFileSync(document, "utf8").replace(/^\| ([TF]\d\d) \| (.*) \| .*\|$/gm, (_, number: string, what: string) =>
		`| ${number} | ${what} | ${(tests.get(number) ?? []).map((file) => `\`${file}\``).join(", ")} |`));
}
