/** Firmware slots, images and updates, in C as the boot loader and the firmware have it, and the tools that make images and flash contents. */
import test from "ava";
import { spawnSync } from "node:child_process";
import { sign } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCases, sanitizers } from "../ipsec/programs.js";

const root = process.cwd();
const board = "test-board";
const tools = await import(pathToFileURL(join(root, "hosts/device/image.mjs")).href);

/** Makes the images that the cases are about, and the program that trusts their key. */
function prepare(folder: string): { program: string; files: string[] } {
	const quiet = (): void => {};
	tools.makeKey(join(folder, "key.pem"));
	tools.makeKey(join(folder, "other.pem"));
	const key = tools.signingKey(join(folder, "key.pem"), quiet);
	const other = tools.signingKey(join(folder, "other.pem"), quiet);
	const content = Buffer.alloc(7000, "content ");
	const image = (more: object): Buffer => tools.makeImage({ content, board, version: "1.1.0", address: 0x80000000, key, ...more });
	const damaged = image({});
	damaged[5000]! ^= 1;
	// a part of it is as if by chance
	const whole = Buffer.from(Array.from({ length: 15000 }, (_, i) => i % 8 !== 0 ? i >> 9 : i * i * 31 >> 5 & 0xff));
	const deflated = image({ content: whole, deflated: true });
	const torn = Buffer.from(deflated);
	torn[1000]! ^= 1;
	const says = (size: number): Buffer => {
		const changed = Buffer.from(deflated);
		changed.writeUInt32LE(size, 96);
		sign("sha256", changed.subarray(0, 128), { key, dsaEncoding: "ieee-p1363" }).copy(changed, 128);
		return changed;
	};
	const images: Record<string, Buffer> = {
		old: image({ version: "1.0.0", content: Buffer.alloc(6000, "older ") }),
		new: image({}), forged: image({ key: other }), board: image({ board: "another" }), damaged, oldest: image({ version: "0.9.12" }), long: image({ content: Buffer.alloc(12000) }),
		deflated, torn, more: says(15001), less: says(14999), whole,
	};
	const files = Object.entries(images).map(([name, bytes]) => {
		writeFileSync(join(folder, name), bytes);
		return join(folder, name);
	});
	writeFileSync(join(folder, "trust.c"), tools.trustSource(board, key, true));
	const program = join(folder, "firmware-cases");
	const sources = ["tests/node/device/chip.c", "tests/node/device/firmware_cases.c", "hosts/riscv/slots.c", "hosts/riscv/firmware.c", "hosts/riscv/boot/load.c", "hosts/riscv/boot/expand.c", "hosts/device/image.c", "hosts/device/update.c", join(folder, "trust.c")];
	const includes = ["hosts/device", "hosts/riscv", "hosts/riscv/boot", "modules", "tests/node/device"].flatMap((path) => ["-iquote", path]);
	const { status, stderr, error } = spawnSync("gcc", ["-std=gnu11", ...sanitizers, "-Wall", "-Wextra", "-Wconversion", "-Werror", ...includes, ...sources, "-o", program, "-Wl,--wrap=image_verify", "-lmbedcrypto", "-lz"], { cwd: root, encoding: "utf8" });
	if (error !== undefined || status !== 0)
		throw new Error(`gcc: ${error?.message ?? stderr}`);
	return { program, files };
}

const folder = mkdtempSync(join(tmpdir(), "keygate-firmware-"));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const { program, files } = prepare(folder);
for (const { name, ok, notes } of runCases(program, files))
	test(`firmware: ${name}`, (t) => t.true(ok, notes));

test("image: what one says of itself, and who may say it", (t) => {
	const key = tools.signingKey(join(folder, "key.pem"));
	const other = tools.signingKey(join(folder, "other.pem"));
	const image = readFileSync(join(folder, "new"));
	t.deepEqual(tools.readImage(image, key), { board, version: "1.1.0", length: 7000, expanded: undefined, address: 0x80000000, isWhole: true, isSigned: true });
	const deflated = readFileSync(join(folder, "deflated"));
	t.deepEqual(tools.readImage(deflated, key), { board, version: "1.1.0", length: deflated.length - 256, expanded: 15000, address: 0x80000000, isWhole: true, isSigned: true });
	t.true(deflated.length < 10000);
	t.false(tools.readImage(image, other).isSigned);
	t.false(tools.readImage(image.subarray(0, 5000), key).isWhole);
	t.throws(() => tools.readImage(Buffer.alloc(300)), { message: "not a firmware image" });
	t.throws(() => tools.makeImage({ content: image, board: "a board", version: "1", address: 0, key }), { message: "board: \"a board\" is not 1 to 16 printable characters without spaces" });
	writeFileSync(join(folder, "no-key"), "text");
	t.regex(t.throws(() => tools.signingKey(join(folder, "no-key"))).message, /no-key: /);
	t.is(statSync(join(folder, "key.pem")).mode & 0o777, 0o600);
});

