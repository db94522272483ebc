// The console as a person at a terminal has it: a gateway on a pty, by its device's path.
import test from "ava";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, place, settings } from "./gateways.js";

/** Types what it is told, waits for what is expected, and gives back what was shown: a list of [typed, shown up to what was expected]. */
const person = `
import json, os, pty, select, signal, subprocess, sys, time
program, config, script = sys.argv[1:4]
master, slave = pty.openpty()
child = subprocess.Popen([program, "--config", config, "--http", "127.0.0.1:0", "--console", os.ttyname(slave)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
shown = []
for typed, expected in json.loads(script):
	os.write(master, typed.encode())
	text, end = b"", time.time() + 15
	while expected.encode() not in text and time.time() < end:
		if select.select([master], [], [], 0.2)[0]:
			text += os.read(master, 4096)
	shown.append(text.decode(errors="replace"))
	if expected.encode() not in text:
		break
child.send_signal(signal.SIGTERM)
print(json.dumps({"shown": shown, "status": child.wait(10), "error": child.stderr.read().decode()}))
`;

const PROMPT = "keygate> ";

function type(config: string, script: readonly (readonly [string, string])[]): { shown: string[]; status: number; error: string } {
	const { stdout, stderr } = spawnSync("python3", ["-c", person, executable, config, JSON.stringify(script)], { encoding: "utf8", timeout: 60000 });
	try {
		return JSON.parse(stdout) as { shown: string[]; status: number; error: string };
	}
	catch {
		throw new Error(stdout + stderr);
	}
}

test("a terminal: a line is edited, completed and remembered; trace goes on until a key; both logs", async (t) => {
	const here = await place();
	const config = join(here.folder, "settings.json");
	writeFileSync(config, JSON.stringify(settings(here, 1, { firewallLog: "all" })));
	const script = [
		["", PROMPT],
		["versoin\u001b[D\u001b[D\u007f\u001b[Co\u0005x\u007f", "version"],
		["\r", `\r\n${PROMPT}`],
		["\u001b[A", "version"],
		["\u0003", `^C\r\n${PROMPT}`],
		["tr\tg\t", "trace gate-2"],
		["\u0001\u000bup gate-2/of\t\r", `bringing up gate-2/office\r\n${PROMPT}`],
		["trace gate-2\r", "no answer (1 of 5)"],
		["x", PROMPT],
		["log 3\r", `\r\n${PROMPT}`],
		["log firewall\r", `\r\n${PROMPT}`],
		["status\r", `\r\n${PROMPT}`],
		["help\r", `\r\n${PROMPT}`],
		["memory\r", `\r\n${PROMPT}`],
	] as const;
	const { shown, status, error } = type(config, script);
	t.is(shown.length, script.length, JSON.stringify({ shown, error }));
	t.regex(shown[2]!, /^\r\nkeygate \d[^\n]*\r\nkeygate> $/);
	t.regex(shown[7]!, /trace gate-2\r\ntracing "gate-2": any key ends it\r\n/);
	t.is(shown[8], PROMPT);
	t.is(shown[9]!.split("\r\n").filter((line) => /^ +\d+\.\d{3} /.test(line)).length, 3);
	t.regex(shown[10]!, new RegExp(`Accept to WAN   IKE +127\\.0\\.0\\.1:${here.ikePort} +127\\.0\\.0\\.2:${here.ikePort}( +\\d+ packets)?\r\n`));
	for (const answer of shown.slice(7))
		for (const line of answer.split("\r\n"))
			t.true(line.length <= 100, line);
	t.regex(shown[13]!, /\r\nfirewall log +\d+ +\d+ +512 /);
	t.regex(shown[13]!, /\r\nVPN log +\d+ +\d+ +256 /);
	t.notRegex(shown.join(""), /[^\r]\n/);
	t.is(status, 0);
});
