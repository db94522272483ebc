import test from "ava";
import { PAGE_PIECE_SIZE } from "../../../modules/limits.js";
import { ICON_PATH, SCRIPT_PATH, STYLE_PATH } from "../../../modules/pages/files.js";
import { duration, grouped, name, seconds } from "../../../modules/pages/format.js";
import { gather } from "../../../modules/pages/gather.js";
import { CONNECTION_COLUMNS } from "../../../modules/pages/connections.js";
import { IKE_COLUMNS, SA_COLUMNS } from "../../../modules/pages/tables.js";
import { SCRIPT } from "../../../modules/pages/script.js";
import { livePart, problemsPage, statusPage } from "../../../modules/pages/status.js";
import { STYLE } from "../../../modules/pages/style.js";
import type { Problem } from "../../../modules/ike/types.js";
import { field } from "../httpd/network.js";
import { fakeGateway, fullGateway, idle, ike, problem, sa } from "./gateway.js";
import type { FakeGateway } from "./gateway.js";
import { ADMIN, site } from "./site.js";

function all(pieces: Iterable<string>): string {
	let text = "";
	for (const piece of pieces)
		text += piece;
	return text;
}

function status(fake: FakeGateway): string {
	return all(statusPage({ commands: fake.commands, token: "t", refresh: false }));
}

/** Texts of the elements that `open` begins, up to the next tag. */
function texts(html: string, open: string): string[] {
	const found: string[] = [];
	for (let at = html.indexOf(open); at >= 0; at = html.indexOf(open, at + 1)) {
		const from = html.indexOf(">", at) + 1;
		const end = html.indexOf("<", from);
		found.push(html.slice(from, end < 0 ? html.length : end));
	}
	return found;
}

function table(html: string, id: string): string {
	const at = html.indexOf(`<table id=${id} `);
	return html.slice(at, html.indexOf("</table>", at));
}

test("the two tables have the ancestor's columns, in its order and words", (t) => {
	const html = status(fakeGateway());
	t.deepEqual(texts(table(html, "security-associations"), "<th role=columnheader"),
		["Destination", "Direction", "SPI", "Protocol", "Algorithm", "Elapsed time", "Life time", "Bytes processed", "Errored packets", "Delete"]);
	t.deepEqual(texts(table(html, "ike-security-associations"), "<th role=columnheader"),
		["Remote Gateway", "Status", "Algorithm", "Elapsed time", "Life time", "NAT-T", "Phase 2 negotiations", "Delete"]);
	t.deepEqual(texts(html, "<h1"), ["IPSec \u2013 Status"]);
	t.true(html.includes("<h2 id=security-associations-title tabindex=-1>Security associations</h2>"));
	t.true(html.includes("<h2 id=ike-security-associations-title tabindex=-1>IKE Security associations</h2>"));
	t.true(html.includes("<title>IPSec \u2013 Status \u00b7 gate-a</title>"));
});

test("each cell has its column's name as label, and what the row says", (t) => {
	const fake = fakeGateway();
	fake.securityAssociations.push(sa(0, { spi: "0x0000abcd", bytesProcessed: 1234567, elapsedTime: 1234, lifeKilobytes: 4096, erroredPackets: 12 }), sa(1, { lifeTime: 0 }), sa(2, { lifeTime: 0, lifeKilobytes: 9 }));
	const rows = table(status(fake), "security-associations").split("<tr ").slice(2);
	t.is(rows.length, 3);
	for (const row of rows)
		t.is(texts(row, "<td").length + texts(row, "<th").length, 10);
	// In the order of the columns; the style sheet puts their names in front where rows are cards.
	t.deepEqual(texts(rows[0]!.split("<th ").join("<td "), "<td"), ["10.0.0.2 ", "Outgoing", "", "ESP", "", "1,234 s", "3,600 s, ", "1,234,567", "", ""]);
	const css = all(STYLE);
	for (const [id, columns] of [["security-associations", SA_COLUMNS], ["ike-security-associations", IKE_COLUMNS], ["connections", CONNECTION_COLUMNS]] as const)
		columns.forEach((column, i) => t.is(css.includes(`#${id} tr:not(.empty)>:nth-child(${i + 1})::before{content:"${column}"}`), column !== "Delete", column));
	t.true(rows[0]!.includes("<b>12</b>"));
	t.true(rows[0]!.includes("id=out-0x0000abcd") && rows[0]!.includes("<a href=\"/log/vpn?spi=0x0000abcd\">0x0000abcd</a>"));
	t.true(rows[0]!.includes("<span>AES-CBC-128/</span><wbr><span>HMAC-SHA256-128</span>"));
	t.true(rows[0]!.includes("3,600 s, <br>4,096 kB"));
	t.true(rows[0]!.includes("<button formaction=\"/sa/0x0000abcd/delete\" aria-label=\"Delete SA 0x0000abcd\">Delete</button>"));
	t.is(texts(rows[1]!.split("<th ").join("<td "), "<td")[6], "no limit");
	t.is(texts(rows[2]!.split("<th ").join("<td "), "<td")[6], "9 kB");
});

