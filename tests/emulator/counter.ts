/** The instructions that an emulated board ran, by counter.c in its QEMU. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository } from "../interop/keygate.js";

const SOURCE = join(repository, "tests/emulator/counter.c");
const PLUGIN = join(repository, "build/tests/counter.so");
const RECORD = 16;
// Of the file, as counter.c says.
const LONGEST = 24;
const RECORDS = 32;

/** Instructions by the address of the block that they are in. */
export type Blocks = ReadonlyMap<number, number>;

export class Counter {
	readonly #file: string;
	readonly #from: number | undefined;

	/** `file` is written by QEMU from its start on. `from`: the address of a function, from one entry of which to the next a stretch lasts. */
	constructor(file: string, from?: number) {
		this.#file = file;
		this.#from = from;
		if (!existsSync(PLUGIN) || statSync(PLUGIN).mtimeMs < statSync(SOURCE).mtimeMs) {
			mkdirSync(dirname(PLUGIN), { recursive: true });
			const { status, stderr } = spawnSync("gcc", ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Wconversion", "-fvisibility=hidden", SOURCE, "-o", PLUGIN], { encoding: "utf8" });
			if (status !== 0)
				throw new Error(`gcc cannot make ${PLUGIN}:\n${stderr}`);
		}
	}

	/** QEMU's words for it. */
	get words(): string[] {
		return ["-plugin", `${PLUGIN},to=${this.#file}${this.#from === undefined ? "" : `,from=0x${this.#from.toString(16)}`}`];
	}

	/** Instructions since QEMU's start. */
	read(): number {
		let sum = 0;
		for (const run of this.blocks().values())
			sum += run;
		return sum;
	}

	/** Instructions of the longest stretch since this was asked last. */
	longest(): number {
		const file = openSync(this.#file, "r+");
		try {
			const bytes = Buffer.alloc(8);
			readSync(file, bytes, 0, 8, LONGEST);
			writeSync(file, Buffer.alloc(8), 0, 8, LONGEST);
			return Number(bytes.readBigUInt64LE());
		}
		finally {
			closeSync(file);
		}
	}

	/** Instructions since QEMU's start, by block. */
	blocks(): Blocks {
		const file = openSync(this.#file, "r");
		try {
			const head = Buffer.alloc(8);
			readSync(file, head, 0, 8, 0);
			const records = Buffer.alloc(Number(head.readBigUInt64LE()) * RECORD);
			readSync(file, records, 0, records.length, RECORDS);
			const blocks = new Map<number, number>();
			for (let at = 0; at < records.length; at += RECORD) {
				const address = records.readUInt32LE(at);
				blocks.set(address, (blocks.get(address) ?? 0) + Number(records.readBigUInt64LE(at + 8)));
			}
			return blocks;
		}
		finally {
			closeSync(file);
		}
	}
}

/** What was run between two readings. */
export function difference(before: Blocks, after: Blocks): Blocks {
	return new Map([...after].map(([address, run]) => [address, run - (before.get(address) ?? 0)]));
}

/** Where functions are: sorted by address. */
export interface Symbols {
	readonly addresses: readonly number[];
	readonly names: readonly string[];
}

/** The functions of a linked image. */
export function symbolsOf(image: string): Symbols {
	const { status, stdout, stderr } = spawnSync("riscv64-unknown-elf-nm", ["-n", image], { encoding: "utf8", maxBuffer: 1 << 26 });
	if (status !== 0)
		throw new Error(`nm ${image}:\n${stderr}`);
	const functions = [...stdout.matchAll(/^([0-9a-f]+) [tTwW] (\S+)$/gm)];
	return { addresses: functions.map((match) => Number.parseInt(match[1]!, 16)), names: functions.map((match) => match[2]!) };
}

/** Instructions by function. */
export function byFunction(blocks: Blocks, { addresses, names }: Symbols): Map<string, number> {
	const sums = new Map<string, number>();
	for (const [address, run] of blocks) {
		let low = 0, high = addresses.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (addresses[middle]! <= address)
				low = middle + 1;
			else
				high = middle;
		}
		const name = low === 0 ? "?" : names[low - 1]!;
		sums.set(name, (sums.get(name) ?? 0) + run);
	}
	return sums;
}

/** Whose code is where: by the folder of the source file that a block is from, the first that matches. */
const PARTS: readonly (readonly [string, RegExp])[] = Object.freeze([
	["cryptography", /\/mbedtls|modules\/crypto\/|hosts\/riscv\/(zkn|software)\w*\./], ["packet engine", /modules\/ipsec\//], ["lwIP", /\/lwip\/src\//], ["data path", /hosts\/lwip\//], ["board", /hosts\/(riscv|device)\//],
	["JavaScript", /moddable|hosts\/xs|modules\//]
] as const);

/** Instructions by part of the firmware; what has no source with line numbers is the C library's. */
export function byPart(blocks: Blocks, image: string): Map<string, number> {
	const addresses = [...blocks.keys()];
	const { status, stdout, stderr } = spawnSync("riscv64-unknown-elf-addr2line", ["-e", image], { encoding: "utf8", maxBuffer: 1 << 28, input: addresses.map((address) => address.toString(16)).join("\n") });
	if (status !== 0)
		throw new Error(`addr2line ${image}:\n${stderr}`);
	const places = stdout.split("\n");
	const sums = new Map<string, number>();
	addresses.forEach((address, index) => {
		const name = PARTS.find(([, pattern]) => pattern.test(places[index] ?? ""))?.[0] ?? "C library";
		sums.set(name, (sums.get(name) ?? 0) + blocks.get(address)!);
	});
	return sums;
}
