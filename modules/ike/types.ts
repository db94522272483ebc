/**
 * What IKE and the gateway say to each other. IKE is sans-I/O: it never sees a socket, a clock or a table of the packet
 * engine; time, bytes and randomness come in as arguments, everything it wants done goes out through `IKEHost`.
 * All times are milliseconds of one monotonic clock, all lifetimes seconds and kilobytes as on the wire.
 */
import type { Endpoint, Selector } from "../addresses.js";
import type { AuthenticationName, Crypto, EncryptionName } from "../crypto/types.js";
import type { Logger } from "../log/types.js";
import type { AttemptHead, Negotiation, WireMessage } from "../records/types.js";

export type { AttemptContent } from "../records/types.js";

export type Role = "initiator" | "responder";
export type NATPosition = "none" | "Far end" | "Near end" | "Both ends";

export type Cause =
	| "peer-unreachable" | "mode-mismatch" | "phase1-algorithm-mismatch" | "id-mismatch" | "key-mismatch"
	| "certificate-missing" | "certificate-untrusted" | "certificate-expired" | "certificate-revoked" | "authentication-method-mismatch"
	| "phase2-protocol-mismatch" | "phase2-algorithm-mismatch" | "pfs-mismatch" | "network-mismatch" | "peer-not-configured"
	| "table-full" | "peer-refused";

/** How a problem showed, which is how sure its cause is. */
export type Sign =
	/** Judged here, of what the peer sent under protection or has proved. */
	| "decision"
	/** Judged here, of a first message that nobody has proved. */
	| "request"
	/** The peer said it, under protection. */
	| "protected"
	/** The peer, a keygate as well, said it under protection with its reason. */
	| "reason"
	/** Somebody said it in clear, who knows the cookies. */
	| "clear"
	/** What came does not decrypt, or is not proved. */
	| "garbage"
	/** The peer closed what had just come up. */
	| "delete"
	/** Nothing came. */
	| "silence"
	/** No packet through the tunnel is authentic. */
	| "packets"
	/** A table of this unit, or a name that does not resolve: the peer has no part in it. */
	| "local";

/** What the two sides may have different values of. */
export type FactName =
	| "address" | "mode" | "authentication" | "algorithms" | "ownIdentity" | "peerIdentity" | "ownCertificate" | "peerCertificate"
	| "proposals" | "encapsulation" | "pfs" | "localNetwork" | "remoteNetwork" | "truncation" | "answer";

export interface Problem {
	readonly time: number;
	readonly peer: string;
	/** Name of the connection, "" when the problem is phase 1's. */
	readonly connection: string;
	readonly phase: 1 | 2;
	readonly cause: Cause;
	/** One or two sentences with both sides' values where known; no secrets. */
	readonly text: string;
	/** Path and field to change: `/settings/peers/branch/connections/office#pfs`. */
	readonly setting: string;
	readonly sign: Sign;
	/** Our part in the negotiation. */
	readonly role: Role;
	readonly mode: "main" | "aggressive";
	/** The state in which it stopped, 0 to 9 as in the negotiation-state table; phase 2 has none of its own: 9. */
	readonly state: number;
	/** What the other side has, as far as it is known: lines of a `FactName`, a space, and a value; several of one name for a list. */
	readonly theirs: string;
}

/** Keys of one SA as KEYMAT yields them (RFC 2409 5.5); zeroed by the receiver once written to the SAD. */
export interface SAKeys {
	/** Cipher key; for GCM (4 bytes) and CTR (4 bytes) the salt or nonce follows it (RFC 4106 8.1, RFC 3686 5.1). */
	readonly encryption: Uint8Array;
	/** HMAC key of ESP, empty when it has none. */
	readonly authentication: Uint8Array;
	/** HMAC key of AH. */
	readonly ah?: Uint8Array;
}

/** The pair of SAs that one quick mode negotiated. */
export interface ChildSA {
	readonly peer: string;
	readonly connection: string;
	/** `id` of the IKE SA that negotiated it. */
	readonly ikeSA: string;
	readonly role: Role;
	readonly protocol: "esp" | "ah" | "ah+esp";
	readonly mode: "tunnel" | "transport";
	/** SPI of the SA we receive on, from `IKEHost.reserve()`: of ESP and of AH. */
	readonly inboundSPI: number;
	/** SPI of the SA we send on, chosen by the peer: of ESP, or of AH when there is no ESP. */
	readonly outboundSPI: number;
	/** That of the AH around ESP, 0: there is none. */
	readonly outboundAHSPI: number;
	/** Undefined: AH alone. */
	readonly encryption: EncryptionName | undefined;
	/** ESP's own. */
	readonly authentication: AuthenticationName | undefined;
	/** AH's; undefined: ESP alone. */
	readonly ahAuthentication: AuthenticationName | undefined;
	/** Sequence numbers of 64 bits. */
	readonly extendedSequence: boolean;
	/** HMAC-SHA2-256 is cut to 96 bits (T14). */
	readonly shortSHA256: boolean;
	readonly inboundKeys: SAKeys;
	readonly outboundKeys: SAKeys;
	/** Our and the peer's address and port; the ports matter when `udpEncapsulation`. */
	readonly localEndpoint: Endpoint;
	readonly remoteEndpoint: Endpoint;
	readonly udpEncapsulation: boolean;
	/** Fingerprint of the identity that the peer has proved. */
	readonly identity: number;
	/** Negotiated selectors. */
	readonly local: Selector;
	readonly remote: Selector;
	readonly ipProtocol: number;
	/** Agreed hard limits, 0: none. */
	readonly seconds: number;
	readonly kilobytes: number;
	/** When to renew: below the hard limits by a random margin; 0: none. */
	readonly softSeconds: number;
	readonly softKilobytes: number;
	/** Inbound SPI of the pair that this one replaces, 0 for the first. */
	readonly replaces: number;
}