test("the key tunnels: activated, negotiating, and a peer that is idle", (t) => {
	const fake = fakeGateway();
	fake.ikeSecurityAssociations.push(ike(0, { natT: "Far end" }), ike(1, { status: "Negotiating(4)", state: 4, elapsedTime: 2 }), idle("branch-7"));
	const html = status(fake);
	const rows = table(html, "ike-security-associations").split("<tr ").slice(2);
	t.is(rows.length, 3);
	t.true(rows[0]!.includes("<span class=\"state on\">Activated</span>"));
	t.true(rows[0]!.includes("13 s"));
	t.true(rows[0]!.includes("28,800 s"));
	t.true(rows[0]!.includes(">Far end"));
	t.true(rows[0]!.includes("formaction=\"/ike-sa/c485f3f8ee561000/delete\""));
	t.true(rows[1]!.includes("<a class=\"state wait\" href=\"#state-4\">Negotiating(4)</a>"));
	t.true(html.includes(" id=state-4>"));
	t.true(rows[2]!.includes(">Idle</span>"));
	t.false(rows[2]!.includes("<button"));
	t.true(html.includes("1 activated") && html.includes("1 negotiating") && html.includes("1 idle"));
	// Not agreed on yet is not without a limit; who it is may not be known; an ID has no spaces.
	fake.ikeSecurityAssociations = [ike(0, { status: "Negotiating(3)", state: 3, lifeTime: 0, algorithm: "" }), ike(1, { peer: "", role: "responder" }), idle("my branch")];
	const more = table(status(fake), "ike-security-associations").split("<tr ").slice(2);
	t.deepEqual(texts(more[0]!, "<td").slice(1, 5), ["\u2013", "13 s", "\u2013", "none"]);
	t.true(more[1]!.includes("<small>main mode, responder</small>"));
	t.true(more[2]!.includes("id=\"ike-my_branch\""));
});

test("the negotiation states are all explained, and each column", (t) => {
	const html = status(fakeGateway());
	const rows = table(html, "states").split("<tr ").slice(2);
	t.is(rows.length, 10);
	t.deepEqual(texts(rows[2]!, "<td"), ["\u2013", "1st valid message received", "\u2013", "1st valid message received"]);
	t.deepEqual(texts(rows[7]!, "<td"), ["3rd message sent", "3rd message sent", "\u2013", "\u2013"]);
	t.deepEqual(texts(html, "<dt"), ["Destination", "Direction", "SPI", "Protocol", "Algorithm", "Elapsed time", "Life time", "Bytes processed", "Errored packets", "Delete",
		"Remote Gateway", "Status", "Algorithm", "Elapsed time", "Life time", "NAT-T", "Phase 2 negotiations", "Delete",
		"Connection, State", "Last hour", "Received, Sent, Errored packets", "Negotiations", "Last change"]);
	t.is(texts(html, "<dd").filter((text) => text.length > 20).length, 23);
});

