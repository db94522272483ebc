/**
 * Every capacity of keygate, in one place. `npm run build` writes limits.h from this module and stops when the C side
 * disagrees. All memory that these sizes imply is taken at start; a full table refuses and says so.
 *
 * Of some tables a device has less: `DEVICE_` before a name says how much. limits.h chooses by the width of a pointer; TypeScript, which is the same on both,
 * goes by the size of the table that it is given.
 */

/** Peers in the settings. */
export const PEERS = 8;
/** Connections (policies) in the settings, over all peers; also entries of the SPD. */
export const CONNECTIONS = 16;
/** Security associations in the SAD, both directions: four for each of some connections while they are renewed. */
export const SECURITY_ASSOCIATIONS = 48;
/** Accelerator contexts for packets: AH and the ESP in it take one each. */
export const PACKET_CONTEXTS = 2 * SECURITY_ASSOCIATIONS;
/** IKE SAs at once, established or negotiating with a configured peer (two for each peer while it is renewed). */
export const IKE_SECURITY_ASSOCIATIONS = 16;
/** Of those, half-open exchanges that an unproven initiator may hold; the oldest goes first. */
export const HALF_OPEN = 6;
/** Quick modes under negotiation at once under one IKE SA, and over all: each is a hundred slots of a device's heap while it lasts. */
export const QUICK_MODES = 4;
export const QUICK_MODES_IN_ALL = 6;
/** Of those, what this gateway begins itself: peers find room when it has much to do, or waits for answers that do not come. */
export const QUICK_MODES_OWN = 4;
/** Phase 1 and phase 2 proposals a peer or connection may have in the settings. */
export const PROPOSALS = 8;
/** Exchanges that are over and stay to answer a peer that repeats, under one IKE SA; the oldest goes first. */
export const IKESA_ANSWERED = 5;
/** Payloads accepted in one IKE message. */
export const PAYLOADS = 32;
/** Transforms accepted in one proposal, and proposals in one SA payload. */
export const TRANSFORMS = 40;
/**
 * Bytes of the largest IKE message accepted or sent (UDP payload): two certificates of RSA-4096 with their signature and identity, and a third.
 * A message is in the heap up to three times while it is opened or sealed.
 */
