/** The flash of the board, its power cut at random moments by killing QEMU: settings being saved, an update at any point, and what the boot loader starts. */
import test from "ava";
import { Accelerator } from "../../modules/crypto/crypto.js";
import { Copies, TAG_SIZE } from "../../modules/settings/copies.js";
import { build, edit, layout, LIMIT, makeChip, pause, powerUp, random, started, type Status } from "./flash/board.js";

/** Power cuts of a save, and of an update. */
const SAVES = 200;
const UPDATES = 60;
/** Bytes of an image: it is in two sectors of the chip. */
const SIZE = 300_000;

test.before(() => build());

/** The copy that a start finds in the settings' slots: its number, which it was made from; 0: none. Throws when it is not as it was made. */
function savedIn(chip: string): number {
	return edit(chip, (flash) => {
		const target = new Uint8Array(32768);
		const size = new Copies({ storage: flash.storage, crypto: new Accelerator(), slot: 0 }).load(target, new Uint8Array(TAG_SIZE));
		if (size === 0)
			return 0;
		const counters = [0, 1].map((slot) => {
			const header = new Uint8Array(8);
			flash.storage.read(slot, 0, header);
			return new DataView(header.buffer).getUint32(0) === 0x6b677431 ? new DataView(header.buffer).getUint32(4) : 0;
		});
		const number = counters.find((counter) => 500 + counter * 7919 % 30000 === size && target[0] === (counter * 31 & 255));
		if (number === undefined || target.subarray(0, size).some((byte, i) => byte !== (number * 31 + i * 7 & 255)))
			throw new Error(`a copy of ${size} bytes is not as it was made`);
		return number;
	});
}

test(`flash: settings survive ${SAVES} power cuts, each at a random moment of a save`, async (t) => {
	t.timeout(20 * LIMIT);
	const built = await build();
	const chip = makeChip("chip-saves", built, built.image("1.0.0"));
	const next = random(6);
	let number = 0;
	let lost = 0;
	let during = 0;
	// Milliseconds until the power goes, at most: on this machine, as busy as it is now, time for a save or a few of them.
	let most = 40;
	for (let cut = 0; cut < SAVES; cut++) {
		const board = powerUp(chip, { elf: built.elf });
		try {
			await started(board);
			board.write("s");
			await board.waitFor(/saving \d+\n/, { limit: LIMIT });
			await pause(next() * most);
		}
		finally {
			await board.stop("SIGKILL");
		}
		const done = Number([...board.output.matchAll(/saved (\d+)\n/g)].at(-1)?.[1] ?? number);
		const begun = Number([...board.output.matchAll(/saving (\d+)\n/g)].at(-1)![1]);
		during += Number(begun > done);
		most *= done > number ? 0.95 : 1.2;
		const found = savedIn(chip);
		// what was said to be saved is there; what was under way may be
		if (found < done || found > Math.max(begun, done))
			lost++;
		t.false(board.output.includes("fault"), board.output);
		number = found;
	}
	t.is(lost, 0);
	t.true(number > SAVES / 4, `${number} copies were saved`);
	t.log(`${SAVES} cuts, ${during} of them during a save, ${number} copies saved`);
});

/** Milliseconds that an update and a new start take on this machine, now; the chip is as it was in what counts. */
async function measure(chip: string): Promise<{ update: number; restart: number }> {
	const board = powerUp(chip);
	try {
		await started(board);
		let from = Date.now();
		board.write("u");
		await board.waitFor(/updated 0\n/, { limit: LIMIT });
		const update = Date.now() - from;
		from = Date.now();
		const length = board.output.length;
		board.write("r");
		await started(board, length);
		return { update, restart: Date.now() - from };
	}
	finally {
		await board.stop("SIGKILL");
	}
}

