/** Curves, ladders and histories on the status pages. */
import test from "ava";
import { PAGE_PIECE_SIZE } from "../../../modules/limits.js";
import { curve } from "../../../modules/pages/curve.js";
import { bytes, times } from "../../../modules/pages/format.js";
import { ladder, ladderRows } from "../../../modules/pages/ladder.js";
import { peerStatus } from "../../../modules/pages/peer-status.js";
import { statusPage } from "../../../modules/pages/status.js";
import type { Minute } from "../../../modules/status/types.js";
import { connection, fakeGateway, fullGateway, mainMode, message, problem, refused, sa, unanswered } from "./gateway.js";

function all(pieces: Iterable<string>): string {
	let text = "";
	for (const piece of pieces)
		text += piece;
	return text;
}

function minute(bytesIn: number, bytesOut = 0, errorsIn = 0): Minute {
	return { bytesIn, bytesOut, errorsIn, errorsOut: 0 };
}

test("a curve: received above the line, sent below, marks of errors, and the same in words", (t) => {
	const svg = curve([minute(0), minute(700), minute(700, 50), minute(1, 0, 3), minute(0)]);
	t.true(svg.includes("<path class=rx d=\"M110 16h2v-14h4v13h2v1h2V16z\"/>"), svg);
	t.true(svg.includes("<path class=tx d=\"M110 16h4v1h2v-1h4V16z\"/>"), svg);
	t.true(svg.includes("<path class=er d=\"M117 0v32\"/>"), svg);
	t.true(svg.includes("aria-label=\"Last 5 min: 1.4 kB received, 50 B sent, at most 700 B a minute; 3 errored packets\""), svg);
	t.true(curve(Array.from({ length: 60 }, () => minute(0))).includes("aria-label=\"Last hour: nothing\""));
	t.false(curve([minute(0)]).includes("class=rx"));
});

test("a curve of an hour of anything ends where it began, and is small", (t) => {
	const wild = Array.from({ length: 60 }, (_, i) => minute(i % 2 * 4e12, (i + 1) % 2 * 4e12, i));
	const svg = curve(wild);
	t.true(svg.length < 1800, `${svg.length}`);
	for (const [, path] of svg.matchAll(/d="M\d+ 16([^"]*)V16z"/g)) {
		t.is([...path!.matchAll(/h(\d+)/g)].reduce((sum, [, width]) => sum + Number(width), 0), 120);
		let y = 16;
		for (const [, step] of path!.matchAll(/v(-?\d+)/g)) {
			y += Number(step);
			t.true(y >= 2 && y <= 30);
		}
	}
});

test("a ladder: arrows, state numbers, payloads, repetitions, and how it ended", (t) => {
	const svg = all(ladder(mainMode(), "10.0.0.2"));
	t.is(svg.split("<line ").length - 1, 2 + 6 + 1);
	for (const text of ["main 1", "SA VID*6", "KE NONCE NAT-D*2", "sent twice in 1.009 s", "ID HASH N", "key tunnel up", "1.066 s", "This unit", "10.0.0.2"])
		t.true(svg.includes(`>${text}</text>`), text);
	t.deepEqual([...svg.matchAll(/class=st>(\d)</g)].map(([, state]) => state), ["3", "4", "5", "6", "7", "8", "9"]);
	t.true(svg.startsWith("<svg class=ladder role=img width=100% height="));
	const dead = all(ladder(unanswered(), "<peer>&"));
	t.true(dead.includes(">stopped in state 3</text>") && dead.includes("sent 6 times in 31.0 s"));
	t.true(dead.includes("&lt;peer&gt;&amp;") && !dead.includes("<peer>"));
	const quick = all(ladder(refused(), "x"));
	t.true(quick.includes(">NO-PROPOSAL-CHOSEN</text>") && quick.includes(">stopped</text>"));
	const open = all(ladder(mainMode({ outcome: "open", messages: () => [message({ sent: false, fate: "dropped", payloads: "", state: 0, count: 3, lastTime: 12345 })] }), "x"));
	t.true(open.includes(">waiting</text>") && open.includes(">dropped</text>") && open.includes(">came 3 times in 12.3 s</text>") && open.includes("class=\"come no\""));
});

test("what a ladder shows stands in rows too", (t) => {
	const rows = all(ladderRows(mainMode())).split("<tr ").slice(1);
	t.is(rows.length, 6);
	t.true(rows[2]!.includes(">main 3<") && rows[2]!.includes(">0.031 s<") && rows[2]!.includes(">sent<") && rows[2]!.includes(">KE NONCE NAT-D*2<") && rows[2]!.includes(">5<") && rows[2]!.endsWith(">sent twice in 1.009 s"));
	t.true(all(ladderRows(refused())).includes("NO-PROPOSAL-CHOSEN"));
});

test("young and dying are said of the two pairs of a renewal", (t) => {
	const fake = fakeGateway();
	fake.securityAssociations.push(sa(0, { dying: true }), sa(2, { young: true }), sa(4));
	const rows = all(statusPage({ commands: fake.commands, token: "t", refresh: false })).split("<tr ").filter((row) => row.includes("0x7d4"));
	t.deepEqual(rows.map((row) => row.match(/>(dying|young): [a-z ]+</)?.[1]), ["dying", "young", undefined]);
});

