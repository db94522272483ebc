/** What is logged, by whom, and how loudly. */

export const DEBUG = 0;
export const INFO = 1;
export const NOTICE = 2;
export const WARNING = 3;
export const ERROR = 4;
export type Severity = 0 | 1 | 2 | 3 | 4;

export interface LogEntry {
	/** Milliseconds of the gateway's clock. */
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
