/**
 * The chain of payloads after the header, and whole messages. Each payload begins with the generic header (RFC 2408 3.2):
 *
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ! Next Payload  !   RESERVED    !         Payload Length        !
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
import { PAYLOADS } from "../../../limits.js";
import { HEADER_SIZE, PAYLOAD_HEADER_SIZE, PayloadType } from "./constants.js";
import { fault, type Fault } from "./fault.js";
import { writeHeader, type HeaderFields } from "./header.js";

/** A payload to be sent: its body is what follows the generic header. */
export interface Payload {
	readonly type: number;
	readonly body: Uint8Array;
}

/** A payload received: its body is a view of the message. */
export interface ReceivedPayload extends Payload {
	/** Position of its generic header in the bytes that were parsed. */
	readonly offset: number;
}

const { NONE } = PayloadType;

/** `payloads` with `more` behind them: the same list. The engine's own `concat` asks each of them whether it is a list. */
export function append(payloads: Payload[], more: readonly Payload[]): Payload[] {
	for (let i = 0; i < more.length; i++)
		payloads.push(more[i]!);
	return payloads;
}

/** Of the payload of `type` at `offset` the next one's type, times 65536, and its own length; negative: a place in `faults`. */
const payloadAt = native<(bytes: Uint8Array, type: number, offset: number, end: number) => number>("xs_chain_payload");
const join = native<(parts: readonly Uint8Array[], count: number) => ArrayBuffer>("xs_bytes_join");
const emit = native<(payloads: readonly Payload[], count: number, before: number, block: number) => ArrayBuffer>("xs_chain_emit");

/** What chain.c has against a payload at `offset`, whose type was read at `typeAt`. */
function faultAt(reason: number, typeAt: number, offset: number, end: number): Fault {
	switch (reason) {
		case -1:
			return fault("payload-type", typeAt);
		case -2:
			return fault("truncated", end);
		case -3:
			return fault("reserved", offset + 1);
		case -4:
			return fault("length", offset + 2);
		default:
			return fault("truncated", offset + 2);
	}
}

/**
 * The payloads of `bytes` from `offset` to `end`, the first of type `first`, at most `limits.PAYLOADS`. What follows the last
 * one is padding and not looked at: `payloadsEnd` says where it begins. The chain of an encrypted message is parsed from its
 * decrypted bytes; there any fault may as well mean that the key is wrong (T01).
 * Faults: truncated, length, reserved, payload-type, too-many.
 */
export function parsePayloads(bytes: Uint8Array, first: number, offset: number, end: number): ReceivedPayload[] | Fault {
	const payloads: ReceivedPayload[] = [];
	const { buffer, byteOffset } = bytes;
	// where the type of the payload at hand was read
	let typeAt = offset;
	for (let type = first; type !== NONE;) {
		const found = payloadAt(bytes, type, offset, end);
		if (found < 0)
			return faultAt(found, typeAt, offset, end);
		if (payloads.length === PAYLOADS)
			return fault("too-many", offset);
		const length = found & 0xffff;
		payloads.push({ type, offset, body: new Uint8Array(buffer, byteOffset + offset + PAYLOAD_HEADER_SIZE, length - PAYLOAD_HEADER_SIZE) });
		typeAt = offset;
		type = found >>> 16;
		offset += length;
	}
	return payloads;
}

/** Where the chain that began at `offset` ends: behind its last payload, before any padding. */
export function payloadsEnd(payloads: readonly ReceivedPayload[], offset: number): number {
	const last = payloads[payloads.length - 1];
	return last === undefined ? offset : last.offset + PAYLOAD_HEADER_SIZE + last.body.length;
}

/** A received payload with its generic header, as quick mode hashes it: a view of `bytes`, which it was parsed from. */
export function wholePayload(bytes: Uint8Array, payload: ReceivedPayload): Uint8Array {
	return bytes.subarray(payload.offset, payload.offset + PAYLOAD_HEADER_SIZE + payload.body.length);
}

/** The first payload of this type, undefined when there is none. */
export function findPayload<P extends Payload>(payloads: readonly P[], type: number): P | undefined {
	for (let i = 0; i < payloads.length; i++)
		if (payloads[i]!.type === type)
			return payloads[i];
	return undefined;
}

/** The chain of `payloads`, linked, the last with next payload 0, in a fresh buffer of exactly its size, as HASH(1) and HASH(2) of RFC 2409 5.5 cover it. */
export function emitChain(payloads: readonly Payload[]): Uint8Array {
	return new Uint8Array(emit(payloads, payloads.length, 0, 1));
}

/**
 * A message in a fresh buffer of exactly its size. With `block`, the size of a cipher's block, zero bytes after the last payload
 * make what follows the header a whole number of blocks, and the header's length counts them (RFC 2409 5.5, appendix B);
 * the caller then encrypts `subarray(28)` in place.
 */
export function emitMessage(fields: HeaderFields, payloads: readonly Payload[], block: number = 1): Uint8Array {
	return emitMessageOf(new Uint8Array(join([fields.initiatorCookie, fields.responderCookie], 2)), fields.exchangeType, fields.flags, fields.messageID, payloads, block);
}

/** The same with both cookies in one piece, as an IKE SA has them. */
export function emitMessageOf(cookies: Uint8Array, exchangeType: number, flags: number, messageID: number, payloads: readonly Payload[], block: number): Uint8Array {
	const bytes = new Uint8Array(emit(payloads, payloads.length, HEADER_SIZE, block));
	writeHeader(bytes, cookies, payloads.length > 0 ? payloads[0]!.type : NONE, exchangeType, flags, messageID, bytes.length);
	return bytes;
}
