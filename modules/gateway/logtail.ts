/**
 * The end of the VPN log, kept so that it outlasts this unit's restart. Flash wears: it is written an hour after the last time when there is something new, ten
 * minutes after it when that is an error, and when this unit ends in an orderly way.
 */
import { VPN_LOG_ENTRY_SIZE, VPN_LOG_KEPT } from "../limits.js";
import { NOTICE } from "../log/types.js";
import type { VPNLog } from "../log/vpnlog.js";
import { TAG_SIZE, type Copies } from "../settings/copies.js";

/** Milliseconds between two times that it is kept. */
export const PERIOD = 3600000;
export const ERROR_PERIOD = 600000;
/** Milliseconds after the start when an error is kept first. */
export const FIRST = 60000;
/** Milliseconds after which it is tried again when there was no memory for it. */
const AGAIN = 5000;

export interface LogTailOptions {
	readonly log: VPNLog;
	readonly copies: Copies;
	/** Memory that is nobody's between two calls, of VPN_LOG_KEPT entries or more; undefined: it is somebody's now. */
	readonly scratch: () => Uint8Array | undefined;
}

export class LogTail {
	readonly #options: LogTailOptions;
	#kept = 0;
	#keptAt: number;
	#cleared = false;
	/** "", or why it could not be kept the last time. */
	fault = "";

	constructor(now: number, options: LogTailOptions) {
		this.#options = options;
		this.#keptAt = now + FIRST - ERROR_PERIOD;
		this.#kept = options.log.newest;
	}

	/** This unit has just been started: what was kept comes into the log, marked. */
	restore(now: number): void {
		const { log, copies, scratch } = this.#options;
		const buffer = scratch()?.subarray(0, VPN_LOG_KEPT * VPN_LOG_ENTRY_SIZE);
		if (buffer === undefined)
			return;
		const size = copies.load(buffer, new Uint8Array(TAG_SIZE));
		if (log.restore(buffer.subarray(0, size)) > 0)
			log.write(now, NOTICE, "", "this unit was started; what is above, with times below 0, is from before");
		this.#kept = log.newest;
	}

	/** When `keep` is to be called; undefined: there is nothing new. */
	get at(): number | undefined {
		const { log } = this.#options;
		if (log.newest === this.#kept || this.#cleared)
			return undefined;
		return this.#keptAt + (log.newestError > this.#kept ? ERROR_PERIOD : PERIOD);
	}

	/** Erases what was kept; nothing is kept from now on. "", or why not all is erased. */
	clear(): string {
		const fault = this.#options.copies.clear();
		this.#cleared ||= fault === "";
		return fault;
	}

	/** Keeps it now, if there is anything new. */
	keep(now: number): void {
		const { log, copies, scratch } = this.#options;
		if (log.newest === this.#kept || this.#cleared)
			return;
		const buffer = scratch();
		if (buffer === undefined) {
			this.#keptAt += AGAIN;
			return;
		}
		this.#kept = log.newest;
		this.#keptAt = now;
		this.fault = copies.save(buffer.subarray(0, log.copy(now, buffer.subarray(0, VPN_LOG_KEPT * VPN_LOG_ENTRY_SIZE))), new Uint8Array(TAG_SIZE));
	}
}
