/**
 * One snapshot of everything shown anywhere: pages, /status.json, console, metrics. Rows are made one at a time, as they are
 * pulled, so that 48 SAs never stand in the heap at once. Field names are the promise of /status.json.
 */
import type { AskedRow } from "../ike/types.js";
import type { TableUse } from "../limits.js";
import type { LadderMessage, Minute, Outcome, Traffic, Turn } from "../records/types.js";
import type { Configuration } from "../settings/configuration.js";
import type { Settings } from "../settings/types.js";
import type { ShownProblem } from "./problems.js";

export type { AskedRow, Cause, FactName, Problem } from "../ike/types.js";
export type { Minute, Turn } from "../records/types.js";
export type { ShownProblem } from "./problems.js";

export interface GatewayStatus {
	readonly name: string;
	readonly version: string;
	/** Seconds since start. */
	readonly uptime: number;
	/** "XS 13.3.0" */
	readonly engine: string;
	/** "openssl 3.0.17" */
	readonly crypto: string;
	/** "", or why settings are not kept: "the state folder is full". */
	readonly storageFault: string;
	/** Why this start was not a regular one, until somebody has seen it: a line of a crash. "" or absent: it was. */
	readonly startNotice?: string;
	/** What is to be renewed of its certificates, by their dates. "" or absent: nothing. */
	readonly certificateNotice?: string;
	/** What is wrong with this unit's own network: it has no address on the WAN. "" or absent: nothing. */
	readonly networkNotice?: string;
}

export interface SecurityAssociation {
	readonly destination: string;
	readonly direction: "Incoming" | "Outgoing";
	/** "0x7d403ccc": always eight digits. */
	readonly spi: string;
	readonly protocol: "ESP" | "AH" | "AH+ESP";
	readonly algorithm: string;
	readonly elapsedTime: number;
	/** Seconds, 0: no limit in seconds. */
	readonly lifeTime: number;
	readonly bytesProcessed: number;
	readonly erroredPackets: number;
	readonly packets: number;
	readonly peer: string;
	readonly connection: string;
	readonly localNetwork: string;
	readonly remoteNetwork: string;
	/** Kilobytes allowed, 0: no such limit. */
	readonly lifeKilobytes: number;
	/** A newer pair has taken over. */
	readonly dying: boolean;
	/** It has taken over from one that is dying, and is still there. */
	readonly young: boolean;
}

export interface IKESecurityAssociation {
	/** 16 hexadecimal digits; "" for a peer without an IKE SA (Idle). */
	readonly id: string;
	readonly remoteGateway: string;
	/** `Activated`, `Idle` or `Negotiating(n)`. */
	readonly status: string;
	readonly state: number;
	readonly mode: "main" | "aggressive";
	readonly role: "initiator" | "responder";
	readonly algorithm: string;
	readonly authentication: "pre-shared key" | "certificate";
	readonly elapsedTime: number;
	readonly lifeTime: number;
	readonly natT: "none" | "Far end" | "Near end" | "Both ends";
	readonly phase2Negotiations: number;
	readonly peer: string;
	/** A newer one has taken over. */
	readonly dying: boolean;
	/** It has taken over from one that is dying, and is still there. */
	readonly young: boolean;
}

/** A peer of the settings, whatever IKE SAs it has had. */
export interface PeerStatus {
	readonly peer: string;
	readonly enabled: boolean;
	/** The highest negotiation state of its IKE SAs, 0: it has none. */
	readonly state: number;
	/** Phases 1 that ended well since start, and those that did not. */
	readonly established: number;
	readonly failed: number;
}

/** A connection of the settings, with what it has carried since start, whatever SAs it has had. */
export interface ConnectionStatus extends Traffic {
	readonly peer: string;
	readonly connection: string;
	readonly enabled: boolean;
	readonly up: boolean;
	/** Only the peer can bring it up: this unit may not begin, or does not know where the peer is. */
	readonly waits: boolean;
	readonly localNetwork: string;
	readonly remoteNetwork: string;
	/** Traffic tunnels made, negotiations that failed, and how often it came up or went down. */
	readonly negotiations: number;
	readonly failedNegotiations: number;
	readonly turnCount: number;
	/** The last times at which it came up or went down, newest first; in seconds since start. */
	turns(): Iterable<Turn>;
	/** What went through in each of the last minutes, oldest first, the present one last. */
	minutes(): Iterable<Minute>;
}

/** A message of a negotiation, its times in milliseconds since that began, and its notification by name ("": none). */
export interface NegotiationMessage extends Omit<LadderMessage, "notification"> {
	readonly notification: string;
}

/** One of a peer's last negotiations. */
export interface NegotiationView {
	/** Phase 2: the connection, "": none that is known. */
	readonly connection: string;
	readonly phase: 1 | 2;
	readonly role: "initiator" | "responder";
	readonly exchange: "main" | "aggressive" | "quick";
	/** Seconds since start. */
	readonly began: number;
	readonly outcome: Outcome;
	/** Why it failed. */
	readonly reason: string;
	/** Some messages before the last are left out. */
	readonly incomplete: boolean;
	messages(): Iterable<NegotiationMessage>;
}

