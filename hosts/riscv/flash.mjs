// What is in the flash chip of QEMU's board, as a file. As a program:
//   node hosts/riscv/flash.mjs --flash FILE [--boot FILE] [--firmware IMAGE] [--slot 0|1] [--settings FILE] [--erase settings|log|state]
// The file is made when it is missing, with the boot loader and the firmware of build/riscv; otherwise only what is named is written. --firmware is put
// into slot 0, or the one that --slot names, and is what is started next. --settings is checked, and kept as the gateway itself would keep it. At the
// end it says what is in the chip.
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { HEADER_SIZE, ImageError, readImage } from "../device/image.mjs";
import { root } from "../setup.mjs";
import { layout } from "./layout.mjs";

/** What a caller can do something about. */
export class FlashError extends Error {}

/** Regions by slot of modules/settings/storage.ts. */
const slots = [[layout.SETTINGS0_AT, layout.SETTINGS_SLOT_SIZE], [layout.SETTINGS1_AT, layout.SETTINGS_SLOT_SIZE], [layout.LOG0_AT, layout.LOG_SLOT_SIZE], [layout.LOG1_AT, layout.LOG_SLOT_SIZE]];
const firmwareSlots = [layout.FIRMWARE0_AT, layout.FIRMWARE1_AT];
/** All regions are below this; what is above is not written, so that the file has a hole there. */
const END = layout.FIRMWARE1_AT + layout.FIRMWARE_SLOT_SIZE;

/** A chip's contents in a file. */
export class FlashFile {
	/** Opens the file; a missing one becomes an erased chip. */
	constructor(path) {
		this.isNew = !existsSync(path) || statSync(path).size === 0;
		this.descriptor = openSync(path, this.isNew ? "w+" : "r+");
		if (this.isNew) {
			ftruncateSync(this.descriptor, layout.FLASH_CHIP_SIZE);
			this.erase(0, END);
		}
		else if (statSync(path).size !== layout.FLASH_CHIP_SIZE)
			throw new FlashError(`${path}: ${statSync(path).size} bytes, expected ${layout.FLASH_CHIP_SIZE}: not the contents of this board's flash`);
	}

	close() {
		closeSync(this.descriptor);
	}

	erase(at, size) {
		this.write(at, Buffer.alloc(size, 0xff));
	}

	write(at, bytes) {
		for (let done = 0; done < bytes.length;)
			done += writeSync(this.descriptor, bytes, done, bytes.length - done, at + done);
	}

	read(at, size) {
		const bytes = Buffer.alloc(size);
		readSync(this.descriptor, bytes, 0, size, at);
		return bytes;
	}

	/** Puts the boot loader where the board starts. */
	putBoot(bytes) {
		if (bytes.length > layout.BOOT_SIZE)
			throw new FlashError(`the boot loader has ${bytes.length} bytes, ${layout.BOOT_SIZE} are there for it`);
		this.erase(layout.BOOT_AT, layout.BOOT_SIZE);
		this.write(layout.BOOT_AT, bytes);
	}

	/** Puts a firmware image into a slot. With nothing in the region of the state slot 0 is what is started. */
	putFirmware(slot, image) {
		if (image.length > layout.FIRMWARE_SLOT_SIZE)
			throw new FlashError(`the firmware has ${image.length} bytes, a slot ${layout.FIRMWARE_SLOT_SIZE}`);
		this.erase(firmwareSlots[slot], layout.FIRMWARE_SLOT_SIZE);
		this.write(firmwareSlots[slot], image);
	}

	/** Makes `slot` the one that is started, with nothing to try. */
	confirm(slot) {
		this.eraseState();
		if (slot === 0)
			return;
		const record = Buffer.alloc(32);
		record.write("kgst", 0, "latin1");
		record.writeUInt32LE(1, 4);
		record.set([slot, 0xff, 0, 0, 0xff], 8);
		record.writeUInt32LE(crc(record.subarray(0, 28)), 28);
		this.write(layout.STATE_AT, record);
	}

	eraseState() {
		this.erase(layout.STATE_AT, 2 * layout.FLASH_SECTOR);
	}

