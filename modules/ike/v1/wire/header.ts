/**
 * The ISAKMP header (RFC 2408 3.1).
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                          Initiator                            !
 * !                            Cookie                             !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                          Responder                            !
 * !                            Cookie                             !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !  Next Payload ! MjVer ! MnVer ! Exchange Type !     Flags     !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                          Message ID                           !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * !                            Length                             !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { COOKIE_SIZE, HEADER_SIZE, ISAKMP_VERSION } from "./constants.js";
import { fault, type Fault } from "./fault.js";
import { read32 } from "./bytes.js";

/** Writes the header of a message of `length` bytes, with both of its cookies, to the start of `bytes`. */
export const writeHeader = native<(bytes: Uint8Array, cookies: Uint8Array, nextPayload: number, exchangeType: number, flags: number, messageID: number, length: number) => void>("xs_header_write");

/** What the sender of a message decides; the rest follows from its payloads. */
export interface HeaderFields {
	/** 8 bytes. */
	readonly initiatorCookie: Uint8Array;
	/** 8 bytes, all zero in the first message of phase 1. */
	readonly responderCookie: Uint8Array;
	readonly exchangeType: number;
	readonly flags: number;
	/** Unsigned, 0 in phase 1. */
	readonly messageID: number;
}

export interface Header extends HeaderFields {
	readonly nextPayload: number;
	/** Bytes of the whole message, header included; the datagram may have more (T27). */
	readonly length: number;
}

const INITIATOR = 0;
const RESPONDER = 8;
const NEXT_PAYLOAD = 16;
const VERSION = 17;
const EXCHANGE_TYPE = 18;
const FLAGS = 19;
const MESSAGE_ID = 20;
const LENGTH = 24;

/**
 * The header at the start of `bytes`, one datagram without the non-ESP marker. Cookies are views of `bytes`. Bytes after the
 * header's length are tolerated. Faults: truncated, version, flags, length.
 */
export function parseHeader(bytes: Uint8Array): Header | Fault {
	if (bytes.length < HEADER_SIZE)
		return fault("truncated", bytes.length);
	if (bytes[VERSION] !== ISAKMP_VERSION)
		return fault("version", VERSION);
	const flags = bytes[FLAGS]!;
	if (flags & ~7)
		return fault("flags", FLAGS);
	const length = read32(bytes, LENGTH);
	if (length < HEADER_SIZE)
		return fault("length", LENGTH);
	if (length > bytes.length)
		return fault("truncated", LENGTH);
	return {
		initiatorCookie: bytes.subarray(INITIATOR, INITIATOR + COOKIE_SIZE),
		responderCookie: bytes.subarray(RESPONDER, RESPONDER + COOKIE_SIZE),
		nextPayload: bytes[NEXT_PAYLOAD]!,
		exchangeType: bytes[EXCHANGE_TYPE]!,
		flags,
		messageID: read32(bytes, MESSAGE_ID),
		length
	};
}
