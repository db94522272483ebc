/** Log entries as lines for people. */
import type { LogEntry, Severity } from "./types.js";

/** By severity. */
export const severityNames = Object.freeze(["debug", "info", "notice", "warning", "error"] as const);

/** The severity with this name, or undefined. */
export function severityOf(name: string): Severity | undefined {
	const i = (severityNames as readonly string[]).indexOf(name);
	return i < 0 ? undefined : i as Severity;
}

/** An SPI as all of keygate shows it: `0x7d403ccc`. */
export function formatSPI(spi: number): string {
	return `0x${spi.toString(16).padStart(8, "0")}`;
}

/** Milliseconds as seconds since start, `812.345`; of entries from before the restart, as long before its end, `-12.345`. */
export function formatTime(time: number): string {
	const milliseconds = Math.floor(Math.abs(time));
	return `${time < 0 ? "-" : ""}${Math.floor(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

/** `    812.345 warning branch: text`, without a line feed. */
export function formatEntry(entry: LogEntry): string {
	const head = `${formatTime(entry.time).padStart(11)} ${severityNames[entry.severity].padEnd(7)} `;
	return entry.peer === "" ? head + entry.text : `${head}${entry.peer}: ${entry.text}`;
}
