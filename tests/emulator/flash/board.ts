/** The board with the firmware of main.c, which does with the flash what keygate's does: built, put into a chip, started, its power cut. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Program } from "../../interop/processes.js";

const root = process.cwd();
const load = (path: string): Promise<any> => import(pathToFileURL(join(root, path)).href);
export const { layout } = await load("hosts/riscv/layout.mjs");
export const images = await load("hosts/device/image.mjs");
const boot = await load("hosts/riscv/boot.mjs");
export const { FlashFile } = await load("hosts/riscv/flash.mjs");
const { debianSources } = await load("hosts/riscv/debian.mjs");

/** Where main.c looks for the image that it takes as an update. */
export const SOURCE = 0x800000;
const sources = ["tests/emulator/flash/start.S", "tests/emulator/flash/main.c", "hosts/riscv/firmware.c", "hosts/riscv/slots.c", "hosts/riscv/flash.c", "hosts/riscv/cfi.c", "hosts/device/image.c", "hosts/device/update.c"];

export interface Built {
	readonly elf: string;
	readonly loader: Buffer;
	/** An image of the firmware, filled up to `size` bytes, signed by the key that the loader trusts or by another one. */
	image(version: string, size?: number, forged?: boolean): Buffer;
	/** The same, kept deflated. */
	deflated(version: string, size: number): Buffer;
}

/** Builds firmware and loader, with a key of the test's own. */
export async function build(): Promise<Built> {
	const folder = join(root, "build/tests/flash-firmware");
	mkdirSync(folder, { recursive: true });
	const keys = ["key.pem", "other.pem"].map((name) => {
		const path = join(folder, name);
		if (!existsSync(path))
			images.makeKey(path);
		return images.signingKey(path);
	});
	const fetched = join(root, "build/riscv/sources");
	await debianSources(fetched, ["lwip", "mbedtls", "zlib"]);
	const loader = await boot.buildBoot({ fetched, key: keys[0], out: join(folder, "loader") });
	const elf = join(folder, "firmware.elf");
	const bin = await boot.linkWithCrypto({ fetched, key: keys[0], folder: join(folder, "objects"), sources, script: join(root, "tests/emulator/flash/firmware.ld"), elf });
	const content = readFileSync(bin);
	const make = (version: string, size: number, more: object): Buffer => images.makeImage({
		content: Buffer.concat([content, Buffer.alloc(Math.max(0, size - content.length), `${version} `)]), board: boot.board, version, address: layout.EXECUTION_BASE, ...more,
	});
	return {
		elf, loader: readFileSync(loader),
		image: (version, size = 0, forged = false) => make(version, size, { key: keys[forged ? 1 : 0] }),
		deflated: (version, size) => make(version, size, { key: keys[0], deflated: true }),
	};
}

/** A chip with the loader and an image in slot 0, in a file of that name. */
export function makeChip(name: string, built: Built, image: Buffer, source?: Buffer): string {
	const path = join(root, "build/tests", name);
	rmSync(path, { force: true });
	edit(path, (chip) => {
		chip.putBoot(built.loader);
		chip.putFirmware(0, image);
		if (source !== undefined)
			chip.write(SOURCE, source);
	});
	return path;
}

/** Looks at a chip's file, or changes it, while no board has it. */
export function edit<T>(path: string, work: (chip: any) => T): T {
	const chip = new FlashFile(path);
	try {
		return work(chip);
	}
	finally {
		chip.close();
	}
}

/** What ends QEMU when the test that started it is gone, however that ended. */
export const WITH_PARENT = Object.freeze(["setpriv", "--pdeathsig", "KILL"]);

/** Turns the board on. `elf`: started without the loader; `protectedFlash`: the chip takes nothing; `cpu`: another processor. */
export function powerUp(chip: string, { elf, protectedFlash = false, cpu = "rv32,x-epmp=true" }: { elf?: string; protectedFlash?: boolean; cpu?: string } = {}): Program {
	const { NODE_OPTIONS: _, ...env } = process.env;
	return new Program([...WITH_PARENT, "qemu-system-riscv32", "-M", "virt", "-m", "128M", "-cpu", cpu, "-display", "none", "-monitor", "none", "-serial", "stdio", "-bios", "none",
		"-drive", `if=pflash,unit=0,format=raw,file=${chip}${protectedFlash ? ",readonly=on" : ""}`, ...(elf === undefined ? [] : ["-device", `loader,file=${elf},cpu-num=0`])], { env });
}

/** What the firmware says of itself. */
export interface Status {
	readonly running: number;
	readonly confirmed: boolean;
	readonly next: number;
	readonly outcome: number;
	readonly about: number;
	readonly version: string;
}

const LINE = /status running=(-?\d+) confirmed=(\d) next=(-?\d+) outcome=(\d) about=(-?\d+) version=(\S+)\n/;
/** A loaded machine may take this long for anything. */
export const LIMIT = 60000;

/** Waits until the firmware runs. */
export async function started(board: Program, from = 0): Promise<Status> {
	const [, running, confirmed, next, outcome, about, version] = await board.waitFor(LINE, { from, limit: LIMIT });
	return { running: Number(running), confirmed: confirmed === "1", next: Number(next), outcome: Number(outcome), about: Number(about), version: version! };
}

/** Numbers that are the same in each run: 0 up to and without 1. */
export function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = Math.imul(state, 1664525) + 1013904223 >>> 0;
		return state / 4294967296;
	};
}

export const pause = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, time));