export interface Snapshot {
	readonly gateway: GatewayStatus;
	securityAssociations(): Iterable<SecurityAssociation>;
	ikeSecurityAssociations(): Iterable<IKESecurityAssociation>;
	/** `time` is in seconds since start. */
	problems(): Iterable<ShownProblem>;
	peers(): Iterable<PeerStatus>;
	connections(): Iterable<ConnectionStatus>;
	/** The last negotiations with a peer: of the present key tunnel, of one that did not come up, of each connection. */
	negotiations(peer: string): Iterable<NegotiationView>;
}

export interface PeerOverview {
	readonly name: string;
	readonly enabled: boolean;
	readonly remoteGateway: string;
	/** `Activated`, `Idle` or `Negotiating(n)`. */
	readonly status: string;
	readonly connections: readonly { readonly name: string; readonly enabled: boolean; readonly localNetwork: string; readonly remoteNetwork: string; readonly up: boolean }[];
}

export interface CommandResult {
	readonly ok: boolean;
	/** One line for a person: what was done, or why not, with the value that was wrong. */
	readonly text: string;
}

/** What a peer was asked, and what it answered. */
export interface AskedStatus {
	readonly peer: string;
	/** Made so far, and the most there are. */
	readonly offers: number;
	readonly most: number;
	/** "": it goes on. Else why it has ended: "all was asked". */
	readonly end: string;
	rows(): Iterable<AskedRow>;
	/** What a row's `use` does to a draft of the settings; undefined: there is no such row. */
	edit(use: string): ((draft: Settings) => void) | undefined;
}

/** What another gateway has tried. Everything in it is the network's, and printable. */
export interface AttemptStatus {
	/** For `attemptEdit`. */
	readonly id: string;
	/** Seconds since start, of the first and the last of them. */
	readonly firstTime: number;
	readonly lastTime: number;
	readonly count: number;
	readonly address: string;
	readonly port: number;
	readonly mode: "main" | "aggressive";
	/** The peer of the settings that it was taken for, "". */
	readonly peer: string;
	/** The notification that refused it, "": it was answered; and why, or what became of it. */
	readonly refusal: string;
	readonly text: string;
	/** "AES-CBC-256/SHA256/MODP2048 by pre-shared key", as offered. */
	readonly proposals: readonly string[];
	/** "fqdn branch.example", "": main mode does not show it. */
	readonly identity: string;
	/** "strongSwan", "": not known. */
	readonly implementation: string;
	readonly vendors: string;
	readonly natTraversal: boolean;
	/** The proposals that a peer made of it would have; none: it cannot be made one. */
	readonly usable: readonly string[];
	/** They are weak: it offers nothing better. */
	readonly weak: boolean;
}

/** A machine on the LAN that has an address from this unit. */
export interface LeaseStatus {
	readonly address: string;
	readonly hardware: string;
	/** Until it is over. */
	readonly seconds: number;
}

/** What pages and console may do with the gateway; nothing else of it is theirs. */
export interface Commands {
	/** The settings, and the way to change them. */
	readonly configuration: Configuration;
	snapshot(): Snapshot;
	peers(): Iterable<PeerOverview>;
	tables(): Iterable<TableUse>;
	/** Counters of dropped packets and refused messages by reason, those that are not 0. */
	counters(): Iterable<{ readonly name: string; readonly value: number }>;
	/** Brings up a peer's connections (all that are enabled when `connection` is ""). */
	up(peer: string, connection: string): CommandResult;
	down(peer: string, connection: string): CommandResult;
	/** Closes the SA with this SPI and its twin; a Delete goes to the peer. False: there is none. */
	deleteSA(spi: number): boolean;
	deleteIKESA(id: string): boolean;
	/** Closes all tunnels, each with a Delete to its peer, and starts this unit anew in a moment; the answer to whoever asked gets out before. */
	reboot(): CommandResult;
	/** Seconds since 1970 as this unit has them, 0: not known. */
	clock?(): number;
	/** Machines on the LAN that have an address from this unit, where it has a DHCP server. */
	leases?(): Iterable<LeaseStatus>;
	/** Sets this unit's clock, where it has one of its own. */
	setClock?(seconds: number): CommandResult;
	/** Erases all that is kept and starts this unit as it came from the factory; undefined: its settings are not its own to erase. */
	readonly reset?: (() => CommandResult) | undefined;
	/** Somebody has seen `startNotice`. */
	acknowledge(): void;
	/** Begins to ask a peer what it accepts; in aggressive mode, too, only when `aggressive` or the peer's settings say so. */
	ask(peer: string, aggressive: boolean): CommandResult;
	stopAsking(): CommandResult;
	/** What is found so far, or was by the last asking. */
	asked(): AskedStatus | undefined;
	/** What other gateways have tried, newest first, made one at a time. */
	attempts(): Iterable<AttemptStatus>;
	/** What makes one of them a peer of the settings, switched off; undefined: it is not there any more, or cannot be made one. */
	attemptEdit(id: string): { readonly name: string; readonly edit: (draft: Settings) => void } | undefined;
}
