import test from "ava";
import { SYSLOG_BATCH, SYSLOG_HELD, SYSLOG_PAUSE, Syslog, syslogMessage, type SyslogTarget } from "../../../modules/log/syslog.js";
import { vpnLogTable } from "../../../modules/log/table.js";
import { ERROR, INFO } from "../../../modules/log/types.js";
import { VPNLog } from "../../../modules/log/vpnlog.js";
import { VPN_LOG_ENTRIES } from "../../../modules/limits.js";
import { dateText, parseTimestamp, timeText, timestamp } from "../../../modules/dates.js";
import type { UDPOptions, UDPSocket } from "../../../modules/types/io.js";

const WALL = 1795693207;	// 2026-11-26T11:40:07Z

function setUp(target: SyslogTarget | undefined = { address: "10.1.0.5", port: 514, facility: "local0" }) {
	new Uint8Array(vpnLogTable()).fill(0);
	const log = new VPNLog(vpnLogTable());
	const sent: string[] = [];
	const world: { now: number; target: SyslogTarget | undefined; held: boolean; sockets: number; failing: boolean } = { now: 100000, target, held: false, sockets: 0, failing: false };
	class FakeUDP implements UDPSocket {
		constructor(_options: UDPOptions) {
			world.sockets++;
		}
		read(): undefined {
			return undefined;
		}
		write(bytes: ArrayBuffer | Uint8Array, address: string, port: number): void {
			if (world.failing)
				throw new Error("no way");
			sent.push(`${address}:${port} ${String.fromArrayBuffer(bytes as ArrayBuffer)}`);
		}
		close(): void {
			world.sockets--;
		}
	}
	const syslog = new Syslog({ log, UDP: FakeUDP, now: () => world.now, wallClock: () => WALL, name: () => "gate a", target: () => world.target, isHeld: () => world.held, reschedule() {} });
	log.onEntry = () => syslog.wake();
	/** To when there is nothing to do any more. */
	const settle = (): void => {
		for (let at = syslog.pollAt(), turns = 0; at !== undefined && turns < 100; at = syslog.pollAt(), turns++) {
			world.now = Math.max(world.now, at);
			syslog.poll(world.now);
		}
	};
	return { log, syslog, sent, world, settle };
}

test("syslog: the form of RFC 5424", (t) => {
	const entry = { sequence: 12, time: 0, severity: ERROR, peer: "branch", text: "failed" } as const;
	t.is(syslogMessage(entry, "local0", WALL, "gate-a"), "<131>1 2026-11-26T11:40:07Z gate-a keygate - vpn [meta sequenceId=\"12\"] branch: failed");
	t.is(syslogMessage({ ...entry, peer: "", severity: 0, text: "gr\u00fc\u00df" }, "daemon", 0, "gr\u00fc\u00df dich"), "<31>1 - gr___dich keygate - vpn [meta sequenceId=\"12\"] \ufeffgr\u00fc\u00df");
	t.true(syslogMessage(entry, "local7", WALL, "").startsWith("<187>1 2026-11-26T11:40:07Z - keygate"));
});

test("syslog: entries are sent as they come, with the time at which they were written", (t) => {
	const { log, sent, settle, world } = setUp();
	log.write(90000, INFO, "branch", "ten seconds ago\u0007\u202e");
	settle();
	t.deepEqual(sent, ["10.1.0.5:514 <134>1 2026-11-26T11:39:57Z gate_a keygate - vpn [meta sequenceId=\"1\"] branch: ten seconds ago\\x07\\u202e"]);
	log.write(world.now, ERROR, "", "now");
	settle();
	t.is(sent.length, 2);
	t.is(world.sockets, 1);
});

test("syslog: at a bounded rate, and what is lost is counted", (t) => {
	const { log, syslog, sent, settle, world } = setUp();
	for (let i = 0; i < VPN_LOG_ENTRIES + 44; i++)
		log.write(world.now, INFO, "", `entry ${i}`);
	syslog.poll(world.now);
	t.is(sent.length, SYSLOG_BATCH + 1);
	t.true(sent[0]!.includes("44 entries were written faster"));
	t.is(syslog.pollAt(), world.now + SYSLOG_PAUSE);
	syslog.poll(world.now);
	t.is(sent.length, SYSLOG_BATCH + 1, "not before its time");
	settle();
	t.is(sent.length, VPN_LOG_ENTRIES + 1);
	t.true(sent[sent.length - 1]!.endsWith(`entry ${VPN_LOG_ENTRIES + 43}`));
});

test("syslog: nothing without a target, and nothing of what came before there was one", (t) => {
	const { log, syslog, sent, settle, world } = setUp();
	world.target = undefined;
	log.write(1, INFO, "", "before");
	settle();
	t.is(syslog.pollAt(), undefined);
	world.target = { address: "10.1.0.6", port: 5514, facility: "auth" };
	log.write(2, INFO, "", "after");
	settle();
	t.is(sent.length, 1);
	t.true(sent[0]!.startsWith("10.1.0.6:5514 <38>1 "));
});

test("syslog: a message does not bring the tunnel up that it would go through, and goes when it is up", (t) => {
	const { log, syslog, sent, world } = setUp();
	world.held = true;
	log.write(1, INFO, "", "one");
	syslog.poll(world.now);
	t.is(syslog.pollAt(), world.now + SYSLOG_HELD);
	log.write(1, INFO, "", "two");
	t.is(syslog.pollAt(), world.now + SYSLOG_HELD, "more of the log does not hurry it");
	world.held = false;
	world.now += SYSLOG_HELD;
	syslog.poll(world.now);
	t.is(sent.length, 2);
});

test("syslog: no socket and no way are nothing to log", (t) => {
	const { log, sent, settle, world } = setUp();
	world.failing = true;
	log.write(1, INFO, "", "one");
	settle();
	t.is(log.newest, 1);
	world.failing = false;
	log.write(2, INFO, "", "two");
	settle();
	t.is(sent.length, 1);
});

test("dates: leap years, ends of months and centuries", (t) => {
	for (const [time, text] of [[1, "1970-01-01"], [951782400, "2000-02-29"], [951868800, "2000-03-01"], [1709164800, "2024-02-29"], [1735689599, "2024-12-31"], [4107542400, "2100-03-01"], [2524521600, "2049-12-31"], [WALL, "2026-11-26"]] as const)
		t.is(dateText(time), text);
	t.is(timeText(WALL), "2026-11-26 11:40 UTC");
	t.is(timestamp(WALL), "2026-11-26T11:40:07Z");
	t.is(dateText(0) + timeText(0) + timestamp(0), "");
	for (const time of [0, 951782399, 951782400, 951868799, 1078012800, 1709164800, 1767225600, 4102444799, WALL])
		t.is(parseTimestamp(time === 0 ? "1970-01-01T00:00:00Z" : timestamp(time)), time);
	t.is(parseTimestamp("2026-11-26T11:40"), WALL - 7);
	for (const text of ["", "2026-11-26", "2026-11-26 11:40:07Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-26T24:00:00Z", "2026-11-26T11:60:00Z", "1969-12-31T23:59:59Z", "+026-11-26T11:40:07Z", "2026-11-26T11:40:07ZZ"])
		t.is(parseTimestamp(text), undefined, text);
});
