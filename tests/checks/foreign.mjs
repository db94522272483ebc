// Whether what is compiled for Linux compiles without a warning for processors that this machine has not got: clang needs only their C library's headers.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { flagsFor, linuxToolchain, root } from "../../hosts/xs/chain.mjs";
import { sourcesOf, targets } from "./analyze.mjs";

/** Milliseconds for all files of one processor, on a machine that is busy with other things. */
const limit = 10 * 60 * 1000;

export const processors = Object.freeze(["aarch64", "riscv64"]);

/** Warnings of clang that gcc has not: of an enumeration's sign, and of a header that stands before another of its name. */
const unlike = ["-Wno-sign-conversion", "-Wno-include-next-absolute-path"];

const headers = (processor) => `/usr/${processor}-linux-gnu/include`;

/** What is wanting here for a processor; undefined: nothing. */
export function wanting(processor) {
	return !existsSync("/usr/bin/clang") ? "clang" : existsSync(join(headers(processor), "stdio.h")) ? undefined : headers(processor);
}

function compile(words) {
	return new Promise((resolve) => {
		const child = spawn("clang", words, { stdio: ["ignore", "ignore", "pipe"], timeout: limit });
		let said = "";
		child.stderr.on("data", (data) => said += data);
		child.on("close", (status) => resolve(status === 0 ? [] : [...said.split("\n").filter((line) => / (error|warning): /.test(line)), `clang ended with ${status}`]));
	});
}

/** What the compiler says of our C, each a line. */
export async function complaints(processor) {
	// OpenSSL's headers are the same for all of them; the profiler counts by an instruction of x86
	const words = [`--target=${processor}-linux-gnu`, "-nostdlibinc", "-isystem", headers(processor), "-idirafter", "/usr/include", "-idirafter", "/usr/include/x86_64-linux-gnu", "-fsyntax-only", "-Werror"];
	const groups = new Map();
	for (const source of sourcesOf(targets.linux).filter((path) => !path.endsWith("hosts/xs/profile.c"))) {
		const flags = flagsFor(linuxToolchain, source).filter((word) => !word.startsWith("-M")).join("\n");
		groups.set(flags, [...groups.get(flags) ?? [], source]);
	}
	const said = [];
	for (const [flags, sources] of groups)
		said.push(...await compile([...words, ...flags.split("\n"), ...unlike, ...sources]));
	return said.map((line) => line.replace(`${root}/`, ""));
}