test("a certificate of this unit that ends soon is told above the tables, with the way to it", (t) => {
	const fake = fakeGateway();
	t.false(status(fake).includes("To be renewed"));
	fake.gateway = { ...fake.gateway, certificateNotice: "our certificate a&b expires on 2026-12-09" };
	const html = status(fake);
	const told = html.indexOf("<strong>To be renewed:</strong> our certificate a&amp;b expires on 2026-12-09. <a href=/settings/certificates>");
	t.true(told > 0 && told < html.indexOf("<h2 id=security-associations-title"));
});

const HOSTILE = "<script>alert(1)</script>\"'&\u202e\x1b";

test("F16 whatever comes from settings or network is text on every page", (t) => {
	const fake = fakeGateway();
	fake.gateway = { name: HOSTILE, version: HOSTILE, uptime: 1, engine: HOSTILE, crypto: HOSTILE, storageFault: HOSTILE };
	fake.securityAssociations.push(sa(0, { destination: HOSTILE, algorithm: HOSTILE, peer: HOSTILE, connection: HOSTILE, localNetwork: HOSTILE, spi: HOSTILE }));
	fake.ikeSecurityAssociations.push(ike(0, { id: HOSTILE, remoteGateway: HOSTILE, status: HOSTILE, algorithm: HOSTILE, peer: HOSTILE }), idle(HOSTILE));
	fake.problems.push(problem({ time: 0, peer: HOSTILE, connection: HOSTILE, phase: 2, cause: HOSTILE as Problem["cause"], text: HOSTILE, setting: HOSTILE }));
	fake.entries.push({ sequence: 1, time: 1, severity: 2, peer: HOSTILE, text: HOSTILE });
	const { ask } = site(fake);
	const hostile = encodeURIComponent(HOSTILE);
	for (const line of ["GET /status", "GET /status?live", "GET /log/vpn", `GET /log/vpn?peer=${hostile}&severity=${hostile}`, `GET /${hostile}`, `GET /settings/peers/${hostile}`]) {
		const { body } = ask(line);
		t.true(body.includes("&lt;script&gt;alert(1)&lt;/script&gt;") || line.includes("?peer="), line);
		t.false(body.includes("<script>"), line);
		t.false(body.includes("\x1b"), line);
		t.false(body.includes("\xe2\x80\xae"), line);
		t.false(body.includes("\"'"), line);
	}
	for (const line of [`POST /sa/${hostile}/delete`, `POST /ike-sa/${hostile}/delete`]) {
		const { status, body } = ask(line, `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`);
		t.is(status, 404);
		t.true(body.includes("&lt;script&gt;"));
		t.false(body.includes("<script>"));
	}
});

test("no page shows a secret, runs a script of its own or takes anything from elsewhere", (t) => {
	const html = status(fullGateway());
	t.is(html.split("<script").length, 2);
	t.true(html.includes(`<script src=${SCRIPT_PATH} defer></script>`));
	t.false(html.includes("style="));
	t.false(html.includes("http:"));
	t.false(html.includes("https:"));
	t.false(/ on[a-z]+=/.test(html));
	t.false(all(STYLE).includes("url("));
	t.false(all(STYLE).includes("@import"));
});

test("a page with 48 SAs stays under 64 KiB, no piece over 4 KiB, and the part that refreshes is less", (t) => {
	const fake = fullGateway();
	const long = "&".repeat(100);
	for (const one of [fake, fullGateway()]) {
		if (one === fake) {
			// Names as awkward as can be; the size of the page is for those that people use.
			one.securityAssociations = one.securityAssociations.map((row) => ({ ...row, peer: long, connection: long, lifeKilobytes: 4294967295, lifeTime: 4294967295, bytesProcessed: Number.MAX_SAFE_INTEGER }));
			one.ikeSecurityAssociations = one.ikeSecurityAssociations.map((row) => ({ ...row, peer: long }));
			for (let i = 0; i < 16; i++)
				one.problems.push(problem({ time: 0, peer: long, connection: long, phase: 1, cause: "id-mismatch", text: "&".repeat(1000), setting: `/settings/peers/${"&".repeat(500)}` }));
		}
		let size = 0;
		for (const piece of statusPage({ commands: one.commands, token: "0123456789abcdef0123456789abcdef", refresh: false })) {
			const bytes = ArrayBuffer.fromString(piece).byteLength;
			t.true(bytes <= PAGE_PIECE_SIZE, `${bytes} bytes`);
			size += bytes;
		}
		if (one !== fake) {
			t.true(size < 65536, `${size} bytes with 16 connections`);
			t.true(ArrayBuffer.fromString(all(livePart(one.commands, "t"))).byteLength < size - 8000);
		}
	}
	for (const piece of [...STYLE, ...SCRIPT])
		t.true(ArrayBuffer.fromString(piece).byteLength <= PAGE_PIECE_SIZE);
});

