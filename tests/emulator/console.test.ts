/** The console by the board's own serial line: every command, a person's typing, and what nobody should type. */
import type { ExecutionContext } from "ava";
import type { Firmware } from "./firmware.js";
import { firmware, result, withFirmware } from "./lab.js";
import { absentPeer, document, userNetworks } from "./settings.js";

/** Runs `body` with a board that has a peer, which is not there. */
function withConsole(t: ExecutionContext, body: (board: Firmware) => Promise<void>): Promise<void> {
	const settings = document({ peers: [absentPeer] });
	return withFirmware(t, userNetworks(settings), async (board) => {
		await board.boot(settings);
		await body(board);
	});
}

/** Waits until it has had nothing more to say for a while. */
async function settled(board: Firmware): Promise<void> {
	for (let size = -1; size !== board.output.length;) {
		size = board.output.length;
		await new Promise((resolve) => setTimeout(resolve, 1000));
	}
}

firmware("console: every command of help answers, aligned and at most 100 wide", (t) => withConsole(t, async (board) => {
	const help = await board.command("help");
	const names = [...help.matchAll(/^(\w+)/gm)].map((match) => match[1]!);
	for (const name of ["help", "status", "log", "peers", "up", "down", "delete", "ask", "problems", "trace", "settings", "memory", "version", "reboot", "reset"])
		t.true(names.includes(name), `${name} in\n${help}`);
	t.regex(await board.command("version"), /^keygate \d+\.\d+\.\d+, XS \d+\.\d+\.\d+, mbed ?TLS/i);
	t.regex(await board.command("peers"), /branch.*10\.0\.0\.2/);
	t.regex(await board.command("settings"), /"preSharedKey": /);
	t.notRegex(await board.command("settings"), /nobody answers|a word for the board/);
	t.regex(await board.command("memory"), /slots/);
	t.is((await board.status()).gateway.name, "board");
	t.regex(await board.command("delete 1"), /^\? there is no SA 0x00000001/);
	t.regex(await board.command("up nobody"), /^\? /);
	t.regex(await board.command("log firewall"), /^off/);
	t.regex(await board.command("xyzzy"), /^\? unknown command "xyzzy", try help/);
	await board.command("up branch/office");
	const { problems } = await board.until((status) => status.problems.length > 0, "told that nobody answers", 120000);
	t.is(problems[0]!.cause, "peer-unreachable");
	t.regex(await board.command("problems"), /branch/);
	for (const command of ["help", "status", "log", "peers", "problems", "memory", "settings", "attempts", "version"])
		t.deepEqual((await board.command(command)).split("\n").filter((line) => line.length > 100), [], command);
	await board.command("down branch");
	result(`board    console: ${names.length} commands by the serial line`);
}));

firmware("console: keys of a person: erase, arrows, completion, history, Ctrl-C; a line that is too long; bytes of any kind", (t) => withConsole(t, async (board) => {
	const { program } = board.emulator;
	const type = async (text: string, answer: RegExp): Promise<void> => {
		const from = program.output.length;
		program.write(text);
		await board.emulator.says(answer, { from });
	};
	await type("versiox\u007fn\r", /keygate \d[^]*keygate> $/);
	await type("\u001b[A\r", /keygate \d[^]*keygate> $/);
	await type("vers\t\r", /keygate \d[^]*keygate> $/);
	await type("statuz\u001b[D\u001b[3~s\r", /[^]*keygate> $/);
	await type("half a line\u0003", /\^C\r\n[^]*keygate> $/);
	// a line that takes no more says so with a bell
	await type("x".repeat(3000), /\u0007/);
	await settled(board);
	await type("\r", /\? [^]*keygate> $/);
	await type(Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => byte !== 3)).toString("latin1"), /[^]*/);
	await settled(board);
	await type("\u0003", /keygate> $/);
	await board.command("");
	t.regex(await board.command("version"), /^keygate \d/);
}));

firmware("console: a paste is taken whole, although it comes faster than anybody reads it", (t) => withConsole(t, async (board) => {
	const { program } = board.emulator;
	const from = program.output.length;
	const words = Array.from({ length: 200 }, (_, i) => `word${i}`);
	program.write(`${words.join("\r")}\r`);
	await board.emulator.says(/unknown command "word199"[^]*keygate> $/, { from, limit: 60000 });
	t.deepEqual([...program.output.slice(from).matchAll(/unknown command "(\w+)"/g)].map((match) => match[1]), words);
	// what one command says is longer than what waits behind it
	const before = program.output.length;
	program.write(`${"help\r".repeat(40)}last\r`);
	await board.emulator.says(/unknown command "last"[^]*keygate> $/, { from: before, limit: 60000 });
	t.is([...program.output.slice(before).matchAll(/^help /gm)].length, 40);
	t.regex(await board.command("version"), /keygate \d/);
}));

firmware("console: trace goes on until a key is pressed", (t) => withConsole(t, async (board) => {
	const { program } = board.emulator;
	const from = program.output.length;
	program.write("trace branch\r");
	await board.emulator.says(/tracing "branch": any key ends it/, { from });
	program.write("q");
	await board.prompted(from);
	t.regex(await board.command("version"), /^keygate/);
}));