/** What an IKE SA looks like from outside. One exists for each IKE SA; peers without one are shown by the status room as Idle. */
export interface IKESAStatus {
	/** Initiator cookie in 16 hexadecimal digits. */
	readonly id: string;
	readonly peer: string;
	readonly remote: Endpoint;
	/** 1 to 9 as in the negotiation-state table; 9: Activated. */
	readonly state: number;
	readonly mode: "main" | "aggressive";
	readonly role: Role;
	/** "AES-CBC-256/SHA256/MODP2048", "" while none is agreed. */
	readonly algorithm: string;
	readonly authentication: "pre-shared key" | "certificate";
	/** When it was established; undefined while negotiating. */
	readonly establishedAt: number | undefined;
	/** When its negotiation began. */
	readonly startedAt: number;
	/** Agreed lifetime in seconds. */
	readonly lifetime: number;
	readonly natT: NATPosition;
	readonly phase2Negotiations: number;
	/** A newer one has taken over. */
	readonly replaced: boolean;
}

/** What IKE needs of the gateway. None of these may call back into IKE before it returns. */
export interface IKEHost {
	readonly crypto: Crypto;
	readonly log: Logger;
	/** An exchange under this cookie of ours begins, or is over: for a host that has to choose which messages to take when too many come. */
	readonly know?: (cookie: Uint8Array, isThere: boolean) => void;
	/** Whether the heap, which does not grow, has room for so many slots more; absent: it always has. May take as long as collecting garbage does. */
	readonly hasSlots?: (count: number) => boolean;
	/** Seconds since 1970, for the dates of certificates; 0: this unit does not know the time yet. */
	wallClock(): number;
	/** Looks up the host name that is the address of this peer; `IKE.lookedUp` is called with the answer, not before this returns. False: it cannot be done now. */
	lookUp(peer: string, name: string): boolean;
	/** Takes two SAD records (one each way) and an inbound SPI of 256 or more that no SA has; 0 when the SAD is full. */
	reserve(): number;
	/** Gives back what `reserve` took, when the quick mode failed before anything was installed. */
	release(inboundSPI: number): void;
	/** The inbound SA is live from now on. Called before the message that lets the peer use it is emitted. */
	installInbound(now: number, child: ChildSA): void;
	/** The outbound SA is live and preferred for its connection. Called when the peer is known to have its inbound one. */
	installOutbound(now: number, child: ChildSA): void;
	/** The pair is gone: its Delete was received or sent, it expired, or its peer is no longer configured. `byPeer`: the peer has said so. */
	remove(now: number, inboundSPI: number, reason: string, byPeer?: boolean): void;
	/** When the last packet came from the peer that one of its incoming SAs authenticated; 0: none did. */
	heard(peer: string): number;
	/** Whether a message may have come since then that was not given to IKE: it waits, or there was no room for it. Absent: there is never such a one. */
	readonly missed?: (since: number) => boolean;
	/** The peer has answered by IKE, or asked: it is there, whether or not its tunnels carry anything. */
	readonly alive?: (now: number, peer: string) => void;
	/** Something does not come up; at most one is shown for each peer and connection. */
	problem(problem: Problem): void;
	/** It came up: the peer's phase 1 (`connection` "") or the named connection. */
	solved(peer: string, connection: string): void;
	/** A message of a negotiation went over the wire: for people to look at. */
	seen(now: number, negotiation: Negotiation, message: WireMessage): void;
	/** A negotiation has come to its end. `reason` says why it failed, "": it did not. */
	ended(negotiation: Negotiation, reason: string): void;
	/** Another gateway's first message was refused by this notification, or answered (0) as that of `peer` ("": of several, or of none): for people to look at. */
	attempted(now: number, attempt: AttemptHead, payloads: readonly { readonly type: number; readonly body: Uint8Array }[], peer: string, notify: number, text: string): void;
	/** The address or port of the peer with this identity changed (authenticated): its SAs follow. */
	moved(peer: string, remote: Endpoint, identity: number): void;
}

/** One line of what a peer was asked. */
export interface AskedRow {
	readonly phase: 1 | 2;
	/** Name of the connection, "" in phase 1. */
	readonly connection: string;
	/** What was asked about. */
	readonly subject: "main mode" | "aggressive mode" | "authentication" | "key and identities" | "algorithms" | "PFS" | "networks";
	/** "AES-CBC-256/SHA256/MODP2048", "off", "10.1.0.0/24 to 10.2.0.0/24", "92 others" */
	readonly value: string;
	readonly answer: "accepted" | "refused" | "no answer" | "not asked";
	/** The notification that refused it, or what else there is to say; "". */
	readonly detail: string;
	/** It has something in it that is there for old peers only. */
	readonly weak: boolean;
	/** The settings have it. */
	readonly own: boolean;
	/** What `edit` takes, "" where there is nothing to take over. */
	readonly use: string;
}
