// node tests/bench/crypto.mjs: what the accelerator costs over bare OpenSSL, and the longest gap between packets while group 18 is worked.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backends, cryptoSources } from "../../hosts/backends.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));

function run(command, ...args) {
	const { status, error } = spawnSync(command, args, { stdio: "inherit" });
	if (status !== 0) {
		console.error(`crypto bench: ${command}: ${error?.message ?? `status ${status}`}`);
		process.exitCode = 1;
	}
	return status === 0;
}

try {
	const program = join(folder, "crypto");
	if (run("gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Wconversion", "-iquote", join(root, "modules"), "-iquote", join(root, "modules/crypto"),
		join(root, "tests/bench/crypto.c"), ...cryptoSources("openssl"), ...backends.openssl.libraries, "-o", program))
		run(program);
}
finally {
	rmSync(folder, { recursive: true });
}
