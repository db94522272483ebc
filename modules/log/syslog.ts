/**
 * The VPN log, sent to a syslog server as it is written: RFC 5424 over UDP (RFC 5426). At a bounded rate; what the ring has overwritten meanwhile is counted
 * and told. Nothing is logged about sending, or each entry would make another one.
 */
import { timestamp } from "../dates.js";
import type { UDPConstructor, UDPSocket } from "../types/io.js";
import type { LogEntry, LogReader } from "./types.js";

export interface SyslogTarget {
	readonly address: string;
	readonly port: number;
	readonly facility: string;
}

export interface SyslogOptions {
	readonly log: LogReader;
	readonly UDP: UDPConstructor;
	/** Milliseconds of the clock that entries have; seconds since 1970, 0: not known. */
	readonly now: () => number;
	readonly wallClock: () => number;
	/** Name of this unit. */
	readonly name: () => string;
	/** Undefined: nothing is sent. */
	readonly target: () => SyslogTarget | undefined;
	/** The way to it is a tunnel that is not up: a message would bring it up, whose log would be sent, and so on. */
	readonly isHeld: (address: string) => boolean;
	/** `pollAt()` has changed. */
	readonly reschedule: () => void;
}

/** Entries sent at once, milliseconds until the next ones, and until a way is looked for again. */
export const SYSLOG_BATCH = 16;
export const SYSLOG_PAUSE = 100;
export const SYSLOG_HELD = 5000;

/** By severity of the log: debug, informational, notice, warning, error. */
const SEVERITIES = Object.freeze([7, 6, 5, 4, 3]);
const FACILITIES: readonly (readonly [string, number])[] = Object.freeze([
	...([["daemon", 3], ["auth", 4]] as const).map((each) => Object.freeze(each)),
	...[0, 1, 2, 3, 4, 5, 6, 7].map((local) => Object.freeze([`local${local}`, 16 + local] as const)),
]);

export class Syslog {
	readonly #options: SyslogOptions;
	/** Sequence number of the last entry that was sent or is not to be. */
	#sent: number;
	#at: number | undefined;
	/** Not before. */
	#next = 0;
	#socket: UDPSocket | undefined;

	constructor(options: SyslogOptions) {
		this.#options = options;
		this.#sent = options.log.newest;
	}

	/** Something was logged, or the target is another one. */
	wake(): void {
		const { log, now, target, reschedule } = this.#options;
		if (target() === undefined)
			// What is logged before there is a target is nobody's.
			this.#sent = log.newest;
		else if (this.#at === undefined) {
			this.#at = Math.max(this.#next, now());
			reschedule();
		}
	}

	/** When `poll()` is due; undefined: not before `wake()`. */
	pollAt(): number | undefined {
		return this.#at;
	}

	poll(now: number): void {
		if (this.#at === undefined || this.#at > now)
			return;
		const { log, target, isHeld } = this.#options;
		const to = target();
		this.#at = undefined;
		if (to === undefined)
			this.close();
		else if (isHeld(to.address))
			this.#at = now + SYSLOG_HELD;
		else {
			this.send(to, now);
			this.#next = now + SYSLOG_PAUSE;
			if (this.#sent < log.newest)
				this.#at = this.#next;
		}
	}

	close(): void {
		this.#socket?.close();
		this.#socket = undefined;
	}

	private send(to: SyslogTarget, now: number): void {
		let count = 0;
		for (const entry of this.#options.log.entries({ after: this.#sent })) {
			const lost = entry.sequence - this.#sent - 1;
			if (lost > 0)
				this.write(to, { ...entry, peer: "", severity: 3, sequence: entry.sequence - 1, text: `${lost} entries were written faster than they could be sent, and are lost here` }, now);
			this.write(to, entry, now);
			this.#sent = entry.sequence;
			if (++count >= SYSLOG_BATCH)
				return;
		}
	}

	private write(to: SyslogTarget, entry: LogEntry, now: number): void {
		const { UDP, wallClock, name } = this.#options;
		const wall = wallClock();
		try {
			this.#socket ??= new UDP({ port: 0, onReadable: ignore, onError: ignore });
			this.#socket.write(ArrayBuffer.fromString(syslogMessage(entry, to.facility, wall === 0 ? 0 : wall - Math.round((now - entry.time) / 1000), name())), to.address, to.port);
		}
		catch {
			// No socket, or no way: the next entry tries again.
		}
	}
}

/** Answers are read and thrown away, errors left alone. */
function ignore(this: UDPSocket, count: number | string): void {
	for (let i = typeof count === "number" ? count : 0; i > 0; i--)
		this.read();
}

/** One message. `time`: seconds since 1970, 0: not known. */
export function syslogMessage(entry: LogEntry, facility: string, time: number, unit: string): string {
	let number = 16;
	for (const [name, value] of FACILITIES) {
		if (name === facility)
			number = value;
	}
	const text = entry.peer === "" ? entry.text : `${entry.peer}: ${entry.text}`;
	// RFC 5424 6.4: a text in UTF-8 begins with a byte order mark.
	return `<${number * 8 + SEVERITIES[entry.severity]!}>1 ${time === 0 ? "-" : timestamp(time)} ${plainName(unit)} keygate - vpn [meta sequenceId="${entry.sequence & 0x7fffffff}"] ${isASCII(text) ? "" : "\ufeff"}${text}`;
}

/** A host name has no spaces and nothing but ASCII. */
function plainName(text: string): string {
	let result = "";
	for (let i = 0; i < text.length; i++) {
		const c = text.charCodeAt(i);
		result += c > 0x20 && c < 0x7f ? text.charAt(i) : "_";
	}
	return result === "" ? "-" : result;
}

function isASCII(text: string): boolean {
	for (let i = 0; i < text.length; i++) {
		if (text.charCodeAt(i) > 0x7e)
			return false;
	}
	return true;
}
