/** What of a log a page shows, as its address says it and as links to the same part say it again. */
import { queryValue } from "../httpd/form.js";
import { escapeHTML } from "../httpd/html.js";
import { parseSPI } from "../log/firewall.js";

/** Characters of a value of the query that are looked at: names have at most 32. */
const VALUE_SIZE = 64;

export interface LogFilter {
	/** "/log/vpn" or "/log/firewall". */
	readonly path: string;
	/** Name of a peer, "" for all. */
	readonly peer: string;
	/** Name of the least severity, or of the verdict; "" for all. */
	readonly kind: string;
	/** As somebody typed it, "" for all. */
	readonly spi: string;
	/** Entries before this number; 0: the newest. */
	readonly before: number;
	/** The page goes on with what is logged from now on. */
	readonly follow: boolean;
}

/** The name under which each log's address says its kind of entry. */
export function kindName(path: string): string {
	return path === "/log/vpn" ? "severity" : "verdict";
}

export function readFilter(path: string, query: string): LogFilter {
	const before = Number(queryValue(query, "before") ?? "");
	const valid = Number.isInteger(before) && before > 0;
	return {
		path,
		peer: short(queryValue(query, "peer")),
		kind: short(queryValue(query, kindName(path))),
		spi: short(queryValue(query, "spi")).trim(),
		before: valid ? before : 0,
		follow: !valid && queryValue(query, "follow") !== undefined,
	};
}

/** The SPI that is looked for; undefined: none is; -1: what was typed is none. */
export function wantedSPI({ spi }: LogFilter): number | undefined {
	return spi === "" ? undefined : parseSPI(spi) ?? -1;
}

/** Address of `path` with the filter and `more` (`follow`, `before=12`), escaped for an attribute in double quotes. */
export function address({ path, peer, kind, spi }: LogFilter, more: string, extension = ""): string {
	let query = "";
	for (const [name, value] of [["peer", peer], [kindName(path), kind], ["spi", spi]] as const) {
		if (value !== "")
			query += `${query === "" ? "?" : "&"}${name}=${encodeURIComponent(value)}`;
	}
	if (more !== "")
		query += `${query === "" ? "?" : "&"}${more}`;
	return escapeHTML(`${path}${extension}${query}`);
}

function short(value: string | undefined): string {
	if (value === undefined || value.length <= VALUE_SIZE)
		return value ?? "";
	// Not between the halves of a pair, which no address can say.
	const last = value.charCodeAt(VALUE_SIZE - 1);
	return value.slice(0, last >= 0xd800 && last <= 0xdbff ? VALUE_SIZE - 1 : VALUE_SIZE);
}
