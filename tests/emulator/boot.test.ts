/** From power-on to the prompt and to the page; what is run on the way; restarts, the watchdog, and a crash, of which the next start tells. */
import { PLAIN_CPU } from "../../hosts/emulator/qemu.js";
import { Chip } from "./chip.js";
import { Emulator } from "./emulator.js";
import { image } from "./firmware.js";
import { firmware, result, withPages } from "./lab.js";
import { document, userNetworks } from "./settings.js";
import { byFunction, symbolsOf } from "./counter.js";

const off = { isOff: true };

firmware("boot: to the console's prompt and to the page, in seconds of the host and instructions of the guest", (t) => withPages(t, async (board, pages) => {
	const began = performance.now();
	await board.boot();
	const prompt = performance.now() - began;
	t.is(await pages.served(), 200);
	const page = performance.now() - began;
	await board.off();
	await board.boot(undefined, { counted: true, more: ["-icount", "shift=0"] });
	const counter = board.emulator.counter!;
	const toPrompt = counter.read();
	t.is(await pages.served(), 200);
	const toPage = counter.read();
	t.true(toPrompt > 1e5, `${toPrompt} instructions`);
	const most = [...byFunction(counter.blocks(), symbolsOf(image))].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([name, run]) => `${name} ${(run / 1e6).toFixed(1)} M`);
	result(`board    boot: prompt after ${(prompt / 1000).toFixed(2)} s, page after ${(page / 1000).toFixed(2)} s; ${(toPrompt / 1e6).toFixed(1)} and ${(toPage / 1e6).toFixed(1)} million instructions (most: ${most.join(", ")})`);
}, off));

firmware("boot: the ELF file without a boot loader, with the flash for settings", async (t) => {
	const chip = new Chip();
	let board: Emulator | undefined;
	try {
		await chip.put(document());
		board = await Emulator.start({ image, flash: chip.file, ...userNetworks(document()) });
		await board.says(/keygate> $/, { limit: 60000 });
		t.pass();
	}
	finally {
		await board?.stop();
		chip.close();
	}
});

firmware("boot: a processor without the instructions for AES and SHA-2", (t) => withPages(t, async (board, pages) => {
	await board.boot(undefined, { cpu: PLAIN_CPU });
	t.regex(await board.command("version"), /^keygate \d/);
	t.is(await pages.served(), 200);
}, off));

firmware("boot: no source of entropy is said, and nothing is started", async (t) => {
	const chip = new Chip();
	let board: Emulator | undefined;
	try {
		await chip.put(document());
		board = await Emulator.start({ flash: chip.file, cpu: "rv32" });
		await board.says(/no source of entropy/, { limit: 60000 });
		t.false(board.output.includes("keygate> "));
	}
	finally {
		await board?.stop();
		chip.close();
	}
});

firmware("boot: the reset button, reboot, a crash and the watchdog; what the next start says of them", (t) => withPages(t, async (board, pages) => {
	await board.boot();
	await pages.served();

	// asked for, on the console
	let from = board.output.length;
	board.emulator.program.write("reboot\r");
	await board.emulator.says(/keygate> [^]*keygate> $/, { from, limit: 90000 });
	await pages.served();
	t.false(/crash|watchdog/.test(board.output.slice(from)));

	// the button
	await board.reset();
	await pages.served();

	// a jump to nowhere
	from = board.output.length;
	const first = await board.emulator.debug();
	await first.jump(0x60000000);
	await first.detach();
	const [crash] = await board.emulator.says(/keygate: crash: .*\r?\n/, { from });
	t.regex(crash, /(access fault|illegal instruction).* pc 60000000 .*ra [0-9a-f]{8} sp [0-9a-f]{8}/);
	await board.prompted(from);
	t.true((await board.command("log vpn 50")).replaceAll(/\s+/g, " ").includes(crash.trim().replace("keygate: ", "")), "to its last register");
	await pages.served();
	t.regex(await pages.text("/status"), /pc 60000000/);

	// a loop that never comes round again
	from = board.output.length;
	const { addresses, names } = symbolsOf(image);
	const second = await board.emulator.debug();
	await second.write(addresses[names.indexOf("sys_check_timeouts")]!, Buffer.from("6f000000", "hex"));
	await second.detach();
	const [watchdog] = await board.emulator.says(/keygate: watchdog: .*\r?\n/, { from, limit: 60000 });
	await board.prompted(from);
	t.regex(await board.command("log vpn 50"), /watchdog/);
	await pages.served();
	t.regex(await pages.text("/status"), /watchdog/);
	result(`board    after a crash: "${crash.trim()}"; after a loop without end: "${watchdog.trim()}"`);
}, off));