	/** Erases what modules/settings/storage.ts keeps: slots 0 and 1 are the settings, 2 and 3 the log. */
	eraseSlots(...numbers) {
		for (const number of numbers)
			this.erase(slots[number][0], slots[number][1]);
	}

	/** What a slot's header says, undefined when there is no image. */
	firmware(slot, key) {
		const image = this.read(firmwareSlots[slot], layout.FIRMWARE_SLOT_SIZE);
		try {
			const { length } = readImage(image.subarray(0, HEADER_SIZE));
			return readImage(image.subarray(0, HEADER_SIZE + length), key);
		}
		catch (error) {
			if (error instanceof ImageError)
				return undefined;
			throw error;
		}
	}

	/** The newest record of slots.c: which slot is confirmed, which is to be tried, and how it went. */
	state() {
		let newest = { sequence: 0, confirmed: 0, trial: undefined, tried: false, outcome: "none", about: undefined };
		for (let half = 0; half < 2; half++) {
			const bytes = this.read(layout.STATE_AT + half * layout.FLASH_SECTOR, layout.STATE_HALF);
			for (let at = 0; at < bytes.length; at += 32) {
				const record = bytes.subarray(at, at + 32);
				const sequence = record.readUInt32LE(4);
				if (record.toString("latin1", 0, 4) !== "kgst" || record.readUInt32LE(28) !== crc(record.subarray(0, 28)) || sequence <= newest.sequence)
					continue;
				const slot = (value) => value === 0xff ? undefined : value;
				newest = { sequence, confirmed: record[8], trial: slot(record[9]), tried: record[10] !== 0, outcome: ["none", "healthy", "unhealthy", "bad"][record[11]], about: slot(record[12]) };
			}
		}
		return newest;
	}

	/** As modules/settings/storage.ts has it. */
	get storage() {
		const place = (slot, offset, size) => {
			const [at, limit] = slots[slot];
			return [at + offset, Math.max(0, Math.min(size, limit - offset))];
		};
		return {
			read: (slot, offset, target) => {
				const [at, size] = place(slot, offset, target.length);
				target.set(this.read(at, size));
				return size;
			},
			erase: (slot) => {
				this.eraseSlots(slot);
				return "";
			},
			write: (slot, offset, bytes) => {
				const [at, size] = place(slot, offset, bytes.length);
				if (size < bytes.length)
					return "there is no room for it";
				this.write(at, Buffer.from(bytes));
				return "";
			},
		};
	}
}

/** CRC-32, as zlib's. */
function crc(bytes) {
	let value = 0xffffffff;
	for (const byte of bytes) {
		value ^= byte;
		for (let bit = 0; bit < 8; bit++)
			value = value >>> 1 ^ (0xedb88320 & -(value & 1));
	}
	return ~value >>> 0;
}

/** The gateway's own modules, as tsc wrote them. */
async function modules() {
	const load = (name) => import(pathToFileURL(join(root, "build/js", `${name}.js`)));
	if (!existsSync(join(root, "build/js/hosts/node/natives.js")))
		throw new FlashError("build/js: the modules are not compiled: npm run build");
	if (globalThis.native === undefined)
		await load("hosts/node/natives");
	const [{ Store }, { settingsTable }, { Accelerator }, { faultLine }, { Copies, TAG_SIZE }] = await Promise.all(
		["modules/settings/store", "modules/settings/table", "modules/crypto/crypto", "modules/settings/validate", "modules/settings/copies"].map(load));
	return { Store, settingsTable, Accelerator, faultLine, Copies, TAG_SIZE };
}

/** Keeps a settings document in the flash, in place of what was there. Throws a FlashError that names each fault. */
export async function putSettings(flash, document, name = "settings") {
	const { Store, settingsTable, Accelerator, faultLine } = await modules();
	const crypto = new Accelerator();
	new Uint8Array(settingsTable()).fill(0);
	flash.eraseSlots(0, 1);
	const store = new Store({ table: settingsTable(), crypto, wallClock: () => Math.floor(Date.now() / 1000), storage: flash.storage, firmware: true });
	store.kept();
	const { settings, faults } = store.open(new Uint8Array(document));
	if (settings === undefined)
		throw new FlashError(faults.map((fault) => faultLine(name, fault)).join("\n"));
	store.keep(true);
	if (store.storageFault !== "")
		throw new FlashError(`${name}: ${store.storageFault}`);
}

