import test from "ava";
import { CONSOLE_LINE_SIZE } from "../../../modules/limits.js";
import { INFO } from "../../../modules/log/types.js";
import type { VPNLog } from "../../../modules/log/vpnlog.js";
import { PROMPT } from "../../../modules/console/console.js";
import { connection } from "../pages/gateway.js";
import { FakeGateway, ikeSA, sa } from "../status/fakes.js";
import { open } from "./port.js";

/** What a command is answered on a pipe, without the prompts around it. */
function answer(command: string, prepare?: (gateway: FakeGateway, log: VPNLog) => void): string {
	const { gateway, log, port } = open();
	prepare?.(gateway, log);
	port.type(`${command}\n`);
	if (!port.output.startsWith(PROMPT) || !port.output.endsWith(PROMPT))
		throw new Error(port.output);
	return port.output.slice(PROMPT.length, -PROMPT.length);
}

test("console: the prompt comes first and after each answer", (t) => {
	const { port } = open();
	t.is(port.output, PROMPT);
	port.type("version\n");
	t.is(port.output, `${PROMPT}keygate 0.1.0, XS 13.3.0, openssl 3.0.17\n${PROMPT}`);
	port.type("\n");
	t.is(port.output, `${PROMPT}keygate 0.1.0, XS 13.3.0, openssl 3.0.17\n${PROMPT}${PROMPT}`);
});

test("console: help names every command", (t) => {
	const help = answer("help");
	for (const name of ["help", "status", "log", "peers", "up", "down", "delete", "ask", "attempts", "trace", "problems", "settings", "memory", "clock", "version", "reboot"])
		t.regex(help, new RegExp(`^${name}\\b`, "m"));
	for (const line of help.split("\n")) {
		t.true(line.length <= 100);
		t.true(line === "" || line.slice(28, 30) === "  " && line.charAt(30) !== " ", line);
	}
});

test("console: status, status json, peers, problems, memory", (t) => {
	const prepare = (gateway: FakeGateway) => {
		gateway.sas = [sa];
		gateway.ikeSAs = [ikeSA];
		gateway.peerList = [{ name: "branch", enabled: true, remoteGateway: "10.0.0.2", status: "Idle", connections: [] }];
		gateway.tableList = [{ name: "SAD", used: 0, highWater: 0, size: 48, bytes: 1 }];
	};
	t.regex(answer("status", prepare), /10\.0\.0\.2 +Outgoing +0x7d403ccc +ESP/);
	t.deepEqual(JSON.parse(answer("status json", prepare)).securityAssociations, [{ ...sa }]);
	t.regex(answer("peers", prepare), /^branch +10\.0\.0\.2 +Idle\n$/);
	t.is(answer("problems", prepare), "none\n");
	t.regex(answer("memory", prepare), /SAD/);
	t.is(answer("status xml"), "? \"xml\" is unknown: status [json]\n");
});

test("console: status json of a connection that was never up is whole though the next command is there already", (t) => {
	const { gateway, port } = open();
	gateway.connections = [connection(3, { turns: () => [] })];
	port.type("status json\nversion\n");
	const [, document, version, end] = port.output.split(PROMPT);
	t.deepEqual(JSON.parse(document!).connections[0].turns, []);
	t.regex(version!, /^keygate 0\.1\.0/);
	t.is(end, "");
});

test("console: log", (t) => {
	const prepare = (_: FakeGateway, log: VPNLog) => {
		for (let i = 1; i <= 30; i++)
			log.write(i * 1000, INFO, "branch", `entry ${i}`);
	};
	const last = (text: string) => text.split("\n").filter((line) => line !== "").map((line) => Number(line.split("entry ")[1]));
	t.is(last(answer("log", prepare)).length, 20);
	t.deepEqual(last(answer("log 2", prepare)), [29, 30]);
	t.deepEqual(last(answer("log vpn 3", prepare)), [28, 29, 30]);
	t.is(last(answer("log vpn", prepare)).length, 20);
	t.is(last(answer("log 1000", prepare)).length, 30);
	t.is(answer("log 1", prepare), "     30.000 info    branch: entry 30\n");
	t.is(answer("log"), "");
	for (const bad of ["0", "-1", "1.5", "x", "vpn x"])
		t.regex(answer(`log ${bad}`), /^\? "[^"]*" is not a number of entries: log \[vpn\|firewall\] \[N\]\n$/);
});

