/** A line as a person at a terminal edits it: held against a screen that does what the console tells it. */
import test from "ava";
import { CONSOLE_HISTORY_SIZE, CONSOLE_LINE_SIZE } from "../../../modules/limits.js";
import { PROMPT } from "../../../modules/console/console.js";
import { History } from "../../../modules/console/history.js";
import { ikeSA, sa } from "../status/fakes.js";
import { open } from "./port.js";

const UP = "\u001b[A", DOWN = "\u001b[B", RIGHT = "\u001b[C", LEFT = "\u001b[D", HOME = "\u001b[H", END = "\u001b[F";
const COLUMNS = 80;

/** The last line of a screen, with the cursor as `|`. Throws when something is shown that a terminal of 80 columns would break, or does not know. */
function screen(output: string): string {
	let line: string[] = [];
	let at = 0;
	const text = Array.from(output);
	for (let i = 0; i < text.length; i++) {
		const c = text[i]!;
		if (c === "\r")
			at = 0;
		else if (c === "\n")
			line = [];
		else if (c === "\b")
			at = Math.max(0, at - 1);
		else if (c === "\u001b") {
			const command = text.slice(i + 1, i + 4).join("");
			if (command.startsWith("[K"))
				line.length = at;
			else if (command.startsWith("[H"))
				at = 0;
			else if (command.startsWith("[2J"))
				line = [];
			else
				throw new Error(`ESC ${command}`);
			i += command.startsWith("[2J") ? 3 : 2;
		}
		else if (c !== "\u0007") {
			if (c < " ")
				throw new Error(`control character ${c.charCodeAt(0)}`);
			line[at++] = c;
			if (at > COLUMNS)
				throw new Error("beyond the screen");
		}
	}
	return `${line.slice(0, at).join("")}|${line.slice(at).join("").replace(/ +$/, "")}`;
}

function terminal() {
	const it = open({ terminal: true });
	return { ...it, show: () => screen(it.port.output).slice(PROMPT.length) };
}

test("console line: the cursor goes left and right, to both ends, and what is typed goes where it is", (t) => {
	const { gateway, port, show } = terminal();
	port.type("p brnch");
	t.is(show(), "p brnch|");
	port.type(LEFT + LEFT + LEFT + "a");
	t.is(show(), "p bra|nch");
	port.type(HOME + "u");
	t.is(show(), "u|p branch");
	port.type(RIGHT + RIGHT + "\u0002\u0006");
	t.is(show(), "up |branch");
	port.type("\u0005/\u00e9\u20ac");
	t.is(show(), "up branch/\u00e9\u20ac|");
	port.type("\u001b[1~\u001b[4~\u001b[7~\u001b[8~\u001bOH\u001bOF\u0001" + RIGHT.repeat(20) + LEFT);
	t.is(show(), "up branch/\u00e9|\u20ac");
	port.type("\r");
	t.deepEqual(gateway.calls, ["up branch|\u00e9\u20ac"]);
	t.is(show(), "|");
});

test("console line: erasing a character before and at the cursor, to the end, to the beginning, a word", (t) => {
	const { port, show } = terminal();
	port.type("one two  three" + LEFT + LEFT);
	port.type("\u007f");
	t.is(show(), "one two  th|ee");
	port.type("\u001b[3~");
	t.is(show(), "one two  th|e");
	port.type("\u0004\u0004\u0004");
	t.is(show(), "one two  th|");
	port.type("\u0017");
	t.is(show(), "one two  |");
	port.type("\u0017x" + LEFT + "\u000b");
	t.is(show(), "one |");
	port.type("two" + LEFT + "\u0015");
	t.is(show(), "|o");
	port.type("\u0008\u0015" + END + "\u000b");
	t.is(show(), "o|");
	port.type("\u20ac\u007f\u007f\u007f");
	t.is(show(), "|");
});

test("console line: by words, and sequences that mean nothing here", (t) => {
	const { port, show } = terminal();
	port.type("one two three\u001bb\u001b[1;5D");
	t.is(show(), "one |two three");
	port.type("\u001b[1;5C");
	t.is(show(), "one two| three");
	port.type("\u001bf");
	t.is(show(), "one two three|");
	for (const nothing of ["\u001b[5~", "\u001b[15;2~", "\u001bx", "\u001b[Z", "\u001b[200~", "\u001bOP", "\u0000", "\u0007", "\u001c", "\u001b\u001b[P", "\u001b[999999999999~"])
		port.type(nothing);
	t.is(show(), "one two three|");
});

test("console line: what was typed before, and back to what was being typed", (t) => {
	const { gateway, port, show } = terminal();
	port.type("up a\rup b\rup b\r\rup c\r");
	port.type("dow" + UP);
	t.is(show(), "up c|");
	port.type(UP);
	t.is(show(), "up b|");
	port.type(UP + UP + UP);
	t.is(show(), "up a|");
	port.type(DOWN + "\u000e\u000e");
	t.is(show(), "dow|");
	port.type(DOWN);
	t.is(show(), "dow|");
	port.type("\u0010\u0010\u007fz\r");
	t.deepEqual(gateway.calls, ["up a|", "up b|", "up b|", "up c|", "up z|"]);
	port.type(UP + UP);
	t.is(show(), "up c|");
});

