// node tests/bench/esp32.mjs: what an ESP32 board can be expected to do, as the tables of docs/performance.md: estimates. Instructions of the packet engine
// are counted (esp32.c, on a 32-bit machine in QEMU), the rates of the chip's hardware are the published ones, the rest is assumed and stated.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Cycles a second of one core, on which both lwIP's thread and the main loop run. */
const CLOCK = 240e6;
/** Assumed: cycles for an instruction. Code runs from flash through a cache of 32 KiB. */
const CYCLES = 2;
/** Assumed: what lwIP, the drivers and the change of tasks take for a packet that comes in by one port and leaves by the other, in instructions. */
const NETWORK = 6000;
/** Assumed: instructions for each byte that is copied, by words; a packet is copied when it comes (twice: out of the DMA's buffers, into a frame) and when it leaves. */
const COPY = 0.5 * 3;
/** Assumed: seconds for each use of the hardware, which is locked, set up and given back. */
const SETUP = 10e-6;

/** Bytes a second that ESP-IDF 6.0 asks of the chip's hardware in its own tests (components/idf_test/include/esp32/idf_performance_target.h): lower bounds. */
const AES = 8.2e6;
const HASHES = { sha1: 32768 / 5000e-6, sha256: 8.0e6, sha512: 32768 / 4500e-6 };
/** Instructions a byte of GHASH, which the chip has no hardware for: mbedTLS in C, counted on rv32 (AES-128-GCM 159.5 less AES-128-CBC 88.4). */
const GHASH = 71;

/** Seconds for a modular multiplication of 2048 bits by the chip's hardware (19 µs at 240 MHz, measured by a user: esp32.com, topic 23830); it grows by the square. */
const MULTIPLICATION = 19e-6;
/** Assumed: loading the operands and waiting for the end take as long again. */
const LOADING = 2;
/** Bits of the largest number that the hardware takes. */
const LARGEST = 4096;
/** Bits of prime and private exponent (modules/crypto). */
const GROUPS = { 2: [1024, 256], 5: [1536, 256], 14: [2048, 256], 15: [3072, 320], 16: [4096, 384] };

const LENGTHS = [64, 576, 1400];

function run(command, args, options = {}) {
	const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
	if (status !== 0)
		throw new Error(`${command}: ${error?.message ?? (stderr || stdout || `status ${status}`).trim()}`);
	return stdout;
}

/** Instructions of the engine by kind and length: { seal, open }. */
function count(folder) {
	const program = join(folder, "esp32.elf");
	const engine = ["sad", "replay", "events", "selectors", "esp", "ah", "ipv4", "carry", "ecn", "park", "mtu", "mss", "icmp", "fragments", "hints", "firewall", "engine"];
	run("riscv64-unknown-elf-gcc", ["-march=rv32imac", "-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs", "--oslib=semihost", "--crt0=hosted", "-std=gnu11", "-Os",
		"-ffunction-sections", "-fdata-sections", "-iquote", "modules", "-iquote", "modules/crypto", "-iquote", "modules/ipsec", "-iquote", "tests/node/ipsec",
		"tests/bench/esp32.c", ...engine.map((name) => `modules/ipsec/${name}.c`), "-Wl,--gc-sections",
		...["flash=0x80000000", "flash_size=0x100000", "ram=0x80200000", "ram_size=0x400000"].map((symbol) => `-Wl,--defsym=__${symbol}`), "-o", program]);
	const output = run("qemu-system-riscv32", ["-machine", "virt", "-bios", "none", "-display", "none", "-serial", "none", "-monitor", "none", "-icount", "shift=0",
		"-chardev", "stdio,id=output", "-semihosting-config", "enable=on,chardev=output", "-kernel", program],
		{ stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
	return new Map([...output.matchAll(/^(gcm|cbc) (\d+) (\d+) (\d+)\r?$/gm)].map(([, kind, length, seal, open]) => [`${kind} ${length}`, { seal: Number(seal), open: Number(open) }]));
}

/** Seconds for the cryptography of a packet. */
function crypto({ aes, ghash, hash }, length) {
	const padded = Math.ceil((length + 2) / 16) * 16;
	let time = 0;
	if (aes)
		time += SETUP + padded / AES;
	if (ghash)
		time += padded * GHASH * CYCLES / CLOCK;
	if (hash)
		/* two hashes of one after the other, each with a block of its own */
		time += 2 * SETUP + (padded + 24 + (hash === "sha512" ? 512 : 256)) / HASHES[hash];
	return time;
}

const micro = (seconds) => seconds * 1e6 < 10 ? (seconds * 1e6).toFixed(1) : Math.round(seconds * 1e6).toString();
const row = (...cells) => `| ${cells.join(" | ")} |`;

function packets(counted) {
	const suites = [
		["AES-GCM-16", { kind: "gcm", aes: true, ghash: true }],
		["AES-CBC, HMAC-SHA1-96", { kind: "cbc", aes: true, hash: "sha1" }],
		["AES-CBC, HMAC-SHA2-256-128", { kind: "cbc", aes: true, hash: "sha256" }],
		["AES-CBC, HMAC-SHA2-384 or 512", { kind: "cbc", aes: true, hash: "sha512" }],
		["AES-CTR, HMAC-SHA2-256-128", { kind: "cbc", aes: true, hash: "sha256" }],
		["NULL, HMAC-SHA2-256-128", { kind: "cbc", hash: "sha256" }],
	];
	console.log(row("ESP", ...LENGTHS.flatMap((length) => [`${length} B: µs`, "packets/s", "Mbit/s"])));
	console.log(row("---", ...LENGTHS.flatMap(() => ["---:", "---:", "---:"])));
	for (const [name, suite] of suites) {
		console.log(row(name, ...LENGTHS.flatMap((length) => {
			const { seal, open } = counted.get(`${suite.kind} ${length}`);
			const time = ((seal + open) / 2 + NETWORK + COPY * length) * CYCLES / CLOCK + crypto(suite, length);
			return [micro(time), Math.round(1 / time).toString(), (length * 8 / time / 1e6).toFixed(1)];
		})));
	}
}

function negotiations() {
	console.log(row("Group", "one exponentiation, ms", "main and quick mode with PFS, each side, ms"));
	console.log(row("---", "---:", "---:"));
	for (const [group, [bits, exponent]] of Object.entries(GROUPS)) {
		const one = 1.5 * exponent * MULTIPLICATION * (bits / 2048) ** 2 * LOADING;
		console.log(row(group, (one * 1e3).toFixed(0), (4 * one * 1e3).toFixed(0)));
	}
	console.log(`(groups 17 and 18 are longer than the ${LARGEST} bits that the hardware takes)`);
}

const folder = mkdtempSync(join(tmpdir(), "keygate-bench-"));
try {
	const counted = count(folder);
	console.log("instructions of the packet engine for a packet, on rv32imac, without cryptography:\n");
	console.log(row("", ...LENGTHS.map((length) => `${length} B`)));
	console.log(row("---", ...LENGTHS.map(() => "---:")));
	for (const kind of ["gcm", "cbc"])
		for (const way of ["seal", "open"])
			console.log(row(`${way}, ${kind === "gcm" ? "AEAD" : "cipher and HMAC"}`, ...LENGTHS.map((length) => counted.get(`${kind} ${length}`)[way])));
	console.log("\nestimate for an ESP32 at 240 MHz, one direction:\n");
	packets(counted);
	console.log("");
	negotiations();
}
catch (error) {
	console.error(`esp32 bench: ${error.message}`);
	process.exitCode = 1;
}
finally {
	rmSync(folder, { recursive: true });
}
