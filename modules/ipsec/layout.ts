/**
 * The layout of the packet engine's tables: static memory of the C side that TypeScript sees through a DataView. This module is the
 * only source: the build writes layout.h from its numbers, and sad.h holds them against the C structures.
 *
 * Numbers are little-endian. An address has 16 bytes; IPv4 is a 32-bit number in the first four, the rest 0 (the flags that say otherwise
 * are free for IPv6). 64-bit numbers are two 32-bit words, the lower first. All times are milliseconds of the host's monotonic clock.
 */
import { CONNECTIONS, ENGINE_EVENTS, REPLAY_WINDOW, SECURITY_ASSOCIATIONS } from "../limits.js";

// ---- SA record ----

/** SA_FREE, SA_RESERVED, SA_HELD, SA_LIVE or SA_OVER. */
export const SA_STATE = 0;
/** INCOMING or OUTGOING. */
export const SA_DIRECTION = 1;
/** PROTOCOL_ESP, PROTOCOL_AH or PROTOCOL_AH_ESP. */
export const SA_PROTOCOL = 2;
/** MODE_TUNNEL or MODE_TRANSPORT. */
export const SA_MODE = 3;
/** Numbers of accelerator.h, of ESP; hash 0: none. An SA of AH alone has cipher 0 and hash 0. */
export const SA_CIPHER = 4;
export const SA_HASH = 5;
/** 16 bits: FLAG_... */
export const SA_FLAGS = 6;
/** 32 bits: how often this record was freed; survives that it is zeroed. */
export const SA_GENERATION = 8;
/** 32 bits: SPI of ESP (of AH when there is no ESP), and of the AH around it. */
export const SA_SPI = 12;
export const SA_AH_SPI = 16;
/** 32 bits: SPI of the incoming SA of the pair. */
export const SA_PAIR_SPI = 20;
/** 32 bits: the order in which SAs were installed; the newest outgoing one is preferred. */
export const SA_SERIAL = 24;
/** 16 bits: index of the policy whose packets it carries. */
export const SA_POLICY = 28;
export const SA_IP_PROTOCOL = 30;
/** Number of accelerator.h, of AH; 0: none. */
export const SA_AH_HASH = 31;
/** 16 bits each: own and peer's UDP port, when FLAG_UDP. */
export const SA_LOCAL_PORT = 32;
export const SA_REMOTE_PORT = 34;
/** 16 bits each: ports that it may carry, 0 for any. */
export const SA_SELECTOR_LOCAL_PORT = 36;
export const SA_SELECTOR_REMOTE_PORT = 38;
/** 16 bytes each: the tunnel's ends. */
export const SA_LOCAL_ADDRESS = 40;
export const SA_REMOTE_ADDRESS = 56;
/** 16 bytes each: the inner addresses that it may carry, inclusive. */
export const SA_LOCAL_FIRST = 72;
export const SA_LOCAL_LAST = 88;
export const SA_REMOTE_FIRST = 104;
export const SA_REMOTE_LAST = 120;
/** 64 bits each: when it became live, and when it carried its last packet (0: none yet). */
export const SA_BORN_AT = 136;
export const SA_USED_AT = 144;
/** 64 bits each: limits, 0: none. */
export const SA_SOFT_AT = 152;
export const SA_HARD_AT = 160;
export const SA_SOFT_BYTES = 168;
export const SA_HARD_BYTES = 176;
/** 64 bits each: inner packets and their bytes that were carried, and packets that were dropped. */
export const SA_BYTES = 184;
export const SA_PACKETS = 192;
export const SA_ERRORS = 200;
/** 32 bits: of the errors, those whose ICV was wrong. */
export const SA_ICV_ERRORS = 208;
/** 32 bits: its lifetime in seconds and in kilobytes as negotiated, for display. */
export const SA_SECONDS = 212;
export const SA_KILOBYTES = 216;
/** 16 bits each. */
export const SA_ENCRYPTION_KEY_SIZE = 220;
export const SA_AUTHENTICATION_KEY_SIZE = 222;
/** 64 bits: the last number sent, or the highest received. AH and the ESP in it are counted by one. */
export const SA_SEQUENCE = 224;
/** Keys, the salt or nonce behind the cipher's; zero again once the accelerator has them. */
export const SA_ENCRYPTION_KEY = 232;
export const SA_ENCRYPTION_KEY_MAXIMUM = 40;
export const SA_AUTHENTICATION_KEY = 272;
export const SA_AUTHENTICATION_KEY_MAXIMUM = 64;
export const SA_AH_KEY = 336;
export const SA_AH_KEY_MAXIMUM = 64;
/** 16 bits. */
export const SA_AH_KEY_SIZE = 400;
/** The lower 48 bits of the fingerprint of the identity that the peer has proved, the upper 16 of them first: for the control plane that finds it. */
export const SA_IDENTITY = 402;
/** 16 bits: number of the record of the other direction, as long as the incoming SPI of both is the same. */
export const SA_PAIR_SLOT = 408;
/** Bits of the anti-replay window: a ring of 64-bit words, one more than the window has. It begins empty, where the keys have been. */
export const SA_WINDOW = SA_ENCRYPTION_KEY;
export const SA_WINDOW_WORDS = REPLAY_WINDOW / 64 + 1;
export const SA_SIZE = Math.ceil((SA_PAIR_SLOT + 2) / 64) * 64;
export const SA_TABLE_SIZE = SA_SIZE * SECURITY_ASSOCIATIONS;

