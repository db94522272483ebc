/** XAUTH and mode config, which keygate does not have: whoever asks for them under an IKE SA is told so, and nothing of it is processed (F14). */
import { formatAddress } from "../../../addresses.js";
import { wipe } from "../../bytes.js";
import type { Context } from "../../context.js";
import { refused, unprovenProblem } from "../../diagnosis.js";
import type { IKESA } from "../../sa.js";
import { hash1, phase2IV } from "../keys.js";
import { afterHash, openEncrypted, type Message } from "../message.js";
import { Flag, NotifyType, PayloadType } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { notifyProtected } from "./notify.js";

/** A message of the transaction exchange (draft-dukes-ike-mode-cfg), with the IKE SA that its cookies name, if any. */
export function receiveTransaction(context: Context, now: number, sa: IKESA | undefined, message: Message): void {
	const source = message.from.address;
	const who = formatAddress(source);
	if (sa === undefined)
		refused(context, now, "", source, "unknown-cookies", `transaction from ${who} dropped: no such IKE SA`);
	else if (!sa.isEstablished)
		refused(context, now, sa.peer, source, "transaction-too-early", `transaction from ${who} dropped in state ${sa.state}`);
	else if (!isAuthentic(context, sa, message))
		refused(context, now, sa.peer, source, "wrong-hash", `transaction from ${who} dropped: its HASH is wrong`);
	else {
		refused(context, now, sa.peer, source, "transaction", `transaction from ${who} refused: there is no XAUTH and no mode config here`);
		unprovenProblem(context, now, sa.peer, "authentication-method-mismatch", "the peer asks for XAUTH or mode config, which this gateway does not have: switch it off at the peer");
		notifyProtected(context, sa, NotifyType.UNSUPPORTED_EXCHANGE_TYPE);
	}
}

function isAuthentic(context: Context, sa: IKESA, message: Message): boolean {
	const { crypto } = context.host;
	const { messageID, flags } = message.header;
	if (messageID === 0 || !(flags & Flag.ENCRYPTION))
		return false;
	const iv = phase2IV(sa.prf!, sa.iv, messageID);
	const opened = openEncrypted(crypto, sa, sa.key, iv, message);
	wipe(iv);
	return !isFault(opened) && opened.payloads[0]?.type === PayloadType.HASH
		&& crypto.equal(hash1(sa.prf!, sa.a, messageID, afterHash(opened)), opened.payloads[0].body);
}
