/** The VPN log: a ring of fixed entries in static memory (entry.ts), the newest over the oldest. */
import { VPN_LOG_ENTRY_SIZE, VPN_LOG_KEPT, type TableUse } from "../limits.js";
import {
	VPN_LOG_BYTES as BYTES, VPN_LOG_PEER_ROOM as PEER_ROOM, VPN_LOG_PEER_SIZE as PEER_SIZE, VPN_LOG_SEQUENCE as SEQUENCE, VPN_LOG_SEVERITY as SEVERITY,
	VPN_LOG_TEXT_SIZE as TEXT_SIZE, VPN_LOG_TIME as TIME,
} from "./entry.js";
import { RateLimit } from "./ratelimit.js";
import { printable } from "./printable.js";
import { ERROR } from "./types.js";
import type { LogEntry, LogQuery, Logger, LogReader, Severity } from "./types.js";

const ROOM = VPN_LOG_ENTRY_SIZE - BYTES;

/** Writes an entry whose peer and text are printable ASCII and fit; false, with nothing written, when they are not. */
const putPlainEntry = native<(table: Uint8Array, at: number, sequence: number, time: number, severity: number, peer: string, text: string) => boolean>("xs_vpnlog_put");

export class VPNLog implements Logger, LogReader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #limit = new RateLimit();
	readonly size: number;
	#next = 1;
	#newestError = 0;
	/** Told of each entry. */
	onEntry: (() => void) | undefined;

	/**
	 * `table` is the ring's memory, VPN_LOG_ENTRY_SIZE bytes for each entry (`vpnLogTable()` in table.ts). Entries in it are kept:
	 * the log tells what happened also when the control plane had to be started again. Anything else in it is cleared.
	 */
	constructor(table: ArrayBuffer) {
		this.#bytes = new Uint8Array(table);
		this.#view = new DataView(table);
		this.size = this.#bytes.length / VPN_LOG_ENTRY_SIZE;
		if (this.size < VPN_LOG_KEPT || !Number.isInteger(this.size))
			throw new RangeError(`log: ${this.#bytes.length} bytes, expected ${VPN_LOG_ENTRY_SIZE} for each of ${VPN_LOG_KEPT} entries or more`);
		const newest = this.recover();
		if (newest < 0)
			this.#bytes.fill(0);
		else
			this.#next = newest + 1;
	}

	/** Entries that can be read now. */
	get used(): number {
		return Math.min(this.#next - 1, this.size);
	}

	/** Sequence number of the newest entry, 0 when there is none. */
	get newest(): number {
		return this.#next - 1;
	}

	/** Its use, for the console and the pages. */
	*use(): IterableIterator<TableUse> {
		yield { name: "VPN log", used: this.used, highWater: this.used, size: this.size, bytes: this.#bytes.length };
	}

	/** Sequence number of the newest entry of severity ERROR that this control plane wrote, 0 when there is none. */
	get newestError(): number {
		return this.#newestError;
	}

	/** Copies the newest entries, as many as fit, oldest first, for a place that outlasts this unit: their times count back from `now`. Returns the bytes. */
	copy(now: number, target: Uint8Array): number {
		const view = new DataView(target.buffer, target.byteOffset);
		const count = Math.min(this.used, Math.floor(target.length / VPN_LOG_ENTRY_SIZE));
		for (let i = 0; i < count; i++) {
			const at = this.offset(this.#next - count + i);
			const to = i * VPN_LOG_ENTRY_SIZE;
			target.set(this.#bytes.subarray(at, at + VPN_LOG_ENTRY_SIZE), to);
			view.setFloat64(to + TIME, Math.min(this.#view.getFloat64(at + TIME) - now, -1));
		}
		return count * VPN_LOG_ENTRY_SIZE;
	}

	/** Takes back what `copy` gave, into a log that is empty: entries from before the restart, their times are below 0. Returns how many they are. */
	restore(bytes: Uint8Array): number {
		const count = Math.min(Math.floor(bytes.length / VPN_LOG_ENTRY_SIZE), this.size);
		if (this.#next !== 1)
			return 0;
		this.#bytes.set(bytes.subarray(0, count * VPN_LOG_ENTRY_SIZE));
		for (let i = 0; i < count; i++)
			this.#view.setUint32(i * VPN_LOG_ENTRY_SIZE + SEQUENCE, i + 1);
		if (this.recover() !== count) {
			this.#bytes.fill(0);
			return 0;
		}
		this.#next = count + 1;
		return count;
	}

	write(time: number, severity: Severity, peer: string, text: string): void {
		this.add(time, severity, peer, text, "");
	}

	limited(time: number, severity: Severity, peer: string, source: number, cause: string, text: string): void {
		const left = this.#limit.admit(time, source, cause);
		if (left >= 0)
			this.add(time, severity, peer, text, left === 0 ? "" : ` (${left} like it left out)`);
	}

	/**
	 * The entries that `query` asks for, oldest first. The log may be written to between two of them: what is overwritten meanwhile is
	 * passed over, what is new and before the end that was known at the start is not returned twice.
	 */
	*entries(query: LogQuery = {}): Generator<LogEntry, void, undefined> {
		const end = Math.min(this.#next, query.before ?? Infinity);
		let sequence = Math.max(query.after ?? 0, 0) + 1;
		if (query.last !== undefined)
			sequence = Math.max(sequence, this.start(query, end));
		for (;;) {
			sequence = Math.max(sequence, this.#next - this.size);
			if (sequence >= end)
				return;
			if (this.matches(sequence, query))
				yield this.read(sequence);
			sequence++;
		}
	}

	/** Sequence number of the newest entry in the table, 0 when it is empty, -1 when it holds something else. */
	private recover(): number {
		let newest = 0;
		for (let i = 0; i < this.size; i++) {
			const at = i * VPN_LOG_ENTRY_SIZE;
			const sequence = this.#view.getUint32(at + SEQUENCE);
			if (sequence === 0)
				continue;
			const size = (this.#bytes[at + PEER_SIZE] as number) + (this.#bytes[at + TEXT_SIZE] as number);
			if (this.offset(sequence) !== at || size > ROOM || (this.#bytes[at + SEVERITY] as number) > ERROR)
				return -1;
			newest = Math.max(newest, sequence);
		}
		return newest;
	}

	/** Sequence number of the first of the `query.last` newest entries before `end` that match. */
	private start(query: LogQuery, end: number): number {
		let count = query.last ?? 0;
		let sequence = end;
		const oldest = this.#next - this.used;
		while (count > 0 && sequence > oldest) {
			sequence--;
			if (this.matches(sequence, query))
				count--;
		}
		return sequence;
	}

	private matches(sequence: number, query: LogQuery): boolean {
		const at = this.offset(sequence);
		// An entry whose writing was not finished has no number.
		if (this.#view.getUint32(at + SEQUENCE) !== sequence)
			return false;
		if (query.severity !== undefined && (this.#bytes[at + SEVERITY] as number) < query.severity)
			return false;
		const peerSize = this.#bytes[at + PEER_SIZE] as number;
		if (query.peer !== undefined && this.text(at + BYTES, peerSize) !== query.peer)
			return false;
		return query.contains === undefined || this.text(at + BYTES + peerSize, this.#bytes[at + TEXT_SIZE] as number).includes(query.contains);
	}

	private read(sequence: number): LogEntry {
		const at = this.offset(sequence);
		const peerSize = this.#bytes[at + PEER_SIZE] as number;
		return {
			sequence,
			time: this.#view.getFloat64(at + TIME),
			severity: this.#bytes[at + SEVERITY] as Severity,
			peer: this.text(at + BYTES, peerSize),
			text: this.text(at + BYTES + peerSize, this.#bytes[at + TEXT_SIZE] as number)
		};
	}

	private add(time: number, severity: Severity, peer: string, text: string, suffix: string): void {
		const sequence = this.#next;
		const at = this.offset(sequence);
		if (suffix !== "" || !putPlainEntry(this.#bytes, at, sequence, time, severity, peer, text))
			this.putEntry(at, sequence, time, severity, peer, text, suffix);
		if (severity === ERROR)
			this.#newestError = sequence;
		this.#next = sequence + 1;
		this.onEntry?.();
	}

	private putEntry(at: number, sequence: number, time: number, severity: Severity, peer: string, text: string, suffix: string): void {
		const bytes = this.#bytes;
		const view = this.#view;
		// none until it is whole
		view.setUint32(at + SEQUENCE, 0);
		const peerSize = this.put(at + BYTES, PEER_ROOM, peer, "");
		const textSize = this.put(at + BYTES + peerSize, ROOM - peerSize, text, suffix);
		bytes[at + SEVERITY] = severity;
		bytes[at + PEER_SIZE] = peerSize;
		bytes[at + TEXT_SIZE] = textSize;
		view.setFloat64(at + TIME, time);
		view.setUint32(at + SEQUENCE, sequence);
	}

	/** Writes `text`, cut so that `suffix` fits after it, zeroes what is left of the room, and returns the bytes of both. */
	private put(at: number, room: number, text: string, suffix: string): number {
		this.#bytes.fill(0, at, at + room);
		// No character is less than a byte: what is beyond the room need not be looked at.
		const safe = printable(text.length > room ? text.slice(0, room + 1) : text);
		const source = new Uint8Array(ArrayBuffer.fromString(safe));
		const tail = suffix.length;
		let size = source.length;
		if (size + tail > room) {
			size = boundary(source, room - tail - 3);
			this.#bytes.set(source.subarray(0, size), at);
			size += this.ascii(at + size, "...");
		}
		else
			this.#bytes.set(source, at);
		return size + this.ascii(at + size, suffix);
	}

	private ascii(at: number, text: string): number {
		for (let i = 0; i < text.length; i++)
			this.#bytes[at + i] = text.charCodeAt(i);
		return text.length;
	}

	private text(at: number, size: number): string {
		return String.fromArrayBuffer(this.#bytes.slice(at, at + size).buffer);
	}

	private offset(sequence: number): number {
		return (sequence - 1) % this.size * VPN_LOG_ENTRY_SIZE;
	}
}

/** The largest end of a whole character in the UTF-8 of `bytes` that is at most `size`. */
function boundary(bytes: Uint8Array, size: number): number {
	let end = size;
	while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80)
		end--;
	// The engine may hold a pair of surrogates as two characters of three bytes: keep none alone.
	if (end >= 3 && bytes[end - 3] === 0xed && ((bytes[end - 2] as number) & 0xf0) === 0xa0)
		end -= 3;
	return end;
}
