import test from "ava";
import { CONSOLE_LINE_SIZE } from "../../../modules/limits.js";
import { PROMPT } from "../../../modules/console/console.js";
import { open } from "./port.js";

/** What the console says to each of some lines, up to its next question or prompt. */
function dialog(lines: readonly string[], terminal = false) {
	const { gateway, port } = open({ terminal });
	const answers = lines.map((line) => {
		const before = port.output.length;
		port.type(`${line}\r`);
		return port.output.slice(before).replaceAll("\r", "");
	});
	return { gateway, port, answers };
}

test("setup: where the addresses are a system's it asks for name, addresses and password", (t) => {
	const { gateway, answers } = dialog(["setup", "gate-z", "10.0.0.7", "", "", "version"]);
	t.true(answers[0]!.endsWith("Unit's name [gate-a]: "));
	t.is(answers[1], "WAN address [10.0.0.1]: ");
	t.is(answers[2], "LAN address with prefix length [10.1.0.1/24]: ");
	t.is(answers[3], "Administrator's password, at least 10 characters [as it is]: ");
	t.is(answers[4], `The settings are in use.\n${PROMPT}`);
	t.regex(answers[5]!, /^keygate /);
	t.is(gateway.configuration.settings.gateway.name, "gate-z");
	t.is(gateway.configuration.settings.gateway.wanAddress, "10.0.0.7");
});

test("setup: what is wrong is told with its field, and everything asked again with what was typed", (t) => {
	const { gateway, answers } = dialog(["setup", "", "10.0.0.300", "10.1.0.1", "", "", "10.0.0.8", "10.1.0.2/24", ""]);
	t.true(answers[4]!.startsWith("? gateway.wanAddress: \"10.0.0.300\" is not an IPv4 address\n? gateway.lanAddress: "));
	t.true(answers[4]!.endsWith("once more:\nUnit's name [gate-a]: "));
	t.is(answers[5], "WAN address [10.0.0.300]: ");
	t.is(answers[6], "LAN address with prefix length [10.1.0.1]: ");
	t.is(answers[8], `The settings are in use.\n${PROMPT}`);
	t.is(gateway.configuration.settings.gateway.wanAddress, "10.0.0.8");
});

test("setup: a new password twice, never in the output, and not in what was typed before", (t) => {
	const { gateway, port } = dialog(["setup", "", "", "", "a new password", "another one", "a new password", "a new password"], true);
	t.true(port.output.includes("? the password is not the same both times"));
	t.true(port.output.endsWith(PROMPT));
	t.is(gateway.configuration.settings.gateway.admin.password, "a new password");
	for (const secret of ["a new password", "another one"])
		t.false(port.output.includes(secret));
	port.type("\u001b[A");
	t.true(port.output.endsWith(`${PROMPT}\u001b[Ksetup`));
});

test("dialogs: a line that is no text is told, and the same is asked again; tab and arrows have nothing to offer", (t) => {
	const { port } = dialog(["setup", "x".repeat(CONSOLE_LINE_SIZE + 1)]);
	t.true(port.output.endsWith(`? the line is too long: expected at most ${CONSOLE_LINE_SIZE} bytes\nUnit's name [gate-a]: `));
	const other = dialog(["setup"], true).port;
	const before = other.output;
	other.type("\t\u001b[A\u001b[B");
	t.is(other.output, before);
	other.type("gate-q\u007f\u007f");
	t.true(other.output.endsWith("gate-q\b \b\b \b"));
});

test("dialogs: keys of the line work in a hidden answer, too, and show nothing of it", (t) => {
	const { gateway, port } = dialog(["setup", "", "", ""], true);
	const before = port.output.length;
	port.type("word of four\u007f\u001b[H\u001b[Cx\u001b[F!");
	t.false(/[a-z]/.test(port.output.slice(before).replaceAll("Administrator's password, at least 10 characters [as it is]: ", "").replaceAll("\u001b[K", "")));
	port.type("\rwxord of fou!\r");
	t.is(gateway.configuration.settings.gateway.admin.password, "wxord of fou!");
});

test("reset: a program that has its settings from a file says so, and does nothing", (t) => {
	const { gateway, answers } = dialog(["reset"]);
	t.is(answers[0], `? this program has its settings from a file: remove what it keeps in its state folder instead, and\n  start it anew\n${PROMPT}`);
	t.deepEqual(gateway.calls, []);
});

test("reset: nothing but the word yes does it", (t) => {
	for (const [word, done] of [["y", false], ["", false], ["yes please", false], ["YES", true], [" yes ", true]] as const) {
		const { gateway, port } = open();
		let resets = 0;
		(gateway as { reset?: () => { ok: boolean; text: string } }).reset = () => {
			resets++;
			return { ok: false, text: "not everything is erased: the flash is worn" };
		};
		port.type(`reset\n${word}\n`);
		t.is(resets, done ? 1 : 0, word);
		t.true(port.output.endsWith(done ? `? not everything is erased: the flash is worn\n${PROMPT}` : `nothing was changed\n${PROMPT}`), word);
	}
});
