/** The settings on a flash of which a sector is worn. */
import test from "ava";
import { FlashStorage } from "../../../hosts/device/storage.js";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { Copies, STATE_SIZE, TAG_SIZE } from "../../../modules/settings/copies.js";

const crypto = new Accelerator();
const SIZE = 0x9000;

/** A chip: writing only clears bits, a region is erased as a whole, some cannot be. */
class Chip {
	readonly regions = Array.from({ length: 4 }, () => new Uint8Array(SIZE).fill(0xff));
	readonly worn = new Set<number>();

	read(region: number, offset: number, target: Uint8Array): number {
		const bytes = this.regions[region]!.subarray(offset, offset + target.length);
		target.set(bytes);
		return bytes.length;
	}

	erase(region: number): boolean {
		// one that is worn loses what it had, and keeps some bits
		this.regions[region]!.fill(this.worn.has(region) ? 0xf7 : 0xff);
		return !this.worn.has(region);
	}

	write(region: number, offset: number, bytes: Uint8Array): boolean {
		const memory = this.regions[region]!;
		if (bytes.some((byte, i) => (byte & ~memory[offset + i]!) !== 0))
			return false;
		memory.set(bytes, offset);
		return true;
	}
}

function content(version: number): Uint8Array {
	return new Uint8Array(1000).fill(version);
}

function found(chip: Chip): number {
	const target = new Uint8Array(4096);
	return new Copies({ storage: new FlashStorage(chip), crypto, slot: 0 }).load(target, new Uint8Array(TAG_SIZE)) === 0 ? 0 : target[0]!;
}

test("storage: what is saved is found, each copy in the region of the older one", (t) => {
	const chip = new Chip();
	const copies = new Copies({ storage: new FlashStorage(chip), crypto, slot: 0 });
	t.is(found(chip), 0);
	copies.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
	for (let version = 1; version <= 6; version++) {
		t.is(copies.save(content(version), new Uint8Array(TAG_SIZE)), "");
		t.is(found(chip), version);
	}
});

test("storage: a worn sector is told by name, the other copy stays, and what comes later is not kept either", (t) => {
	const chip = new Chip();
	const storage = new FlashStorage(chip);
	const state = new Uint8Array(STATE_SIZE);
	const copies = new Copies({ storage, crypto, slot: 0, state });
	copies.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
	copies.save(content(1), new Uint8Array(TAG_SIZE));
	copies.save(content(2), new Uint8Array(TAG_SIZE));
	chip.worn.add(0);
	const fault = "the flash is worn or protected: the first copy of the settings cannot be erased";
	for (let version = 3; version < 6; version++) {
		t.is(copies.save(content(version), new Uint8Array(TAG_SIZE)), fault);
		t.is(found(chip), 2, "the copy before is as it was");
	}
	chip.worn.clear();
	t.is(copies.save(content(6), new Uint8Array(TAG_SIZE)), "", "one that takes it again is used again");
	t.is(found(chip), 6);
});

test("storage: a region that does not take what is written is told", (t) => {
	const chip = new Chip();
	const storage = new FlashStorage(chip);
	chip.regions[3]!.fill(0);
	t.is(storage.write(3, 0, content(1)), "the flash is worn or protected: the second copy of the log cannot be written");
	t.is(storage.read(3, SIZE - 10, new Uint8Array(100)), 10, "a region has an end");
});
