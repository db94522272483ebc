/**
 * /metrics: OpenMetrics text 1.0, one family after the other as its grammar wants, in small pieces. Series are of peers and connections of the settings, not of
 * SAs: their number does not grow with renewals, and no counter goes back at one.
 */
import { printable } from "../log/printable.js";
import type { TableUse } from "../limits.js";
import type { Commands, ConnectionStatus, PeerStatus, Snapshot } from "./types.js";

export const METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** A time among the counters: it says how long, not how often. */
const LONGEST = "javascript-longest-us";

type Source = Pick<Commands, "snapshot" | "tables" | "counters">;
type Sample<T> = (row: T) => number;

/** Each line ends with a line feed, the last is `# EOF`. */
export function* metrics(source: Source): Generator<string, void, undefined> {
	const snapshot = source.snapshot();
	const { gateway } = snapshot;
	yield family("keygate", "info", "What runs here.");
	yield `keygate_info{${label("name", gateway.name)},${label("version", gateway.version)},${label("engine", gateway.engine)},${label("crypto", gateway.crypto)}} 1\n`;
	yield family("keygate_uptime_seconds", "gauge", "Seconds since start.", "seconds");
	yield `keygate_uptime_seconds ${gateway.uptime}\n`;

	yield* ofConnections(snapshot, "keygate_connection_enabled", "gauge", "Whether the connection is switched on in the settings.", ({ enabled }) => enabled ? 1 : 0);
	yield* ofConnections(snapshot, "keygate_connection_up", "gauge", "Whether a pair of traffic tunnels carries its packets.", ({ up }) => up ? 1 : 0);
	yield* bothWays(snapshot, "keygate_connection_bytes", "Data bytes carried since start.", ({ bytesIn }) => bytesIn, ({ bytesOut }) => bytesOut, "bytes");
	yield* bothWays(snapshot, "keygate_connection_packets", "Packets carried since start.", ({ packetsIn }) => packetsIn, ({ packetsOut }) => packetsOut);
	yield* bothWays(snapshot, "keygate_connection_errored_packets", "Packets that did not conform or were dropped for errors since start.", ({ errorsIn }) => errorsIn, ({ errorsOut }) => errorsOut);
	yield* ofConnections(snapshot, "keygate_connection_negotiations", "counter", "Pairs of traffic tunnels negotiated with success.", ({ negotiations }) => negotiations);
	yield* ofConnections(snapshot, "keygate_connection_failed_negotiations", "counter", "Negotiations of traffic tunnels that failed.", ({ failedNegotiations }) => failedNegotiations);
	yield* ofConnections(snapshot, "keygate_connection_turns", "counter", "How often the connection came up or went down.", ({ turnCount }) => turnCount);

	yield* ofPeers(snapshot, "keygate_peer_enabled", "gauge", "Whether the peer is switched on in the settings.", ({ enabled }) => enabled ? 1 : 0);
	yield* ofPeers(snapshot, "keygate_peer_state", "gauge", "Negotiation state of its key tunnel, 0 (idle) to 9 (activated).", ({ state }) => state);
	yield* ofPeers(snapshot, "keygate_peer_negotiations", "counter", "Key tunnels negotiated with success.", ({ established }) => established);
	yield* ofPeers(snapshot, "keygate_peer_failed_negotiations", "counter", "Negotiations of key tunnels that failed.", ({ failed }) => failed);

	yield family("keygate_problem", "gauge", "1 for each problem shown on the status page.");
	let problems = 0;
	for (const { peer, connection, phase, cause } of snapshot.problems()) {
		problems++;
		yield `keygate_problem{${label("peer", peer)},${label("connection", connection)},phase="${phase}",${label("cause", cause)}} 1\n`;
	}
	yield family("keygate_problems", "gauge", "Problems shown on the status page.");
	yield `keygate_problems ${problems}\n`;

	yield family("keygate_events", "counter", "Packets dropped and messages refused, by reason.");
	let longest = 0;
	for (const { name, value } of source.counters()) {
		if (name === LONGEST)
			longest = value;
		else
			yield `keygate_events_total{${label("reason", name)}} ${value}\n`;
	}
	yield family("keygate_javascript_longest_seconds", "gauge", "The longest that packets had to wait for the control plane.", "seconds");
	yield `keygate_javascript_longest_seconds ${(longest / 1e6).toFixed(6)}\n`;

	yield* tables(source, "keygate_table_used", "Entries in use.", ({ used }) => used);
	yield* tables(source, "keygate_table_high_water", "Most entries that were in use at once.", ({ highWater }) => highWater);
	yield* tables(source, "keygate_table_size", "Entries that there are.", ({ size }) => size);
	yield "# EOF\n";
}

function family(name: string, type: "info" | "gauge" | "counter", help: string, unit = ""): string {
	return `# TYPE ${name} ${type}\n${unit === "" ? "" : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${help}\n`;
}

function suffix(type: "gauge" | "counter"): string {
	return type === "counter" ? "_total" : "";
}

function* ofConnections(snapshot: Snapshot, name: string, type: "gauge" | "counter", help: string, sample: Sample<ConnectionStatus>): Generator<string, void, undefined> {
	yield family(name, type, help);
	for (const row of snapshot.connections())
		yield `${name}${suffix(type)}{${label("peer", row.peer)},${label("connection", row.connection)}} ${sample(row)}\n`;
}

/** A counter of what came in and one of what went out. */
function* bothWays(snapshot: Snapshot, name: string, help: string, received: Sample<ConnectionStatus>, sent: Sample<ConnectionStatus>, unit = ""): Generator<string, void, undefined> {
	yield family(name, "counter", help, unit);
	for (const row of snapshot.connections()) {
		const labels = `${label("peer", row.peer)},${label("connection", row.connection)}`;
		yield `${name}_total{${labels},direction="in"} ${received(row)}\n${name}_total{${labels},direction="out"} ${sent(row)}\n`;
	}
}

function* ofPeers(snapshot: Snapshot, name: string, type: "gauge" | "counter", help: string, sample: Sample<PeerStatus>): Generator<string, void, undefined> {
	yield family(name, type, help);
	for (const row of snapshot.peers())
		yield `${name}${suffix(type)}{${label("peer", row.peer)}} ${sample(row)}\n`;
}

function* tables(source: Source, name: string, help: string, sample: Sample<TableUse>): Generator<string, void, undefined> {
	yield family(name, "gauge", help);
	for (const row of source.tables())
		yield `${name}{${label("table", row.name)}} ${sample(row)}\n`;
}

/** `name="value"`, with what would end it or could not be seen escaped. */
function label(name: string, value: string): string {
	const safe = printable(value);
	const text = safe.includes("\\") || safe.includes("\"") ? safe.split("\\").join("\\\\").split("\"").join("\\\"") : safe;
	return `${name}="${text}"`;
}
