import test from "ava";
import { Events } from "../../../modules/ipsec/events.js";
import {
	ENGINE_EVENT_RING, ENGINE_EVENTS_LOST, ENGINE_EVENTS_READ, ENGINE_EVENTS_WRITTEN, EVENT_ACQUIRE, EVENT_ADDRESS, EVENT_AUTHENTIC, EVENT_DIRECTION, EVENT_HARD, EVENT_KIND,
	EVENT_MOVED, EVENT_POLICY, EVENT_PORT, EVENT_SIZE, EVENT_SOFT, EVENT_SPI, EVENT_UNAUTHENTIC, EVENT_UNKNOWN_SPI, INCOMING, OUTGOING
} from "../../../modules/ipsec/layout.js";
import { engineTable } from "../../../modules/ipsec/tables.js";
import { ENGINE_EVENTS } from "../../../modules/limits.js";

interface Raw {
	readonly kind: number;
	readonly direction?: number;
	readonly policy?: number;
	readonly spi?: number;
	readonly address?: number;
	readonly port?: number;
}

/** Plays the engine. */
function raise({ kind, direction = 0, policy = 0, spi = 0, address = 0, port = 0 }: Raw): void {
	const view = new DataView(engineTable());
	const written = view.getUint32(ENGINE_EVENTS_WRITTEN, true);
	const at = ENGINE_EVENT_RING + written % ENGINE_EVENTS * EVENT_SIZE;
	view.setUint8(at + EVENT_KIND, kind);
	view.setUint8(at + EVENT_DIRECTION, direction);
	view.setUint16(at + EVENT_PORT, port, true);
	view.setUint32(at + EVENT_POLICY, policy, true);
	view.setUint32(at + EVENT_SPI, spi, true);
	view.setUint32(at + EVENT_ADDRESS, address, true);
	view.setUint32(ENGINE_EVENTS_WRITTEN, written + 1, true);
}

function empty(count: number): void {
	const view = new DataView(engineTable());
	view.setUint32(ENGINE_EVENTS_READ, count, true);
	view.setUint32(ENGINE_EVENTS_WRITTEN, count, true);
	view.setUint32(ENGINE_EVENTS_LOST, 0, true);
}

test("T14 events of an SA whose packets are not authentic", (t) => {
	empty(0);
	raise({ kind: EVENT_UNAUTHENTIC, direction: INCOMING, spi: 0xdead, port: 96 });
	raise({ kind: EVENT_AUTHENTIC, direction: INCOMING, spi: 0xdead });
	const events = new Events();
	t.deepEqual(events.next(), { kind: "unauthentic", spi: 0xdead, bits: 96 });
	t.deepEqual(events.next(), { kind: "authentic", spi: 0xdead });
	t.is(events.next(), undefined);
});

test("each kind of event, in the order in which they came", (t) => {
	empty(0);
	const events = new Events();
	t.is(events.next(), undefined);
	raise({ kind: EVENT_ACQUIRE, policy: 15 });
	raise({ kind: EVENT_SOFT, spi: 0x80000001, direction: OUTGOING, policy: 7 });
	raise({ kind: EVENT_HARD, spi: 0x1234, direction: INCOMING });
	raise({ kind: EVENT_UNKNOWN_SPI, spi: 0xdeadbeef, address: 0xc0a80101, port: 50 });
	raise({ kind: EVENT_UNKNOWN_SPI, spi: 0x11, address: 0xc0a80101, port: 51 });
	raise({ kind: EVENT_MOVED, spi: 0x5678, address: 0x0a000009, port: 61000 });
	t.deepEqual(events.next(), { kind: "acquire", policy: 15 });
	t.deepEqual(events.next(), { kind: "soft", spi: 0x80000001, direction: "Outgoing", policy: 7 });
	t.deepEqual(events.next(), { kind: "hard", spi: 0x1234, direction: "Incoming", policy: 0 });
	t.deepEqual(events.next(), { kind: "unknown-spi", spi: 0xdeadbeef, address: 0xc0a80101, ah: false });
	t.deepEqual(events.next(), { kind: "unknown-spi", spi: 0x11, address: 0xc0a80101, ah: true });
	t.deepEqual(events.next(), { kind: "moved", spi: 0x5678, address: 0x0a000009, port: 61000 });
	t.is(events.next(), undefined);
	t.is(events.lost, 0);
});

test("the ring's counters go past 2^32", (t) => {
	empty(0xffffffff);
	const events = new Events();
	raise({ kind: EVENT_ACQUIRE, policy: 1 });
	raise({ kind: EVENT_ACQUIRE, policy: 2 });
	t.deepEqual(events.next(), { kind: "acquire", policy: 1 });
	t.deepEqual(events.next(), { kind: "acquire", policy: 2 });
	t.is(events.next(), undefined);
});

test("an event that nobody knows is a programmer's error, and does not stay", (t) => {
	empty(0);
	raise({ kind: 99 });
	const events = new Events();
	t.throws(() => events.next(), { message: /99/ });
	t.is(events.next(), undefined);
});