test("the problems stand on top, in words, with the setting to change", (t) => {
	const fake = fakeGateway();
	fake.problems.push(problem({ time: 800, peer: "branch", connection: "office", phase: 2, cause: "pfs-mismatch", text: "This end wants PFS.", setting: "/settings/peers/branch/connections/office#pfs" }));
	const html = status(fake);
	t.true(html.indexOf("id=problems") < html.indexOf("<table"));
	t.true(html.includes("branch / office: The two ends disagree about PFS"));
	t.true(html.includes("peers \u203a branch \u203a connections \u203a office \u203a pfs"));
	t.true(html.includes("1 problem<"));
	t.false(status(fakeGateway()).includes("id=problems"));
});

test("the setting to change is a link, and reads as the names do, however they are written in a path", (t) => {
	const fake = fakeGateway();
	const [peer, connection] = ["\u672c\u793e ".repeat(4) + "<b>", "\u00fc\u00f6".repeat(8)];
	const setting = `/settings/peers/${encodeURIComponent(peer)}/connections/${encodeURIComponent(connection)}#phase2Proposals`;
	fake.problems.push(problem({ peer, connection, phase: 2, cause: "phase2-algorithm-mismatch", setting }));
	const html = status(fake);
	t.true(html.includes(`<a href="${setting}">peers \u203a ${peer.split("<b>").join("&lt;b&gt;")} \u203a connections \u203a ${connection} \u203a phase2Proposals</a>`));
	const broken = fakeGateway();
	broken.problems.push(problem({ setting: "/settings/peers/100%#pfs" }));
	t.true(status(broken).includes("peers \u203a 100% \u203a pfs</a>"));
});

test("a problem in full: both sides' values, what else it could be, what to send to the other side; links to the very fields", (t) => {
	const fake = fakeGateway();
	fake.problems.push(problem({
		time: 800, peer: "my branch", connection: "office", phase: 2, cause: "phase2-algorithm-mismatch", sign: "protected", state: 9, mode: "main", role: "initiator", text: "the peer answers <NO>",
		setting: "/settings/peers/my%20branch/connections/office#phase2Proposals",
		values: [
			{ name: "address", ours: ["10.0.0.1"], theirs: ["10.0.0.2"], differs: false, setting: "/settings/peers/my%20branch#remoteGateway" },
			{ name: "proposals", ours: ["ESP A", "ESP B"], theirs: ["ESP B", "ESP <C>"], differs: false, setting: "/settings/peers/my%20branch/connections/office#phase2Proposals" },
			{ name: "pfs", ours: ["MODP2048"], theirs: [], differs: false, setting: "/settings/peers/my%20branch/connections/office#pfs" },
			{ name: "remoteNetwork", ours: ["10.2.0.0/24"], theirs: ["10.9.0.0/24"], differs: true, setting: "" },
		],
	}));
	for (const html of [status(fake), all(problemsPage(fake.commands))]) {
		for (const text of [
			"<p>The peer answers &lt;NO&gt;", "<span>likely</span>", "<a href=\"/settings/peers/my%20branch/connections/office#pfs\">PFS</a>", "<td role=cell data-label=\"Here\">ESP A<br><b>ESP B</b>",
			"<b>ESP B</b><br>ESP &lt;C&gt;", "not told", "<tr role=row class=differs><th role=rowheader scope=row data-label=Value>Remote network <small class=\"state bad\">differs</small>",
			"It could also be that", "the other side wants PFS with another group, or none", "<details id=\"more-my_branch/office\">", "<label for=\"ask-my_branch/office\">", "- Phase 2 proposals: ESP A, ESP B\n"
		])
			t.true(html.includes(text), text);
	}
	const { ask } = site(fake);
	t.is(ask("GET /problems").status, 200);
	t.is(ask("POST /problems", `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`).status, 405);
	t.true(all(problemsPage(fakeGateway().commands)).includes("Nothing is wrong that this unit knows of."));
});

