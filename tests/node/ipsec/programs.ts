/** Builds the engine's test programs in C, with every warning and both sanitizers, and turns their lines into tests. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { backendWords } from "../../backends.js";

const root = process.cwd();
const folder = "tests/node/ipsec";
const engine = ["sad", "replay", "events", "selectors", "esp", "ah", "ipv4", "carry", "ecn", "park", "mtu", "mss", "icmp", "fragments", "hints", "firewall", "engine"].map((name) => `modules/ipsec/${name}.c`);
const includes = ["modules", "modules/crypto", "modules/ipsec", folder].flatMap((path) => ["-iquote", path]);
export const sanitizers = Object.freeze(["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]);

/** Compiles `sources` (of this folder or a path) with the engine and returns the program's path. Throws with the compiler's words, warnings too. */
export function compile(program: string, sources: readonly string[], flags: readonly string[] = sanitizers): string {
	const path = join(root, "build/tests", program);
	mkdirSync(join(root, "build/tests"), { recursive: true });
	const files = sources.map((source) => source.includes("/") ? source : join(folder, source));
	const { status, stderr, error } = spawnSync("gcc", ["-std=gnu11", ...flags, "-Wall", "-Wextra", "-Wconversion", "-Werror", ...includes,
		...files, ...engine, ...backendWords("openssl"), "-o", path], { cwd: root, encoding: "utf8" });
	if (error !== undefined || status !== 0)
		throw new Error(`gcc: ${error?.message ?? stderr}`);
	return path;
}

export interface Case {
	readonly name: string;
	readonly ok: boolean;
	/** What failed. */
	readonly notes: string;
}

/** Runs a program that prints `ok NAME`, `not ok NAME` and `# note` lines; its end is a case of its own. */
export function runCases(command: string, words: readonly string[] = []): Case[] {
	const { status, signal, stdout, stderr } = spawnSync(command, words, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
	const cases: Case[] = [];
	let notes = "";
	for (const line of stdout.split("\n")) {
		const match = /^(not )?ok (.+)$/.exec(line);
		if (match === null) {
			notes += line === "" ? "" : `${line}\n`;
			continue;
		}
		cases.push({ name: match[2]!, ok: match[1] === undefined, notes });
		notes = "";
	}
	cases.push({ name: `${command.slice(command.lastIndexOf("/") + 1)} ends in order`, ok: status === 0, notes: `status ${status ?? signal}\n${notes}${stderr}` });
	return cases;
}