test("console: log firewall", (t) => {
	const { firewall, port } = open();
	const ask = (command: string): string => {
		const before = port.output.length;
		port.type(`${command}\n`);
		return port.output.slice(before, -PROMPT.length);
	};
	t.is(ask("log firewall"), "off (gateway.firewallLog in the settings)\n");
	firewall.list = [
		{
			sequence: 1, time: 812345, packets: 1, verdict: "Accept", reason: "", explanation: "", place: "from LAN", protocol: 6, source: 0x0a010005, destination: 0x0a020007,
			sourcePort: 40000, destinationPort: 443, fragment: false, spi: 0x7d403ccc, length: 60, peer: "branch", connection: "office"
		},
		{
			sequence: 2, time: 812346, packets: 12, verdict: "Drop", reason: "replayed", explanation: "replayed, or too late", place: "from WAN", protocol: 50, source: 0x0a000002,
			destination: 0x0a000001, sourcePort: 0, destinationPort: 0, fragment: false, spi: 0x100, length: 60, peer: "a\u001b", connection: "b"
		},
		{
			sequence: 3, time: 812347, packets: 1, verdict: "Drop", reason: "not-ipv4", explanation: "not IPv4", place: "from LAN", protocol: 0, source: 0, destination: 0,
			sourcePort: 0, destinationPort: 0, fragment: false, spi: 0, length: 0, peer: "", connection: ""
		}
	];
	t.is(ask("log firewall 3"), "off, from before: (gateway.firewallLog in the settings)\n"
		+ "    812.345 Accept from LAN TCP        10.1.0.5:40000        10.2.0.7:443          0x7d403ccc branch/office\n"
		+ "    812.346 Drop   from WAN ESP        10.0.0.2              10.0.0.1              0x00000100 a\\x1b/b 12 packets; replayed, or too late\n"
		+ "    812.347 Drop   from LAN not IPv4                                               not IPv4\n");
	firewall.level = "all";
	t.is(ask("log firewall 1").split("\n").length, 2);
	t.regex(ask("log firewall x"), /^\? "x" is not a number of entries/);
});

