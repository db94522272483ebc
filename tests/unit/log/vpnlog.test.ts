import test from "ava";
import { VPN_LOG_ENTRIES, VPN_LOG_ENTRY_SIZE } from "../../../modules/limits.js";
import { formatEntry, formatTime, severityNames, severityOf } from "../../../modules/log/format.js";
import { INTERVAL, SOURCES } from "../../../modules/log/ratelimit.js";
import { DEBUG, ERROR, INFO, NOTICE, WARNING } from "../../../modules/log/types.js";
import type { LogQuery } from "../../../modules/log/types.js";
import { VPNLog } from "../../../modules/log/vpnlog.js";

function newLog(): VPNLog {
	return new VPNLog(new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE));
}

function texts(log: VPNLog, query?: LogQuery): string[] {
	return Array.from(log.entries(query), ({ text }) => text);
}

test("log: entries come back as they were written, oldest first", (t) => {
	const log = newLog();
	t.deepEqual([...log.entries()], []);
	t.is(log.newest, 0);
	log.write(12.5, INFO, "branch", "main mode: message 1 sent");
	log.write(7e12, ERROR, "", "caf\u00e9 \u20ac");
	t.deepEqual([...log.entries()], [
		{ sequence: 1, time: 12.5, severity: INFO, peer: "branch", text: "main mode: message 1 sent" },
		{ sequence: 2, time: 7e12, severity: ERROR, peer: "", text: "caf\u00e9 \u20ac" }
	]);
	t.deepEqual([log.newest, log.used], [2, 2]);
});

test("log: the newest entries stay when the ring is full", (t) => {
	const log = newLog();
	for (let i = 1; i <= VPN_LOG_ENTRIES + 10; i++)
		log.write(i, INFO, "", `entry ${i}`);
	const all = [...log.entries()];
	t.is(all.length, VPN_LOG_ENTRIES);
	t.is(log.used, VPN_LOG_ENTRIES);
	t.deepEqual([all[0]?.sequence, all[0]?.text], [11, "entry 11"]);
	t.is(all[VPN_LOG_ENTRIES - 1]?.text, `entry ${VPN_LOG_ENTRIES + 10}`);
});

test("log: texts that fit to the byte, and one that does not, with the longest name of a peer and without", (t) => {
	for (const peer of ["", "p".repeat(32)])
		for (const [more, end] of [[0, "x"], [1, "..."]] as const) {
			const log = newLog();
			const room = VPN_LOG_ENTRY_SIZE - 20 - peer.length;
			log.write(1, INFO, "before", "b");
			log.write(2, INFO, peer, "x".repeat(room + more));
			log.write(3, INFO, "after", "a");
			const [before, entry, after] = [...log.entries()];
			t.deepEqual([entry!.peer, entry!.text.length, entry!.text.slice(-end.length)], [peer, room, end]);
			t.deepEqual([before!.text, after!.text], ["b", "a"]);
		}
	const log = newLog();
	log.write(1, INFO, "p".repeat(33), "text");
	t.is([...log.entries()][0]!.text, "text");
});

test("log: what an earlier, longer entry had is gone", (t) => {
	const table = new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE);
	const log = new VPNLog(table);
	for (let i = 0; i < VPN_LOG_ENTRIES; i++)
		log.write(i, INFO, "peer", "secret ".repeat(10));
	log.write(9, INFO, "", "a");
	t.true(new Uint8Array(table, 21, VPN_LOG_ENTRY_SIZE - 21).every((byte) => byte === 0));
});

test("log: an entry outside the table is a programmer's error", (t) => {
	const put = native<(table: Uint8Array, at: number, sequence: number, time: number, severity: number, peer: string, text: string) => boolean>("xs_vpnlog_put");
	for (const [size, at] of [[VPN_LOG_ENTRY_SIZE - 1, 0], [2 * VPN_LOG_ENTRY_SIZE, VPN_LOG_ENTRY_SIZE + 1], [VPN_LOG_ENTRY_SIZE, -1], [VPN_LOG_ENTRY_SIZE, NaN]] as const) {
		const bytes = new Uint8Array(size);
		t.throws(() => put(bytes, at, 1, 0, 0, "", "a"), { instanceOf: RangeError }, `${at} of ${size}`);
		t.true(bytes.every((byte) => byte === 0));
	}
});

