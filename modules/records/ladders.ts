/**
 * The messages of each peer's last negotiations, in static memory: of the phase 1 that made its present key tunnel, of the last that did
 * not (yet), and of the last quick mode of each connection (ladder.ts).
 *
 * What anybody can cause by a datagram with a peer's address stands in the record of what is not established, and displaces nothing else.
 */
import { CONNECTIONS, LADDER_MESSAGE_SIZE, LADDER_SIZE, LADDERS, PEERS, type TableUse } from "../limits.js";
import {
	LADDER_BEGAN, LADDER_COUNT, LADDER_DONE, LADDER_EXCHANGE, LADDER_FAILED, LADDER_FIRST_MESSAGE, LADDER_FLAG_INCOMPLETE, LADDER_FLAG_RESPONDER, LADDER_FLAGS, LADDER_NUMBER, LADDER_OPEN,
	LADDER_OUTCOME, LADDER_REASON, LADDER_REASON_ROOM, MESSAGE_EXCHANGE, MESSAGE_FIRST, MESSAGE_FLAGS, MESSAGE_LAST, MESSAGE_NOTIFICATION, MESSAGE_NUMBER, MESSAGE_PAYLOADS,
	MESSAGE_PAYLOADS_ROOM, MESSAGE_STATE, MESSAGE_TIMES,
} from "./ladder.js";
import { getPayloads } from "./payloads.js";
import { Places } from "./places.js";
import { getText, putText } from "./text.js";
import type { Connections, ExchangeName, Fate, Ladder, LadderMessage, Negotiation, Outcome, WireMessage } from "./types.js";

const SENT = 1;
/** The place in `fates` above it. */
const FATE = 1;

/** Records of one peer: the phase 1 that is established, the one that is not, and quick modes for no connection that is known. */
const ESTABLISHED = 0;
const ATTEMPT = PEERS;
const UNNAMED = 2 * PEERS;
const CONNECTION = 3 * PEERS;
const UNKNOWN = 3 * PEERS + CONNECTIONS;

const exchanges: readonly ExchangeName[] = Object.freeze(["main", "aggressive", "quick", "informational"] as const);
const fates: readonly Fate[] = Object.freeze(["taken", "refused", "dropped"] as const);
const outcomes: readonly Outcome[] = Object.freeze(["open", "open", "done", "failed"] as const);

const wipe = native<(bytes: Uint8Array) => void>("xs_bytes_wipe");
/** Enters a message into the record at `at`; the same one again, by exchange, number, flags and notification, is counted. Of more than fit the last shows where it stopped. */
const put = native<(table: Uint8Array, at: number, now: number, exchange: number, number: number, flags: number, state: number, notification: number, payloads: string) => void>("xs_ladder_put");

export class Ladders {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #peers = new Places(PEERS);
	readonly #connections: Connections;
	/** Of each peer, how many phases 1 ended well, and how many did not. */
	readonly #counts = new Uint32Array(2 * PEERS);

	/** `table` is LADDERS times LADDER_SIZE bytes (`ladderTable()` in tables.ts); what is in it is forgotten. */
	constructor(table: ArrayBuffer, connections: Connections) {
		this.#connections = connections;
		this.#bytes = new Uint8Array(table).fill(0);
		this.#view = new DataView(table);
	}