test(`flash: ${UPDATES} power cuts, each at a random moment of an update or of what follows: a gateway starts every time`, async (t) => {
	t.timeout(20 * LIMIT);
	const built = await build();
	const old = built.image("1.0.0", SIZE);
	const chip = makeChip("chip-updates", built, old, built.image("1.1.0", SIZE));
	const next = random(66);
	const { update, restart } = await measure(chip);
	const seen = new Map<string, number>();
	let done = 0;
	for (let cut = 0; cut < UPDATES; cut++) {
		const board = powerUp(chip);
		try {
			const status = await started(board);
			const count = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
			count(`slot ${status.running}`);
			if (!status.confirmed) {
				// on trial: sometimes it comes up healthy
				count("on trial");
				if (next() < 0.7) {
					board.write("c");
					await pause(next() * 10);
				}
			}
			else if (status.next >= 0 || next() < 0.3) {
				// a new start, and the power goes while the loader works
				board.write("r");
				await pause(next() * 1.2 * restart);
			}
			else {
				board.write("u");
				await board.waitFor(/updating\n/, { limit: LIMIT });
				await pause(next() * 1.3 * update);
				if (/updated 0\n/.test(board.output))
					done++;
			}
			t.false(/updated [1-9]/.test(board.output), board.output);
		}
		finally {
			await board.stop("SIGKILL");
		}
	}
	const board = powerUp(chip);
	let last: Status;
	try {
		last = await started(board);
	}
	finally {
		await board.stop("SIGKILL");
	}
	t.true(last.running >= 0);
	t.true(edit(chip, (flash) => flash.firmware(last.running)).isWhole);
	t.log(`${UPDATES} cuts, ${done} updates to their end; starts: ${[...seen].map(([what, times]) => `${what} ${times}`).join(", ")}`);
});

test("flash: an update is tried once, and rolled back when it is not confirmed; the loader says what it does", async (t) => {
	t.timeout(5 * LIMIT);
	const built = await build();
	const chip = makeChip("chip-loader", built, built.image("1.0.0", SIZE), built.image("1.1.0", SIZE));
	const board = powerUp(chip);
	const again = async (key: string): Promise<Status> => {
		const from = board.output.length;
		board.write(key);
		return started(board, from);
	};
	try {
		t.deepEqual(await started(board), { running: 0, confirmed: true, next: -1, outcome: 0, about: -1, version: "1.0.0" });
		board.write("u");
		await board.waitFor(/updated 0\n/, { limit: LIMIT });
		t.is((await again("?")).next, 1);
		t.deepEqual(await again("r"), { running: 1, confirmed: false, next: -1, outcome: 0, about: -1, version: "1.1.0" });
		t.true(board.output.includes("keygate boot: slot 1: is tried now\nkeygate boot: slot 1: 1.1.0\n"));
		// it takes no other one before it is known to be good itself
		board.write("u");
		await board.waitFor(/updated 2\n/, { limit: LIMIT });
		t.deepEqual(await again("r"), { running: 0, confirmed: true, next: -1, outcome: 2, about: 1, version: "1.0.0" });
		t.true(board.output.includes("keygate boot: slot 1: was tried and did not come up healthy\nkeygate boot: slot 0: 1.0.0\n"));
		board.write("u");
		await board.waitFor(/updated 0\n[^]*updated 2\n[^]*updated 0\n/, { limit: LIMIT });
		await again("r");
		board.write("c");
		await board.waitFor(/confirmed 0\n/, { limit: LIMIT });
		t.deepEqual(await again("r"), { running: 1, confirmed: true, next: -1, outcome: 1, about: 1, version: "1.1.0" });
	}
	finally {
		await board.stop("SIGKILL");
	}
});