test("the connections on the status page: state, curve, counters that do not go back, last change", (t) => {
	const fake = fakeGateway();
	fake.connections.push(connection(3), connection(4, { up: false, turns: () => [{ time: 212, up: false, reason: "deleted by the peer <b>" }] }), connection(5, { up: false, enabled: false, waits: true, turns: () => [] }),
		connection(6, { up: false, waits: true }), connection(7, { waits: true }));
	const html = all(statusPage({ commands: fake.commands, token: "t", refresh: false }));
	const rows = html.slice(html.indexOf("<table id=connections ")).split("<tr ").slice(2, 7);
	t.true(rows[0]!.includes("<a href=\"/status/peers/branch-1\">lab</a>") && rows[0]!.includes(">Up<") && rows[0]!.includes("<svg class=curve ") && rows[0]!.includes("3,703,701") && rows[0]!.includes("<b>4</b>") && rows[0]!.includes("2 failed"));
	t.true(rows[1]!.includes(">Down<") && rows[1]!.includes("down 10 min ago <small>deleted by the peer &lt;b&gt;</small>"));
	t.true(rows[2]!.includes(">Switched off<"));
	// Where both sides only answer nothing else on the page says why it stays down.
	t.deepEqual(rows.map((row) => row.includes("until the peer begins")), [false, false, false, true, false]);
});

test("the page of a peer: its negotiations, the history of its connections, and the part that refreshes", (t) => {
	const fake = fullGateway();
	// Both sides began in the same second.
	fake.negotiations.set("branch-3", [mainMode(), unanswered({ began: 700, role: "responder" }), refused({ connection: "" }), refused(), refused({ connection: "lab" })]);
	const html = all(peerStatus("/status/peers/branch-3", false, fake.commands)!);
	for (const text of ["IPSec \u2013 Status of branch-3", "The key tunnel", "The last key tunnel that did not come up", "A traffic tunnel that fits no connection", "Traffic tunnel: office", "Connection: lab", "It failed: no answer.",
		"Phase 1 came up 4 times, never failed", "down 2 min ago: deleted by the peer", "href=\"/settings/peers/branch-3\"", "href=\"/log/vpn?peer=branch-3\""])
		t.true(html.includes(text), text);
	t.is(html.split("<svg class=ladder").length - 1, 5);
	const live = all(peerStatus("/status/peers/branch-3", true, fake.commands)!);
	t.true(html.includes(`<div id=live data-from="/status/peers/branch-3?live">${live}</div>`));
	for (const path of ["/status/peers/", "/status/peers/nobody", "/status/peers", "/status/peers/branch-3/"])
		t.is(peerStatus(path, false, fake.commands), undefined, path);
	const ids = [...html.matchAll(/ id="?([^" >]+)/g)].map(([, id]) => id);
	t.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
});

test("F16 whatever a peer made of its messages is text, and each page stays in pieces of 4 KiB and below 64 KiB", (t) => {
	const fake = fullGateway();
	const hostile = "<script>&\"'\u202e";
	const long = "SA KE ID CERT*15 CERTREQ*15 HASH SIG*15 \u2026";
	const eight = Array.from({ length: 8 }, (_, i) => message({ message: i + 1, payloads: long, count: 65535, lastTime: 4294967295, notification: hostile, fate: "dropped" }));
	const turns = () => Array.from({ length: 4 }, () => ({ time: 0, up: true, reason: hostile }));
	for (const connections of [3, 16]) {
		const names = Array.from({ length: connections }, (_, i) => `connection number ${i}`);
		const many = ["", ...names].map((connection) => refused({ connection, reason: hostile, messages: () => eight }));
		fake.negotiations.set("branch-0", [mainMode({ messages: () => eight }), unanswered({ messages: () => eight }), ...many]);
		fake.connections = names.map((each) => connection(0, { connection: each, turns }));
		for (const path of ["/status/peers/branch-0", "/status/peers/branch-0/connection number 2"]) {
			let size = 0;
			for (const piece of peerStatus(path, false, fake.commands)!) {
				const { byteLength } = ArrayBuffer.fromString(piece);
				t.true(byteLength <= PAGE_PIECE_SIZE, `${byteLength} bytes`);
				t.false(piece.includes("<script>") || piece.includes("\u202e"));
				size += byteLength;
			}
			t.true(size < 65536, `${size} bytes`);
		}
	}
	const html = all(peerStatus("/status/peers/branch-0", false, fake.commands)!);
	t.is(html.split("<svg class=ladder").length - 1, 3);
	t.true(html.includes("<a href=\"/status/peers/branch-0/connection%20number%202\">Messages"));
	t.is(all(peerStatus("/status/peers/branch-0/connection number 2", false, fake.commands)!).split("<svg class=ladder").length - 1, 1);
	t.is(peerStatus("/status/peers/branch-0/nothing", false, fake.commands), undefined);
});

test("bytes and times for people", (t) => {
	t.deepEqual([0, 1, 999, 1000, 1049, 1050, 9949, 9960, 99500, 999499, 999500, 12345678, 4e15].map(bytes), ["0 B", "1 B", "999 B", "1 kB", "1 kB", "1.1 kB", "9.9 kB", "10 kB", "100 kB", "999 kB", "1 MB", "12 MB", "4 PB"]);
	t.deepEqual([0, 1, 2, 3, 1234].map(times), ["never", "once", "twice", "3 times", "1,234 times"]);
});

test("the status page with 48 SAs and 16 connections, some of which have problems, is below 64 KiB", (t) => {
	const fake = fullGateway();
	// Connections that do not come up have no SAs.
	fake.securityAssociations.length = 40;
	for (let i = 12; i < 16; i++) {
		fake.connections[i] = connection(i, { up: false, bytesIn: 0, bytesOut: 0, minutes: () => [] });
		fake.problems.push(problem({ peer: `branch-${i >> 1}`, connection: i % 2 === 0 ? "office" : "lab" }));
	}
	const size = ArrayBuffer.fromString(all(statusPage({ commands: fake.commands, token: "0123456789abcdef0123456789abcdef", refresh: false }))).byteLength;
	t.true(size < 65536, `${size} bytes`);
});