/** The settings document that is kept in the flash, undefined when there is none. */
export async function readSettings(flash) {
	const { Accelerator, Copies, TAG_SIZE } = await modules();
	const target = new Uint8Array(layout.SETTINGS_SLOT_SIZE);
	const size = new Copies({ storage: flash.storage, crypto: new Accelerator(), slot: 0 }).load(target, new Uint8Array(TAG_SIZE));
	return size === 0 ? undefined : Buffer.from(target.subarray(0, size));
}

/** The file at `made`, whose faults are told as those of `path`: it is the one that was asked for. */
function opened(made, path) {
	try {
		return new FlashFile(made);
	}
	catch (fault) {
		throw fault.path === made ? Object.assign(fault, { path }) : fault;
	}
}

/**
 * Makes the file when it is missing, with boot loader and firmware (paths of files; those of build/riscv when not given), and writes what is named
 * otherwise. `settings` is the path of a document.
 */
export async function prepareFlash(path, { boot, firmware, slot = 0, settings, erase = [] } = {}) {
	// one that is made gets its name when it is whole: what an interruption leaves would be taken for a chip without firmware
	const made = existsSync(path) && statSync(path).size > 0 ? path : `${path}.new`;
	if (made !== path)
		rmSync(made, { force: true });
	const flash = opened(made, path);
	try {
		if (flash.isNew || boot !== undefined)
			flash.putBoot(readFileSync(boot ?? join(root, "build/riscv/boot.bin")));
		if (flash.isNew || firmware !== undefined) {
			flash.putFirmware(slot, readFileSync(firmware ?? join(root, "build/riscv/keygate.bin")));
			flash.confirm(slot);
		}
		if (erase.includes("settings"))
			flash.eraseSlots(0, 1);
		if (erase.includes("log"))
			flash.eraseSlots(2, 3);
		if (erase.includes("state"))
			flash.eraseState();
		if (settings !== undefined)
			await putSettings(flash, readFileSync(settings), settings);
		const lines = await describe(flash);
		if (made !== path)
			renameSync(made, path);
		return lines;
	}
	finally {
		flash.close();
	}
}

/** Lines for people. */
async function describe(flash) {
	const state = flash.state();
	const lines = [0, 1].map((slot) => {
		const image = flash.firmware(slot);
		const what = image === undefined ? "no firmware" : `${image.version}, ${image.length} bytes${image.isWhole ? "" : ", not whole"}`;
		return `slot ${slot}: ${what}${state.confirmed === slot ? ", in use" : ""}${state.trial === slot ? state.tried ? ", tried" : ", to be tried" : ""}`;
	});
	const settings = existsSync(join(root, "build/js/hosts/node/natives.js")) ? await readSettings(flash) : undefined;
	return [...lines, settings === undefined ? "no settings" : `settings: ${settings.length} bytes`];
}

async function main() {
	const { values } = parseArgs({ options: { ...Object.fromEntries(["flash", "boot", "firmware", "slot", "settings"].map((name) => [name, { type: "string" }])), erase: { type: "string", multiple: true } } });
	if (values.flash === undefined)
		throw new FlashError("--flash FILE is missing");
	if (values.slot !== undefined && !/^[01]$/.test(values.slot))
		throw new FlashError(`--slot ${values.slot}: expected 0 or 1`);
	const what = (values.erase ?? []).find((each) => !["settings", "log", "state"].includes(each));
	if (what !== undefined)
		throw new FlashError(`--erase ${what}: expected settings, log or state`);
	for (const line of await prepareFlash(values.flash, { ...values, slot: Number(values.slot ?? 0) }))
		console.log(line);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	try {
		await main();
	}
	catch (error) {
		if (!(error instanceof FlashError) && error.code === undefined)
			throw error;
		console.error(error.message);
		process.exitCode = 1;
	}
}
