/** Nothing that takes time depends on a secret: comparisons, keyed hashes, ciphers and packets, with secrets marked for valgrind's memcheck. */
import test from "ava";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { compile, runCases } from "./programs.js";

const valgrind = "/usr/bin/valgrind";

/** What memcheck needs to know more than the program: where an error of a case comes from, and nothing of what ends with it. */
const words = ["--quiet", "--error-exitcode=0", "--leak-check=no", "--track-origins=no"];

if (!existsSync(valgrind))
	test.skip("skipped: needs valgrind", () => {});
else {
	const wrapped = ["-Wl,--wrap=accelerator_equal,--wrap=sad_open"];
	const program = compile("secrets", ["secrets.c"], ["-O2", "-g", ...wrapped]);
	for (const { name, ok, notes } of runCases(valgrind, [...words, program]))
		test(`memcheck: ${name}`, (t) => t.true(ok, notes));

	test("memcheck: a comparison that ends at the first difference is found", (t) => {
		const { stdout, stderr } = spawnSync(valgrind, [...words, program, "leaky"], { encoding: "utf8" });
		t.regex(stdout, /^not ok a comparison that ends/m, stderr);
		t.regex(stderr, /depends on uninitialised value[^]*leaky_equal/, stderr);
	});
}