test("log: a cursor, the last few, filters, and all of them together", (t) => {
	const log = newLog();
	for (let i = 1; i <= 12; i++)
		log.write(i, i % 2 === 0 ? WARNING : DEBUG, i % 3 === 0 ? "a" : "b", `${i}`);
	t.deepEqual(texts(log, { after: 9 }), ["10", "11", "12"]);
	t.deepEqual(texts(log, { after: 12 }), []);
	t.deepEqual(texts(log, { after: -5, last: 2 }), ["11", "12"]);
	t.deepEqual(texts(log, { last: 0 }), []);
	t.deepEqual(texts(log, { peer: "a" }), ["3", "6", "9", "12"]);
	t.deepEqual(texts(log, { peer: "" }), []);
	t.deepEqual(texts(log, { severity: WARNING }), ["2", "4", "6", "8", "10", "12"]);
	t.deepEqual(texts(log, { severity: WARNING, peer: "a" }), ["6", "12"]);
	t.deepEqual(texts(log, { severity: WARNING, last: 2 }), ["10", "12"]);
	t.deepEqual(texts(log, { peer: "a", last: 100, after: 3 }), ["6", "9", "12"]);
	t.deepEqual(texts(log, { before: 3 }), ["1", "2"]);
	t.deepEqual(texts(log, { before: 100, last: 1 }), ["12"]);
	t.deepEqual(texts(log, { before: 10, last: 2, peer: "a" }), ["6", "9"]);
	t.deepEqual(texts(log, { contains: "1" }), ["1", "10", "11", "12"]);
	t.deepEqual(texts(log, { contains: "1", severity: WARNING, before: 12 }), ["10"]);
});

test("log: writing between two reads neither repeats nor mixes entries", (t) => {
	const log = newLog();
	for (let i = 1; i <= VPN_LOG_ENTRIES; i++)
		log.write(i, INFO, "", `${i}`);
	const reader = log.entries();
	t.is(reader.next().value?.text, "1");
	for (let i = 1; i <= 20; i++)
		log.write(0, INFO, "", `new ${i}`);
	t.is(reader.next().value?.text, "21");
	const rest = [...reader];
	t.is(rest[rest.length - 1]?.text, `${VPN_LOG_ENTRIES}`);
	t.deepEqual(texts(log, { after: VPN_LOG_ENTRIES + 18 }), ["new 19", "new 20"]);
});

test("log: a long text is cut at the end of a character, and shows it", (t) => {
	const log = newLog();
	const room = VPN_LOG_ENTRY_SIZE - 20;
	log.write(0, INFO, "", "x".repeat(room));
	log.write(0, INFO, "", "x".repeat(room + 1));
	log.write(0, INFO, "", "\u20ac".repeat(500));
	log.write(0, INFO, "p".repeat(40), "y".repeat(5000));
	const [fits, cut, euros, both] = [...log.entries()];
	t.is(fits?.text, "x".repeat(room));
	t.is(cut?.text, "x".repeat(room - 3) + "...");
	t.is(euros?.text, "\u20ac".repeat(Math.floor((room - 3) / 3)) + "...");
	t.is(both?.peer, "p".repeat(29) + "...");
	t.is(both?.text, "y".repeat(room - 32 - 3) + "...");
});

test("F16 log: control characters, marks of direction and invisible ones are escaped", (t) => {
	const log = newLog();
	log.write(0, INFO, "a\nb", "\u001b[31m\r\n\u007f\u009b\u202e\u2066\u200b\ufeff\u0000end");
	const [entry] = [...log.entries()];
	t.is(entry?.peer, "a\\x0ab");
	t.is(entry?.text, "\\x1b[31m\\x0d\\x0a\\x7f\\x9b\\u202e\\u2066\\u200b\\ufeff\\x00end");
});