export const SA_FREE = 0;
/** Taken for a quick mode; has an SPI (incoming) but no keys. */
export const SA_RESERVED = 1;
/** An outgoing SA that is complete and not used yet: its keys are in the record. */
export const SA_HELD = 2;
export const SA_LIVE = 3;
/** Reached a hard limit: carries nothing any more, still shown. */
export const SA_OVER = 4;

export const INCOMING = 0;
export const OUTGOING = 1;

export const PROTOCOL_ESP = 1;
export const PROTOCOL_AH = 2;
export const PROTOCOL_AH_ESP = 3;

export const MODE_TUNNEL = 1;
export const MODE_TRANSPORT = 2;

/** ESP is carried in UDP. */
export const FLAG_UDP = 1;
/** The soft event was raised, or its time passed without a packet to renew for. */
export const FLAG_SOFT = 2;
export const FLAG_SOFT_PASSED = 4;
/** The hard event was raised. */
export const FLAG_HARD = 8;
/** A newer one carries the outgoing packets, or a soft limit was reached. */
export const FLAG_DYING = 16;
/** Sequence numbers have 64 bits (RFC 4304). */
export const FLAG_EXTENDED = 32;
/** The ICV of HMAC-SHA2-256 is cut to 96 bits, as before RFC 4868. */
export const FLAG_SHORT_ICV = 64;
/** The unauthentic event was raised, and no packet came since that is authentic. */
export const FLAG_UNAUTHENTIC = 128;

/** The lower bits of an incoming SPI are the number of its record: the engine finds it in one step. A power of two less one. */
export const SPI_SLOT_MASK = 2 ** Math.ceil(Math.log2(SECURITY_ASSOCIATIONS)) - 1;

// ---- policies ----

/** 32 bits: changes with each change of a policy, so that the engine forgets what it remembered. */
export const SPD_VERSION = 0;
/** 32 bits: policies in use. */
export const SPD_COUNT = 4;
/** 16 bits each: their indices, in the order in which they are tried. */
export const SPD_ORDER = 8;
export const SPD_RECORDS = 8 + Math.ceil(CONNECTIONS / 4) * 8;

