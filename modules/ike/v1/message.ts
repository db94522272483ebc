/** Whole messages of an IKE SA: opened when they come, sealed when they go. */
import type { Endpoint } from "../../addresses.js";
import { encryptions } from "../../crypto/algorithms.js";
import type { Crypto } from "../../crypto/types.js";
import type { Postponed } from "../exchange.js";
import type { IKESA } from "../sa.js";
import { read16, read32 } from "./wire/bytes.js";
import { emitMessageOf, parsePayloads, payloadsEnd, type Payload, type ReceivedPayload } from "./wire/chain.js";
import { Flag, HEADER_SIZE } from "./wire/constants.js";
import { fault, isFault, type Fault } from "./wire/fault.js";
import { parseHeader, type Header } from "./wire/header.js";
import { payloadNames } from "./wire/names.js";

/** A message as it came. */
export interface Message {
	readonly header: Header;
	/** As long as its header says. */
	readonly bytes: Uint8Array;
	readonly from: Endpoint;
	readonly localPort: number;
	/** Tells a message that is sent again from a new one. */
	readonly fingerprint: number;
	/** For its line in the log, filled in while it is handled. */
	names: string;
	decision: string;
}

/** Its payloads, from its own bytes or from what was decrypted. */
export interface Opened {
	readonly payloads: readonly ReceivedPayload[];
	/** What the payloads' offsets count in. */
	readonly bytes: Uint8Array;
}

/** A message ready to go. */
export interface Sealed {
	readonly bytes: Uint8Array;
	readonly names: string;
}

/** A number other than 0 that differs for different bytes, as far as anybody cares: a forged equal gets an answer that its forger could ask for anyway. */
export function fingerprint(crypto: Crypto, bytes: Uint8Array): number {
	const hash = crypto.hash("sha256", bytes);
	return 2 ** 48 + read16(hash, 0) * 2 ** 32 + read32(hash, 2);
}

/** A message that came: `bytes` as long as its `header` says. */
export function messageOf(crypto: Crypto, header: Header, bytes: Uint8Array, from: Endpoint, localPort: number): Message {
	return { header, bytes, from, localPort, fingerprint: fingerprint(crypto, bytes), names: "", decision: "" };
}

/** A message as it is kept while something else has to be done first. */
export function postponed({ bytes, from, localPort }: Message, dueAt: number | undefined): Postponed {
	return { bytes: bytes.slice(), from, localPort, dueAt };
}

/** That message again. */
export function resumed(crypto: Crypto, { bytes, from, localPort }: Postponed): Message {
	const header = parseHeader(bytes);
	if (isFault(header))
		throw new Error("a message without a header was kept");
	return messageOf(crypto, header, bytes, from, localPort);
}

/** The payloads of a message in clear. */
export function openClear(message: Message): Opened | Fault {
	const { bytes, header } = message;
	const payloads = parsePayloads(bytes, header.nextPayload, HEADER_SIZE, bytes.length);
	if (isFault(payloads))
		return payloads;
	message.names = payloadNames(payloads);
	return { payloads, bytes };
}

/** The payloads of an encrypted message. Changes nothing of the SA: the caller commits `lastBlock(message.bytes)` when it has authenticated them. */
export function openEncrypted(crypto: Crypto, sa: IKESA, key: Uint8Array, iv: Uint8Array, message: Message): Opened | Fault {
	const body = message.bytes.subarray(HEADER_SIZE);
	if (body.length === 0 || body.length % iv.length !== 0)
		return fault("length", HEADER_SIZE);
	const bytes = crypto.decrypt(sa.cipher, key, iv, body);
	const payloads = parsePayloads(bytes, message.header.nextPayload, 0, bytes.length);
	if (isFault(payloads))
		return payloads;
	message.names = payloadNames(payloads);
	return { payloads, bytes };
}

/** What a HASH payload at the start of an opened message covers (RFC 2409 5.5): all payloads after it, without padding. */
export function afterHash(opened: Opened): Uint8Array {
	const second = opened.payloads[1];
	return second === undefined ? new Uint8Array(0) : opened.bytes.subarray(second.offset, payloadsEnd(opened.payloads, 0));
}

/** The IV for what follows an encrypted message: a copy of its last cipher block. */
export function lastBlock(sa: IKESA, bytes: Uint8Array): Uint8Array {
	return bytes.slice(bytes.length - blockSize(sa));
}

export function blockSize(sa: IKESA): number {
	return encryptions[sa.cipher].blockSize;
}

/** A message in clear of `sa`. */
export function sealClear(sa: IKESA, exchangeType: number, payloads: readonly Payload[]): Sealed {
	return { bytes: emitMessageOf(sa.cookies, exchangeType, 0, 0, payloads, 1), names: payloadNames(payloads) };
}

/** A message encrypted with the SA's key. The IV for what follows is `lastBlock` of its bytes. */
export function sealEncrypted(crypto: Crypto, sa: IKESA, iv: Uint8Array, exchangeType: number, messageID: number, payloads: readonly Payload[]): Sealed {
	const bytes = emitMessageOf(sa.cookies, exchangeType, Flag.ENCRYPTION, messageID, payloads, blockSize(sa));
	const body = bytes.subarray(HEADER_SIZE);
	body.set(crypto.encrypt(sa.cipher, sa.key, iv, body));
	return { bytes, names: payloadNames(payloads) };
}