test("flash: the loader takes back the memory that a firmware has locked; where the processor cannot, it says what to do", async (t) => {
	t.timeout(5 * LIMIT);
	const built = await build();
	const chip = makeChip("chip-locked", built, built.image("1.0.0", SIZE), built.image("1.1.0", SIZE));
	const board = powerUp(chip);
	try {
		await started(board);
		board.write("ul");
		await board.waitFor(/locked\n/, { limit: LIMIT });
		const from = board.output.length;
		board.write("r");
		t.is((await started(board, from)).version, "1.1.0", "another image is where the one before was");
	}
	finally {
		await board.stop("SIGKILL");
	}
	const plain = powerUp(chip, { cpu: "rv32" });
	try {
		await started(plain);
		plain.write("lr");
		await plain.waitFor(/locked\n[^]*keygate boot: the firmware before has locked its memory/, { limit: LIMIT });
	}
	finally {
		await plain.stop("SIGKILL");
	}
});

test("flash: what is not whole, not signed or not there is not started; with nothing to start the loader says so, and looks again", async (t) => {
	t.timeout(5 * LIMIT);
	const built = await build();
	const chip = makeChip("chip-bad", built, built.image("1.0.0", SIZE));
	const start = async (pattern: RegExp): Promise<string> => {
		const board = powerUp(chip);
		try {
			await board.waitFor(pattern, { limit: LIMIT });
			return board.output;
		}
		finally {
			await board.stop("SIGKILL");
		}
	};
	const RUNS = /status running=\d.*\n/;
	// an image that is kept deflated is inflated, to more than a slot has
	const deflated = built.deflated("0.9.0", 2_000_000);
	t.true(deflated.length < SIZE);
	edit(chip, (flash) => flash.putFirmware(0, deflated));
	t.regex(await start(RUNS), /slot 0: 0\.9\.0\n[^]*running=0 confirmed=1 .*version=0\.9\.0/);
	// slot 0 is damaged in the middle, slot 1 is good
	edit(chip, (flash) => flash.putFirmware(0, built.image("1.0.0", SIZE)));
	edit(chip, (flash) => {
		flash.putFirmware(1, built.image("1.1.0", SIZE));
		flash.write(layout.FIRMWARE0_AT + 200_000, Buffer.of(0));
	});
	t.regex(await start(RUNS), /slot 0: the image is not whole\n(?:[^]*)slot 1: 1\.1\.0\n[^]*running=1 confirmed=1 next=-1 outcome=3 about=0/);
	edit(chip, (flash) => flash.putFirmware(0, built.image("1.2.0", SIZE, true)));
	t.regex(await start(RUNS), /running=1 /, "what was confirmed by then");
	edit(chip, (flash) => flash.confirm(0));
	t.regex(await start(RUNS), /slot 0: the image is not signed by the key that this board trusts\n[^]*slot 1: 1\.1\.0/);
	edit(chip, (flash) => {
		flash.confirm(0);
		flash.erase(layout.FIRMWARE0_AT, layout.FIRMWARE_SLOT_SIZE);
		flash.erase(layout.FIRMWARE1_AT, layout.FIRMWARE_SLOT_SIZE);
	});
	const said = await start(/(no firmware can be started: write one to the flash[^]*){2}/);
	t.regex(said, /slot 0: no firmware image\nkeygate boot: slot 1: no firmware image\n/);
	edit(chip, (flash) => flash.putFirmware(1, built.image("1.3.0", SIZE)));
	t.regex(await start(RUNS), /running=1 .*version=1\.3\.0/, "and is there again when one was written");
});

test("flash: a chip that takes nothing still starts, and says so to who saves and to who updates", async (t) => {
	t.timeout(5 * LIMIT);
	const built = await build();
	const chip = makeChip("chip-protected", built, built.image("1.0.0", SIZE), built.image("1.1.0", SIZE));
	const board = powerUp(chip, { protectedFlash: true });
	try {
		t.is((await started(board)).version, "1.0.0");
		board.write("u");
		await board.waitFor(/updated 12\n/, { limit: LIMIT });
		board.write("s");
		await board.waitFor(/fault\n/, { limit: LIMIT });
	}
	finally {
		await board.stop("SIGKILL");
	}
	t.is(savedIn(chip), 0);
});
