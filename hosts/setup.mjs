// What npm start, npm run build and npm test have in common: install what is missing, and say which step it is at.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backends, multibufferPackages } from "./backends.mjs";

/** The repository's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Debian packages that a build needs, each with a file that shows that it is there. */
export const buildPackages = [
	["gcc", "/usr/bin/gcc"],
	["libc6-dev", "/usr/include/stdio.h"],
	["libssl-dev", "/usr/include/openssl/evp.h"],
	["util-linux", "/usr/bin/flock"],
];

/** Debian packages that the firmware's build needs beyond those: a compiler, its C library, an emulator, and what unpacks sources. */
export const firmwarePackages = [
	["gcc-riscv64-unknown-elf", "/usr/bin/riscv64-unknown-elf-gcc"],
	["picolibc-riscv64-unknown-elf", "/usr/lib/picolibc/riscv64-unknown-elf/picolibc.specs"],
	["qemu-system-misc", "/usr/bin/qemu-system-riscv32"],
	["dpkg-dev", "/usr/bin/dpkg-source"],
];

/** What `npm run build -- --crypto=mbedtls` needs beyond those. */
export const mbedtlsPackages = [backends.mbedtls.package];

/** Debian packages that the fuzzing programs need beyond those: the compiler that counts the branches which an input reaches. */
export const fuzzPackages = [
	["clang", "/usr/bin/clang"],
	["libclang-rt-14-dev", "/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a"],
	...mbedtlsPackages,
	["zlib1g-dev", "/usr/include/zlib.h"],
];

/** Debian packages that the tests need beyond those: peers, captures, a browser, a virtual machine, checkers. What each is for: docs/dependencies.md. */
export const testPackages = [
	["strongswan-charon", "/usr/lib/ipsec/charon"],
	["strongswan-swanctl", "/usr/sbin/swanctl"],
	["libstrongswan-standard-plugins", "/usr/lib/ipsec/plugins/libstrongswan-openssl.so"],
	["libstrongswan-extra-plugins", "/usr/lib/ipsec/plugins/libstrongswan-ctr.so"],
	["libcharon-extra-plugins", "/usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so"],
	["ike-scan", "/usr/bin/ike-scan"],
	["tshark", "/usr/bin/tshark"],
	["tcpdump", "/usr/bin/tcpdump"],
	["python3-scapy", "/usr/lib/python3/dist-packages/scapy"],
	["iproute2", "/usr/sbin/ip"],
	["openssl", "/usr/bin/openssl"],
	["nftables", "/usr/sbin/nft"],
	["iperf3", "/usr/bin/iperf3"],
	["iputils-ping", "/usr/bin/ping"],
	["busybox-static", "/bin/busybox"],
	["chromium", "/usr/bin/chromium"],
	["qemu-system-x86", "/usr/bin/qemu-system-x86_64"],
	["xz-utils", "/usr/bin/xz"],
	["kmod", "/usr/sbin/depmod"],
	["prometheus", "/usr/bin/promtool"],
	["libmbedtls-dev", "/usr/include/mbedtls/ecdsa.h"],
	["zlib1g-dev", "/usr/include/zlib.h"],
	["valgrind", "/usr/bin/valgrind"],
	["spin", "/usr/bin/spin"],
	...multibufferPackages,
	["libc6-dev-arm64-cross", "/usr/aarch64-linux-gnu/include/stdio.h"],
	["libc6-dev-riscv64-cross", "/usr/riscv64-linux-gnu/include/stdio.h"],
];

/**
 * Runs `command` and returns its exit status. Its output is kept and shown only when it fails, unless `show`; when it takes longer
 * than two seconds, `label` is printed so that a person knows what it is at.
 */
export async function step(label, command, args, { show = false, env = process.env, cwd = root } = {}) {
	const timer = setTimeout(() => console.log(`${label} ...`), 2000);
	try {
		return await new Promise((resolve, reject) => {
			const child = spawn(command, args, { cwd, env, stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"] });
			let output = "";
			child.stdout?.on("data", (data) => output += data);
			child.stderr?.on("data", (data) => output += data);
			child.on("error", reject);
			child.on("close", (code, signal) => {
				const status = code ?? 128;
				if (status !== 0)
					console.error(`${output}${label}: ${command} ended with ${signal ?? status}`);
				resolve(status);
			});
		});
	}
	finally {
		clearTimeout(timer);
	}
}

/** Ends the process with one line when the step fails. */
export async function need(label, command, args, options) {
	if (await step(label, command, args, options) !== 0)
		process.exit(1);
}

/** The packages of `list` that are not installed. */
export function missing(list) {
	return list.filter(([, file]) => !existsSync(file)).map(([name]) => name);
}

/** Installs Debian packages as root. Returns whether all are there; says the one command that installs them when they are not. */
export async function debian(list, purpose) {
	const names = missing(list);
	if (names.length === 0)
		return true;
	const install = ["install", "-y", "--no-install-recommends", ...names];
	if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
		const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
		// An old package list can name versions that are gone: it is fetched again, once.
		if (await step(`fetching Debian's package list for ${purpose}`, "apt-get", ["-q", "update"], { env }) === 0)
			await step(`installing ${names.join(" ")} for ${purpose}`, "apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300", ...install], { env });
		if (missing(list).length === 0)
			return true;
	}
	console.error(`${purpose} needs: sudo apt-get ${install.join(" ")}`);
	return false;
}

/** Installs the npm packages of package-lock.json unless they are there. */
export async function npmPackages() {
	const stamp = join(root, "node_modules", ".package-lock.json");
	if (!existsSync(stamp) || !sameLock(join(root, "package-lock.json"), stamp))
		await need("installing npm packages", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}

/** Whether every package of the lock file stands in the installed tree in the locked version. */
function sameLock(lockFile, installedFile) {
	const wanted = JSON.parse(readFileSync(lockFile, "utf8")).packages;
	const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
	return Object.entries(wanted).every(([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version);
}

/** Does `work` while no other process does so in this folder: what one has half made the other would take for whole. */
export async function alone(work) {
	mkdirSync(join(root, "build"), { recursive: true });
	// the lock ends with this process, however that ends
	const lock = spawn("flock", [join(root, "build/lock"), "sh", "-c", "echo; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
	const timer = setTimeout(() => console.log("waiting for another build ..."), 2000);
	try {
		await new Promise((resolve, reject) => lock.once("error", reject).stdout.once("data", resolve));
		clearTimeout(timer);
		return await work();
	}
	finally {
		clearTimeout(timer);
		lock.stdin.end();
	}
}

/** Everything a build needs, and the build itself. */
export async function build(...args) {
	if (!await debian(args.includes("--crypto=mbedtls") ? [...buildPackages, ...mbedtlsPackages] : buildPackages, "the build"))
		process.exit(1);
	await alone(async () => {
		await npmPackages();
		await need("building", process.execPath, [join(root, "hosts/linux/build.mjs"), ...args], { show: true });
	});
}

/** Everything the firmware's build needs, and the build itself. */
export async function buildFirmware() {
	if (!await debian([...buildPackages, ...firmwarePackages], "the firmware's build"))
		process.exit(1);
	await alone(async () => {
		await npmPackages();
		await need("building the firmware", process.execPath, [join(root, "hosts/riscv/build.mjs")], { show: true });
	});
}

// npm run build: the arguments are those of hosts/linux/build.mjs; npm run build:riscv: the firmware.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const args = process.argv.slice(2);
	await (args[0] === "riscv" ? buildFirmware() : build(...args));
}
