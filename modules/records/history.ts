/**
 * What went through each connection, in static memory, from the start of the unit on and whatever SAs carried it. A connection is named by its place, which is
 * that of its policy; of one that is less than 0 nothing is kept. A record is
 *
 *      0       bytes in and out, packets in and out, errors in and out of SAs that are gone (float64 each)
 *     48       bytes in and out, errors in and out when the present minute began (float64 each)
 *     80       traffic tunnels made, negotiations that failed, turns
 *     92       1: it is up
 *    112       turns, HISTORY_EVENT_SIZE bytes each: time (float64), up, reason (its size, then the text)
 *    304       minutes, HISTORY_MINUTE_SIZE bytes each: bytes in and out (float32 each), errors in and out (16 bits each)
 *
 * The last turns are a ring, and so are the minutes, the place of each its number since the start.
 */
import { CONNECTIONS, HISTORY_EVENTS, HISTORY_EVENT_SIZE, HISTORY_MINUTES, HISTORY_MINUTE_SIZE, HISTORY_SIZE, type TableUse } from "../limits.js";
import { getText, putText } from "./text.js";
import type { Minute, Traffic, Turn } from "./types.js";

const GONE = 0;
const MARKS = 48;
const MADE = 80;
const FAILED = 84;
const TURNS = 88;
const UP = 92;
const EVENTS = 112;
const RING = EVENTS + HISTORY_EVENTS * HISTORY_EVENT_SIZE;

const EVENT_UP = 8;
const EVENT_REASON = 9;

const BYTES_IN = 0;
const BYTES_OUT = 4;
const ERRORS_IN = 8;
const ERRORS_OUT = 10;

/** Milliseconds. */
const MINUTE = 60000;

export class History {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	/** What the SAs of a connection that there are have carried. */
	readonly #live: (place: number) => Traffic;
	/** How many connections there are. */
	#count = 0;
	/** The present minute. */
	#minute = 0;

	/** `table` is CONNECTIONS times HISTORY_SIZE bytes (`historyTable()` in tables.ts); what is in it is forgotten. */
	constructor(table: ArrayBuffer, live: (place: number) => Traffic) {
		this.#bytes = new Uint8Array(table).fill(0);
		this.#view = new DataView(table);
		this.#live = live;
	}

	/** There are `count` connections from now on; those at the places `gone` are no more, or others. */
	keep(gone: readonly number[], count: number): void {
		for (const place of gone)
			this.#bytes.fill(0, place * HISTORY_SIZE, (place + 1) * HISTORY_SIZE);
		this.#count = count;
	}

