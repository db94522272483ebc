/** The complete firmware: another one comes by its page, is tried and confirmed, or refused; its power is cut while one comes, and while settings are saved. */
import test from "ava";
import { readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "../../hosts/emulator/usernet.js";
import { Program, until } from "../interop/processes.js";
import { edit, FlashFile, images, layout, LIMIT, pause, random, WITH_PARENT } from "./flash/board.js";

const root = process.cwd();
const { buildFirmware } = await import(pathToFileURL(join(root, "hosts/riscv/build.mjs")).href);
const { putSettings, readSettings } = await import(pathToFileURL(join(root, "hosts/riscv/flash.mjs")).href);
const { board } = await import(pathToFileURL(join(root, "hosts/riscv/boot.mjs")).href);

/** Power cuts while an image comes, and while settings are saved. */
const CUTS = 5;
const PASSWORD = "correct horse";
const settings = {
	version: 1,
	gateway: { name: "gate-0", wanAddress: "10.0.2.15", wanPrefix: 24, lanAddress: "10.1.0.1/24", http: { address: "10.1.0.1", port: 80 }, admin: { user: "admin", password: PASSWORD } },
	certificates: {}, peers: [],
};

/** A chip with the firmware as it was built, and settings. */
async function makeChip(name: string): Promise<string> {
	const path = join(root, "build/tests", name);
	rmSync(path, { force: true });
	const chip = new FlashFile(path);
	chip.putBoot(readFileSync(join(root, "build/riscv/boot.bin")));
	chip.putFirmware(0, readFileSync(join(root, "build/riscv/keygate.bin")));
	await putSettings(chip, Buffer.from(JSON.stringify(settings)));
	chip.close();
	return path;
}

/** The firmware as it was built, as another version, or signed by somebody else. */
function image(version: string, key?: string): Buffer {
	return images.makeImage({ content: readFileSync(join(root, "build/riscv/keygate.raw")), board, version, address: layout.EXECUTION_BASE, key: images.signingKey(key, () => {}), deflated: true });
}

interface Answer {
	readonly status: number;
	readonly location: string;
	readonly body: string;
}

class Unit {
	readonly program: Program;
	readonly #port: number;

	private constructor(program: Program, port: number) {
		this.program = program;
		this.#port = port;
	}

	/** Turns the power on and waits for the pages. */
	static async start(chip: string): Promise<Unit> {
		const port = await freePort();
		const { NODE_OPTIONS: _, ...env } = process.env;
		const program = new Program([...WITH_PARENT, "qemu-system-riscv32", "-machine", "virt", "-cpu", "rv32,zkr=true,zkne=true,zknd=true,zknh=true,zbkb=true,zbkc=true,x-epmp=true", "-bios", "none", "-nodefaults", "-no-user-config",
			"-display", "none", "-global", "virtio-mmio.force-legacy=false", "-serial", "stdio", "-drive", `if=pflash,unit=0,format=raw,file=${chip}`,
			"-netdev", "user,id=wan,net=10.0.2.0/24", "-device", "virtio-net-device,netdev=wan,bus=virtio-mmio-bus.0",
			"-netdev", `user,id=lan,net=10.1.0.0/24,host=10.1.0.2,dhcpstart=10.1.0.100,hostfwd=tcp:127.0.0.1:${port}-10.1.0.1:80`, "-device", "virtio-net-device,netdev=lan,bus=virtio-mmio-bus.1"], { env });
		const unit = new Unit(program, port);
		try {
			await unit.serves();
			return unit;
		}
		catch (error) {
			await program.stop("SIGKILL");
			throw error;
		}
	}

	async serves(from = 0): Promise<void> {
		await this.program.waitFor(/keygate: gate-\d+, pages on /, { from, limit: 2 * LIMIT });
	}

	ask(method: string, path: string, body?: Buffer, type = "application/x-www-form-urlencoded"): Promise<Answer> {
		return new Promise((resolve, reject) => {
			const headers = { Authorization: `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}`, "X-Keygate": "1", Connection: "close", ...body && { "Content-Type": type, "Content-Length": body.length } };
			const asked = request({ host: "127.0.0.1", port: this.#port, path, method, headers, timeout: 3 * LIMIT }, (answer) => {
				let text = "";
				answer.setEncoding("utf8").on("data", (data) => text += data).on("end", () => resolve({ status: answer.statusCode!, location: answer.headers.location ?? "", body: text })).on("error", reject);
			});
			asked.on("error", reject).on("timeout", () => asked.destroy(new Error("no answer")));
			asked.end(body);
		});
	}

	/** Sends a file by the form of the administration page. */
	send(file: Buffer): Promise<Answer> {
		const body = Buffer.concat([Buffer.from("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.bin\"\r\n\r\n"), file, Buffer.from("\r\n--b--\r\n")]);
		return this.ask("POST", "/settings/administration/firmware", body, "multipart/form-data; boundary=b");
	}

	/** What the console answers to `firmware`. */
	async firmware(): Promise<string> {
		const from = this.program.output.length;
		this.program.write("firmware\r");
		return (await this.program.waitFor(/slot 0 [^]*\nkeygate> /, { from, limit: LIMIT }))[0];
	}

	stop(): Promise<unknown> {
		return this.program.stop("SIGKILL");
	}
}

test.before(async () => {
	await buildFirmware({ quiet: true });
});

test("update: by the page to the other slot, tried with the next start, confirmed; what is not for this unit is refused with a sentence", async (t) => {
	t.timeout(15 * LIMIT);
	const unit = await Unit.start(await makeChip("chip-page"));
	try {
		const refused: readonly (readonly [Buffer, RegExp])[] = [
			[Buffer.from("text ".repeat(30000)), /This file is not a firmware image\./],
			[image("0.0.1"), /This image is older than the firmware that runs\./],
			[image("9.0.0").subarray(0, 400_000), /The file ended before the image did/],
			[Buffer.concat([image("9.0.0"), Buffer.alloc(10)]), /The file goes on behind the image/],
		];
		for (const [file, text] of refused) {
			const { status, body } = await unit.send(file);
			t.is(status, 400);
			t.regex(body, text);
		}
		t.regex(await unit.firmware(), /slot 0 .*running, came up healthy/);
		t.is((await unit.send(image("9.0.0"))).status, 303);
		t.regex(await unit.firmware(), /slot 1  9\.0\.0 .*tried with the next start/);
		const from = unit.program.output.length;
		t.is((await unit.ask("POST", "/settings/administration/reboot", Buffer.from(""))).status, 200);
		await unit.program.waitFor(/keygate boot: slot 1: is tried now\r?\nkeygate boot: slot 1: 9\.0\.0/, { from, limit: LIMIT });
		await unit.serves(from);
		t.regex(await unit.firmware(), /slot 1  9\.0\.0 .*running, on trial/);
		// a page is the proof
		const page = await until(() => unit.ask("GET", "/settings/administration").catch(() => undefined), () => "no page", LIMIT);
		t.regex(page.body, /Slot 1: <b>9\.0\.0<\/b>, running, came up healthy/);
		t.regex(await unit.firmware(), /The last update, in slot 1, came up healthy\./);
	}
	finally {
		await unit.stop();
	}
});

test(`update: the power is cut ${CUTS} times while an image comes: the same firmware starts, with its settings`, async (t) => {
	t.timeout(15 * LIMIT);
	const chip = await makeChip("chip-cuts");
	const next = random(9);
	for (let cut = 0; cut < CUTS; cut++) {
		const unit = await Unit.start(chip);
		const sent = unit.send(image("9.0.0")).catch(() => undefined);
		await pause(next() * 5000);
		await unit.stop();
		await sent;
	}
	const unit = await Unit.start(chip);
	try {
		t.regex(await unit.firmware(), /slot 0 .*running|slot 1 .*running/);
		t.is((await unit.ask("GET", "/settings/administration")).status, 200, "the password is the same");
	}
	finally {
		await unit.stop();
	}
});

test(`update: the power is cut ${CUTS} times while settings are saved: what was there or what was to be`, async (t) => {
	t.timeout(15 * LIMIT);
	const chip = await makeChip("chip-settings");
	const next = random(10);
	const nameIn = async (): Promise<string> => {
		const flash = new FlashFile(chip);
		try {
			return JSON.parse(String(await readSettings(flash))).gateway.name;
		}
		finally {
			flash.close();
		}
	};
	for (let cut = 1; cut <= CUTS; cut++) {
		const before = await nameIn();
		const unit = await Unit.start(chip);
		const saved = unit.ask("POST", "/settings/administration/unit", Buffer.from(`name=gate-${cut}`)).catch(() => undefined);
		await Promise.race([pause(next() * 600), saved]);
		await unit.stop();
		const answer = await saved;
		const name = await nameIn();
		t.true(name === before && answer === undefined || name === `gate-${cut}`, `${name} after ${before}`);
	}
	t.is(edit(chip, (flash) => flash.state().confirmed), 0);
});