test("log: one entry for each source and cause in an interval, then how many were left out", (t) => {
	const log = newLog();
	for (let i = 0; i < 5; i++)
		log.limited(i, WARNING, "", 0x0a000002, "bad cookie", "unknown cookie");
	log.limited(5, WARNING, "", 0x0a000003, "bad cookie", "from another");
	log.limited(6, WARNING, "", 0x0a000002, "too short", "another cause");
	t.deepEqual(texts(log), ["unknown cookie", "from another", "another cause"]);
	log.limited(INTERVAL, WARNING, "", 0x0a000002, "bad cookie", "unknown cookie");
	log.limited(2 * INTERVAL, WARNING, "", 0x0a000002, "bad cookie", "unknown cookie");
	t.deepEqual(texts(log, { last: 2 }), ["unknown cookie (4 like it left out)", "unknown cookie"]);
});

test("log: how many were left out is said also after a text that is cut", (t) => {
	const log = newLog();
	for (let i = 0; i < 3; i++)
		log.limited(0, INFO, "", 1, "c", "x".repeat(300));
	log.limited(INTERVAL, INFO, "", 1, "c", "x".repeat(300));
	t.regex(texts(log)[1] ?? "", /^x+\.\.\. \(2 like it left out\)$/);
});

test("log: many sources cause a bounded number of entries, and are counted", (t) => {
	const log = newLog();
	for (let source = 1; source <= 1000; source++)
		log.limited(source, NOTICE, "", source, "c", `from ${source}`);
	t.is(log.used, SOURCES);
	log.limited(SOURCES + INTERVAL, NOTICE, "", 5000, "c", "later");
	t.deepEqual(texts(log, { last: 1 }), [`later (${1000 - SOURCES} like it left out)`]);
});

test("log: a new log over the same memory goes on where the old one ended", (t) => {
	const table = new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE);
	const before = new VPNLog(table);
	for (let i = 1; i <= VPN_LOG_ENTRIES + 3; i++)
		before.write(i, INFO, "", `${i}`);
	const after = new VPNLog(table);
	t.is(after.newest, VPN_LOG_ENTRIES + 3);
	after.write(0, INFO, "", "restarted");
	t.deepEqual(texts(after, { last: 2 }), [`${VPN_LOG_ENTRIES + 3}`, "restarted"]);
});

test("log: an entry that was not finished is not read", (t) => {
	const table = new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE);
	const before = new VPNLog(table);
	for (let i = 1; i <= VPN_LOG_ENTRIES + 1; i++)
		before.write(i, INFO, "", `${i}`);
	new DataView(table).setUint32(VPN_LOG_ENTRY_SIZE, 0);
	const after = new VPNLog(table);
	t.is([...after.entries()].length, VPN_LOG_ENTRIES - 1);
	t.is(texts(after)[0], "3");
});

test("log: memory of another size is refused, what is no log in it is cleared", (t) => {
	t.throws(() => new VPNLog(new ArrayBuffer(VPN_LOG_ENTRY_SIZE)), { instanceOf: RangeError });
	const table = new ArrayBuffer(VPN_LOG_ENTRIES * VPN_LOG_ENTRY_SIZE);
	new Uint8Array(table).fill(0xff);
	t.deepEqual([...new VPNLog(table).entries()], []);
	t.is(new Uint8Array(table)[VPN_LOG_ENTRY_SIZE], 0);
});

test("log: entries as lines", (t) => {
	t.is(formatTime(812345.9), "812.345");
	t.is(formatTime(7), "0.007");
	t.is(formatEntry({ sequence: 1, time: 812345, severity: WARNING, peer: "branch", text: "no answer" }), "    812.345 warning branch: no answer");
	t.is(formatEntry({ sequence: 1, time: 0, severity: INFO, peer: "", text: "started" }), "      0.000 info    started");
	t.is(severityOf("error"), ERROR);
	t.is(severityOf("loud"), undefined);
	t.is(severityNames[NOTICE], "notice");
});