test("problems at their largest: pieces and pages stay small", (t) => {
	const fake = fullGateway();
	const long = "x".repeat(300);
	const list = Array.from({ length: 7 }, () => long);
	for (let i = 0; i < 16; i++)
		fake.problems.push(problem({
			peer: `peer-${i}`, connection: "office", phase: 2, cause: "peer-refused", sign: "protected", state: 9, text: long, setting: "/settings/peers/x",
			values: (["address", "localNetwork", "remoteNetwork", "proposals", "pfs", "encapsulation", "answer"] as const).map((name) => ({ name, ours: list, theirs: list, differs: true, setting: "/settings/peers/x" })),
		}));
	for (const pieces of [statusPage({ commands: fake.commands, token: "0", refresh: false }), problemsPage(fake.commands)]) {
		let size = 0;
		for (const piece of pieces) {
			const bytes = ArrayBuffer.fromString(piece).byteLength;
			t.true(bytes <= PAGE_PIECE_SIZE, `${bytes} bytes: ${piece.slice(0, 80)}`);
			size += bytes;
		}
		t.true(size < 65536, `${size} bytes`);
	}
});

test("what is where", (t) => {
	const { ask } = site(fullGateway());
	const root = ask("GET /");
	t.is(root.status, 302);
	t.is(field(root.head, "Location"), "/status");
	for (const [path, type] of [["/status", "text/html; charset=utf-8"], ["/status?live", "text/html; charset=utf-8"], ["/status?refresh", "text/html; charset=utf-8"], ["/log/vpn", "text/html; charset=utf-8"],
		["/status.json", "application/json"], [STYLE_PATH, "text/css; charset=utf-8"], [SCRIPT_PATH, "text/javascript; charset=utf-8"], [ICON_PATH, "image/svg+xml"]] as const) {
		const answer = ask(`GET ${path}`);
		t.is(answer.status, 200, path);
		t.is(field(answer.head, "Content-Type"), type, path);
		t.is(ask(`HEAD ${path}`).status, 200, path);
		const post = ask(`POST ${path}`, `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`);
		t.is(post.status, 405, path);
		t.is(field(post.head, "Allow"), "GET, HEAD");
	}
	t.is(field(ask(`GET ${STYLE_PATH}`).head, "Cache-Control"), "private, max-age=31536000, immutable");
	t.is(field(ask("GET /status").head, "Cache-Control"), "no-store");
	t.true(ask("GET /status?refresh").body.includes("<noscript><meta http-equiv=refresh content=10></noscript>"));
	const document = JSON.parse(ask("GET /status.json").body) as { securityAssociations: unknown[] };
	t.is(document.securityAssociations.length, 48);
	t.true(ask("GET /metrics").body.endsWith("# EOF\n"));
	for (const path of ["/nothing", "/status/", "/sa", "/sa/", "/sa/delete", "/sa//delete", "/ike-sa/x", "/settings", "/STATUS", "/log/vpnx", "/%00", `/${"x".repeat(900)}`]) {
		t.is(ask(`GET ${path}`).status, 404, path);
		t.false(ask(`GET ${path}`).body.includes("not available in this version"), path);
	}
});

