/** /metrics: OpenMetrics text 1.0, one family after the other as its grammar wants, in small pieces. */
import { printable } from "../log/printable.js";
import type { TableUse } from "../limits.js";
import type { Commands, IKESecurityAssociation, SecurityAssociation } from "./types.js";

export const METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Source = Pick<Commands, "snapshot" | "tables" | "counters">;
type Sample<T> = (row: T) => number;

/** Each line ends with a line feed, the last is `# EOF`. */
export function* metrics(source: Source): Generator<string, void, undefined> {
	const { gateway } = source.snapshot();
	yield* family("keygate", "info", "What runs here.");
	yield `keygate_info{${label("name", gateway.name)},${label("version", gateway.version)},${label("engine", gateway.engine)},${label("crypto", gateway.crypto)}} 1\n`;
	yield* family("keygate_uptime_seconds", "gauge", "Seconds since start.", "seconds");
	yield `keygate_uptime_seconds ${gateway.uptime}\n`;

	yield* securityAssociations(source, "keygate_sa_bytes", "counter", "Data bytes carried.", ({ bytesProcessed }) => bytesProcessed, "bytes");
	yield* securityAssociations(source, "keygate_sa_packets", "counter", "Packets carried.", ({ packets }) => packets);
	yield* securityAssociations(source, "keygate_sa_errored_packets", "counter", "Packets that did not conform or were dropped for errors.", ({ erroredPackets }) => erroredPackets);
	yield* securityAssociations(source, "keygate_sa_elapsed_seconds", "gauge", "Seconds since it was established.", ({ elapsedTime }) => elapsedTime, "seconds");

	yield* ikeSecurityAssociations(source, "keygate_ike_state", "gauge", "Negotiation state, 0 (idle) to 9 (activated).", ({ state }) => state);
	yield* ikeSecurityAssociations(source, "keygate_ike_phase2_negotiations", "counter", "Traffic tunnels negotiated with success.", ({ phase2Negotiations }) => phase2Negotiations);

	yield* family("keygate_problems", "gauge", "Problems shown on the status page.");
	let problems = 0;
	for (const _ of source.snapshot().problems())
		problems++;
	yield `keygate_problems ${problems}\n`;

	yield* family("keygate_events", "counter", "Packets dropped and messages refused, by reason.");
	for (const { name, value } of source.counters())
		yield `keygate_events_total{${label("reason", name)}} ${value}\n`;

	yield* tables(source, "keygate_table_used", "Entries in use.", ({ used }) => used);
	yield* tables(source, "keygate_table_high_water", "Most entries that were in use at once.", ({ highWater }) => highWater);
	yield* tables(source, "keygate_table_size", "Entries that there are.", ({ size }) => size);
	yield "# EOF\n";
}

function* family(name: string, type: "info" | "gauge" | "counter", help: string, unit = ""): Generator<string, void, undefined> {
	yield `# TYPE ${name} ${type}\n${unit === "" ? "" : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${help}\n`;
}

function* securityAssociations(source: Source, name: string, type: "gauge" | "counter", help: string, sample: Sample<SecurityAssociation>, unit = ""): Generator<string, void, undefined> {
	yield* family(name, type, help, unit);
	const suffix = type === "counter" ? "_total" : "";
	for (const row of source.snapshot().securityAssociations())
		yield `${name}${suffix}{${label("peer", row.peer)},${label("connection", row.connection)},direction="${row.direction}",spi="${row.spi}"} ${sample(row)}\n`;
}

function* ikeSecurityAssociations(source: Source, name: string, type: "gauge" | "counter", help: string, sample: Sample<IKESecurityAssociation>): Generator<string, void, undefined> {
	yield* family(name, type, help);
	const suffix = type === "counter" ? "_total" : "";
	for (const row of source.snapshot().ikeSecurityAssociations())
		yield `${name}${suffix}{${label("peer", row.peer)},id="${row.id}"} ${sample(row)}\n`;
}

function* tables(source: Source, name: string, help: string, sample: Sample<TableUse>): Generator<string, void, undefined> {
	yield* family(name, "gauge", help);
	for (const row of source.tables())
		yield `${name}{${label("table", row.name)}} ${sample(row)}\n`;
}

function label(name: string, value: string): string {
	let text = "";
	const safe = printable(value);
	for (let i = 0; i < safe.length; i++) {
		const c = safe.charAt(i);
		text += c === "\\" || c === "\"" ? `\\${c}` : c;
	}
	return `${name}="${text}"`;
}
