/** An archive in cpio's format "newc", as the Linux kernel unpacks it for its first file system. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const FOLDER = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;
const DEVICE = 0o020000;

export class Cpio {
	readonly #parts: Buffer[] = [];
	readonly #paths = new Set<string>();
	#count = 0;

	/** What the path already names stays; folders above it are made. */
	#add(path: string, mode: number, data = Buffer.alloc(0), device: readonly [number, number] = [0, 0]): void {
		if (path === "" || path === "." || this.#paths.has(path))
			return;
		if (path !== "TRAILER!!!")
			this.folder(dirname(path));
		this.#paths.add(path);
		const name = Buffer.from(`${path}\0`);
		const numbers = [++this.#count, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length, 0];
		const head = Buffer.concat([Buffer.from(`070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}`), name]);
		this.#parts.push(head, Buffer.alloc(-head.length & 3), data, Buffer.alloc(-data.length & 3));
	}

	folder(path: string): void {
		this.#add(path, FOLDER | 0o755);
	}

	link(path: string, target: string): void {
		this.#add(path, LINK | 0o777, Buffer.from(target));
	}

	text(path: string, text: string): void {
		this.#add(path, FILE | 0o644, Buffer.from(text));
	}

	character(path: string, major: number, minor: number): void {
		this.#add(path, DEVICE | 0o600, undefined, [major, minor]);
	}

	/** A file or symbolic link of this machine; `mode` in place of its own. */
	file(path: string, source: string, mode?: number): void {
		const status = lstatSync(source);
		if (status.isSymbolicLink())
			this.link(path, readlinkSync(source));
		else
			this.#add(path, FILE | (mode ?? status.mode & 0o777), readFileSync(source));
	}

	/** Every file at `folder` whose name is wanted, and with `deep` below it. */
	files(path: string, folder: string, wanted: (name: string) => boolean = () => true, deep = false): void {
		for (const name of readdirSync(folder, { recursive: deep, encoding: "utf8" }).sort())
			if (!lstatSync(join(folder, name)).isDirectory() && wanted(basename(name)))
				this.file(join(path, name), join(folder, name));
	}

	has(path: string): boolean {
		return this.#paths.has(path);
	}

	bytes(): Buffer {
		this.#add("TRAILER!!!", 0);
		const archive = Buffer.concat(this.#parts);
		return Buffer.concat([archive, Buffer.alloc(-archive.length & 511)]);
	}
}
