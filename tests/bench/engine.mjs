// node tests/bench/engine.mjs: what the packet engine costs over bare OpenSSL (goal: 1.3 times), and with full tables over one SA (goal: 1.2 times).
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backends, cryptoSources } from "../../hosts/backends.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));

function run(command, ...args) {
	const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
	if (status !== 0) {
		console.error(`engine bench: ${command}: ${error?.message ?? `status ${status}`}`);
		process.exitCode = 1;
	}
	return status === 0;
}

try {
	const program = join(folder, "engine");
	if (run("gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-iquote", "modules", "-iquote", "modules/crypto", "-iquote", "modules/ipsec", "-iquote", "tests/node/ipsec",
		"tests/bench/engine.c", ...["sad", "replay", "events", "selectors", "esp", "ah", "ipv4", "carry", "ecn", "park", "mtu", "mss", "icmp", "fragments", "hints", "firewall", "engine"].map((name) => `modules/ipsec/${name}.c`),
		...cryptoSources("openssl"), ...backends.openssl.libraries, "-o", program))
		run(program);
}
finally {
	rmSync(folder, { recursive: true });
}