	/** The peers that there are from now on; those that stay keep what they have. At the places `gone` are no connections any more, or others. */
	keep(peers: readonly string[], gone: readonly number[]): void {
		this.#peers.keep(peers, (place) => {
			this.clear(ESTABLISHED + place);
			this.clear(ATTEMPT + place);
			this.clear(UNNAMED + place);
			this.#counts.fill(0, 2 * place, 2 * place + 2);
		});
		for (const place of gone)
			this.clear(CONNECTION + place);
	}

	/** A message of `negotiation` went over the wire; the same one again is counted. Only a first message begins a record, and only one that could be read. */
	seen(now: number, negotiation: Negotiation, message: WireMessage): void {
		let record = this.existing(negotiation);
		if (record < 0)
			record = this.introduced(negotiation);
		if (record < 0 && message.message === 1 && message.fate !== "dropped")
			record = this.begin(now, negotiation);
		if (record < 0)
			return;
		const { message: number, sent, fate, exchange, state, notification, payloads } = message;
		put(this.#bytes, record * LADDER_SIZE, now, exchanges.indexOf(exchange), number, (sent ? SENT : 0) | fates.indexOf(fate) << FATE, state, notification, payloads);
	}

	/** The negotiation has come to its end; `reason` says why it failed, "": it did not. */
	ended(negotiation: Negotiation, reason: string): void {
		const place = this.#peers.find(negotiation.peer);
		if (negotiation.connection === undefined && place >= 0)
			this.#counts[2 * place + (reason === "" ? 0 : 1)]!++;
		let record = this.existing(negotiation);
		if (record < 0)
			record = this.introduced(negotiation);
		const at = record * LADDER_SIZE;
		if (record < 0 || this.#bytes[at + LADDER_OUTCOME] === LADDER_FAILED)
			return;
		if (reason !== "") {
			this.#bytes[at + LADDER_OUTCOME] = LADDER_FAILED;
			putText(this.#bytes, at + LADDER_REASON, LADDER_REASON_ROOM, reason);
			return;
		}
		this.#bytes[at + LADDER_OUTCOME] = LADDER_DONE;
		if (record !== ATTEMPT + place)
			return;
		const established = (ESTABLISHED + place) * LADDER_SIZE;
		this.#bytes.copyWithin(established, at, at + LADDER_SIZE);
		this.clear(record);
	}

	/** How many phases 1 with the peer ended well, and how many did not. */
	counts(peer: string): { readonly established: number; readonly failed: number } {
		const place = this.#peers.find(peer);
		return place < 0 ? { established: 0, failed: 0 } : { established: this.#counts[2 * place]!, failed: this.#counts[2 * place + 1]! };
	}

	/** What there is of the peer's phase 1, the present key tunnel's first, and of quick modes that are for no connection. */
	*ofPeer(peer: string): Generator<Ladder, void, undefined> {
		const place = this.#peers.find(peer);
		if (place < 0)
			return;
		for (let record = place; record < CONNECTION; record += PEERS)
			if (this.#bytes[record * LADDER_SIZE + LADDER_OUTCOME] !== 0)
				yield this.read(record);
	}

	/** The last quick mode of a connection. */
	ofConnection(peer: string, connection: string): Ladder | undefined {
		const place = this.#connections.policyOf(peer, connection);
		return place < 0 || this.#bytes[(CONNECTION + place) * LADDER_SIZE + LADDER_OUTCOME] === 0 ? undefined : this.read(CONNECTION + place);
	}

	use(): TableUse {
		let used = 0;
		for (let record = 0; record < LADDERS; record++)
			if (this.#bytes[record * LADDER_SIZE + LADDER_OUTCOME] !== 0)
				used++;
		return { name: "negotiations kept", used, highWater: used, size: LADDERS, bytes: LADDERS * LADDER_SIZE };
	}

	/** The record in which the negotiation is; -1: none. */
	private existing({ peer, connection, number }: Negotiation): number {
		const place = this.#peers.find(peer);
		if (connection !== undefined && connection !== "")
			return this.match(CONNECTION + this.#connections.policyOf(peer, connection), CONNECTION, number);
		if (connection !== undefined)
			return this.match(UNNAMED + place, UNNAMED, number);
		const attempt = this.match(ATTEMPT + place, ATTEMPT, number);
		return attempt >= 0 ? attempt : this.match(ESTABLISHED + place, ESTABLISHED, number);
	}

	/** `record` when it is not before `first`, and is of negotiation `number`; else -1. */
	private match(record: number, first: number, number: number): number {
		const at = record * LADDER_SIZE;
		return record >= first && this.#bytes[at + LADDER_OUTCOME] !== 0 && this.#view.getUint32(at + LADDER_NUMBER) === number ? record : -1;
	}

	/** The record of a phase 1 whose peer was not known before its last message; -1: it is none such. */
	private introduced({ peer, connection, number }: Negotiation): number {
		const place = this.#peers.find(peer);
		const unknown = connection === undefined ? this.match(UNKNOWN, UNKNOWN, number) : -1;
		if (unknown < 0 || place < 0 || this.isOurs(ATTEMPT + place))
			return unknown;
		this.#bytes.copyWithin((ATTEMPT + place) * LADDER_SIZE, UNKNOWN * LADDER_SIZE, (UNKNOWN + 1) * LADDER_SIZE);
		this.clear(UNKNOWN);
		return ATTEMPT + place;
	}

	/** A record for a negotiation that begins; -1: it gets none. */
	private begin(now: number, { peer, connection, number, role, exchange }: Negotiation): number {
		const place = this.#peers.find(peer);
		const named = connection === undefined || connection === "" ? -1 : this.#connections.policyOf(peer, connection);
		const record = named >= 0 ? CONNECTION + named : peer === "" ? UNKNOWN : place < 0 ? -1 : connection === undefined ? ATTEMPT + place : UNNAMED + place;
		// What this gateway has begun itself does not give way to who knocks meanwhile.
		if (record < 0 || (role === "responder" && connection === undefined && this.isOurs(record)))
			return -1;
		const at = record * LADDER_SIZE;
		this.clear(record);
		this.#view.setUint32(at + LADDER_NUMBER, number);
		this.#bytes[at + LADDER_OUTCOME] = LADDER_OPEN;
		this.#bytes[at + LADDER_FLAGS] = role === "responder" ? LADDER_FLAG_RESPONDER : 0;
		this.#bytes[at + LADDER_EXCHANGE] = exchanges.indexOf(exchange);
		this.#view.setFloat64(at + LADDER_BEGAN, now);
		return record;
	}

	/** This gateway has begun it, and it goes on. */
	private isOurs(record: number): boolean {
		const at = record * LADDER_SIZE;
		return this.#bytes[at + LADDER_OUTCOME] === LADDER_OPEN && !(this.#bytes[at + LADDER_FLAGS]! & LADDER_FLAG_RESPONDER);
	}

	private clear(record: number): void {
		wipe(this.#bytes.subarray(record * LADDER_SIZE, (record + 1) * LADDER_SIZE));
	}

	private read(record: number): Ladder {
		const at = record * LADDER_SIZE;
		const flags = this.#bytes[at + LADDER_FLAGS]!;
		const exchange = exchanges[this.#bytes[at + LADDER_EXCHANGE]!] as Ladder["exchange"];
		return {
			phase: exchange === "quick" ? 2 : 1,
			role: flags & LADDER_FLAG_RESPONDER ? "responder" : "initiator",
			exchange,
			beganAt: this.#view.getFloat64(at + LADDER_BEGAN),
			outcome: outcomes[this.#bytes[at + LADDER_OUTCOME]!]!,
			reason: getText(this.#bytes, at + LADDER_REASON),
			incomplete: (flags & LADDER_FLAG_INCOMPLETE) !== 0,
			messages: () => this.messages(at),
		};
	}

	private *messages(at: number): Generator<LadderMessage, void, undefined> {
		for (let place = 0; place < this.#bytes[at + LADDER_COUNT]!; place++)
			yield this.message(at + LADDER_FIRST_MESSAGE + place * LADDER_MESSAGE_SIZE);
	}

	private message(at: number): LadderMessage {
		const flags = this.#bytes[at + MESSAGE_FLAGS]!;
		return {
			time: this.#view.getUint32(at + MESSAGE_FIRST),
			lastTime: this.#view.getUint32(at + MESSAGE_LAST),
			count: this.#view.getUint16(at + MESSAGE_TIMES),
			sent: (flags & SENT) !== 0,
			fate: fates[flags >> FATE]!,
			exchange: exchanges[this.#bytes[at + MESSAGE_EXCHANGE]!]!,
			message: this.#bytes[at + MESSAGE_NUMBER]!,
			payloads: getPayloads(this.#bytes, at + MESSAGE_PAYLOADS, MESSAGE_PAYLOADS_ROOM),
			notification: this.#view.getUint16(at + MESSAGE_NOTIFICATION),
			state: this.#bytes[at + MESSAGE_STATE]!,
		};
	}
}