/** 1 when in use. */
export const POLICY_USED = 0;
/** POLICY_FLAG_... */
export const POLICY_FLAGS = 1;
export const POLICY_IP_PROTOCOL = 2;
/** 32 bits. */
export const POLICY_ORDER = 4;
/** 16 bits each. */
export const POLICY_LOCAL_PORT = 8;
export const POLICY_REMOTE_PORT = 10;
/** 32 bits: number of the record of the preferred outgoing SA plus one; 0: the engine looks for one. */
export const POLICY_OUTBOUND = 12;
/** 32 bits: fingerprint of what the settings say of its peer and connection, by which another control plane knows it; 0: none. */
export const POLICY_FINGERPRINT = 16;
/** 64 bits: when the last acquire event was raised. */
export const POLICY_ACQUIRED_AT = 24;
/** 16 bytes each, inclusive. */
export const POLICY_LOCAL_FIRST = 32;
export const POLICY_LOCAL_LAST = 48;
export const POLICY_REMOTE_FIRST = 64;
export const POLICY_REMOTE_LAST = 80;
export const POLICY_SIZE = 96;
export const SPD_TABLE_SIZE = SPD_RECORDS + POLICY_SIZE * CONNECTIONS;

export const POLICY_FLAG_ENABLED = 1;
/** A packet without an SA raises an acquire event and is parked. */
export const POLICY_FLAG_ACQUIRE = 2;
/** An acquire event was raised and not answered yet. */
export const POLICY_FLAG_ACQUIRING = 4;

// ---- events and counters ----

/** 32 bits each: how many events were read, written, and lost because the ring was full. */
export const ENGINE_EVENTS_READ = 0;
export const ENGINE_EVENTS_WRITTEN = 4;
export const ENGINE_EVENTS_LOST = 8;
/** 32 bits each: packets parked now, and at most. */
export const ENGINE_PARKED = 12;
export const ENGINE_PARKED_HIGH_WATER = 16;
/** 32 bits: bytes that there are for them. */
export const ENGINE_PARK_SIZE = 20;
/** 64 bits each: dropped packets by reason, DROP_... */
export const ENGINE_DROPS = 24;

export const DROP_NOT_IPV4 = 0;
export const DROP_MALFORMED = 1;
export const DROP_NO_POLICY = 2;
export const DROP_POLICY_DISABLED = 3;
export const DROP_NO_SA = 4;
export const DROP_PARKED_FULL = 5;
export const DROP_TABLE_FULL = 6;
export const DROP_UNKNOWN_SPI = 7;
export const DROP_REPLAYED = 8;
export const DROP_BAD_ICV = 9;
export const DROP_BAD_PADDING = 10;
export const DROP_BAD_NEXT_HEADER = 11;
export const DROP_SELECTOR_MISMATCH = 12;
export const DROP_FRAGMENT = 13;
export const DROP_EXPIRED = 14;
export const DROP_SEQUENCE_EXHAUSTED = 15;
export const DROP_TOO_BIG = 16;
export const DROP_WRONG_ENCAPSULATION = 17;
export const DROP_CRYPTO_FAILURE = 18;
export const DROP_PARKED_TOO_LONG = 19;
export const DROP_CONGESTION = 20;
export const DROP_DUMMY = 21;
export const DROP_REASONS = 22;

/** 64 bits each: what else happened, NOTE_... */
export const ENGINE_NOTES = ENGINE_DROPS + DROP_REASONS * 8;

export const NOTE_ICMP_MADE = 0;
export const NOTE_ICMP_LIMITED = 1;
export const NOTE_MSS_CLAMPED = 2;
export const NOTE_CUT = 3;
export const NOTE_PATH_LEARNED = 4;
export const NOTE_PATH_DOUBTED = 5;
export const NOTE_ECN_STRANGE = 6;
export const NOTES = 7;

