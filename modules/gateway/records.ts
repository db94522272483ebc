/** What the gateway remembers for people to look at: the last negotiations with each peer, and what went through each connection. */
import type { TableUse } from "../limits.js";
import { packAttempt } from "../ike/v1/attempt.js";
import { Attempts } from "../records/attempts.js";
import { History } from "../records/history.js";
import { Ladders } from "../records/ladders.js";
import { attemptTable, historyTable, ladderTable } from "../records/tables.js";
import type { AttemptHead, Connections, Negotiation, Traffic } from "../records/types.js";
import type { PeerSettings } from "../settings/types.js";

export class Records {
	readonly ladders: Ladders;
	readonly history: History;
	readonly attempts = new Attempts(attemptTable());
	readonly #connections: Connections;

	/** `live` tells what the SAs of the connection in a place that there are have carried. */
	constructor(connections: Connections, live: (place: number) => Traffic) {
		this.#connections = connections;
		this.ladders = new Ladders(ladderTable(), connections);
		this.history = new History(historyTable(), live);
	}

	/** The peers that there are from now on, with so many connections: what is of others, and of the connections whose places are `gone`, is forgotten. */
	keep(peers: readonly PeerSettings[], gone: readonly number[], connections: number): void {
		this.ladders.keep(peers.map((peer) => peer.name), gone);
		this.history.keep(gone, connections);
	}

	/** See `IKEHost.ended`. */
	ended(negotiation: Negotiation, reason: string): void {
		const { peer, connection } = negotiation;
		this.ladders.ended(negotiation, reason);
		if (reason !== "" && connection !== undefined && connection !== "")
			this.history.failed(this.#connections.policyOf(peer, connection));
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
