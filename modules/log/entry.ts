/**
 * An entry of the VPN log in static memory, VPN_LOG_ENTRY_SIZE bytes that C writes and TypeScript reads. This module is the only source: the build
 * writes entry.h from its numbers.
 */

/** 32 bits: from 1, one more for each entry. 0: never written. */
export const VPN_LOG_SEQUENCE = 0;
/** Milliseconds (float64). */
export const VPN_LOG_TIME = 8;
export const VPN_LOG_SEVERITY = 16;
/** Bytes of the peer's name, and of the text. */
export const VPN_LOG_PEER_SIZE = 17;
export const VPN_LOG_TEXT_SIZE = 18;
/** The name, then the text, both UTF-8 and free of control characters. */
export const VPN_LOG_BYTES = 20;
/** Bytes of a peer's name that are kept; settings allow no longer one. */
export const VPN_LOG_PEER_ROOM = 32;