test("image: signed by the openssl command as well", (t) => {
	// for who keeps the key where only openssl reaches it: r and s of the DER signature are put at their place
	const image = readFileSync(join(folder, "new"));
	const signed = join(folder, "signed");
	writeFileSync(signed, image.subarray(0, 128));
	const { status, stdout } = spawnSync("openssl", ["dgst", "-sha256", "-sign", join(folder, "key.pem"), signed]);
	t.is(status, 0);
	const integer = (at: number): Buffer => {
		const bytes = stdout.subarray(at + 2, at + 2 + stdout[at + 1]!);
		return Buffer.concat([Buffer.alloc(33), bytes]).subarray(-32);
	};
	const second = 4 + stdout[3]!;
	Buffer.concat([integer(2), integer(second)]).copy(image, 128);
	t.true(tools.readImage(image, tools.signingKey(join(folder, "key.pem"))).isSigned);
});

test("flash: a file with loader, firmware and settings, in the gateway's own form", async (t) => {
	const { prepareFlash, readSettings, FlashFile } = await import(pathToFileURL(join(root, "hosts/riscv/flash.mjs")).href);
	const path = join(folder, "flash");
	const loader = join(folder, "loader");
	const settings = join(folder, "settings.json");
	mkdirSync(folder, { recursive: true });
	writeFileSync(loader, Buffer.alloc(1000, 7));
	writeFileSync(settings, JSON.stringify({ version: 1, gateway: { name: "gate-a", wanAddress: "10.0.0.1", lanAddress: "10.1.0.1/24", http: { address: "10.1.0.1", port: 80 }, admin: { user: "admin", password: "correct horse" } }, certificates: {}, peers: [] }));
	// what an interruption left of a file that was being made
	writeFileSync(`${path}.new`, Buffer.alloc(33554432));
	const made = await prepareFlash(path, { boot: loader, firmware: join(folder, "old"), settings });
	t.deepEqual(made.slice(0, 2), ["slot 0: 1.0.0, 6000 bytes, in use", "slot 1: no firmware"]);
	t.regex(made[2], /^settings: \d+ bytes$/);
	const flash = new FlashFile(path);
	const document = String(await readSettings(flash));
	t.is(JSON.parse(document).gateway.name, "gate-a");
	t.false(document.includes("correct horse"), "only its hash is kept");
	flash.confirm(1);
	t.is(flash.state().confirmed, 1);
	flash.close();
	// a later start of the same file leaves what is there
	const lines = await prepareFlash(path, { firmware: join(folder, "new"), slot: 1 });
	t.deepEqual(lines.slice(0, 2), ["slot 0: 1.0.0, 6000 bytes", "slot 1: 1.1.0, 7000 bytes, in use"]);
	t.deepEqual((await prepareFlash(path, { erase: ["settings", "state"] })).slice(0, 3), ["slot 0: 1.0.0, 6000 bytes, in use", "slot 1: 1.1.0, 7000 bytes", "no settings"]);
	writeFileSync(settings, "{ \"version\": 1 }");
	await t.throwsAsync(prepareFlash(path, { settings }), { message: /settings\.json: gateway/ });
	await t.throwsAsync(prepareFlash(join(folder, "other"), { boot: loader, firmware: join(folder, "old"), settings }), { message: /settings\.json: gateway/ });
	t.false(existsSync(join(folder, "other")), "a file is there when all is in it");
	writeFileSync(join(folder, "short"), "not a chip");
	await t.throwsAsync(prepareFlash(join(folder, "short")), { message: /10 bytes, expected 33554432/ });
});

test("a key that is none is told in a line, before anything is built", (t) => {
	const path = join(folder, "no-such-key.pem");
	const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "hosts/riscv/build.mjs")], { encoding: "utf8", env: { ...process.env, KEYGATE_FIRMWARE_KEY: path } });
	t.is(status, 1);
	t.is(stdout, "");
	t.regex(stderr, new RegExp(`^${path}: ENOENT.*\n$`));
});
