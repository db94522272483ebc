// npm run build:riscv: the firmware for QEMU's 32-bit RISC-V board, from the npm package's and Debian's sources, in build/riscv: keygate.elf, which starts
// as it is; keygate.bin, the same as a signed image for a slot of the flash; boot.bin, the boot loader.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mbedtlsSources } from "../../modules/crypto/mbedtls/sources.mjs";
import { withBackend } from "../backends.mjs";
import { ImageError, makeImage, signingKey, trustSource } from "../device/image.mjs";
import { firmwarePackages, missing } from "../setup.mjs";
import { BuildFault, byteCode, byteCodeCompiler, each, engineObjects, files, flagsFor, fresh, link, linuxToolchain, object, root, run, write } from "../xs/chain.mjs";
import { build, headers, modulesIn, step, typescript } from "../xs/sources.mjs";
import { board, buildBoot } from "./boot.mjs";
import { debianSources } from "./debian.mjs";
import { layout, symbols } from "./layout.mjs";
import { memoryFigures, memoryTable } from "./map.mjs";

const here = join(root, "hosts/riscv");
const out = join(build, "riscv");
/** Where the sources of Debian's packages are. */
export const sources = join(out, "sources");
const lwip = join(sources, "lwip/src");
const mbedtls = join(sources, "mbedtls");
const prefix = "riscv64-unknown-elf-";
const processor = ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "--specs=picolibc.specs"];
const map = join(out, "map");

const cryptoConfig = `-DMBEDTLS_CONFIG_FILE="${join(root, "modules/crypto/mbedtls/configuration.h")}"`;

/** The board's. */
export const toolchain = {
	...linuxToolchain,
	compiler: `${prefix}gcc`,
	// text that C formats has no fractions
	flags: [...processor, "-DKEYGATE_ROOT_IMAGE", "-DKEYGATE_ONE_THREAD", "-DKEYGATE_OWN_AES", "-DKEYGATE_OWN_SHA2", "-DKEYGATE_OWN_GCM", "-DPICOLIBC_INTEGER_PRINTF_SCANF", "-msave-restore"],
	optimization: "-Os",
	folders: ["modules", "modules/crypto", "modules/ipsec", "hosts/lwip", "hosts/riscv", "hosts/device"].map((folder) => join(root, folder)),
	system: [join(here, "system.c")],
	linking: ["-nostartfiles", ...symbols, `-T${join(here, "image.ld")}`, "-Wl,--no-warn-rwx-segments", `-Wl,-Map=${map}`],
	linkInputs: [join(here, "image.ld")],
	flagsOf,
	isForeign: (source) => source.startsWith(`${sources}/`),
	// headers of ours that a system's include: lwipopts.h, hooks.h, configuration.h
	listing: "-MD",
};

/** Parts of the language that no module uses: what makes them in a root machine becomes a function that does nothing, and the linker leaves out the rest. */
const absent = ["Atomics", "BigInt", "Date", "Proxy", "RegExp"].map((name) => `-DfxBuild${name}=machine_has_not`);
/** The same of the functions of Math: the answer of each is NaN. */
const absentMath = "acos acosh asin asinh atan atanh cbrt cos cosh exp expm1 log10 log1p log2 sin sinh tan tanh".split(" ").map((name) => `-D${name}=machine_has_no_function`);

/** Within an exponentiation, and while a key is derived, packets go on (breathe.c): by source of mbedTLS. */
const breathing = { "bignum.c": ["-Dmbedtls_mpi_safe_cond_assign=breathing_cond_assign"], "pkcs5.c": ["-Dmbedtls_md_hmac_finish=breathing_hmac_finish"], "pkcs12.c": ["-Dmbedtls_md=breathing_md"] };

