import test from "ava";
import { Accelerator } from "../../../modules/crypto/crypto.js";
import { Copies, STATE_SIZE, TAG_SIZE } from "../../../modules/settings/copies.js";
import { Flash } from "./flash.js";

const crypto = new Accelerator();
const noises = [0x00, 0xff, 0x5a];

function content(version: number, size: number): Uint8Array {
	return new Uint8Array(size).map((_, i) => version * 31 + i);
}

function tagOf(version: number): Uint8Array {
	return new Uint8Array(TAG_SIZE).fill(version);
}

function text(bytes: Uint8Array): string {
	return `${bytes.length}:${bytes[0] ?? ""}:${bytes[bytes.length - 1] ?? ""}`;
}

/** What a unit that starts finds. */
function found(storage: Flash, slot = 0): string {
	const target = new Uint8Array(4096);
	const tag = new Uint8Array(TAG_SIZE);
	const size = new Copies({ storage, crypto, slot }).load(target, tag);
	return size === 0 ? "nothing" : `${text(target.subarray(0, size))} ${tag[0]}`;
}

test("copies: the newest one is found, each save takes the place of the older one", (t) => {
	const storage = new Flash();
	const copies = new Copies({ storage, crypto, slot: 2 });
	const target = new Uint8Array(4096);
	t.is(copies.load(target, new Uint8Array(TAG_SIZE)), 0);
	for (let version = 1; version <= 5; version++) {
		t.is(copies.save(content(version, 100 * version), tagOf(version)), "");
		t.is(found(storage, 2), `${text(content(version, 100 * version))} ${version}`);
		t.is(storage.operations.at(-1)!.slot, 2 + (version + 1) % 2);
	}
	t.is(found(storage, 0), "nothing");
	t.is(new Copies({ storage, crypto, slot: 2 }).load(new Uint8Array(450), new Uint8Array(TAG_SIZE)), 400, "one that has no room is passed over");
});

test("copies: a storage that refuses leaves what was kept, and is tried again", (t) => {
	const storage = new Flash();
	const state = new Uint8Array(STATE_SIZE);
	const copies = new Copies({ storage, crypto, slot: 0, state });
	copies.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
	copies.save(content(1, 50), tagOf(1));
	storage.fault = "full";
	t.is(copies.save(content(2, 50), tagOf(2)), "full");
	t.is(found(storage), `${text(content(1, 50))} 1`);
	storage.fault = "";
	// The next control plane goes on with the state that it finds.
	t.is(new Copies({ storage, crypto, slot: 0, state }).save(content(3, 50), tagOf(3)), "");
	t.is(found(storage), `${text(content(3, 50))} 3`);
});

test("copies: any byte of the newest copy that is not what it was makes the one before it count", (t) => {
	const storage = new Flash();
	const copies = new Copies({ storage, crypto, slot: 0 });
	copies.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
	copies.save(content(1, 60), tagOf(1));
	copies.save(content(2, 60), tagOf(2));
	for (let i = 0; i < storage.sizes[1]!; i++) {
		storage.slots[1]![i]! ^= 1;
		t.is(found(storage), `${text(content(1, 60))} 1`, `byte ${i}`);
		storage.slots[1]![i]! ^= 1;
	}
});

test("copies: a power cut at every byte of every write leaves what was there, or what was to be", (t) => {
	const sizes = [300, 40, 500, 500, 1];
	const storage = new Flash();
	const copies = new Copies({ storage, crypto, slot: 0 });
	copies.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
	const ends: number[] = [];
	sizes.forEach((size, i) => {
		copies.save(content(i + 1, size), tagOf(i + 1));
		ends.push(storage.operations.length);
	});
	const names = ["nothing", ...sizes.map((size, i) => `${text(content(i + 1, size))} ${i + 1}`)];
	let cuts = 0;
	const replay = new Flash();
	for (let i = 0, version = 0; i < storage.operations.length; i++) {
		const operation = storage.operations[i]!;
		// The last byte of a header makes a copy whole: before it, never.
		for (let count = 0; count < operation.bytes.length; count++) {
			const memory = replay.slots[operation.slot]!.slice();
			const size = replay.sizes[operation.slot]!;
			replay.apply(operation, count, noises[cuts++ % noises.length]);
			const result = found(replay);
			if (result !== names[version] && result !== names[version + 1])
				t.fail(`operation ${i}, byte ${count}: ${result} in place of ${names[version]}`);
			// A unit that starts then can keep what comes next.
			if (count % 50 === 0) {
				const after = new Copies({ storage: replay, crypto, slot: 0 });
				after.load(new Uint8Array(4096), new Uint8Array(TAG_SIZE));
				const others = replay.slots.map((slot) => slot.slice());
				const before = [...replay.sizes];
				t.is(after.save(content(9, 77), tagOf(9)), "");
				t.is(found(replay), `${text(content(9, 77))} 9`);
				others.forEach((slot, j) => replay.slots[j]!.set(slot));
				before.forEach((each, j) => replay.sizes[j] = each);
			}
			replay.slots[operation.slot]!.set(memory);
			replay.sizes[operation.slot] = size;
		}
		replay.apply(operation);
		if (i + 1 === ends[version])
			version++;
		t.is(found(replay), names[version]);
	}
	t.true(cuts > 2500);
});
