/** The pages of both logs, and the same to download. */
import type { RoomOptions } from "../../../modules/pages/room.js";
import test from "ava";
import { PAGE_PIECE_SIZE, VPN_LOG_ENTRIES, VPN_LOG_ENTRY_SIZE } from "../../../modules/limits.js";
import type { Request } from "../../../modules/httpd/request.js";
import type { Response } from "../../../modules/httpd/response.js";
import { FormToken } from "../../../modules/httpd/token.js";
import type { FirewallEntry } from "../../../modules/log/firewall.js";
import type { Severity } from "../../../modules/log/types.js";
import { VPNLog } from "../../../modules/log/vpnlog.js";
import { logRoom } from "../../../modules/pages/log.js";
import { LastChange } from "../../../modules/pages/saved.js";
import { fakeCrypto } from "../httpd/crypto.js";
import type { FakeConfiguration } from "./configuration.js";
import { fakeGateway, idle, sa } from "./gateway.js";
import type { FakeGateway } from "./gateway.js";

function newLog(): VPNLog {
	return new VPNLog(new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE));
}

interface Site {
	readonly fake: FakeGateway;
	readonly log: VPNLog;
	readonly configuration: FakeConfiguration;
	ask(path: string, method?: string, body?: string): Response;
	/** The text of the answer, whose pieces are of the size that they may have. */
	text(path: string): string;
}

function site(): Site {
	const fake = fakeGateway();
	const log = newLog();
	const crypto = fakeCrypto();
	const token = new FormToken(crypto);
	const { configuration } = fake;
	const ask = (path: string, method = "GET", body = ""): Response => {
		const mark = path.indexOf("?");
		const request = { method, path: mark < 0 ? path : path.slice(0, mark), query: mark < 0 ? "" : path.slice(mark + 1), body: new Uint8Array(ArrayBuffer.fromString(body)) } as Request;
		return logRoom(request, { commands: fake.commands, log, firewall: fake.firewall, token, random: crypto.random, last: new LastChange() } as unknown as RoomOptions)!;
	};
	return {
		fake, log, ask, configuration,
		text(path) {
			let text = "";
			const body = ask(path).body as Iterator<string>;
			for (let next = body.next(); next.done !== true; next = body.next()) {
				if (ArrayBuffer.fromString(next.value).byteLength > PAGE_PIECE_SIZE)
					throw new Error(`a piece of ${ArrayBuffer.fromString(next.value).byteLength} bytes`);
				text += next.value;
			}
			return text;
		},
	};
}

function packet(sequence: number, change: Partial<FirewallEntry> = {}): FirewallEntry {
	return {
		sequence, time: sequence * 10, packets: 1, verdict: "Accept", reason: "", explanation: "", place: "from LAN", protocol: 6, source: 0x0a010005, destination: 0x0a020007,
		sourcePort: 40000, destinationPort: 443, fragment: false, spi: 0x7d403ccc, length: 1400, peer: "branch", connection: "office", ...change,
	};
}

/** The numbers of the rows, in their order. */
function rows(html: string): number[] {
	return html.split("<tr role=row id=e").slice(1).map((row) => parseInt(row));
}

test("VPN log page: newest last, as many as fit, the way to older ones and back", (t) => {
	const { log, text } = site();
	for (let i = 1; i <= 300; i++)
		log.write(i * 1000 + 7, (i % 5) as Severity, i % 2 === 0 ? "branch" : "", `event ${i}`);
	const newest = rows(text("/log/vpn"));
	t.deepEqual([newest.length, newest[0], newest[99]], [100, 201, 300]);
	const html = text("/log/vpn?before=201");
	const older = rows(html);
	t.deepEqual([older.length, older[0], older[99]], [100, 101, 200]);
	t.true(html.includes("href=\"/log/vpn?before=101#newest\">Older"));
	t.true(html.includes("href=\"/log/vpn#newest\">Newest"));
	t.true(html.includes("200.007"));
	const oldest = text("/log/vpn?before=101");
	t.deepEqual([rows(oldest).length, rows(oldest)[0]], [56, 45]);
	t.false(oldest.includes("Older"));
	t.true(text("/log/vpn?before=3").includes("Nothing older"));
	for (const bad of ["0", "-1", "x", "1.5"])
		t.is(rows(text(`/log/vpn?before=${bad}`))[99], 300, bad);
});