/** Where others' headers are. The engine knows nothing of them. */
function flagsOf(source) {
	if (source.endsWith("/xsAPI.c"))
		return absent;
	if (source.endsWith("/xsMath.c"))
		return absentMath;
	if (!source.startsWith(`${root}/`) || source.includes("/node_modules/") || source.startsWith(join(root, "hosts/xs/")))
		return [];
	const network = ["-isystem", join(lwip, "include"), `-I${join(root, "hosts/lwip")}`];
	const crypto = ["-isystem", join(mbedtls, "include"), cryptoConfig];
	return source.startsWith(mbedtls) ? [...crypto, ...optimized(source), ...breathing[basename(source)] ?? []] : source.startsWith(lwip) ? [...network, `-I${join(root, "hosts/riscv")}`] : [...network, ...crypto, ...optimized(source)];
}

/** What works on every byte of a packet, or on every word of a number, is made fast; all else small. */
function optimized(source) {
	return /\/(aes|gcm|zkn_\w+|packetgcm|sha1|sha256|sha512|bignum|ecp|ecp_curves|constant_time|esp|engine)\.c$/.test(source) ? ["-O2", "-mno-save-restore"] : [];
}

function librarySources() {
	const core = ["core", "core/ipv4"].flatMap((folder) => files(join(lwip, folder), ".c").filter((path) => !path.includes("/ipv6/")));
	return [...new Set([...core, join(lwip, "netif/ethernet.c"), ...mbedtlsSources.map((name) => join(mbedtls, "library", name))])];
}

function checkTools() {
	const absent = missing(firmwarePackages);
	if (absent.length > 0)
		throw new BuildFault(`the firmware's build needs: sudo apt-get install ${absent.join(" ")}`);
}

function command(name, args, options) {
	const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: "utf8", ...options });
	if (error || status !== 0)
		throw new BuildFault(error?.message ?? `${stdout}${stderr}${name} ended with ${status}`);
	return stdout;
}

/** Runs the image that has no root machine yet, in QEMU: it makes one, and writes it to root.bin in `folder`. */
function makeRoot(image, folder) {
	for (const name of ["root.bin", "root.json"])
		rmSync(join(folder, name), { force: true });
	const printed = command("qemu-system-riscv32", ["-M", "virt", "-m", "16M", "-smp", "1", "-display", "none", "-serial", "stdio", "-monitor", "none", "-bios", "none", "-no-reboot",
		"-device", `loader,file=${image},cpu-num=0`, "-semihosting-config", "enable=on,target=native"], { cwd: folder, timeout: 300000, stdio: ["ignore", "pipe", "pipe"] });
	if (!existsSync(join(folder, "root.json")))
		throw new BuildFault(`${printed.trim()}\n${image} made no root machine`);
}

