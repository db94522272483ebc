/** The third table of the status page: what each connection has carried, whatever SAs did it. */
import type { ConnectionStatus, Snapshot } from "../status/types.js";
import { curve } from "./curve.js";
import { duration, grouped, identifier, name } from "./format.js";
import { closeTable, emptyRow, openTable, plainCell, statusPath } from "./tables.js";

export const CONNECTION_COLUMNS = Object.freeze(["Connection", "State", "Last hour", "Received", "Sent", "Errored packets", "Negotiations", "Last change"]);

export function* connectionsTable(snapshot: Snapshot): Generator<string> {
	yield openTable("connections", "Connections", "What went through each since this unit started, renewals of its tunnels included. In the curve: received above, sent below, a mark where packets were errored.", CONNECTION_COLUMNS);
	let count = 0;
	for (const connection of snapshot.connections()) {
		count++;
		yield row(connection, snapshot.gateway.uptime);
	}
	if (count === 0)
		yield emptyRow(CONNECTION_COLUMNS.length, "No connection is configured.");
	yield closeTable();
}

/** The word for how a connection is, with its colour. */
export function connectionState({ enabled, up, waits }: ConnectionStatus): string {
	return up ? "<span class=\"state on\">Up</span>" : `<span class="state off">${enabled ? "Down" : "Switched off"}</span>${enabled && waits ? " <small>until the peer begins</small>" : ""}`;
}

/** Since when it is as it is, and why; `uptime` in seconds. */
function lastChange(connection: ConnectionStatus, uptime: number): string {
	for (const { time, up, reason } of connection.turns())
		return `${up ? "up" : "down"} ${duration(Math.max(0, uptime - time))} ago${reason === "" ? "" : ` <small>${name(reason)}</small>`}`;
	return "\u2013";
}

function row(connection: ConnectionStatus, uptime: number): string {
	const { bytesIn, bytesOut, packetsIn, packetsOut, errorsIn, errorsOut, negotiations, failedNegotiations } = connection;
	const errors = errorsIn + errorsOut;
	return `<tr role=row id="${identifier(`c-${connection.peer}/${connection.connection}`)}"><th role=rowheader scope=row><a href="${statusPath(connection.peer)}">${name(connection.connection)}</a> <small>${name(connection.peer)}</small>`
		+ plainCell(connectionState(connection))
		+ plainCell(curve(connection.minutes()))
		+ plainCell(`${grouped(bytesIn)} <small>${grouped(packetsIn)} packets</small>`, "num")
		+ plainCell(`${grouped(bytesOut)} <small>${grouped(packetsOut)} packets</small>`, "num")
		+ plainCell(errors > 0 ? `<b>${grouped(errors)}</b>` : "0", "num")
		+ plainCell(`${grouped(negotiations)}${failedNegotiations > 0 ? ` <small class=old>${grouped(failedNegotiations)} failed</small>` : ""}`, "num")
		+ plainCell(lastChange(connection, uptime));
}