export const IKE_MESSAGE_SIZE = 6144;
/** IKE messages that wait for JavaScript at each port: when peers stop they say a Delete for each tunnel, all at once. */
export const MESSAGE_QUEUE = 4 * IKE_SECURITY_ASSOCIATIONS;
export const DEVICE_MESSAGE_QUEUE = 16;
/** IKE messages that are put together from fragments at once, and fragments of one (proprietary IKE fragmentation). */
export const REASSEMBLIES = 2;
export const FRAGMENTS = 16;
/** Retransmissions of one IKE message before its exchange ends. */
export const RETRANSMISSIONS = 5;
/** R-U-THEREs that a peer may leave unanswered before it counts as dead (RFC 3706). */
export const PROBES = 5;
/** Packets parked while their connection's SA is negotiated, over all connections; the oldest goes first. */
export const PARKED_PACKETS = 16;
/** Bytes of the largest inner packet that can be parked, and of all that are parked: on a device as many as there can be only when they are short. */
export const PARKED_PACKET_SIZE = 1600;
export const PARK_SIZE = PARKED_PACKETS * PARKED_PACKET_SIZE;
export const DEVICE_PARK_SIZE = 8192;
/** Packets in fragments whose ports are remembered for the later ones; the oldest goes first. */
export const FRAGMENTED_PACKETS = 16;
/** Initialization vectors that are made at once: a call costs more than a block of a cipher, on a device little more. */
export const VECTORS = 64;
export const DEVICE_VECTORS = 16;
/** Paths to peers whose MTU is remembered; the least recently used goes first. */
export const PATHS = 16;
/** Events of the packet engine that wait for the control plane; the oldest goes first and is counted. */
export const ENGINE_EVENTS = 64;
/** Packets of the anti-replay window, so that one that is 256 packets late is still taken. A multiple of 64. */
export const REPLAY_WINDOW = 512;
/** Entries of the VPN log and bytes of each, header included. */
export const VPN_LOG_ENTRIES = 256;
export const DEVICE_VPN_LOG_ENTRIES = 80;
export const VPN_LOG_ENTRY_SIZE = 192;
/** Entries of the firewall log, 40 bytes each. A power of two. */
export const FIREWALL_LOG_ENTRIES = 512;
export const DEVICE_FIREWALL_LOG_ENTRIES = 256;
/** Messages of one negotiation that are kept for its drawing, bytes of each, and of one such record; repetitions of a message do not count. */
export const LADDER_MESSAGES = 8;
export const LADDER_MESSAGE_SIZE = 24;
export const LADDER_SIZE = 64 + LADDER_MESSAGES * LADDER_MESSAGE_SIZE;
/** Negotiations that are kept: three of each peer, the last of each connection, and one of a peer that is not known yet. */
export const LADDERS = 3 * PEERS + CONNECTIONS + 1;
/** Minutes for which a connection's bytes and errors are kept one by one, and the last times at which it came up or went down. */
export const HISTORY_MINUTES = 60;
export const HISTORY_EVENTS = 4;
/** Bytes of one minute, of one such time with its reason, and of all that is kept of a connection. */
export const HISTORY_MINUTE_SIZE = 12;
export const HISTORY_EVENT_SIZE = 48;
export const HISTORY_SIZE = 112 + HISTORY_EVENTS * HISTORY_EVENT_SIZE + HISTORY_MINUTES * HISTORY_MINUTE_SIZE;
/** Entries of the VPN log, the newest, that outlast a restart of this unit. */
export const VPN_LOG_KEPT = 64;
/** First messages of other gateways that are kept, for people to look at, and bytes of each. */
export const ATTEMPTS = 8;
export const ATTEMPT_SIZE = 512;
/** Problems kept for display. */
export const PROBLEMS = 16;
/** HTTP connections served at once. */
export const HTTP_CONNECTIONS = 8;
/** Bytes of the largest request line, of all header fields, and of the largest form body. */
export const HTTP_LINE_SIZE = 1024;
export const HTTP_HEADER_SIZE = 4096;
export const HTTP_BODY_SIZE = 4096;
/** Bytes of an upload, its fields included, and of a file that is put together for a download: one of them at a time. */
export const UPLOAD_SIZE = 49152;
/** Bytes that a page renders at once. */
export const PAGE_PIECE_SIZE = 4096;
/** Bytes of the longest console line. */
export const CONSOLE_LINE_SIZE = 256;
/** Bytes of the lines that were typed before, for whoever sits at a terminal. */
export const CONSOLE_HISTORY_SIZE = 512;
/** Exponentiations (DH jobs) that wait or run at once. */
export const DH_JOBS = 8;
/** Certificates of this gateway in the settings, of authorities it trusts, and revocation lists. */
export const OWN_CERTIFICATES = 4;
export const TRUSTED_CERTIFICATES = 8;
export const REVOCATION_LISTS = 8;
/** Certificates in one chain, this gateway's or a peer's, without the authority at its end. */
export const CERTIFICATE_CHAIN = 4;
/** Machines on the LAN to which the DHCP server always gives the same address, and leases that it keeps in all, with bytes of each. */
export const FIXED_LEASES = 8;
export const DHCP_LEASES = 64;
export const DHCP_LEASE_SIZE = 64;
/** Bytes of the largest settings document. */
export const SETTINGS_SIZE = 32768;
/** Bytes before the documents in memory. */
export const SETTINGS_HEADER_SIZE = 80;
/** Bytes of those: the one in use and the one before it; on a device, which reads the one in use from its flash, the memory of uploads. */
export const SETTINGS_MEMORY_SIZE = 2 * SETTINGS_SIZE;
export const DEVICE_SETTINGS_MEMORY_SIZE = UPLOAD_SIZE;

/** Use and size of one fixed table, for the console's `memory` and the metrics. */
export interface TableUse {
	readonly name: string;
	readonly used: number;
	readonly highWater: number;
	readonly size: number;
	/** Bytes of the whole table. */
	readonly bytes: number;
}
