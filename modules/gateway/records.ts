/** What the gateway remembers for people to look at: the last negotiations with each peer, and what went through each connection. */
import type { TableUse } from "../limits.js";
import { packAttempt } from "../ike/v1/attempt.js";
import { Attempts } from "../records/attempts.js";
import { History } from "../records/history.js";
import { Ladders } from "../records/ladders.js";
import { attemptTable, historyTable, ladderTable } from "../records/tables.js";
import type { AttemptHead, Negotiation, Traffic } from "../records/types.js";
import type { PeerSettings } from "../settings/types.js";
import { nameOf } from "./tunnels.js";

export class Records {
	readonly ladders = new Ladders(ladderTable());
	readonly history: History;
	readonly attempts = new Attempts(attemptTable());

	/** `live` tells what the SAs of a connection ("branch/office") that there are have carried. */
	constructor(live: (name: string) => Traffic) {
		this.history = new History(historyTable(), live);
	}

	/** The settings that rule from now on: what they do not name is forgotten. */
	keep(peers: readonly PeerSettings[]): void {
		const names: string[] = [];
		for (const peer of peers)
			for (const connection of peer.connections)
				names.push(nameOf({ peer: peer.name, connection: connection.name }));
		this.ladders.keep(peers.map((peer) => peer.name), names);
		this.history.keep(names);
	}

	/** See `IKEHost.ended`. */
	ended(negotiation: Negotiation, reason: string): void {
		const { peer, connection } = negotiation;
		this.ladders.ended(negotiation, reason);
		if (reason !== "" && connection !== undefined && connection !== "")
			this.history.failed(nameOf({ peer, connection }));
		if (connection === undefined && negotiation.role === "responder" && peer !== "" && negotiation.exchange !== "quick")
			this.attempts.ended(peer, negotiation.exchange, reason === "" ? "came up" : reason);
	}

	/** See `IKEHost.attempted`. */
	attempted(now: number, attempt: AttemptHead, payloads: readonly { readonly type: number; readonly body: Uint8Array }[], peer: string, notify: number, text: string): void {
		const noted = this.attempts.note(now, attempt);
		if (noted === undefined)
			return;
		if (noted.isNew)
			this.attempts.describe(noted.index, packAttempt(payloads));
		this.attempts.answer(noted.index, peer, notify, text);
	}

	*use(): Iterable<TableUse> {
		yield this.ladders.use();
		yield this.history.use();
		yield this.attempts.use();
	}
}