test("everything is the administrator's alone, and nothing is done before that is known", (t) => {
	const { ask, fake } = site(fullGateway());
	for (const line of ["GET /", "GET /status", "GET /status.json", "GET /metrics", "GET /log/vpn", `GET ${STYLE_PATH}`, "GET /nothing", "POST /sa/0x7d403ccc/delete"]) {
		t.is(ask(line, "Host: 10.1.0.1\r\nX-Keygate: 1\r\n").status, 401, line);
		t.is(ask(line, "Host: evil.example\r\nX-Keygate: 1\r\n" + ADMIN).status, 421, line);
	}
	t.deepEqual(fake.deleted, []);
	t.is(ask("GET /status", `Host: LOCALHOST:80\r\n${ADMIN}`).status, 200);
});

test("Delete: with the token or the header, else 403; back to its table; 404 for what is not there", (t) => {
	const { ask, fake, token } = site(fullGateway());
	const spi = fake.securityAssociations[5]!.spi;
	const id = fake.ikeSecurityAssociations[2]!.id;
	for (const path of [`/sa/${spi}/delete`, `/ike-sa/${id}/delete`]) {
		t.is(ask(`POST ${path}`).status, 403);
		t.is(ask(`POST ${path}`, undefined, "token=0").status, 403);
		t.is(ask(`POST ${path}`, `Host: 10.1.0.1\r\nX-Keygate: 0\r\n${ADMIN}`).status, 403);
		t.is(ask(`GET ${path}`).status, 405);
		t.is(field(ask(`GET ${path}`).head, "Allow"), "POST");
	}
	t.deepEqual(fake.deleted, []);
	const deleted = ask(`POST /sa/${spi}/delete`, undefined, `token=${token.text}`);
	t.is(deleted.status, 303);
	t.is(field(deleted.head, "Location"), "/status#security-associations");
	t.is(ask(`POST /sa/${spi}/delete`, undefined, `token=${token.text}`).status, 404);
	const closed = ask(`POST /ike-sa/${id.toUpperCase()}/delete`, `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`);
	t.is(closed.status, 303);
	t.is(field(closed.head, "Location"), "/status#ike-security-associations");
	t.deepEqual(fake.deleted, [`sa ${spi.slice(2)}`, `sa ${spi.slice(2)}`, `ike ${id}`]);
	for (const path of ["/sa/0x/delete", "/sa/1/delete", "/sa/0x123456789/delete", "/sa/0x1g/delete", "/sa/0x-1/delete", "/sa/1e3/delete", "/ike-sa/1/delete", "/ike-sa/00000000000000000/delete", "/ike-sa/000000000000000g/delete"])
		t.is(ask(`POST ${path}`, `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`).status, 404, path);
	t.is(fake.deleted.length, 3);
	t.is(ask("POST /sa/0x1/delete", `Host: 10.1.0.1\r\nX-Keygate: 1\r\n${ADMIN}`).status, 404);
});

test("the page's own form carries the token that is asked for", (t) => {
	const { ask, token } = site(fullGateway());
	t.true(ask("GET /status").body.includes(`<form id=tables method=post><input type=hidden name=token value=${token.text}>`));
	t.true(ask("GET /status?live").body.includes(`value=${token.text}>`));
});

test("numbers for people", (t) => {
	t.deepEqual([0, 7, 999, 1000, 12345, 123456, 1234567].map(grouped), ["0", "7", "999", "1,000", "12,345", "123,456", "1,234,567"]);
	t.is(seconds(28800), "28,800 s");
	t.deepEqual([0, 59, 60, 3599, 3600, 86399, 90061].map(duration), ["less than a minute", "less than a minute", "1 min", "59 min", "1 h 0 min", "23 h 59 min", "1 d 1 h"]);
	t.is(name("x".repeat(64)), "x".repeat(64));
	t.is(name("x".repeat(65)), `${"x".repeat(63)}\u2026`);
	t.deepEqual([...gather(["a".repeat(1000), "b".repeat(1000), "", "c".repeat(49), "d".repeat(3000), "e"])].map((piece) => piece.length), [2000, 49, 3000, 1]);
	t.deepEqual([...gather([])], []);
});
