/** Gives connections that want to come up what they wait for: an IKE SA, then a quick mode. */
import { parseAddress } from "../../../addresses.js";
import type { Context } from "../../context.js";
import type { PeerSettings } from "../../../settings/types.js";
import { beginPhase1 } from "./begin.js";
import { beginQuick } from "./quick.js";

/** Whether this gateway may speak first, and knows where to. */
export function canReach(settings: PeerSettings): boolean {
	const address = parseAddress(settings.remoteGateway);
	return settings.actAs !== "responder" && address !== undefined && address !== 0;
}

/** Begins what can begin now. */
export function serve(context: Context, now: number): void {
	for (const settings of context.peers) {
		const { name } = settings;
		if (!context.waiting.has(name, ""))
			continue;
		const sa = context.table.current(name);
		if (sa === undefined) {
			const begun = context.table.find((other) => other.peer === name && other.role === "initiator") !== undefined;
			if (!begun && !(canReach(settings) && beginPhase1(context, now, settings)))
				context.waiting.take(name);
			continue;
		}
		if (sa.settledAt !== undefined)
			continue;
		for (const wanted of context.waiting.take(name)) {
			const connection = settings.connections.find((each) => each.name === wanted.connection);
			if (connection?.enabled && !beginQuick(context, now, sa, connection, wanted))
				context.waiting.add(wanted);
		}
	}
}