test("console: up, down and delete call the gateway and say what became of it", (t) => {
	const { gateway, port } = open();
	port.type("up branch\nup branch/office\ndown  north west/line 1 \ndelete 0x7D403ccc\ndelete 100\ndelete C485f3f8ee5606e0\n");
	t.deepEqual(gateway.calls, ["up branch|", "up branch|office", "down north west|line 1", `deleteSA ${String(0x7d403ccc)}`, "deleteSA 256", "deleteIKESA c485f3f8ee5606e0"]);
	t.true(port.output.includes(`${PROMPT}done\n${PROMPT}done\n${PROMPT}done\n${PROMPT}deleted SA 0x7d403ccc and its twin\n${PROMPT}deleted SA 0x00000100 and its twin\n${PROMPT}deleted IKE SA c485f3f8ee5606e0\n${PROMPT}`));
	t.is(answer("up nobody", (gateway) => { gateway.result = { ok: false, text: "there is no peer \"nobody\"" }; }), "? there is no peer \"nobody\"\n");
	t.is(answer("delete 0x12345678", (gateway) => { gateway.found = false; }), "? there is no SA 0x12345678\n");
	t.is(answer("delete 0123456789abcdef", (gateway) => { gateway.found = false; }), "? there is no IKE SA 0123456789abcdef\n");
	t.is(answer("up"), "? which peer? up PEER[/CONNECTION]\n");
	t.is(answer("delete"), "? which one? delete SPI|IKE-ID\n");
	for (const bad of ["0x", "xyz", "123456789", "0x0123456789abcdef", "0x12 34"])
		t.regex(answer(`delete ${bad}`), /^\? ".*" is neither an SPI nor an IKE SA's ID: delete SPI\|IKE-ID\n$/);
});

test("console: ask", (t) => {
	const branch = (gateway: FakeGateway): void => {
		gateway.peerList = [{ name: "branch", enabled: true, remoteGateway: "10.0.0.2", status: "Idle", connections: [] }];
	};
	const called = (command: string): string[] => {
		let gateway: FakeGateway | undefined;
		answer(command, (each) => branch(gateway = each));
		return gateway!.calls;
	};
	t.deepEqual(called("ask branch"), ["ask branch|false"]);
	t.deepEqual(called("ask branch aggressive"), ["ask branch|true"]);
	t.deepEqual(called("ask stop"), ["stopAsking"]);
	t.is(answer("ask nobody", branch), "? there is no peer \"nobody\"\n");
	t.regex(answer("ask"), /^\? which peer\?/);
	const found = (end: string) => (gateway: FakeGateway): void => {
		branch(gateway);
		gateway.askedStatus = {
			peer: "branch", offers: 12, most: 64, end, edit: () => undefined,
			rows: () => [
				{ phase: 1, connection: "", subject: "main mode", value: "AES-CBC-256/SHA256/MODP2048", answer: "accepted", detail: "", weak: false, own: true, use: "1-main-0" },
				{ phase: 1, connection: "", subject: "main mode", value: "200 others", answer: "refused", detail: "NO-PROPOSAL-CHOSEN", weak: false, own: false, use: "" },
				{ phase: 2, connection: "\x1boffice", subject: "algorithms", value: "ESP 3DES-CBC/HMAC-MD5-96 with PFS by MODP1024", answer: "accepted", detail: "", weak: true, own: false, use: "2-0-7" }
			]
		};
	};
	const text = answer("ask", found("all was asked"));
	t.true(text.startsWith("branch was made 12 offers; ended: all was asked\n"));
	t.regex(text, / 1 main mode +AES-CBC-256\/SHA256\/MODP2048 +accepted in the settings\n/);
	t.regex(text, / 2 \\x1boffice: algorithms +ESP 3DES-CBC\/HMAC-MD5-96 with PFS by MODP1024 +accepted weak\n/);
	t.true(text.split("\n").every((line) => line.length <= 100));
	t.true(answer("ask branch", found("")).startsWith("branch was made 12 offers of at most 64 so far\n"), "while it goes on");
});

test("console: the settings in use, without secrets, no line wider than the console; reboot", (t) => {
	const text = answer("settings");
	t.regex(text, /^\{\n  "version": 1,\n/);
	t.regex(text, /"preSharedKey": "\(hidden\)"/);
	t.notRegex(text, /a key of the branch/);
	t.true(text.split("\n").every((line) => line.length <= 100));
	let asked: FakeGateway | undefined;
	t.is(answer("reboot", (gateway) => { asked = gateway; }), "done\n");
	t.deepEqual(asked?.calls, ["reboot"]);
	t.is(answer("reboot now"), "? \"now\" is too much: reboot\n");
	t.regex(answer("help"), /^settings .*\n[^]*^reboot /m);
});

test("console: unknown commands and words too many: one line each", (t) => {
	t.is(answer("frobnicate now"), "? unknown command \"frobnicate\", try help\n");
	t.is(answer("toString"), "? unknown command \"toString\", try help\n");
	t.is(answer("STATUS"), "? unknown command \"STATUS\", try help\n");
	t.is(answer("version 2"), "? \"2\" is too much: version\n");
});

test("console: a long line, control characters, bytes that are not UTF-8: one line of explanation, and the next line works", (t) => {
	t.is(answer(`x${"y".repeat(5000)}\nversion`), `? the line is too long: expected at most ${CONSOLE_LINE_SIZE} bytes\n${PROMPT}keygate 0.1.0, XS 13.3.0, openssl 3.0.17\n`);
	t.is(answer("\u001b[Astatus"), "? control characters are not part of a command\n");
	t.is(answer("a\u0000b"), "? control characters are not part of a command\n");
	t.is(answer("a\bversion"), "? control characters are not part of a command\n");
	const { port } = open();
	port.put([0x61, 0xff, 0x0a]);
	t.is(port.output, `${PROMPT}? the line is not UTF-8\n${PROMPT}`);
	t.regex(answer(`up ${"p".repeat(CONSOLE_LINE_SIZE - 3)}`), /^done\n$/);
});

test("F16 console: an unknown command is quoted without what could move the cursor", (t) => {
	t.is(answer("\u009b2J\u202ex"), "? unknown command \"\\x9b2J\\u202ex\", try help\n");
});

test("console: the clock is shown and set; what is no time sets nothing", (t) => {
	const clocks: number[] = [];
	const own = (gateway: FakeGateway) => Object.assign(gateway, {
		clock: () => clocks[0] ?? 0,
		setClock(seconds: number) {
			clocks.push(seconds);
			return { ok: true, text: "the clock is set" };
		},
	});
	t.is(answer("clock", own), "the time is not known: clock [2026-11-26T14:00:00Z]\n");
	t.is(answer("clock yesterday", own), "? \"yesterday\" is not a time: clock [2026-11-26T14:00:00Z]\n");
	t.is(answer("clock 2026-11-26T14:00:00Z", own), "the clock is set\n");
	t.deepEqual(clocks, [1795701600]);
	t.is(answer("clock", own), "2026-11-26T14:00:00Z\n");
	t.is(answer("clock 2026-11-26T14:00:00Z"), "? this unit's clock cannot be set\n");
});

test("console: lines end with CR, LF or CR LF", (t) => {
	const { gateway, port } = open();
	port.type("up a\rup b\nup c\r\nup d\r");
	port.type("\nup e\n");
	t.deepEqual(gateway.calls, ["up a|", "up b|", "up c|", "up d|", "up e|"]);
	t.is(port.output.split(PROMPT).length, 7);
});

test("console: a terminal is echoed to, edited, and gets CR LF", (t) => {
	const { gateway, port } = open({ terminal: true });
	port.type("uq");
	t.is(port.output, `${PROMPT}uq`);
	port.type("\u007fp \u00e9\u20ac");
	t.is(port.output, `${PROMPT}uq\b \bp \u00e9\u20ac`);
	port.type("\b\b\b\b\b\b\bup \u00e9\r");
	t.deepEqual(gateway.calls, ["up \u00e9|"]);
	t.true(port.output.endsWith(`up \u00e9\r\ndone\r\n${PROMPT}`));
	port.type("up x\u0003");
	port.type("up y\u0015up z\r");
	t.deepEqual(gateway.calls, ["up \u00e9|", "up z|"]);
	t.notRegex(port.output, /[^\r]\n/);
});

test("console: a pipe is not echoed to", (t) => {
	const { port } = open();
	port.type("versi");
	t.is(port.output, PROMPT);
});

test("console: no more is made of an answer than the port takes, and nothing is read meanwhile", (t) => {
	const { gateway, port } = open({ room: 0 });
	t.is(port.output, "");
	let made = 0;
	gateway.sas = new Proxy(Array.from({ length: 48 }, () => sa), {
		get(target, key, receiver) {
			if (typeof key === "string" && key !== "length" && Number.isInteger(Number(key)))
				made++;
			return Reflect.get(target, key, receiver);
		}
	});
	port.writable(PROMPT.length + 10);
	port.type("status json\nversion\n");
	t.is(port.output.length, PROMPT.length + 10);
	t.is(made, 0);
	const before = port.unread;
	t.is(before, 0, "both lines were in one read");
	for (let i = 0; i < 40; i++)
		port.writable(64);
	t.true(made > 0 && made < 12);
	port.type("version\n".repeat(100));
	t.is(port.unread, 800);
	for (let i = 0; i < 2000; i++)
		port.writable(64);
	t.is(port.unread, 0);
	t.is(port.output.split("keygate 0.1.0, ").length - 1, 101);
	t.true(port.largest <= 64);
});

test("console: an answer whose subject goes away ends with a line that says so", (t) => {
	const { gateway, port } = open();
	gateway.snapshot = () => ({
		...new FakeGateway().snapshot(),
		// oxlint-disable-next-line eslint/require-yield -- it ends before the first
		*ikeSecurityAssociations() { throw new Error("handle 3 was freed"); }
	});
	port.type("status\nversion\n");
	t.true(port.output.endsWith(`? the answer ends here: Error: handle 3 was freed\n${PROMPT}keygate 0.1.0, XS 13.3.0, openssl 3.0.17\n${PROMPT}`));
	gateway.up = () => { throw new Error("broken"); };
	port.type("up a\n");
	t.true(port.output.endsWith(`? Error: broken\n${PROMPT}`));
});

test("console: when the other end goes, the port is closed once and nothing is written any more", (t) => {
	const { port, console, ended } = open();
	port.gone();
	t.deepEqual([port.closed, ended()], [1, 1]);
	console.close();
	t.is(port.closed, 1);
	const other = open();
	other.console.close();
	t.deepEqual([other.port.closed, other.ended()], [1, 0]);
});

test("console: firmware is a command only where the firmware is the unit's own affair", (t) => {
	t.false(/^firmware/m.test(answer("help")));
	t.is(answer("firmware"), "? unknown command \"firmware\", try help\n");
	const firmware = {
		slots: () => [{ slot: 0, version: "0.1.0", state: "running, came up healthy" }, { slot: 1, version: "", state: "" }], outcome: () => "The last update, in slot 0, came up healthy.", obstacle: () => "",
		begin: () => "", write: () => "", end: () => "", received: () => "", served() {},
	};
	const { port } = open({ firmware });
	port.output = "";
	port.type("firmware\n");
	t.is(port.output, `slot 0  0.1.0           running, came up healthy\nslot 1  -               \nThe last update, in slot 0, came up healthy.\n${PROMPT}`);
	port.output = "";
	port.type("help\n");
	t.regex(port.output, /^firmware\b/m);
	const { port: single } = open({ firmware: { ...firmware, slots: () => [], outcome: () => "", obstacle: () => "There is no slot to put another firmware into." } });
	single.output = "";
	single.type("firmware\n");
	t.is(single.output, `There is no slot to put another firmware into.\n${PROMPT}`);
});
