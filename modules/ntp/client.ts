/**
 * Asks a server for the time (SNTP, RFC 4330, client alone). Sans-I/O: datagrams and the time since the start come in. The clock is set in one step. Nobody vouches for an answer but that its
 * sender has seen the question: so once the time is known, one that is far away from it is not taken.
 */
import { formatAddress, parseAddress } from "../addresses.js";
import { Counters } from "../counters.js";
import { timeText } from "../dates.js";
import { INFO, NOTICE, WARNING, type Logger } from "../log/types.js";
import { emitQuestion, kissCode, NONCE_SIZE, NTP_PORT, parseAnswer, type Refusal } from "./packet.js";

/** Milliseconds: how long an answer may take, between two questions that were not answered (doubled up to the last), between two that were, and after a refusal. */
export const PATIENCE = 3000;
export const FIRST_PAUSE = 4000;
export const LONGEST_PAUSE = 1024_000;
export const PERIOD = 3 * 3600_000;
/** Seconds that the clock may be off once it was set: more is somebody's mistake or attack, and for a person to judge. */
export const FARTHEST = 1000;
/** Seconds since 1970 before which it cannot be: 2026-01-01. */
export const EARLIEST = 1767225600;

export interface TimeClientOptions {
	readonly log: Logger;
	readonly random: (size: number) => Uint8Array;
	readonly equal: (a: Uint8Array, b: Uint8Array) => boolean;
	/** An address of a host name, 0: it has none. False: nothing can be asked now. */
	readonly lookUp: (name: string, answer: (address: number) => void) => boolean;
	readonly send: (bytes: Uint8Array, address: number, port: number) => void;
	/** Seconds since 1970 as this unit has them, 0: not known; and the way to set them. */
	readonly wallClock: () => number;
	readonly setClock: (seconds: number) => void;
	readonly now: () => number;
	/** `pollAt()` has changed. */
	readonly reschedule: () => void;
}

type Cause = Refusal | "ntp-elsewhere" | "ntp-unanswered" | "ntp-implausible";

export class TimeClient {
	readonly #options: TimeClientOptions;
	/** Host name or address, "": none. */
	#server = "";
	#address = 0;
	/** What the question was told apart by; undefined: none is open. */
	#nonce: Uint8Array | undefined;
	#askedAt = 0;
	#at: number | undefined;
	#pause = FIRST_PAUSE;
	/** What was dropped or refused. */
	readonly counters = new Counters<Cause>();

	constructor(options: TimeClientOptions) {
		this.#options = options;
	}

	/** Asks this server from now on; "": none. */
	configure(now: number, server: string): void {
		if (server === this.#server)
			return;
		this.#server = server;
		this.again(now);
	}

	/** Asks at once: there is a way to the server now. */
	again(now: number): void {
		this.#nonce = undefined;
		this.#pause = FIRST_PAUSE;
		this.#at = this.#server === "" ? undefined : now;
		this.#options.reschedule();
	}

	pollAt(): number | undefined {
		return this.#at;
	}

	poll(now: number): void {
		if (this.#at === undefined || this.#at > now)
			return;
		if (this.#nonce !== undefined)
			return this.unanswered(now);
		const server = this.#server;
		const address = parseAddress(server);
		// Whatever comes of it, there is another question after this pause.
		this.wait(now);
		if (address !== undefined)
			this.ask(now, address);
		else
			this.#options.lookUp(server, (found) => {
				if (found !== 0 && server === this.#server)
					this.ask(this.#options.now(), found);
			});
	}

	/** A datagram. One that was not asked for changes nothing. */
	receive(now: number, address: number, port: number, bytes: Uint8Array): void {
		const { log, equal, wallClock, setClock } = this.#options;
		const nonce = this.#nonce;
		if (nonce === undefined || address !== this.#address || port !== NTP_PORT)
			return this.counters.add("ntp-elsewhere");
		const answer = parseAnswer(bytes, nonce, equal);
		if (typeof answer === "string") {
			this.counters.add(answer);
			if (answer === "ntp-refused" || answer === "ntp-unsynchronized") {
				log.limited(now, NOTICE, "", address, answer, `time server ${formatAddress(address)} has no time${answer === "ntp-refused" ? `: it says ${kissCode(bytes)}` : ""}`);
				// RFC 4330 8: it is not asked for a while.
				this.#pause = LONGEST_PAUSE;
				this.wait(now);
			}
			return;
		}
		const time = answer.time + (now - this.#askedAt) / 2000;
		const before = wallClock();
		this.#nonce = undefined;
		if (time < EARLIEST || before !== 0 && Math.abs(time - before) > FARTHEST) {
			this.counters.add("ntp-implausible");
			log.limited(now, WARNING, "", address, "ntp-implausible", `time server ${formatAddress(address)} says ${timeText(Math.floor(time))}, which is not taken: ${before === 0 ? "it is before this program was written" : `this unit's clock says ${timeText(before)}; set it by hand if the server is right`}`);
			this.#pause = LONGEST_PAUSE;
			return this.wait(now);
		}
		setClock(time);
		if (before === 0 || Math.abs(time - before) >= 2)
			log.write(now, INFO, "", `the clock was set by time server ${formatAddress(address)}: ${timeText(Math.floor(time))}${before === 0 ? "" : `, ${Math.round(time - before)} s from where it was`}`);
		this.#pause = FIRST_PAUSE;
		this.#at = now + PERIOD;
		this.#options.reschedule();
	}

	private ask(now: number, address: number): void {
		this.#nonce = this.#options.random(NONCE_SIZE);
		this.#address = address;
		this.#askedAt = now;
		this.#at = now + PATIENCE;
		this.#options.send(emitQuestion(this.#nonce), address, NTP_PORT);
		this.#options.reschedule();
	}

	private unanswered(now: number): void {
		this.counters.add("ntp-unanswered");
		this.#options.log.limited(now, NOTICE, "", this.#address, "ntp-unanswered", `time server ${formatAddress(this.#address)} does not answer`);
		this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
		this.wait(now);
	}

	/** Nothing is asked for a while. */
	private wait(now: number): void {
		this.#nonce = undefined;
		this.#at = now + this.#pause;
		this.#options.reschedule();
	}
}
