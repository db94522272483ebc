import type { Counters } from "../counters.js";
import type { PeerSettings } from "../settings/types.js";
import type { Children } from "./children.js";
import type { Connections } from "./connections.js";
import type { Exchange } from "./exchange.js";
import type { HostNames } from "./hostnames.js";
import type { Openings } from "./openings.js";
import type { Orphans } from "./orphans.js";
import type { Outbox } from "./outbox.js";
import type { Past } from "./past.js";
import type { Table } from "./table.js";
import type { Cause, IKEHost } from "./types.js";
import type { Waiting } from "./waiting.js";

/** Where this gateway is on its WAN side. */
export interface WAN {
	readonly wanAddress: number;
	readonly ikePort: number;
	readonly natTraversalPort: number;
}

/** What all exchanges share. One exists for each IKE. */
export interface Context {
	readonly host: IKEHost;
	gateway: WAN;
	readonly table: Table;
	readonly outbox: Outbox;
	readonly children: Children;
	/** Of the peers. */
	connections: Connections;
	readonly waiting: Waiting;
	readonly orphans: Orphans;
	readonly past: Past;
	/** The quick modes that have not come to their end. */
	readonly underway: Exchange[];
	readonly openings: Openings;
	/** Exchanges for whose work the accelerator had no room, longest first. */
	readonly starved: Exchange[];
	readonly counters: Counters;
	readonly hostNames: HostNames;
	/** Exchanges that have a message or work of the accelerator behind them: `dispatch` goes on with them. */
	readonly finished: Exchange[];
	/** Called when something was added to `finished`: there is a reason to call `dispatch`. */
	readonly onReady: () => void;
	/** Names of peers that were told by INITIAL-CONTACT that this gateway has started anew, and with which there is something since (T18). Undefined: none is told. */
	readonly contacted: Set<string> | undefined;
	/** The last problem of each peer ("": of none) that an unproven message caused. */
	readonly told: Map<string, { readonly cause: Cause; readonly at: number }>;
	peers: readonly PeerSettings[];
}
