/** gcc's analyzer and every warning over our C, as `npm run analyze` runs it, and every warning for processors that are not this machine's. */
import test from "ava";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { testUnless } from "../needs.js";

interface Analysis {
	analyze(target: string, sources?: readonly string[]): Promise<string[]>;
	isPossible(target: string): boolean;
}

interface Foreign {
	readonly processors: readonly string[];
	complaints(processor: string): Promise<string[]>;
	wanting(processor: string): string | undefined;
}

const { analyze, isPossible } = await import(pathToFileURL(join(process.cwd(), "tests/checks/analyze.mjs")).href) as Analysis;
const { complaints, processors, wanting } = await import(pathToFileURL(join(process.cwd(), "tests/checks/foreign.mjs")).href) as Foreign;

test("analysis: nothing is found in what is compiled for Linux", async (t) => {
	t.timeout(1200000);
	t.deepEqual(await analyze("linux"), []);
});

(isPossible("firmware") ? test : test.skip)("analysis: nothing is found in what is compiled for the board", async (t) => {
	t.timeout(1200000);
	t.deepEqual(await analyze("firmware"), []);
});

for (const processor of processors)
	testUnless(wanting(processor), `analysis: what is compiled for Linux compiles for ${processor} without a warning, its list of system calls too`, 1200000, async (t) => {
		t.deepEqual(await complaints(processor), []);
	});

test("analysis: a leak, a use after its end and a lossy conversion are found", async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "keygate-analysis-"));
	const source = join(folder, "planted.c");
	try {
		writeFileSync(source, `#include <stdlib.h>
int leak(int size) { char* bytes = malloc((size_t)size); return bytes ? bytes[0] = 1, 0 : -1; }
int after(void) { int* number = malloc(sizeof *number); if (!number) return 0; *number = 1; free(number); return *number; }
unsigned char lossy(int number) { return number; }
`);
		const found = (await analyze("linux", [source])).join("\n");
		t.regex(found, /malloc-leak/);
		t.regex(found, /use-after-free/);
		t.regex(found, /Werror=conversion/);
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
