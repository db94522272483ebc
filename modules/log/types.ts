/** What is logged, by whom, and how loudly. */

export const DEBUG = 0;
export const INFO = 1;
export const NOTICE = 2;
export const WARNING = 3;
export const ERROR = 4;
export type Severity = 0 | 1 | 2 | 3 | 4;

export interface LogEntry {
	/** From 1, one more for each entry: a cursor for `LogQuery.after`. */
	readonly sequence: number;
	/** Milliseconds of the gateway's clock; below 0: from before this unit was started, so long before the log was kept last. */
	readonly time: number;
	readonly severity: Severity;
	/** Name of the peer in the settings, or "" when it concerns none. */
	readonly peer: string;
	/** One line, already free of control characters (the log escapes what is not). */
	readonly text: string;
}

export interface Logger {
	/** Adds an entry; `text` longer than an entry is cut. */
	write(time: number, severity: Severity, peer: string, text: string): void;
	/**
	 * For what the network can cause at will: at most one entry for each `cause` and `source` (an address) in an interval; the next
	 * one says how many were left out.
	 */
	limited(time: number, severity: Severity, peer: string, source: number, cause: string, text: string): void;
}

/** Which entries to read; what is absent does not matter. */
export interface LogQuery {
	/** Those after this sequence number. */
	readonly after?: number;
	/** Those before this one. */
	readonly before?: number;
	/** At most so many, the newest. */
	readonly last?: number;
	/** Those of this peer; "": those that concern none. */
	readonly peer?: string;
	/** Those of this severity and more severe ones. */
	readonly severity?: Severity;
	/** Those whose text has this in it: an SPI, as all of keygate shows it. */
	readonly contains?: string;
}

/** What pages and console read of a log. */
export interface LogReader {
	/** Oldest first, one at a time. */
	entries(query?: LogQuery): Iterable<LogEntry>;
	/** Sequence number of the newest entry, 0 when there is none. */
	readonly newest: number;
	/** Entries that there is room for. */
	readonly size: number;
}