test("console line: control-C gives the line up, control-L clears the screen", (t) => {
	const { gateway, port, show } = terminal();
	port.type("up a" + LEFT + "\u0003");
	t.is(show(), "|");
	t.true(port.output.includes(`up a\b^C\r\n${PROMPT}`));
	port.type("up b" + LEFT + "\u000c");
	t.is(show(), "up |b");
	port.type("\r");
	t.deepEqual(gateway.calls, ["up b|"]);
	port.type("up z" + UP + "\u0003" + UP);
	t.is(show(), "up b|");
});

test("console line: one that is longer than the screen is shown in part, with the cursor in it; none is longer than it may be", (t) => {
	const { gateway, port, show } = terminal();
	const name = Array.from({ length: 250 }, (_, i) => i % 10).join("");
	port.type(`up ${name}`);
	t.true(show().endsWith(`${name.slice(-20)}|`));
	port.type(HOME);
	t.true(show().startsWith("|up 0123456789"));
	for (let i = 0; i < 100; i++) {
		port.type(RIGHT);
		show();
	}
	port.type("\u007f");
	port.type(END + "0123456789");
	t.true(port.output.includes("\u0007"));
	t.true(show().length < COLUMNS);
	port.type("\r");
	t.is(gateway.calls[0]!.length, CONSOLE_LINE_SIZE + 1);
});

test("console line: Tab completes commands, peers, connections and tunnels", (t) => {
	const { gateway, port, show } = terminal();
	gateway.peerList = [
		{ name: "branch", enabled: true, remoteGateway: "10.0.0.2", status: "Idle", connections: [{ name: "office", enabled: true, localNetwork: "", remoteNetwork: "", up: false }] },
		{ name: "north west", enabled: true, remoteGateway: "10.0.0.3", status: "Idle", connections: [] },
		{ name: "north\u202e", enabled: true, remoteGateway: "10.0.0.4", status: "Idle", connections: [] },
	];
	gateway.sas = [sa];
	gateway.ikeSAs = [ikeSA];
	port.type("sta\t");
	t.is(show(), "status |");
	port.type("j\t");
	t.is(show(), "status json|");
	port.type("\u0015up b\t");
	t.is(show(), "up branch|");
	port.type("\t");
	t.true(port.output.endsWith(`\r\nbranch\r\nbranch/office\r\n${PROMPT}up branch`));
	t.is(show(), "up branch|");
	port.type("/\t");
	t.is(show(), "up branch/office|");
	port.type("\u0015trace n\t");
	t.is(show(), "trace north west|");
	port.type("\u0015delete 0x\t");
	t.is(show(), `delete ${sa.spi}|`);
	port.type("\u0015delete c\t");
	t.is(show(), `delete ${ikeSA.id}|`);
	port.type("\u0015xyz\t");
	t.is(show(), "xyz|");
	port.type("\u0015version \tx");
	t.is(show(), "version x|");
	port.type("\u0015log f 5" + LEFT + LEFT + "\t");
	t.is(show(), "log firewall| 5");
	port.type("\u0015\u000b\t");
	for (const name of ["help", "status", "trace", "log"])
		t.regex(port.output, new RegExp(`\r\n${name}\r\n`));
	t.notRegex(port.output, /\u202e/);
});

test("console: what was typed before has its bounds", (t) => {
	const history = new History();
	const bytes = (text: string) => new Uint8Array(ArrayBuffer.fromString(text));
	const text = (line: Uint8Array | undefined) => line === undefined ? undefined : String.fromArrayBuffer(line.slice().buffer);
	t.is(history.previous(bytes("x")), undefined);
	for (let i = 0; i < 1000; i++)
		history.add(bytes(`line ${i}`));
	const back: (string | undefined)[] = [];
	for (let line = history.previous(bytes("now")); line !== undefined; line = history.previous(bytes("not kept")))
		back.push(text(line));
	t.is(back[0], "line 999");
	t.is(back.length, Math.floor(CONSOLE_HISTORY_SIZE / 9));
	for (let i = back.length - 2; i >= 0; i--)
		t.is(text(history.next()), back[i]);
	t.is(text(history.next()), "now");
	t.is(history.next(), undefined);
	history.add(bytes("y".repeat(CONSOLE_HISTORY_SIZE)));
	t.is(text(history.previous(bytes(""))), "line 999");
	history.add(bytes("z".repeat(CONSOLE_HISTORY_SIZE - 1)));
	t.is(text(history.previous(bytes("")))?.length, CONSOLE_HISTORY_SIZE - 1);
	t.is(history.previous(bytes("")), undefined);
});

test("console line: Tab puts in whole characters, where names begin with different ones", (t) => {
	const { gateway, port, show } = terminal();
	const at = (name: string) => ({ name, enabled: true, remoteGateway: "10.0.0.2", status: "Idle", connections: [] });
	// The two have the first half of a surrogate pair in common.
	gateway.peerList = [at("office \u{1f600}"), at("office \u{1f601}")];
	port.type("trace o\t");
	t.is(show(), "trace office |");
	port.type("\u{1f601}\t");
	t.is(show(), "trace office \u{1f601}|");
});