test("VPN log page: filters, alone and together, and in every link", (t) => {
	const { fake, log, text } = site();
	fake.ikeSecurityAssociations.push(idle("branch"), idle("a & b"));
	for (let i = 1; i <= 40; i++)
		log.write(i, (i % 5) as Severity, i % 2 === 0 ? "branch" : "a & b", i % 3 === 0 ? `SA 0x7d403ccc event ${i}` : `event ${i}`);
	t.is(rows(text("/log/vpn?peer=branch")).length, 20);
	t.is(rows(text("/log/vpn?severity=warning")).length, 16);
	t.deepEqual(rows(text("/log/vpn?spi=7D403CCC&severity=error")), [9, 24, 39]);
	const html = text("/log/vpn?peer=a+%26+b&severity=error&spi=0x7d403ccc");
	t.deepEqual(rows(html), [9, 39]);
	for (const link of ["/log/vpn?peer=a%20%26%20b&amp;severity=error&amp;spi=0x7d403ccc&amp;follow#newest", "/log/vpn.txt?peer=a%20%26%20b&amp;severity=error&amp;spi=0x7d403ccc\"", "/log/vpn.jsonl?peer="])
		t.true(html.includes(`href="${link}`), link);
	t.true(html.includes("<option value=\"a &amp; b\" selected>a &amp; b"));
	t.true(html.includes("<option value=\"error\" selected>"));
	t.true(html.includes("value=\"0x7d403ccc\""));
	t.true(text("/log/vpn?peer=nobody&severity=x").includes("Nothing of this kind"));
	const wrong = text("/log/vpn?spi=%3Cx%3E");
	t.deepEqual(rows(wrong), []);
	t.true(wrong.includes("aria-invalid=true") && wrong.includes("\u201c&lt;x&gt;\u201d is not an SPI"));
});

test("VPN log page: an SPI leads to its tunnel while there is one, else to what the log has of it", (t) => {
	const { fake, log, text } = site();
	fake.securityAssociations.push(sa(0));
	log.write(1, 1, "branch", "office: traffic tunnel up, incoming 0x0000ab01, outgoing 0x7d403ccc, <b> 0x7d403ccc0 0X7d403ccc 0x12 a0x7d403ccc 0x7D403CCC");
	const html = text("/log/vpn");
	t.true(html.includes("incoming <a href=\"/log/vpn?spi=0x0000ab01\">0x0000ab01</a>, outgoing <a href=\"/status#out-0x7d403ccc\">0x7d403ccc</a>, &lt;b&gt; 0x7d403ccc0 0X7d403ccc 0x12 a0x7d403ccc 0x7D403CCC"));
});

test("log pages: what is in an entry stays within a page of 64 KiB", (t) => {
	const { fake, log, text } = site();
	for (let i = 1; i <= 256; i++)
		log.write(i, 4, "\"".repeat(32), i % 2 === 0 ? "\"".repeat(172) : "\u20ac".repeat(60));
	const html = text("/log/vpn");
	t.true(ArrayBuffer.fromString(html).byteLength < 65536);
	const shown = rows(html);
	t.true(shown.length > 20 && shown[shown.length - 1] === 256);
	t.true(html.includes(`before=${shown[0]}`));
	for (let i = 1; i <= 512; i++)
		fake.firewallEntries.push(packet(i, { peer: "\"".repeat(32), connection: "<".repeat(32), explanation: "x".repeat(60), packets: 4294967295, fragment: true }));
	const packets = text("/log/firewall?follow");
	t.true(ArrayBuffer.fromString(packets).byteLength < 65536);
	t.true(rows(packets).length > 20);
	for (const path of ["/log/vpn.txt", "/log/vpn.jsonl", "/log/firewall.txt", "/log/firewall.jsonl"])
		t.is(text(path).split("\n").length, (path.startsWith("/log/vpn") ? 256 : 512) + 1, path);
});

