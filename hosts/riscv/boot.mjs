// The boot loader: hosts/riscv/boot with what it shares with the firmware, and parts of mbedTLS.
import { mkdirSync, statSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";
import { BuildFault, fresh, object, root, run, write } from "../xs/chain.mjs";
import { signingKey, trustSource } from "../device/image.mjs";
import { layout, symbols } from "./layout.mjs";

/** How this board calls itself in an image. */
export const board = "qemu-virt-rv32";

const prefix = "riscv64-unknown-elf-";
const machine = ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "--specs=picolibc.specs"];
const sources = ["hosts/riscv/boot/start.S", "hosts/riscv/boot/boot.c", "hosts/riscv/boot/load.c", "hosts/riscv/boot/expand.c", "hosts/riscv/slots.c", "hosts/riscv/flash.c", "hosts/riscv/cfi.c", "hosts/device/image.c"];
const library = ["asn1parse", "asn1write", "bignum", "constant_time", "ecdsa", "ecp", "ecp_curves", "memory_buffer_alloc", "platform", "platform_util", "sha256"];
/** What inflates, of zlib: from memory to memory, without its own headers and without a heap of its own. */
const inflating = ["adler32", "inffast", "inflate", "inftrees", "zutil"];

/** Compiles C or assembly of ours (all warnings) or of others (none) for the board; answers the object's path. */
export function compile(source, folder, flags, isOurs = true) {
	const all = [...machine, "-Os", "-g", "-ffunction-sections", "-fdata-sections", "-MD", ...(isOurs ? ["-std=gnu11", "-Wall", "-Wextra", "-Wconversion"] : ["-w"]), ...flags];
	return object(`${prefix}gcc`, join(root, source), join(folder, `${basename(source, extname(source))}.o`), all);
}

/**
 * Compiles `sources` (C files of ours), a key's trust and the loader's parts of mbedTLS and zlib in `folder`, and links them by `script`: an ELF file, and what is
 * in it as a .bin beside it, whose path is the answer. `fetched`: where the sources of Debian's packages are.
 */
export async function linkWithCrypto({ fetched, key, folder, sources, script, elf }) {
	const mbedtls = join(fetched, "mbedtls");
	const zlib = join(fetched, "zlib");
	mkdirSync(folder, { recursive: true });
	const trust = join(folder, "trust.c");
	write(trust, trustSource(board, key, true));
	const flags = [...["hosts/device", "hosts/riscv", "modules"].flatMap((each) => ["-iquote", join(root, each)]), "-isystem", join(mbedtls, "include"), "-isystem", zlib, "-DZ_SOLO", "-DNO_GZIP",
		"-DMBEDTLS_CONFIG_FILE=\"mbedtls_config.h\"", `-I${join(root, "hosts/riscv/boot")}`];
	const objects = [];
	// what drives the chip may run from RAM while the chip cannot be read, and must not call what the compiler would put in a loop's place
	for (const source of sources)
		objects.push(await compile(source, folder, source.endsWith("/cfi.c") ? [...flags, "-fno-tree-loop-distribute-patterns"] : flags));
	objects.push(await compile(relative(root, trust), folder, flags));
	for (const name of library)
		objects.push(await compile(relative(root, join(mbedtls, "library", `${name}.c`)), folder, flags, false));
	for (const name of inflating)
		objects.push(await compile(relative(root, join(zlib, `${name}.c`)), folder, flags, false));
	const bin = elf.replace(/\.elf$/, ".bin");
	const words = [...machine, "-nostartfiles", `-T${script}`, ...symbols, "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments", `-Wl,-Map=${join(folder, "map")}`, ...objects, "-o", elf];
	await fresh(elf, [...objects, script], words, () => run(`${prefix}gcc`, words));
	await fresh(bin, [elf], "", () => run(`${prefix}objcopy`, ["-O", "binary", elf, bin]));
	return bin;
}

/** Makes boot.elf and boot.bin in `out`; `fetched` as above, `key` the private key whose public half the board trusts. Answers the path of the .bin. */
export async function buildBoot({ fetched, key = signingKey(), out = join(root, "build/riscv") }) {
	const bin = await linkWithCrypto({ fetched, key, folder: join(out, "boot"), sources, script: join(root, "hosts/riscv/boot/boot.ld"), elf: join(out, "boot.elf") });
	if (statSync(bin).size > layout.BOOT_SIZE)
		throw new BuildFault(`${bin}: ${statSync(bin).size} bytes, ${layout.BOOT_SIZE} are there for it`);
	return bin;
}
