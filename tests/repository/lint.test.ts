/** The linter finds nothing, looks by types, and is told to look away only with a reason. */
import test, { type ExecutionContext } from "ava";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const config = ".oxlintrc.json";

function lint(t: ExecutionContext, ...words: string[]): { readonly status: number | null; readonly output: string } {
	t.timeout(240000);
	const { status, stdout, stderr } = spawnSync("node_modules/.bin/oxlint", ["--format=unix", "--deny-warnings", ...words], { encoding: "utf8", maxBuffer: 1 << 26 });
	return { status, output: stdout + stderr };
}

test("lint: there is nothing to say", (t) => {
	const { status, output } = lint(t, "modules", "hosts", "tests");
	t.is(status, 0, output);
});

test("lint: what only the types show is found", (t) => {
	const folder = mkdtempSync(join(tmpdir(), "keygate-lint-"));
	try {
		writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, target: "es2022", module: "esnext", types: [], noEmit: true } }));
		writeFileSync(join(folder, "promise.ts"), "export async function begin(): Promise<void> {\n\tawait Promise.resolve();\n}\n\nexport function start(): void {\n\tbegin();\n}\n");
		const { status, output } = lint(t, "-c", config, folder);
		t.not(status, 0);
		t.regex(output, /promise\.ts:6:.*no-floating-promises/, output);
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

test("lint: a rule that is off has its reason above it", (t) => {
	const lines = readFileSync(config, "utf8").split("\n");
	const off = lines.flatMap((line, i) => /: "off",?$/.test(line) ? [i] : []);
	t.true(off.length > 10);
	for (const i of off) {
		// those that are off for one reason follow each other
		let above = i - 1;
		while (/: "off",$|"rules": \{$|"files": \[.*\],$/.test(lines[above]!))
			above--;
		t.regex(lines[above]!, /^\s*\/\/ .{30,}/, lines[i]);
	}
});
