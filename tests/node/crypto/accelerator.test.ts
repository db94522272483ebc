// Compiles accelerator.c with the accelerator's sources and runs it: as it is, and under the sanitizers.
import test from "ava";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backends, backendWords, cryptoSources, isInstalled } from "../../backends.js";
import { vectors } from "./vectors.js";

const root = process.cwd();
/** Of each backend what accelerator.c includes, so that it can look inside, and how its heap is watched. */
const inside = { openssl: [], mbedtls: ["-DKEYGATE_MBEDTLS", "-Wl,--wrap=calloc", "-Wl,--wrap=free"] } as const;
const included = /\/(jobs|(openssl|mbedtls)\/(agreement|accelerator))\.c$/;
/** Small tables, so that tests meet full ones. */
const limits = "#define PACKET_CONTEXTS 4\n#define DH_JOBS 3\n#define OWN_CERTIFICATES 2\n#define TRUSTED_CERTIFICATES 2\n#define REVOCATION_LISTS 2\n#define CERTIFICATE_CHAIN 4\n";
const strict = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"];

function run(command: string, ...args: string[]): Promise<{ readonly status: number; readonly output: string }> {
	return new Promise((resolve) => {
		execFile(command, args, { timeout: 120000, maxBuffer: 1 << 24 }, (error, out, text) => {
			resolve({ status: typeof error?.code === "number" ? error.code : error ? 128 : 0, output: out + text });
		});
	});
}

for (const backend of backends) for (const [how, flags] of [
	["optimised", ["-O2"]],
	["without libipsec-mb", ["-O2", "-DKEYGATE_WITHOUT_MULTIBUFFER"]],
	["with address and undefined-behaviour sanitizers", ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]],
	["with the thread sanitizer", ["-O1", "-g", "-fsanitize=thread"]],
] as const) {
	(isInstalled(backend) && (backend === "openssl" || how !== "without libipsec-mb") ? test : test.skip)(`the accelerator in C by ${backend}, ${how}`, async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "keygate-crypto-"));
		try {
			await writeFile(join(folder, "limits.h"), limits);
			await writeFile(join(folder, "vectors.h"), vectors());
			const program = join(folder, "accelerator");
			const compiled = await run("gcc", ...strict, ...flags, ...inside[backend], "-iquote", folder, "-iquote", join(root, "modules/crypto"),
				join(root, "tests/node/crypto/accelerator.c"), ...backendWords(backend).filter((word) => !included.test(word)), "-o", program);
			t.is(compiled.output, "");
			const { status, output } = await run(program);
			t.is(status, 0, output);
			t.notRegex(output, /^not ok/m, output);
			t.is(output.match(/^ok /gm)?.length, 19, output);
		}
		finally {
			await rm(folder, { recursive: true });
		}
	});
}

test("each native file of the room compiles without a warning", async (t) => {
	const sources = [...new Set(backends.filter(isInstalled).flatMap(cryptoSources)), ...["crypto.c", "certificates.c", "credentials.c"].map((name) => join(root, "modules/crypto", name))];
	for (const path of sources) {
		const { output } = await run("gcc", ...strict, "-O2", "-fsyntax-only", "-include", "stddef.h", "-isystem", join(root, "node_modules/@agoric/xsnap/moddable/xs/includes"),
			"-iquote", join(root, "modules"), "-iquote", join(root, "modules/crypto"), path);
		t.is(output, "", path);
	}
});