	/** When `sample` has something to do next. */
	get nextDeadline(): number {
		return (this.#minute + 1) * MINUTE;
	}

	/** Ends the minutes that are over by `now`; nothing before that. */
	sample(now: number): void {
		const minute = Math.floor(now / MINUTE);
		if (minute <= this.#minute)
			return;
		for (let place = 0; place < CONNECTIONS; place++)
			this.sampleOne(place, minute);
		this.#minute = minute;
	}

	/** SAs of the connection are about to go, having carried `traffic`. */
	gone(place: number, { bytesIn, bytesOut, packetsIn, packetsOut, errorsIn, errorsOut }: Traffic): void {
		const at = place * HISTORY_SIZE + GONE;
		if (at < 0)
			return;
		this.add(at, bytesIn);
		this.add(at + 8, bytesOut);
		this.add(at + 16, packetsIn);
		this.add(at + 24, packetsOut);
		this.add(at + 32, errorsIn);
		this.add(at + 40, errorsOut);
	}

	/** A pair of SAs was made. */
	made(place: number): void {
		this.count(place, MADE);
	}

	/** A negotiation failed. */
	failed(place: number): void {
		this.count(place, FAILED);
	}

	/** The connection carries packets from now on, or no more. Told again it changes nothing. */
	turn(now: number, place: number, up: boolean, reason: string): void {
		const at = place * HISTORY_SIZE;
		if (at < 0 || (this.#bytes[at + UP] !== 0) === up)
			return;
		const turns = this.#view.getUint32(at + TURNS);
		const event = at + EVENTS + turns % HISTORY_EVENTS * HISTORY_EVENT_SIZE;
		this.#view.setFloat64(event, now);
		this.#bytes[event + EVENT_UP] = this.#bytes[at + UP] = up ? 1 : 0;
		putText(this.#bytes, event + EVENT_REASON, HISTORY_EVENT_SIZE - EVENT_REASON, reason);
		this.#view.setUint32(at + TURNS, turns + 1);
	}

	/** What it has carried so far was before the present minute. */
	mark(place: number): void {
		const at = place * HISTORY_SIZE;
		if (at < 0)
			return;
		const { bytesIn, bytesOut, errorsIn, errorsOut } = this.traffic(place);
		this.#view.setFloat64(at + MARKS, bytesIn);
		this.#view.setFloat64(at + MARKS + 8, bytesOut);
		this.#view.setFloat64(at + MARKS + 16, errorsIn);
		this.#view.setFloat64(at + MARKS + 24, errorsOut);
	}

	/** All that the connection has carried. */
	traffic(place: number): Traffic {
		const at = place * HISTORY_SIZE;
		const live = this.#live(place);
		return at < 0 ? live : {
			bytesIn: this.number(at) + live.bytesIn,
			bytesOut: this.number(at + 8) + live.bytesOut,
			packetsIn: this.number(at + 16) + live.packetsIn,
			packetsOut: this.number(at + 24) + live.packetsOut,
			errorsIn: this.number(at + 32) + live.errorsIn,
			errorsOut: this.number(at + 40) + live.errorsOut,
		};
	}

	/** Traffic tunnels made, and negotiations that failed. */
	negotiations(place: number): { readonly made: number; readonly failed: number } {
		const at = place * HISTORY_SIZE;
		return at < 0 ? { made: 0, failed: 0 } : { made: this.#view.getUint32(at + MADE), failed: this.#view.getUint32(at + FAILED) };
	}

	/** How often it came up or went down in all. */
	turnCount(place: number): number {
		const at = place * HISTORY_SIZE;
		return at < 0 ? 0 : this.#view.getUint32(at + TURNS);
	}

	/** The last times at which it came up or went down, the newest first. */
	*turns(place: number): Generator<Turn, void, undefined> {
		const at = place * HISTORY_SIZE;
		const turns = at < 0 ? 0 : this.#view.getUint32(at + TURNS);
		for (let i = turns - 1; i >= 0 && i >= turns - HISTORY_EVENTS; i--) {
			const event = at + EVENTS + i % HISTORY_EVENTS * HISTORY_EVENT_SIZE;
			yield { time: this.#view.getFloat64(event), up: this.#bytes[event + EVENT_UP] !== 0, reason: getText(this.#bytes, event + EVENT_REASON) };
		}
	}

	/** The last HISTORY_MINUTES minutes, oldest first, the present one last: as many as there were since the start. */
	*minutes(place: number): Generator<Minute, void, undefined> {
		const at = place * HISTORY_SIZE;
		if (at < 0)
			return;
		for (let minute = Math.max(0, this.#minute - HISTORY_MINUTES + 1); minute < this.#minute; minute++) {
			const from = at + RING + minute % HISTORY_MINUTES * HISTORY_MINUTE_SIZE;
			yield {
				bytesIn: this.#view.getFloat32(from + BYTES_IN),
				bytesOut: this.#view.getFloat32(from + BYTES_OUT),
				errorsIn: this.#view.getUint16(from + ERRORS_IN),
				errorsOut: this.#view.getUint16(from + ERRORS_OUT),
			};
		}
		yield this.present(place, at);
	}

	use(): TableUse {
		return { name: "connection history", used: this.#count, highWater: this.#count, size: CONNECTIONS, bytes: CONNECTIONS * HISTORY_SIZE };
	}

	/** What has gone through since the present minute began. */
	private present(place: number, at: number): Minute {
		const { bytesIn, bytesOut, errorsIn, errorsOut } = this.traffic(place);
		return {
			bytesIn: bytesIn - this.number(at + MARKS),
			bytesOut: bytesOut - this.number(at + MARKS + 8),
			errorsIn: errorsIn - this.number(at + MARKS + 16),
			errorsOut: errorsOut - this.number(at + MARKS + 24),
		};
	}

	/** The present minute, and those after it up to `minute`, in which nothing was looked at, are over. */
	private sampleOne(place: number, minute: number): void {
		const at = place * HISTORY_SIZE;
		const { bytesIn, bytesOut, errorsIn, errorsOut } = this.present(place, at);
		for (let i = Math.max(this.#minute, minute - HISTORY_MINUTES); i < minute; i++) {
			const to = at + RING + i % HISTORY_MINUTES * HISTORY_MINUTE_SIZE;
			const first = i === this.#minute;
			this.#view.setFloat32(to + BYTES_IN, first ? bytesIn : 0);
			this.#view.setFloat32(to + BYTES_OUT, first ? bytesOut : 0);
			this.#view.setUint16(to + ERRORS_IN, first ? Math.min(errorsIn, 0xffff) : 0);
			this.#view.setUint16(to + ERRORS_OUT, first ? Math.min(errorsOut, 0xffff) : 0);
		}
		this.add(at + MARKS, bytesIn);
		this.add(at + MARKS + 8, bytesOut);
		this.add(at + MARKS + 16, errorsIn);
		this.add(at + MARKS + 24, errorsOut);
	}

	private number(at: number): number {
		return this.#view.getFloat64(at);
	}

	private add(at: number, value: number): void {
		this.#view.setFloat64(at, this.#view.getFloat64(at) + value);
	}

	private count(place: number, field: number): void {
		const at = place * HISTORY_SIZE;
		if (at >= 0)
			this.#view.setUint32(at + field, this.#view.getUint32(at + field) + 1);
	}
}
