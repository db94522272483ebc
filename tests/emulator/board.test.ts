/** The board by itself (tests/emulator/board/check.c): how it starts, what becomes of faults, its timer, its source of entropy, its cables. */
import test, { type ExecutionContext } from "ava";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CPU, PLAIN_CPU, qemuFault, qemuWords } from "../../hosts/emulator/qemu.js";
import { Emulator } from "./emulator.js";

/** The part of hosts/riscv/build.mjs that is used here. */
interface Build {
	buildBoardProgram(options: { product: string; sources: readonly string[] }): Promise<string>;
}

const fault = qemuFault();
const board = fault === "" ? test.serial : test.serial.skip;
const root = process.cwd();
let image = "";

test.serial.before("the program that tries the board is made", async (t) => {
	t.timeout(600000);
	if (fault !== "")
		return;
	const { buildBoardProgram } = await import(pathToFileURL(join(root, "hosts/riscv/build.mjs")).href) as Build;
	image = await buildBoardProgram({ product: join(root, "build/riscv/check.elf"), sources: [join(root, "tests/emulator/board/check.c")] });
});

board("what locks memory has the one name that this QEMU knows", (t) => {
	for (const cpu of [CPU, PLAIN_CPU])
		t.is(qemuWords({ cpu }).join(" ").match(/epmp=true/g)?.length, 1);
});

/** Turns a board on, and off when the test is over. */
async function start(t: ExecutionContext, options: { cpu?: string } = {}): Promise<Emulator> {
	t.timeout(120000);
	const emulator = await Emulator.start({
		image, cpu: options.cpu ?? PLAIN_CPU,
		wan: { kind: "user", network: "10.9.1.0/24", router: "10.9.1.2", names: "10.9.1.3", lease: "10.9.1.9" },
		lan: { kind: "user", network: "10.9.2.0/24", router: "10.9.2.2", names: "10.9.2.3", lease: "10.9.2.9" },
	});
	t.teardown(() => emulator.stop());
	await emulator.says(/started after power: \./);
	return emulator;
}

/** Sends a command, and waits for what matches behind it. */
async function ask(emulator: Emulator, command: string, answer: RegExp): Promise<RegExpMatchArray> {
	const from = emulator.output.length;
	emulator.program.write(command);
	return emulator.says(answer, { from });
}

board("a fault is a line with registers, and the next start knows it; the image, address 0 and instructions in RAM are out of reach", async (t) => {
	const emulator = await start(t);
	const faults = [["n", "store access fault pc [0-9a-f]{8} address 00000000"], ["x", "store access fault pc [0-9a-f]{8} address 80000100"], ["i", "illegal instruction pc [0-9a-f]{8}"],
		["j", "instruction access fault pc 804[0-9a-f]{5}"]] as const;
	for (const [command, what] of faults) {
		const [, line] = await ask(emulator, command, new RegExp(`keygate: crash: (${what}.* ra [0-9a-f]{8} sp 80[0-9a-f]{6} a0 [0-9a-f]{8}.*)\\r\\n`));
		const from = emulator.output.length;
		const [, told] = await emulator.says(/started after crash: (.*)\.\r?\n/, { from });
		t.is(told, line);
	}
});

board("the C stack ends at the image: what runs over its end is a fault, and its deepest use is known", async (t) => {
	const emulator = await start(t);
	const [, most, size] = await ask(emulator, "k", /stack (\d+) of (\d+)\r?\n/);
	t.true(Number(most) > 0 && Number(most) < Number(size));
	await ask(emulator, "o", /keygate: crash: store access fault pc [0-9a-f]{8} address 803f[0-9a-f]{4}/);
	await emulator.says(/started after crash: store access fault/);
});

board("a loop that does not come round is ended by the watchdog", async (t) => {
	const emulator = await start(t);
	await ask(emulator, "w", /keygate: watchdog: the loop did not come round in 16000 ms: pc 80[0-9a-f]{6}/);
	await emulator.says(/started after watchdog: the loop did not come round/);
	t.pass();
});

board("a restart that was asked for is known as one, once; so is a line of the program's own; the reset button is like power", async (t) => {
	const emulator = await start(t);
	await ask(emulator, "r", /started after restart: \./);
	await ask(emulator, "f", /keygate: crash: asked for\r\n[^]*started after crash: asked for\./);
	const from = emulator.output.length;
	await emulator.reset();
	await emulator.says(/started after power: \./, { from });
	t.pass();
});

board("it sleeps as long as it was told", async (t) => {
	const [, slept] = await ask(await start(t), "s", /slept (\d+) of 300 ms/);
	t.true(Number(slept) >= 299, slept);
});

board("entropy: different bytes each time; a processor without a source of it is told apart", async (t) => {
	const emulator = await start(t);
	const [, first] = await ask(emulator, "e", /entropy ([0-9a-f]{64})\r?\n/);
	const [, second] = await ask(emulator, "e", /entropy ([0-9a-f]{64})\r?\n/);
	t.not(first, second);
	const other = await Emulator.start({ image, cpu: "rv32" });
	t.teardown(() => other.stop());
	await other.says(/keygate: no WAN port\r\n[^]*keygate: no LAN port\r\n/);
	await other.says(/keygate: crash: the source of entropy failed/);
});

board("a cable out and in again is seen, on its port only", async (t) => {
	const emulator = await start(t);
	await ask(emulator, "p", /port 0: there up[^]*port 1: there up/);
	await emulator.link("wan", false);
	await ask(emulator, "p", /port 0: there down[^]*port 1: there up/);
	await emulator.link("wan", true);
	await emulator.link("lan", false);
	await ask(emulator, "p", /port 0: there up[^]*port 1: there down/);
	t.pass();
});
