/** What is remembered of negotiations and connections, as those who write it and those who show it see it. All times are milliseconds of the gateway's clock. */

/** What became of a message that came. */
export type Fate = "taken" | "refused" | "dropped";

export type ExchangeName = "main" | "aggressive" | "quick" | "informational";

/** Where connections are: in their places among all, which are those of their policies. */
export interface Connections {
	/** -1: there is no such connection. */
	policyOf(peer: string, connection: string): number;
}

/** Which negotiation something belongs to. */
export interface Negotiation {
	/** Name of the peer; "": not known yet. */
	readonly peer: string;
	/** Of quick mode, "" while it is not known which is meant; undefined: phase 1. */
	readonly connection: string | undefined;
	/** Tells it from others: some bits of its cookie or message ID. */
	readonly number: number;
	readonly role: "initiator" | "responder";
	readonly exchange: "main" | "aggressive" | "quick";
}

/** A message that went over the wire. */
export interface WireMessage {
	readonly sent: boolean;
	/** What became of one that came: ours are taken. Dropped: it may not have been the peer's. */
	readonly fate: Fate;
	/** Its own, which may be informational. */
	readonly exchange: ExchangeName;
	/** From 1; 0: informational ones have none. */
	readonly message: number;
	/** "SA VID*3"; "": it could not be read. */
	readonly payloads: string;
	/** Type of the notification in it, 0: none. */
	readonly notification: number;
	/** Negotiation state once it was there, 0: no other than before. */
	readonly state: number;
}

/** A message as it is kept. */
export interface LadderMessage extends WireMessage {
	/** Since the negotiation began. */
	readonly time: number;
	/** How often it went over the wire, and when last. */
	readonly count: number;
	readonly lastTime: number;
}

/** How a negotiation ended: not yet, well, or not. */
export type Outcome = "open" | "done" | "failed";

/** One negotiation, to be drawn. */
export interface Ladder {
	readonly phase: 1 | 2;
	readonly role: "initiator" | "responder";
	readonly exchange: "main" | "aggressive" | "quick";
	readonly beganAt: number;
	readonly outcome: Outcome;
	/** Why it failed; "" else. */
	readonly reason: string;
	/** There were more messages than are kept: some before the last are left out. */
	readonly incomplete: boolean;
	messages(): Iterable<LadderMessage>;
}

/** What went through a connection, each way. */
export interface Traffic {
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly packetsIn: number;
	readonly packetsOut: number;
	readonly errorsIn: number;
	readonly errorsOut: number;
}

/** One minute of a connection. Bytes are exact to some sixteen million, and to seven digits above; errors end at 65,535. */
export interface Minute {
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly errorsIn: number;
	readonly errorsOut: number;
}

/** When a connection came up or went down, and why. */
export interface Turn {
	readonly time: number;
	readonly up: boolean;
	readonly reason: string;
}

/** What is told of a first message before anything else. */
export interface AttemptHead {
	readonly address: number;
	readonly port: number;
	readonly mode: "main" | "aggressive";
	/** A peer of the settings has this address: strangers do not push it out while there are other strangers. */
	readonly isKnown: boolean;
}

/** What is in the message. */
export interface AttemptContent {
	/** Six bytes for each transform that is kept. */
	readonly offer: Uint8Array;
	/** How many there were. */
	readonly offered: number;
	/** Bits of known vendor IDs, number of the implementation, and how many vendor IDs nobody knows. */
	readonly vendors: number;
	readonly implementation: number;
	readonly strangers: number;
	/** Body of the ID payload, empty: there was none. */
	readonly identity: Uint8Array;
}

/** One that is kept. */
export interface Attempt extends AttemptHead, AttemptContent {
	/** Its place; another may take it. */
	readonly index: number;
	/** The identity goes on: only its beginning is kept. */
	readonly isCut: boolean;
	readonly firstTime: number;
	readonly lastTime: number;
	readonly count: number;
	/** Name of the peer of the settings that it was taken for, "". */
	readonly peer: string;
	/** Type of the notification that refused it, 0: it was answered. */
	readonly notify: number;
	/** What became of it, printable. */
	readonly text: string;
}
