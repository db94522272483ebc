/** The mbedTLS backend on the board's processor by itself (measure.c): built with and run on processors with the cryptography instructions and without. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { vectors } from "../../node/crypto/vectors.js";

const root = process.cwd();
const load = async <T>(path: string): Promise<T> => await import(pathToFileURL(join(root, path)).href) as T;

interface Boot {
	compile(source: string, folder: string, flags: readonly string[], isOurs?: boolean): Promise<string>;
}

/** QEMU's names of a processor with all the instructions, and of one with none. */
export const processors = Object.freeze({ with: "rv32,zkne=true,zknd=true,zknh=true,zbkb=true,zbkc=true", without: "rv32" });

/** Builds the program; Debian's sources are fetched when they are not there yet. Answers its path. */
export async function build(): Promise<string> {
	const { compile } = await load<Boot>("hosts/riscv/boot.mjs");
	const { debianSources } = await load<{ debianSources(folder: string, names: readonly string[]): void }>("hosts/riscv/debian.mjs");
	const { mbedtlsSources } = await load<{ mbedtlsSources: readonly string[] }>("modules/crypto/mbedtls/sources.mjs");
	const sources = join(root, "build/riscv/sources");
	debianSources(sources, ["lwip", "mbedtls"]);
	const kept = join(root, "build/tests/zkn");
	mkdirSync(kept, { recursive: true });
	const folder = mkdtempSync(join(kept, "own-"));
	try {
		writeFileSync(join(folder, "vectors.h"), vectors());
		const flags = ["-O2", "-DKEYGATE_ONE_THREAD", "-DKEYGATE_OWN_AES", "-DKEYGATE_OWN_SHA2", "-DKEYGATE_OWN_GCM", "-include", "stddef.h",
			`-DMBEDTLS_CONFIG_FILE="${join(root, "modules/crypto/mbedtls/configuration.h")}"`, "-isystem", join(sources, "mbedtls/include"), "-isystem", join(sources, "lwip/src/include"),
			...["modules", "modules/crypto", "hosts/device", "hosts/riscv"].flatMap((each) => ["-iquote", join(root, each)]), "-I", join(root, "hosts/lwip"), "-I", join(root, "hosts/riscv")];
		const objects: string[] = [];
		for (const name of mbedtlsSources)
			objects.push(await compile(`build/riscv/sources/mbedtls/library/${name}`, kept, flags, false));
		const own = [
			...readdirSync("modules/crypto/mbedtls").filter((name) => name.endsWith(".c")).map((name) => `modules/crypto/mbedtls/${name}`),
			...readdirSync("hosts/riscv").filter((name) => /^(zkn|software)\w*\.c$/.test(name)).map((name) => `hosts/riscv/${name}`),
			"modules/crypto/groups.c", "modules/crypto/jobs.c", "modules/crypto/judgement.c", "modules/crypto/kept.c", "modules/crypto/labour.c", "modules/crypto/nametext.c", "hosts/riscv/cryptoheap.c", "tests/emulator/zkn/measure.c", "tests/node/crypto/noworkers.c",
		];
		for (const source of own)
			objects.push(await compile(source, folder, [...flags, "-iquote", folder]));
		const program = join(kept, "zkn.elf");
		const { status, stderr } = spawnSync("riscv64-unknown-elf-gcc", ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "--specs=picolibc.specs", "--crt0=semihost", "--oslib=semihost",
			"-Wl,--gc-sections", ...["__flash=0x80000000", "__flash_size=0x400000", "__ram=0x80400000", "__ram_size=0x100000", "__stack_size=0x8000"].map((symbol) => `-Wl,--defsym=${symbol}`),
			"-Tpicolibc.ld", ...objects, "-o", program], { encoding: "utf8" });
		if (status !== 0)
			throw new Error(stderr);
		return program;
	}
	finally {
		rmSync(folder, { recursive: true });
	}
}

/** What the program says on this processor, instructions counted. */
export function run(program: string, processor: string): string {
	const { status, stdout, stderr } = spawnSync("qemu-system-riscv32", ["-M", "virt", "-m", "16M", "-cpu", processor, "-icount", "shift=0", "-display", "none", "-serial", "none", "-monitor", "none",
		"-bios", "none", "-kernel", program, "-semihosting-config", "enable=on,target=native"], { encoding: "utf8", timeout: 300000 });
	if (status !== 0)
		throw new Error(`qemu-system-riscv32 ended with ${status}: ${stdout}${stderr}`);
	return stdout + stderr;
}

/** Instructions a byte of what was measured `how`, by algorithm. */
export function figures(output: string, how: "with" | "without"): Map<string, number> {
	return new Map([...output.matchAll(new RegExp(`^# ${how} (\\S+) ([\\d.]+)$`, "gm"))].map(([, name, figure]) => [name!, Number(figure)]));
}
