/**
 * `npm run firmware`: the board in QEMU, its serial console on this terminal, its pages on a printed address. Without taps it needs no root, and nothing of
 * this machine's networks is touched.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flashModule } from "./flash.js";
import { qemuWords, type Link } from "./qemu.js";
import { addressesOf, freePort, lanLink, wanLink, type Addresses } from "./usernet.js";

/** What the command line says (hosts/riscv/options.mjs). */
export interface FirmwareOptions {
	readonly flash?: string;
	readonly settings?: string;
	readonly wan?: string;
	readonly lan?: string;
	readonly console?: string;
	readonly http?: number;
}

/** Milliseconds until the pages are expected, on a machine that is busy. */
const BOOT_LIMIT = 60000;
const PROMPT = "keygate> ";
const USER = "admin";

/** Settings for a look around: both ports in QEMU's own networks, the WAN with a way to the world. */
function demonstration(password: string): object {
	return {
		version: 1,
		gateway: {
			name: "gate", wanAddress: "10.0.2.15", wanPrefix: 24, wanRouter: "10.0.2.2", lanAddress: "10.1.0.1/24",
			admin: { user: USER, password }
		},
		peers: []
	};
}

/** Runs the board until SIGTERM or SIGINT, or until QEMU ends. Returns the exit status. */
export async function runFirmware(options: FirmwareOptions): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "keygate-firmware-"));
	const { FlashError } = await flashModule();
	try {
		return await run(options, folder);
	}
	catch (error) {
		if (!(error instanceof FlashError || error instanceof FirmwareFault) && (error as NodeJS.ErrnoException).code === undefined)
			throw error;
		console.error(plainly(error as NodeJS.ErrnoException));
		return 1;
	}
	finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A fault of the system as those of the Linux host read, `FILE: no such file or directory`; others speak for themselves. */
function plainly({ code, path, message }: NodeJS.ErrnoException): string {
	return code !== undefined && path !== undefined && message.startsWith(`${code}: `) ? `${path}: ${message.slice(code.length + 2).split(",")[0]}` : message;
}

/** What whoever started it can do something about. */
class FirmwareFault extends Error {}

async function run(options: FirmwareOptions, folder: string): Promise<number> {
	for (const name of ["wan", "lan"] as const)
		checkTap(name, options[name]);
	const flash = options.flash ?? join(folder, "flash");
	const { FlashFile, prepareFlash, putSettings, readSettings } = await flashModule();
	await prepareFlash(flash);
	const chip = new FlashFile(flash);
	let credentials = "";
	let document: Uint8Array | undefined;
	try {
		if (options.settings !== undefined)
			await putSettings(chip, readFileSync(options.settings), options.settings);
		else if (options.flash === undefined) {
			const password = randomBytes(6).toString("hex");
			credentials = `  user: ${USER}  password: ${password}`;
			await putSettings(chip, Buffer.from(JSON.stringify(demonstration(password))), "settings");
		}
		document = await readSettings(chip);
	}
	finally {
		chip.close();
	}
	const addresses = addressesOf(document);
	const port = options.http ?? await freePort();
	const url = options.lan === undefined ? `http://127.0.0.1:${port}/`
		: `http://${addresses.httpAddress}${addresses.httpPort === 80 ? "" : `:${addresses.httpPort}`}/`;
	const board = start(options, flash, addresses, port);
	return new Promise<number>((resolve, reject) => {
		board.once("error", (error) => reject(new FirmwareFault(`QEMU does not start: ${error.message}`)));
		let stopping = false;
		board.once("close", (code) => resolve(stopping ? 0 : code ?? 1));
		const stop = (): void => {
			stopping = true;
			board.kill("SIGTERM");
		};
		process.on("SIGTERM", stop);
		process.on("SIGINT", stop);
		const output = new HeldOutput(board);
		// a tap may lead where this machine has no address: then its word on the console is enough
		const ready = options.lan === undefined ? served(url, () => board.exitCode !== null || board.signalCode !== null) : output.prompted();
		ready.then((isReady) => {
			if (isReady && !stopping)
				console.log(`status page: ${url}${credentials}`);
			output.release();
		}, reject);
	});
}

function start(options: FirmwareOptions, flash: string, addresses: Addresses, port: number): ChildProcess {
	const wan: Link = options.wan === undefined ? wanLink(addresses) : { kind: "tap", name: options.wan };
	const lan: Link = options.lan === undefined ? lanLink(addresses, port) : { kind: "tap", name: options.lan };
	const words = qemuWords({ flash, wan, lan, serial: options.console ?? "stdio" });
	return spawn(words[0]!, words.slice(1), { stdio: ["inherit", "pipe", "inherit"] });
}

/** A tap that is not there would be made by QEMU, and lead nowhere. */
function checkTap(option: "wan" | "lan", name: string | undefined): void {
	if (name === undefined)
		return;
	const { status, stdout } = spawnSync("ip", ["-d", "-json", "link", "show", "dev", name], { encoding: "utf8" });
	const kind = status === 0 ? (JSON.parse(stdout) as { linkinfo?: { info_kind?: string; info_data?: { type?: string } } }[])[0]?.linkinfo : undefined;
	if (status !== 0)
		throw new FirmwareFault(`firmware: --${option}: there is no network device "${name}": ip tuntap add dev ${name} mode tap`);
	if (kind?.info_kind !== "tun" || kind.info_data?.type !== "tap")
		throw new FirmwareFault(`firmware: --${option}: "${name}" is no tap device`);
}

/** Waits for the pages; false when they do not come. */
async function served(url: string, ended: () => boolean): Promise<boolean> {
	for (const deadline = Date.now() + BOOT_LIMIT; Date.now() < deadline && !ended();) {
		try {
			const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(2000) });
			await response.arrayBuffer();
			return true;
		}
		catch {
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
	if (!ended())
		console.error(`firmware: no page at ${url} after ${BOOT_LIMIT / 1000} s`);
	return false;
}

/** What the board says, passed on as it comes, but for its first prompt, which is to stand below the line that says where the pages are. */
class HeldOutput {
	#tail = "";
	#released = false;
	#onPrompt: (isReady: boolean) => void = () => {};

	constructor(board: ChildProcess) {
		board.stdout!.setEncoding("utf8");
		board.stdout!.on("data", (text: string) => this.take(text));
		board.stdout!.on("end", () => {
			this.release();
			this.#onPrompt(false);
		});
	}

	/** Resolves when the prompt is there, or with false when it does not come. */
	prompted(): Promise<boolean> {
		return new Promise((resolve) => {
			this.#onPrompt = resolve;
			setTimeout(() => resolve(false), BOOT_LIMIT).unref();
			this.take("");
		});
	}

	private take(text: string): void {
		if (this.#released) {
			process.stdout.write(text);
			return;
		}
		const all = this.#tail + text;
		const line = all.lastIndexOf("\n") + 1;
		process.stdout.write(all.slice(0, line));
		this.#tail = all.slice(line);
		if (this.#tail.startsWith(PROMPT))
			this.#onPrompt(true);
	}

	release(): void {
		if (!this.#released)
			process.stdout.write(this.#tail);
		this.#released = true;
		this.#tail = "";
	}
}
