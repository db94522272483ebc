/**
 * A flash chip that is worn: of a sector one bit stays 0, or takes no programming. QEMU's chip does not wear, so the debugger does it: the board is stopped at each command to
 * the sector, and the bit is cleared again as soon as the chip shows what it holds.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layout } from "../../hosts/emulator/flash.js";
import { repository } from "../interop/keygate.js";
import { until } from "../interop/processes.js";
import type { Firmware } from "./firmware.js";
import { firmware, result, withPages } from "./lab.js";
import type { Pages } from "./pages.js";

/** Bytes before the content of a copy (modules/settings/copies.ts). */
const HEADER = 80;

/** The bit is cleared whenever a command to the four bytes at `at` of the chip is over: once they are programmed with `programming`, else always. Answers how to end it, and how often it was. */
async function wear(board: Firmware, at: number, programming: boolean): Promise<{ readonly count: () => number; readonly end: () => Promise<void> }> {
	const { FLASH_BASE } = await layout();
	const address = FLASH_BASE! + at;
	const debugging = await board.emulator.debug();
	let count = 0;
	await debugging.watch(address);
	debugging.follow(async () => {
		await debugging.written(address);
		const bytes = await debugging.read(address, 4);
		if (programming && bytes.readUInt32LE() === 0xffffffff)
			return;
		const bit = 31 - Math.clz32(bytes.readUInt32LE());
		if (bit < 0)
			return;
		bytes.writeUInt32LE((bytes.readUInt32LE() & ~(1 << bit)) >>> 0);
		// while the chip answers a command this does nothing
		await debugging.write(address, bytes);
		count++;
	});
	return { count: () => count, end: () => debugging.leave() };
}

const changeName = async (pages: Pages, name: string): Promise<void> => {
	await (await pages.fetch("/settings/administration/unit", { method: "POST", headers: { "x-keygate": "1" }, body: new URLSearchParams({ name }) })).arrayBuffer();
};

for (const [programming, what] of [[false, "erased"], [true, "written"]] as const)
	firmware(`worn: a sector of the settings that cannot be ${what}: what is changed is in use and not kept, what was kept stays, page, console and log say so, and it is counted`, (t) => withPages(t, async (board, pages) => {
		const { SETTINGS0_AT, SETTINGS1_AT } = await layout();
		// the first copy is there: the next one is the second
		const at = SETTINGS1_AT! + (programming ? HEADER : 0);
		t.true(SETTINGS0_AT! < at);
		const worn = await wear(board, at, programming);
		await changeName(pages, "changed");
		t.true(worn.count() > 0);
		await worn.end();
		const fault = new RegExp(`the flash is worn or protected: the second copy of the settings cannot be ${what}`);
		const status = await pages.status();
		t.is(status.gateway.name, "changed");
		t.regex(await pages.text("/status"), fault);
		t.regex((await board.command("status")).replaceAll(/\s+/g, " "), /Not kept: the flash is worn or protected/);
		t.regex((await board.command("log vpn")).replaceAll(/\s+/g, " "), new RegExp(`error ${fault.source}`));
		t.regex(await board.command("memory"), /flash-faults +[12]\b/);
		t.is((await board.chip.settings() as { gateway: { name: string } }).gateway.name, "board");
		// files have what is left of the memory that these settings are in: another firmware comes all the same
		if (!programming) {
			const form = new FormData();
			form.append("file", new Blob([readFileSync(join(repository, "build/riscv/keygate.bin"))]), "keygate.bin");
			const response = await pages.fetch("/settings/administration/firmware", { method: "POST", headers: { "x-keygate": "1" }, body: form, signal: AbortSignal.timeout(120000) });
			await response.arrayBuffer();
			t.is(response.status, 303);
			t.regex(await board.command("firmware"), /slot 1 .*tried with the next start/);
			const backup = await pages.fetch("/settings/administration/backup", { method: "POST", headers: { "x-keygate": "1" }, body: new URLSearchParams({ secrets: "with", "backup-passphrase": "a passphrase of it", "backup-again": "a passphrase of it" }), signal: AbortSignal.timeout(120000) });
			t.regex(await backup.text(), /"name": "changed"[^]*"secrets": \{"cipher"/);
			t.is((await pages.status()).gateway.name, "changed");
			t.is((await board.chip.settings() as { gateway: { name: string } }).gateway.name, "board");
		}
		// power goes: what was kept is there
		await board.cut();
		await board.boot();
		await pages.served();
		t.is((await pages.status()).gateway.name, "board");
		// the sector holds again: the same change is kept
		await changeName(pages, "changed");
		t.is((await board.chip.settings() as { gateway: { name: string } }).gateway.name, "changed");
		t.notRegex(await board.command("memory"), /flash-faults/);
		result(`board    a sector of the settings that cannot be ${what}: told on page, console and log, counted, the copy before stays`);
	}));

firmware("worn: a sector of the other firmware's slot: the update is refused with a sentence and counted, what runs stays, and the image is not marked", (t) => withPages(t, async (board, pages) => {
	const { FIRMWARE1_AT, FLASH_SECTOR } = await layout();
	// in the middle of the image
	const worn = await wear(board, FIRMWARE1_AT! + FLASH_SECTOR!, false);
	const form = new FormData();
	form.append("file", new Blob([readFileSync(join(repository, "build/riscv/keygate.bin"))]), "keygate.bin");
	const response = await pages.fetch("/settings/administration/firmware", { method: "POST", headers: { "x-keygate": "1" }, body: form, signal: AbortSignal.timeout(120000) });
	t.is(response.status, 400);
	t.regex(await response.text(), /The flash is worn or protected: it does not take the image\./);
	t.true(worn.count() > 0);
	await worn.end();
	t.regex(await board.command("memory"), /flash-faults +1\b/);
	const slots = await board.command("firmware");
	t.regex(slots, /slot 0 .*running, came up healthy/);
	t.notRegex(slots, /tried with the next start/);
	const from = board.output.length;
	board.emulator.program.write("reboot\r");
	await until(() => /keygate boot: slot 0: \d[^]*keygate> $/.test(board.output.slice(from)) ? true : undefined, () => board.output.slice(from), 60000);
	await pages.served();
	t.pass();
}));
