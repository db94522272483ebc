/** `trace`: what the VPN log gets about a peer, as it comes. */
import { parseAddress } from "../addresses.js";
import { formatEntry } from "../log/format.js";
import { quoted } from "../log/printable.js";
import type { LogEntry, LogReader } from "../log/types.js";
import { wrapped } from "../status/wrap.js";

/** What stands before the later lines of an entry. */
export const LATER = "            ";

/** What an answer that goes on yields while there is nothing to say. No text to show: those have no control characters, and may be empty. */
export const PENDING = "\0";

/**
 * The entries of `peer` that come from now on, of every severity, and those of no peer that name `address` ("": its address is not known); `PENDING` while
 * there is none. It has no end of its own and keeps nothing: what the line does not take in time is in the log and no longer here, which is said.
 */
export function* trace(log: LogReader, peer: string, address: string, terminal: boolean): Generator<string, void, undefined> {
	let after = log.newest;
	yield `tracing ${quoted(peer)}: ${terminal ? "any key" : "the next line"} ends it\n`;
	for (;;) {
		if (log.newest - after > log.size) {
			yield `? ${log.newest - after - log.size} entries came faster than they could be shown\n`;
			after = log.newest - log.size;
		}
		for (const entry of log.entries({ after })) {
			after = entry.sequence;
			if (concerns(entry, peer, address))
				yield* entryLines(formatEntry(entry), terminal);
		}
		yield PENDING;
	}
}

/** An entry of a log: whole for a program, in lines on a terminal. */
export function entryLines(text: string, terminal: boolean): Iterable<string> {
	return terminal ? wrapped(text, "", LATER) : [`${text}\n`];
}

/** The address of a peer that has one. */
export function addressOf(remoteGateway: string): string {
	return (parseAddress(remoteGateway) ?? 0) === 0 ? "" : remoteGateway;
}

function concerns(entry: LogEntry, peer: string, address: string): boolean {
	return entry.peer === peer || entry.peer === "" && address !== "" && names(entry.text, address);
}

/** `address` stands in `text`, and is not part of a longer one. */
function names(text: string, address: string): boolean {
	for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
		if (!isPart(text, at - 1) && !isDigit(text, at + address.length))
			return true;
	}
	return false;
}

function isDigit(text: string, at: number): boolean {
	const c = at < text.length ? text.charCodeAt(at) : 0;
	return c >= 0x30 && c <= 0x39;
}

function isPart(text: string, at: number): boolean {
	return at >= 0 && (isDigit(text, at) || text.charAt(at) === ".");
}
