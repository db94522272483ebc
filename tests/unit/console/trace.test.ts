/** `trace`, and entries of the logs on a terminal and on a pipe. */
import test from "ava";
import { VPN_LOG_ENTRIES } from "../../../modules/limits.js";
import { DEBUG, INFO, WARNING } from "../../../modules/log/types.js";
import { PROMPT } from "../../../modules/console/console.js";
import { open } from "./port.js";

function traced(terminal: boolean, room = 1e6) {
	const it = open({ terminal, room });
	it.gateway.peerList = [
		{ name: "branch", enabled: true, remoteGateway: "10.0.0.2", status: "Idle", connections: [] },
		{ name: "anyone", enabled: true, remoteGateway: "0.0.0.0", status: "Idle", connections: [] },
	];
	/** Time goes on until the console wants to look again. */
	const later = (): void => {
		it.clock.now = it.console.pollAt() ?? it.clock.now + 1000;
		it.console.poll(it.clock.now);
	};
	return { ...it, later };
}

/** What was written since the last call. */
function since(port: { output: string }): () => string {
	let at = 0;
	return () => {
		const text = port.output.slice(at);
		at = port.output.length;
		return text;
	};
}

test("console: trace shows what comes, of every severity, of its peer and of nobody who has its address", (t) => {
	const { log, port, console, clock, later } = traced(true);
	const seen = since(port);
	log.write(1, INFO, "branch", "before");
	port.type("trace branch\r");
	t.is(seen(), `${PROMPT}trace branch\r\ntracing "branch": any key ends it\r\n`);
	t.is(clock.scheduled, 1);
	log.write(2000, DEBUG, "branch", "main mode 1 sent");
	log.write(2001, INFO, "other", "not this one");
	log.write(2002, INFO, "", "informational sent in clear to 10.0.0.2: N");
	log.write(2003, INFO, "", "from 10.0.0.22, 110.0.0.2, 1.10.0.0.2");
	t.is(seen(), "");
	clock.now = 100;
	console.poll(100);
	t.is(seen(), "");
	later();
	t.is(seen(), "      2.000 debug   branch: main mode 1 sent\r\n      2.002 info    informational sent in clear to 10.0.0.2: N\r\n");
	later();
	t.is(seen(), "");
	log.write(3000, WARNING, "branch", "\u001b[2J\u202e<b>");
	later();
	t.is(seen(), "      3.000 warning branch: \\x1b[2J\\u202e<b>\r\n");
	port.type("\u001b[A");
	t.is(seen(), PROMPT);
	t.is(console.pollAt(), undefined);
	log.write(4000, INFO, "branch", "after");
	later();
	t.is(seen(), "");
	port.type("version\r");
	t.true(seen().endsWith(`openssl 3.0.17\r\n${PROMPT}`));
});

test("console: on a pipe the next line ends trace, and is answered", (t) => {
	const { log, port, later } = traced(false);
	const seen = since(port);
	port.type("trace branch\nver");
	t.is(seen(), `${PROMPT}tracing "branch": the next line ends it\n`);
	log.write(1000, INFO, "branch", "one");
	later();
	t.is(seen(), "      1.000 info    branch: one\n");
	port.type("sion\n");
	t.is(seen(), `keygate 0.1.0, XS 13.3.0, openssl 3.0.17\n${PROMPT}`);
	port.type("trace branch\n\n");
	t.is(seen(), `tracing "branch": the next line ends it\n${PROMPT}`);
});

test("console: trace of a line that is slower than the log keeps nothing and says what is left out", (t) => {
	const { log, port, later } = traced(false, 100);
	port.type("trace branch\n");
	for (let i = 1; i <= 3; i++) {
		for (let j = 0; j < VPN_LOG_ENTRIES + 10; j++)
			log.write(i, INFO, "branch", `entry ${i} ${j}`);
		later();
	}
	t.true(port.output.length <= 100);
	port.writable(50);
	t.true(port.output.length <= 150);
	for (let i = 0; i < 2000; i++) {
		port.writable(64);
		later();
	}
	const { output } = port;
	t.regex(output, /\n\? \d+ entries came faster than they could be shown\n/);
	t.true(output.includes(`entry 3 ${VPN_LOG_ENTRIES + 9}\n`));
	port.type("\n");
	t.true(port.output.endsWith(PROMPT));
});

test("console: trace of nobody", (t) => {
	const { port } = traced(true);
	const seen = since(port);
	seen();
	port.type("trace\rtrace nobody\r");
	t.is(seen(), `trace\r\n? which peer? trace PEER\r\n${PROMPT}trace nobody\r\n? there is no peer "nobody"\r\n${PROMPT}`);
	port.type("trace anyone\r");
	t.true(seen().includes("tracing"));
});

test("console: closing ends trace", (t) => {
	const { log, port, console, later } = traced(true);
	port.type("trace branch\r");
	console.close();
	t.is(console.pollAt(), undefined);
	const before = port.output;
	log.write(1, INFO, "branch", "late");
	later();
	t.is(port.output, before);
});

test("console: entries of the log are at most 100 wide on a terminal, and one line each on a pipe", (t) => {
	const long = `${"word ".repeat(24)}${"x".repeat(20)}`;
	const onTerminal = open({ terminal: true });
	onTerminal.log.write(1000, INFO, "branch", long);
	onTerminal.port.type("log 1\r");
	const lines = onTerminal.port.output.split("\r\n").slice(1, -1);
	t.is(lines.length, 2);
	for (const line of lines)
		t.true(line.length <= 100, line);
	t.is(lines.map((line) => line.trim()).join(" "), `1.000 info    branch: ${long}`);
	const onPipe = open();
	onPipe.log.write(1000, INFO, "branch", long);
	onPipe.port.type("log 1\n");
	t.is(onPipe.port.output, `${PROMPT}      1.000 info    branch: ${long}\n${PROMPT}`);
});