test("log pages: what is typed in the address is bounded and escaped", (t) => {
	const { text } = site();
	const hostile = encodeURIComponent("\"><script>alert(1)</script>\u202e\ud83d\ude00").repeat(20);
	for (const path of ["/log/vpn", "/log/firewall"]) {
		const html = text(`${path}?peer=${hostile}&severity=${hostile}&verdict=${hostile}&spi=${hostile}&follow`);
		t.false(html.includes("<script>"));
		t.false(html.includes("\u202e"));
	}
});

test("log pages: following, with and without a script", (t) => {
	const { log, text } = site();
	log.write(1, 1, "", "one");
	const still = text("/log/vpn");
	t.false(still.includes("http-equiv=refresh") || still.includes("<script"));
	const html = text("/log/vpn?severity=info&follow");
	t.true(html.includes("<noscript><meta http-equiv=refresh content=5></noscript>") && html.includes("<script src="));
	t.true(html.includes("data-from=\"/log/vpn?severity=info&amp;live\""));
	t.true(html.includes("<a class=button href=\"/log/vpn?severity=info\">Stop following"));
	const part = text("/log/vpn?severity=info&live");
	t.true(part.startsWith("<div class=table>") && part.includes("id=e1>"));
	t.true(text("/log/vpn?live").startsWith("<div class=table>"));
});

test("VPN log to download: text and JSON lines, the same filters", (t) => {
	const { log, ask, text } = site();
	log.write(812345, 3, "branch", "peer said \"no\" \\ \u001b[2J");
	log.write(812346, 1, "", "caf\u00e9");
	const { type, headers } = ask("/log/vpn.jsonl");
	t.deepEqual([type, headers], ["application/jsonl", ["Content-Disposition: attachment; filename=\"keygate-vpn-log.jsonl\""]]);
	t.deepEqual(text("/log/vpn.jsonl").trim().split("\n").map((line) => JSON.parse(line) as unknown), [
		{ sequence: 1, time: 812.345, severity: "warning", peer: "branch", text: "peer said \"no\" \\ \\x1b[2J" },
		{ sequence: 2, time: 812.346, severity: "info", peer: "", text: "caf\u00e9" },
	]);
	t.is(ask("/log/vpn.txt").type, "text/plain; charset=utf-8");
	t.is(text("/log/vpn.txt?severity=warning"), "    812.345 warning branch: peer said \"no\" \\ \\x1b[2J\n");
	t.is(text("/log/vpn.txt?peer=nobody"), "");
	for (const path of ["/log/vpn", "/log/vpn.jsonl", "/log/firewall.txt"])
		t.is(ask(path, "POST").status, 405, path);
	t.is(ask("/log/vpn.xml"), undefined);
});

test("firewall log page: a row has words for everything, an SPI leads to its tunnel", (t) => {
	const { fake, text } = site();
	fake.securityAssociations.push(sa(0));
	fake.firewallEntries.push(packet(1), packet(2, { verdict: "Error", reason: "bad-icv", explanation: "not authentic: the ICV is wrong", packets: 1234, place: "from WAN", protocol: 50, sourcePort: 0, destinationPort: 0, spi: 0x99 }),
		packet(3, { protocol: 0, spi: 0, peer: "", connection: "", verdict: "Drop", explanation: "not IPv4" }));
	const html = text("/log/firewall");
	t.true(html.includes("10.1.0.5:40000") && html.includes("10.2.0.7:443") && html.includes("branch / office") && html.includes("1,400 bytes"));
	t.true(html.includes("<a href=\"/status#out-0x7d403ccc\">") && html.includes("<a href=\"/log/firewall?spi=0x00000099\">"));
	t.true(html.includes("1234 packets; not authentic: the ICV is wrong"));
	t.true(html.includes("mark bad\">Error") && html.includes("mark off\">Drop") && html.includes("mark on\">Accept"));
	t.deepEqual(rows(text("/log/firewall?verdict=Error")), [2]);
	t.deepEqual(rows(text("/log/firewall?spi=7d403ccc")), [1]);
	t.deepEqual(rows(text("/log/firewall?peer=branch&before=2")), [1]);
	t.true(html.includes("<option value=\"Deny\">"));
});

