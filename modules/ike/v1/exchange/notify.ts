/** Informational exchanges: notifications and Deletes on their way out, of one message each, which nobody answers or repeats; and how those that come are opened. */
import type { Endpoint } from "../../../addresses.js";
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { INFO } from "../../../log/types.js";
import type { IKESA } from "../../sa.js";
import { hash1, phase2IV } from "../keys.js";
import { afterHash, blockSize, openEncrypted, sealEncrypted, type Message, type Opened } from "../message.js";
import { read32 } from "../wire/bytes.js";
import { append, emitChain, emitMessage, type Payload } from "../wire/chain.js";
import { ExchangeType, PayloadType, ProtocolID } from "../wire/constants.js";
import { emitDelete, emitDeleteIKE } from "../wire/delete.js";
import { isFault } from "../wire/fault.js";
import { notificationName, payloadNames } from "../wire/names.js";
import { emitNotification } from "../wire/notification.js";

const none: readonly [] = Object.freeze([]);

/** A message ID that no exchange of `sa` has, never 0. */
export function newMessageID(context: Context, used: (id: number) => boolean): number {
	for (;;) {
		const id = read32(context.host.crypto.random(4), 0);
		if (id !== 0 && !used(id))
			return id;
	}
}

/** The payloads of a message under the protection of an IKE SA that has keys, when its HASH is right (F04); undefined: it is not the peer's. */
export function openProtected(context: { readonly host: Pick<Context["host"], "crypto"> }, sa: IKESA, message: Message): Opened | undefined {
	if (message.header.messageID !== 0) {
		const opened = openAfter(context, sa, message, sa.iv);
		if (opened !== undefined)
			return opened;
		// libreswan refuses our proof before phase 1 has a last block for it.
		const refusal = sa.phase2Negotiations === 0 ? openAfter(context, sa, message, none) : undefined;
		if (refusal !== undefined)
			return refusal;
	}
	message.names = "";
	return undefined;
}

/** The same for a peer whose phase 1 ended with `block`, if any. */
function openAfter(context: { readonly host: Pick<Context["host"], "crypto"> }, sa: IKESA, message: Message, block: Uint8Array | readonly []): Opened | undefined {
	const { crypto } = context.host;
	const { messageID } = message.header;
	const prf = sa.prf!;
	const iv = phase2IV(prf, new Uint8Array(block), messageID, blockSize(sa));
	const opened = openEncrypted(crypto, sa, sa.key, iv, message);
	wipe(iv);
	return !isFault(opened) && opened.payloads[0]?.type === PayloadType.HASH && crypto.equal(hash1(prf, sa.a, messageID, afterHash(opened)), opened.payloads[0].body) ? opened : undefined;
}

/**
 * Sends `payloads` under the protection of an IKE SA that has keys: the message's ID. What cannot be made is as if the network had lost it: whoever says something goes on; 0.
 */
export function sendProtected(context: Context, sa: IKESA, payloads: readonly Payload[], text: string): number {
	const { peer } = sa;
	try {
		const prf = sa.prf!;
		const messageID = newMessageID(context, () => false);
		const hash = hash1(prf, sa.a, messageID, emitChain(payloads));
		const iv = phase2IV(prf, sa.iv, messageID);
		const { bytes } = sealEncrypted(context.host.crypto, sa, iv, ExchangeType.INFORMATIONAL, messageID, append([{ type: PayloadType.HASH, body: hash }], payloads));
		wipe(iv);
		context.outbox.push({
			bytes, to: sa.remote, localPort: sa.localPort, bare: false,
			emitted: (now) => context.host.log.write(now, INFO, peer, `informational sent: HASH ${payloadNames(payloads)}; ${text}`)
		});
		return messageID;
	}
	catch {
		context.counters.add("informational-broken");
		return 0;
	}
}

function notification(type: number, protocol: number, spi: Uint8Array, data: Uint8Array = new Uint8Array(none)): Payload {
	return { type: PayloadType.NOTIFICATION, body: emitNotification({ protocol, type, spi, data }) };
}

/** Tells the peer of an IKE SA that has keys: the message's ID. `protocol` and `spi` say of which SA. */
export function notifyProtected(context: Context, sa: IKESA, type: number, protocol: number = ProtocolID.ISAKMP, spi: Uint8Array = sa.cookies, data?: Uint8Array): number {
	return sendProtected(context, sa, [notification(type, protocol, spi, data)], notificationName(type));
}

/**
 * Answers a message in clear. No state is needed and none is made: the responder's cookie is the one the message has (F06), and the
 * answer is hardly larger than the smallest message there is (F13).
 */
export function notifyClear(context: Context, message: Message, type: number): void {
	const { initiatorCookie, responderCookie } = message.header;
	const bytes = emitMessage(
		{ initiatorCookie, responderCookie, exchangeType: ExchangeType.INFORMATIONAL, flags: 0, messageID: newMessageID(context, () => false) },
		[notification(type, ProtocolID.ISAKMP, new Uint8Array(none))]);
	push(context, bytes, message.from, message.localPort, type);
}

/** The same about an IKE SA that has no keys yet. */
export function notifyUnprotected(context: Context, sa: IKESA, type: number): void {
	const { initiatorCookie, responderCookie } = sa;
	const bytes = emitMessage(
		{ initiatorCookie, responderCookie, exchangeType: ExchangeType.INFORMATIONAL, flags: 0, messageID: newMessageID(context, () => false) },
		[notification(type, ProtocolID.ISAKMP, new Uint8Array(none))]);
	push(context, bytes, sa.remote, sa.localPort, type);
}

function push(context: Context, bytes: Uint8Array, to: Endpoint, localPort: number, type: number): void {
	context.outbox.push({
		bytes, to, localPort, bare: false,
		emitted: (now) => context.host.log.limited(now, INFO, "", to.address, "notified", `informational sent in clear: N; ${notificationName(type)}`)
	});
}

/** Tells the peer that we do not receive on `inboundSPI` any more, in each protocol of the pair. */
export function deleteChild(context: Context, sa: IKESA, inboundSPI: number, protocol: "esp" | "ah" | "ah+esp"): void {
	const payloads: Payload[] = [];
	if (protocol !== "esp")
		payloads.push({ type: PayloadType.DELETE, body: emitDelete(ProtocolID.AH, inboundSPI) });
	if (protocol !== "ah")
		payloads.push({ type: PayloadType.DELETE, body: emitDelete(ProtocolID.ESP, inboundSPI) });
	sendProtected(context, sa, payloads, `${protocol.toUpperCase()} SA 0x${inboundSPI.toString(16).padStart(8, "0")} deleted`);
}

/** Tells the peer that the IKE SA is no more. */
export function deleteIKE(context: Context, sa: IKESA): void {
	sendProtected(context, sa, [{ type: PayloadType.DELETE, body: emitDeleteIKE(sa.initiatorCookie, sa.responderCookie) }], `IKE SA ${sa.id} deleted`);
}
