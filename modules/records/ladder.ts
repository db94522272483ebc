/**
 * The record of a negotiation in static memory, LADDER_SIZE bytes: what it is of, then its messages, LADDER_MESSAGE_SIZE bytes each, which C enters. This module
 * is the only source: the build writes ladder.h from what is here.
 */
import { LADDER_MESSAGE_SIZE } from "../limits.js";

// ---- the record ----

/** 32 bits: number of the negotiation. */
export const LADDER_NUMBER = 0;
/** Messages. */
export const LADDER_COUNT = 4;
/** LADDER_OPEN, ...; 0: the record is empty. */
export const LADDER_OUTCOME = 5;
/** LADDER_FLAG_... */
export const LADDER_FLAGS = 6;
export const LADDER_EXCHANGE = 7;
/** When it began (float64). */
export const LADDER_BEGAN = 8;
/** Why it failed: the size, then the text. */
export const LADDER_REASON = 16;
export const LADDER_FIRST_MESSAGE = 64;
export const LADDER_REASON_ROOM = LADDER_FIRST_MESSAGE - LADDER_REASON;

export const LADDER_OPEN = 1;
export const LADDER_DONE = 2;
export const LADDER_FAILED = 3;

export const LADDER_FLAG_RESPONDER = 1;
export const LADDER_FLAG_INCOMPLETE = 2;

// ---- a message in it ----

/** 32 bits each: milliseconds since the record began, when it was there first and last. */
export const MESSAGE_FIRST = 0;
export const MESSAGE_LAST = 4;
/** These four stand together: C compares and writes them at once. */
export const MESSAGE_EXCHANGE = 8;
export const MESSAGE_NUMBER = 9;
export const MESSAGE_FLAGS = 10;
export const MESSAGE_STATE = 11;
/** 16 bits each: how often it was there, and the type of its notification. */
export const MESSAGE_TIMES = 12;
export const MESSAGE_NOTIFICATION = 14;
/** A byte for each run of payloads of one kind: the kind's place in PAYLOAD_NAMES above, how many below. */
export const MESSAGE_PAYLOADS = 16;
export const MESSAGE_PAYLOADS_ROOM = LADDER_MESSAGE_SIZE - MESSAGE_PAYLOADS;

/** As the log names them; the first stands for what has no name. */
export const PAYLOAD_NAMES = Object.freeze(["?", "SA", "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", "NAT-D", "NAT-OA", "FRAG"] as const);
/** Most of one run. */
export const PAYLOAD_RUN_MOST = 15;
/** Stands for what there was no room for; no run has no payload. */
export const PAYLOAD_RUN_MORE = 0xf0;