test("firewall log to download", (t) => {
	const { fake, ask, text } = site();
	fake.firewallEntries.push(packet(1), packet(2, { verdict: "Drop", reason: "replayed", explanation: "replayed, or too late", place: "from WAN", protocol: 50, sourcePort: 0, destinationPort: 0, peer: "", connection: "", fragment: true }),
		packet(3, { protocol: 0, spi: 0, peer: "", connection: "", verdict: "Drop", reason: "not-ipv4", explanation: "not IPv4" }));
	t.deepEqual(text("/log/firewall.jsonl").trim().split("\n").map((line) => JSON.parse(line) as unknown), [
		{
			sequence: 1, time: 0.01, packets: 1, verdict: "Accept", reason: "", place: "from LAN", protocol: "TCP", ipProtocol: 6, source: "10.1.0.5", destination: "10.2.0.7",
			sourcePort: 40000, destinationPort: 443, length: 1400, spi: "0x7d403ccc", peer: "branch", connection: "office",
		},
		{
			sequence: 2, time: 0.02, packets: 1, verdict: "Drop", reason: "replayed", place: "from WAN", protocol: "ESP", ipProtocol: 50, source: "10.1.0.5", destination: "10.2.0.7",
			length: 1400, fragment: true, spi: "0x7d403ccc",
		},
		{ sequence: 3, time: 0.03, packets: 1, verdict: "Drop", reason: "not-ipv4", place: "from LAN", protocol: "not IPv4" },
	]);
	t.is(text("/log/firewall.txt?verdict=Accept"), "      0.010 Accept from LAN TCP        10.1.0.5:40000        10.2.0.7:443          0x7d403ccc branch/office\n");
	t.deepEqual(ask("/log/firewall.txt").headers, ["Content-Disposition: attachment; filename=\"keygate-firewall-log.txt\""]);
});

test("firewall log: off until it is switched on, with its cost said; every choice can be taken back", (t) => {
	const { fake, configuration, ask, text } = site();
	const html = text("/log/firewall");
	t.true(html.includes("value=off checked") && html.includes("name=token") && html.includes("The firewall log is off"));
	t.true(html.includes("a twentieth of the packet engine"));
	for (const level of ["denied", "all", "off"] as const) {
		const { status, headers } = ask("/log/firewall", "POST", `token=x&level=${level}`);
		t.deepEqual([status, headers], [303, [`Location: /log/firewall?saved=${configuration.revision}`]]);
		t.true(text(`/log/firewall?saved=${configuration.revision}`).includes("class=done"));
		t.is(configuration.settings.gateway.firewallLog, level);
		fake.firewallLevel = level;
		t.true(text("/log/firewall").includes(`value=${level} checked`));
	}
	fake.firewallEntries.push(packet(1));
	t.true(text("/log/firewall").includes("from before"));
	for (const body of ["level=loud", "level=", ""]) {
		t.is(ask("/log/firewall", "POST", body).status, 400);
		t.is(configuration.settings.gateway.firewallLog, "off");
	}
	configuration.change = () => ({ ok: false, faults: [], text: "Somebody <else> changed it." });
	const refused = ask("/log/firewall", "POST", "level=all");
	t.is(refused.status, 409);
	t.true([...refused.body as Generator<string>].join("").includes("Somebody &lt;else&gt; changed it."));
});