export const ENGINE_EVENT_RING = ENGINE_NOTES + NOTES * 8;
/** EVENT_ACQUIRE, ... */
export const EVENT_KIND = 0;
/** INCOMING or OUTGOING. */
export const EVENT_DIRECTION = 1;
/** 16 bits. */
export const EVENT_PORT = 2;
/** 32 bits each. */
export const EVENT_POLICY = 4;
export const EVENT_SPI = 8;
/** 16 bytes. */
export const EVENT_ADDRESS = 16;
export const EVENT_SIZE = 32;
export const ENGINE_TABLE_SIZE = ENGINE_EVENT_RING + EVENT_SIZE * ENGINE_EVENTS;

export const EVENT_ACQUIRE = 1;
export const EVENT_SOFT = 2;
export const EVENT_HARD = 3;
export const EVENT_UNKNOWN_SPI = 4;
export const EVENT_MOVED = 5;
/** None of the packets of an incoming SA was authentic yet. Its port: bits of the ICV that the peer is shown to use in place of ours, 0: not known. */
export const EVENT_UNAUTHENTIC = 6;
/** The first that is, after that. */
export const EVENT_AUTHENTIC = 7;

// ---- the firewall log ----

/** 32 bits: entries written since the memory was made; the newest one's number. */
export const FIREWALL_WRITTEN = 0;
/** 32 bits: FIREWALL_OFF, FIREWALL_DENIED or FIREWALL_ALL. */
export const FIREWALL_LEVEL = 4;
export const FIREWALL_ENTRIES = 8;

export const FIREWALL_OFF = 0;
/** What was not accepted. */
export const FIREWALL_DENIED = 1;
export const FIREWALL_ALL = 2;

/** 64 bits: when its first packet came. */
export const ENTRY_TIME = 0;
/** 32 bits: from 1, one more for each entry. 0: never written. */
export const ENTRY_SEQUENCE = 8;
/** 32 bits: packets like it, its own included, in the second after it. */
export const ENTRY_PACKETS = 12;
/** 32 bits each. An SPI of 0: none. */
export const ENTRY_SOURCE = 16;
export const ENTRY_DESTINATION = 20;
export const ENTRY_SPI = 24;
/** 16 bits each; 0: none. Of ESP: in UDP, between these ports. */
export const ENTRY_SOURCE_PORT = 28;
export const ENTRY_DESTINATION_PORT = 30;
/** Index of its policy; ENTRY_NO_POLICY: none, or not known. */
export const ENTRY_POLICY = 32;
/** Of IP; 0: the packet was none of IPv4, and what else is said of it is 0. */
export const ENTRY_PROTOCOL = 33;
/** PLACE_... */
export const ENTRY_PLACE = 34;
/** DROP_... or WHY_... */
export const ENTRY_REASON = 35;
/** ENTRY_FLAG_... */
export const ENTRY_FLAGS = 36;
/** 16 bits: bytes of the first packet, with its IP header. */
export const ENTRY_LENGTH = 38;
export const ENTRY_SIZE = 40;

export const ENTRY_NO_POLICY = 255;
/** A fragment that is not the first: its ports are not in it. */
export const ENTRY_FLAG_FRAGMENT = 1;

/** Where a packet was seen. From the LAN and to it in clear, from the WAN and to it under protection (or IKE). */
export const PLACE_FROM_LAN = 0;
export const PLACE_TO_WAN = 1;
export const PLACE_FROM_WAN = 2;
export const PLACE_TO_LAN = 3;
export const PLACES = 4;

/** Reasons beyond DROP_..., which are less. Datagrams that IKE did not get: its queue was full; too long; too short to be anything. */
export const WHY_QUEUE_FULL = 100;
export const WHY_TOO_LONG = 101;
export const WHY_RUNT = 102;
/** From here on: accepted. As it is; waits for its SA; cut into pieces, each of which has an entry of its own; keeps a NAT's mapping alive; a dummy. */
export const WHY_ACCEPTED = 200;
export const WHY_PARKED = 201;
export const WHY_CUT = 202;
export const WHY_KEEPALIVE = 203;
export const WHY_DUMMY = 204;
