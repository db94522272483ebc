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
import { read16, write16 } from "./bytes.js";
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

const { NONE, SA, KE, ATTRIBUTES, NAT_D, NAT_OA } = PayloadType;

/** Whether a message may carry payloads of this type: assigned (RFC 2408 3.1, RFC 3947) or for private use (RFC 2408 3.1). */
function isPayloadType(type: number): boolean {
	return type >= KE && type <= ATTRIBUTES || type === SA || type === NAT_D || type === NAT_OA || type >= 128 && type <= 255;
}

/**
 * The payloads of `bytes` from `offset` to `end`, the first of type `first`, at most `limits.PAYLOADS`. What follows the last
 * one is padding and not looked at: `payloadsEnd` says where it begins. The chain of an encrypted message is parsed from its
 * decrypted bytes; there any fault may as well mean that the key is wrong (T01).
 * Faults: truncated, length, reserved, payload-type, too-many.
 */
export function parsePayloads(bytes: Uint8Array, first: number, offset: number, end: number): ReceivedPayload[] | Fault {
	const payloads: ReceivedPayload[] = [];
	// where the type of the payload at hand was read
	let typeAt = offset;
	for (let type = first; type !== NONE;) {
		if (!isPayloadType(type))
			return fault("payload-type", typeAt);
		if (payloads.length === PAYLOADS)
			return fault("too-many", offset);
		if (offset + PAYLOAD_HEADER_SIZE > end)
			return fault("truncated", end);
		if (bytes[offset + 1] !== 0)
			return fault("reserved", offset + 1);
		const length = read16(bytes, offset + 2);
		if (length < PAYLOAD_HEADER_SIZE)
			return fault("length", offset + 2);
		if (offset + length > end)
			return fault("truncated", offset + 2);
		payloads.push({ type, offset, body: bytes.subarray(offset + PAYLOAD_HEADER_SIZE, offset + length) });
		typeAt = offset;
		type = bytes[offset]!;
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

/** Bytes of the chain of `payloads`. */
export function chainLength(payloads: readonly Payload[]): number {
	let length = 0;
	for (let i = 0; i < payloads.length; i++)
		length += PAYLOAD_HEADER_SIZE + payloads[i]!.body.length;
	return length;
}

/** Writes the chain of `payloads` into `bytes` at `offset`, linked, the last with next payload 0. Returns where it ends. */
export function writeChain(bytes: Uint8Array, offset: number, payloads: readonly Payload[]): number {
	for (let i = 0, last = payloads.length - 1; i <= last; i++) {
		const { body } = payloads[i]!;
		const length = PAYLOAD_HEADER_SIZE + body.length;
		if (length > 0xffff)
			throw new RangeError("payload size");
		bytes[offset] = i < last ? payloads[i + 1]!.type : NONE;
		bytes[offset + 1] = 0;
		write16(bytes, offset + 2, length);
		bytes.set(body, offset + PAYLOAD_HEADER_SIZE);
		offset += length;
	}
	return offset;
}

/** The chain of `payloads` in a fresh buffer of exactly its size, as HASH(1) and HASH(2) of RFC 2409 5.5 cover it. */
export function emitChain(payloads: readonly Payload[]): Uint8Array {
	const bytes = new Uint8Array(chainLength(payloads));
	writeChain(bytes, 0, payloads);
	return bytes;
}

/**
 * A message in a fresh buffer of exactly its size. With `block`, the size of a cipher's block, zero bytes after the last payload
 * make what follows the header a whole number of blocks, and the header's length counts them (RFC 2409 5.5, appendix B);
 * the caller then encrypts `subarray(28)` in place.
 */
export function emitMessage(fields: HeaderFields, payloads: readonly Payload[], block: number = 1): Uint8Array {
	const chain = chainLength(payloads);
	const length = HEADER_SIZE + Math.ceil(chain / block) * block;
	const bytes = new Uint8Array(length);
	writeHeader(bytes, {
		initiatorCookie: fields.initiatorCookie, responderCookie: fields.responderCookie,
		nextPayload: payloads.length > 0 ? payloads[0]!.type : NONE,
		exchangeType: fields.exchangeType, flags: fields.flags, messageID: fields.messageID, length
	});
	writeChain(bytes, HEADER_SIZE, payloads);
	return bytes;
}
