// Every allocation of mbedTLS in turn fails: a clean refusal, nothing leaks, and the same thing can be done afterwards.
import test from "ava";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPEM } from "../../authority.js";
import { backendWords, isInstalled } from "../../backends.js";
import * as certificates from "../../vectors/certificates.js";

const root = process.cwd();

function bytes(name: string, value: Uint8Array): string {
	return `static const unsigned char ${name}[] = { ${[...value].join(", ")} };\n`;
}

/** Certificates for the program, as C. */
function material(folder: string): string {
	const { root: authority, intermediate, gateB, gateBKey, list, day } = certificates;
	const file = (name: string, text: string): string => {
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};
	const bundle = execFileSync("openssl", ["pkcs12", "-export", "-in", file("certificate", gateB), "-inkey", file("key", gateBKey), "-certfile", file("others", intermediate), "-passout", "pass:secret"]);
	const encrypted = String(execFileSync("openssl", ["pkcs8", "-topk8", "-in", join(folder, "key"), "-passout", "pass:secret"]));
	const chain = [gateB, intermediate].map((text) => Buffer.from(fromPEM(text))).flatMap((der) => [Buffer.of(der.length >> 8, der.length & 255), der]);
	return [
		`#define kDay ${day}\n`,
		...Object.entries({ kRoot: authority, kIntermediate: intermediate, kList: list, kGate: gateB, kGateKey: gateBKey, kTexts: gateB + encrypted }).map(([name, text]) =>
			`static const char ${name}[] = ${JSON.stringify(text)};\n`),
		bytes("kBundle", bundle), bytes("kChain", Buffer.concat(chain)),
	].join("");
}

(isInstalled("mbedtls") ? test : test.skip)("each allocation fails in turn: what the accelerator does is done or refused, nothing leaks", (t) => {
	t.timeout(600000);
	const folder = mkdtempSync(join(tmpdir(), "keygate-allocations-"));
	try {
		writeFileSync(join(folder, "material.h"), material(folder));
		const program = join(folder, "allocations");
		execFileSync("gcc", ["-std=gnu11", "-g", "-O1", "-Wall", "-Wextra", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DKEYGATE_ONE_THREAD", "-iquote", folder, "-iquote", join(root, "modules"),
			"-iquote", join(root, "modules/crypto"), ...["allocations.c", "noworkers.c"].map((name) => join(root, "tests/node/crypto", name)), ...backendWords("mbedtls").filter((word) => !word.endsWith("/threads.c")),
			"-Wl,--wrap=calloc", "-Wl,--wrap=free", "-o", program]);
		const { NODE_OPTIONS: _, ...env } = process.env;
		const { status, stdout, stderr } = spawnSync(program, { encoding: "utf8", env, timeout: 500000 });
		t.is(status, 0, stdout + stderr);
		t.is(stdout.match(/^ok /gm)?.length, 16, stdout);
		stdout.split("\n").filter((line) => line !== "").forEach((line) => t.log(line));
	}
	finally {
		rmSync(folder, { recursive: true });
	}
});
