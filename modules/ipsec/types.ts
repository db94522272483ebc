/** What the gateway writes into the packet engine's tables. */
import type { Endpoint, Selector } from "../addresses.js";
import type { AuthenticationName, EncryptionName } from "../crypto/types.js";

export type Direction = "Incoming" | "Outgoing";

/** A slot of a table together with the generation it was taken in: using it after the slot was freed throws, never aliases. */
export type Handle = number;

/** One connection as the engine matches it, tried in the order of `order` over all peers. */
export interface PolicyParameters {
	readonly order: number;
	readonly local: Selector;
	readonly remote: Selector;
	readonly ipProtocol: number;
	/** When off, matching packets are dropped and counted: a tunnel's traffic never leaves in the clear. */
	readonly enabled: boolean;
	/** When on, a packet without an SA raises an acquire event and is parked; else it is dropped. */
	readonly acquire: boolean;
	/** By which another control plane knows it, not 0; absent: by nothing. */
	readonly fingerprint?: number;
}

/** One SA as it is written into a SAD record. Key bytes are copied into the record; the caller zeroes its own. */
export interface SAParameters {
	readonly direction: Direction;
	readonly spi: number;
	/** SPI of the incoming SA of the pair (for that one its own), as `SAD.reserve()` gave it: says which of the reserved records is taken. */
	readonly inboundSPI: number;
	readonly protocol: "esp" | "ah" | "ah+esp";
	readonly mode: "tunnel" | "transport";
	/** SPI of the AH around ESP; 0: there is none, or no ESP. */
	readonly ahSPI: number;
	/** Undefined: AH alone. */
	readonly encryption: EncryptionName | undefined;
	/** ESP's own. */
	readonly authentication: AuthenticationName | undefined;
	/** AH's; undefined: ESP alone. */
	readonly ahAuthentication: AuthenticationName | undefined;
	/** Sequence numbers of 64 bits. */
	readonly extendedSequence: boolean;
	/** HMAC-SHA2-256 is cut to 96 bits, in both protocols. */
	readonly shortSHA256: boolean;
	/** Cipher key; for GCM (4 bytes) and CTR (4 bytes) the salt or nonce follows it. */
	readonly encryptionKey: Uint8Array;
	readonly authenticationKey: Uint8Array;
	readonly ahKey: Uint8Array | undefined;
	readonly localEndpoint: Endpoint;
	readonly remoteEndpoint: Endpoint;
	readonly udpEncapsulation: boolean;
	/** Fingerprint of the identity that the peer has proved. */
	readonly identity: number;
	readonly local: Selector;
	readonly remote: Selector;
	readonly ipProtocol: number;
	/** The policy whose packets an outgoing SA carries; also kept for incoming ones. */
	readonly policy: number;
	/** Limits from now on; seconds and kilobytes, 0: none. */
	readonly seconds: number;
	readonly kilobytes: number;
	readonly softSeconds: number;
	readonly softKilobytes: number;
}

/**
 * Why the engine dropped a packet; one counter each (for the gateway, and where an SA is known for the SA). "no-policy" counts the packets
 * that match no connection and are none of the engine's business. "congestion": marked CE on a path whose sender does not know ECN
 * (RFC 6040 4.2). "dummy": traffic-flow padding, no error (RFC 4303 2.6).
 */
export const dropReasons = Object.freeze([
	"not-ipv4", "malformed", "no-policy", "policy-disabled", "no-sa", "parked-full", "table-full",
	"unknown-spi", "replayed", "bad-icv", "bad-padding", "bad-next-header", "selector-mismatch", "fragment",
	"expired", "sequence-exhausted", "too-big", "wrong-encapsulation", "crypto-failure",
	"parked-too-long", "congestion", "dummy"
] as const);
export type DropReason = typeof dropReasons[number];

/**
 * What else the engine counts, none of it a loss by itself: errors "fragmentation needed" that it made, and that it did not make since there were too many; TCP
 * connections whose segment size it lowered; packets that it cut before sealing; path MTUs that became smaller; ICMP messages from the WAN that were not
 * believed, so that Don't Fragment is not set for a while; marks of congestion that no honest path makes (RFC 6040 4.2).
 */
export const noteNames = Object.freeze([
	"icmp-made", "icmp-limited", "mss-clamped", "packets-cut", "path-mtu-learned", "path-mtu-doubted", "ecn-strange"
] as const);

/** What the engine tells the control plane. */
export type EngineEvent =
	/** A packet matched policy `policy` (index as given to SPD.write) and there was no SA. */
	| { readonly kind: "acquire"; readonly policy: number }
	/** The SA reached its soft limit (seconds or kilobytes) and carried a packet since it became live. The SPI of an outgoing one is its peer's: several peers may have the same. */
	| { readonly kind: "soft"; readonly spi: number; readonly direction: Direction; readonly policy: number }
	/** The SA reached a hard limit or ran out of sequence numbers: it carries nothing any more. */
	| { readonly kind: "hard"; readonly spi: number; readonly direction: Direction; readonly policy: number }
	/** ESP or AH with an SPI that no SA has, from `address`. */
	| { readonly kind: "unknown-spi"; readonly spi: number; readonly address: number; readonly ah: boolean }
	/** An authenticated packet of a UDP-encapsulated SA came from another endpoint. */
	| { readonly kind: "moved"; readonly spi: number; readonly address: number; readonly port: number }
	/** No packet of an incoming SA was authentic yet. `bits`: of HMAC-SHA2-256, as the peer is shown to cut it and we do not; 0: not known. */
	| { readonly kind: "unauthentic"; readonly spi: number; readonly bits: number }
	/** The first that is, after that. */
	| { readonly kind: "authentic"; readonly spi: number };

/** SAs of one quick mode that an earlier control plane left in the table. */
export interface KeptPair {
	readonly policy: number;
	readonly protocol: SAParameters["protocol"];
	readonly inboundSPI: number;
	/** 0: there is no outgoing one. */
	readonly outboundSPI: number;
	readonly outboundAHSPI: number;
	readonly inbound: Handle;
	readonly outbound: Handle | undefined;
	/** The outgoing one is complete, and was not in use yet. */
	readonly waits: boolean;
	readonly local: Endpoint;
	readonly remote: Endpoint;
	readonly identity: number;
	readonly bornAt: number;
}

/** What a row of the status page reads of an SA. */
export interface SAStatus {
	readonly handle: Handle;
	readonly spi: number;
	readonly direction: Direction;
	readonly destination: number;
	readonly protocol: "ESP" | "AH" | "AH+ESP";
	/** "AES-CBC-128/HMAC-SHA256-128" */
	readonly algorithm: string;
	/** Milliseconds of the gateway's clock when it became live. */
	readonly bornAt: number;
	/** Seconds, 0: none. */
	readonly lifetime: number;
	readonly kilobytes: number;
	readonly bytes: number;
	readonly packets: number;
	readonly errors: number;
	readonly policy: number;
	readonly local: Selector;
	readonly remote: Selector;
	/** A newer outbound SA of the same policy is preferred, or a soft limit was reached. */
	readonly dying: boolean;
}