/** Makes the firmware; `quiet` prints nothing but faults. Answers the paths of ELF file and image. */
export async function buildFirmware({ quiet = false } = {}) {
	const started = Date.now();
	const key = signingKey(undefined, quiet ? () => {} : console.log);
	checkTools();
	mkdirSync(join(build, "stamps"), { recursive: true });
	await step("fetching Debian's sources of lwIP, mbedTLS and zlib", () => debianSources(sources, ["lwip", "mbedtls", "zlib"]));
	await step("compiling TypeScript", () => typescript());
	await headers(false);
	const compiler = await byteCodeCompiler(join(build, "xs"));
	const objects = await step("compiling the XS engine for the board", () => engineObjects(out, toolchain));
	const entry = "hosts/device/main";
	const modules = [...modulesIn("modules", () => true), ...modulesIn("hosts/xs", () => true), ...modulesIn("hosts/unit", () => true), ...modulesIn("hosts/lwip", () => true), ...modulesIn("hosts/device", (name) => name !== entry)];
	const compiled = await step("compiling byte code", () => byteCode({ compiler, folder: join(build, "xs/code"), modules }));
	const trust = join(out, "trust.c");
	write(trust, trustSource(board, key, true));
	const own = [trust, ...withBackend("mbedtls", files(join(root, "modules"), ".c")).filter((path) => !path.endsWith("/threads.c")), ...files(join(root, "hosts/unit"), ".c"), ...files(join(root, "hosts/lwip"), ".c"),
		...files(join(root, "hosts/device"), ".c"), ...files(here, ".c").filter((path) => !path.startsWith(join(here, "boot/"))), join(here, "start.S")];
	const bare = join(out, "bare.elf");
	const elf = join(out, "keygate.elf");
	const raw = join(out, "keygate.raw");
	const bin = join(out, "keygate.bin");
	await step("compiling and linking the firmware", () => link({ product: bare, engine: { objects }, folder: join(out, "link"), modules: compiled, sources: [...own, ...librarySources()], entry,
		toolchain, packSection: ".modules" }));
	await step("making the root machine", () => fresh(join(out, "root.bin"), [bare], "", () => makeRoot(bare, out)));
	await fresh(elf, [bare, join(out, "root.bin")], "", () => {
		command(`${prefix}objcopy`, ["--remove-section=.modules", `--update-section=.root=${join(out, "root.bin")}`, bare, elf]);
		command(`${prefix}objcopy`, ["-O", "binary", elf, raw]);
	});
	const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	await fresh(bin, [raw, trust], version, () => writeFileSync(bin, makeImage({ content: readFileSync(raw), board, version, address: layout.EXECUTION_BASE, key, deflated: true })));
	await step("making the boot loader", () => buildBoot({ fetched: sources, key, out }));
	const machine = JSON.parse(readFileSync(join(out, "root.json"), "utf8"));
	const figures = memoryFigures({ map: readFileSync(map, "utf8"), sections: command(`${prefix}size`, ["-A", elf]), root: machine });
	// for the test that holds docs/memory.md against it
	writeFileSync(join(out, "memory.json"), JSON.stringify(figures));
	if (!quiet) {
		console.log(memoryTable(figures, machine, layout.RAM_SIZE));
		console.log(`build/riscv/keygate.bin: ${statSync(bin).size} bytes of the ${layout.FIRMWARE_SLOT_SIZE} of a slot, ${((Date.now() - started) / 1000).toFixed(1)} s`);
	}
	if (statSync(bin).size > layout.FIRMWARE_SLOT_SIZE)
		throw new BuildFault(`build/riscv/keygate.bin: ${statSync(bin).size} bytes, a slot of the flash has ${layout.FIRMWARE_SLOT_SIZE}`);
	return { elf, bin };
}

/**
 * Links a program for the board without XS and without what is above it: `sources` (C files) with the board's own. For tests of the board itself.
 */
export async function buildBoardProgram({ product, sources: extra }) {
	checkTools();
	debianSources(sources, ["lwip", "mbedtls"]);
	const boards = ["copy", "entropy", "guard", "libc", "life", "port", "timer", "trap", "uart", "virtio"].map((name) => join(here, `${name}.c`));
	const all = [join(here, "start.S"), ...boards, ...["frame", "system"].map((name) => join(root, `hosts/lwip/${name}.c`)), ...librarySources().filter((path) => path.startsWith(lwip)), ...extra];
	const folder = `${product}.objects`;
	mkdirSync(folder, { recursive: true });
	const plain = { ...toolchain, flags: toolchain.flags.filter((flag) => flag !== "-DKEYGATE_ROOT_IMAGE") };
	const objects = [];
	await each(all, async (source) => {
		const path = join(folder, `${source.slice(source.lastIndexOf("/") + 1).replaceAll(".", "-")}.o`);
		objects.push(await object(plain.compiler, source, path, flagsFor(plain, source)));
	});
	objects.sort();
	const words = [...plain.flags, ...objects, "-nostartfiles", ...symbols, `-T${join(here, "image.ld")}`, "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments", "-lm", "-o", product];
	await fresh(product, [...objects, join(here, "image.ld")], words, () => run(plain.compiler, words));
	return product;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		await buildFirmware();
	}
	catch (error) {
		if (!(error instanceof BuildFault || error instanceof ImageError))
			throw error;
		console.error(error.message);
		process.exitCode = 1;
	}
}
