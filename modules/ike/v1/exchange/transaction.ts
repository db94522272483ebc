/** XAUTH and mode config, which keygate does not have: whoever asks for them under an IKE SA is told so, and nothing of it is processed (F14). */
import { formatAddress } from "../../../addresses.js";
import type { Context } from "../../context.js";
import { fact, finding, refused, unprovenProblem } from "../../diagnosis.js";
import type { IKESA } from "../../sa.js";
import type { Message } from "../message.js";
import { Flag, NotifyType } from "../wire/constants.js";
import { notifyProtected, openProtected } from "./notify.js";

/** A message of the transaction exchange (draft-dukes-ike-mode-cfg), with the IKE SA that its cookies name, if any. */
export function receiveTransaction(context: Context, now: number, sa: IKESA | undefined, message: Message): void {
	const source = message.from.address;
	const who = formatAddress(source);
	if (sa === undefined)
		refused(context, now, "", source, "unknown-cookies", `transaction from ${who} dropped: no such IKE SA`);
	else if (!sa.isEstablished)
		refused(context, now, sa.peer, source, "transaction-too-early", `transaction from ${who} dropped in state ${sa.state}`);
	else if (!(message.header.flags & Flag.ENCRYPTION) || openProtected(context, sa, message) === undefined)
		refused(context, now, sa.peer, source, "wrong-hash", `transaction from ${who} dropped: its HASH is wrong`);
	else {
		refused(context, now, sa.peer, source, "transaction", `transaction from ${who} refused: there is no XAUTH and no mode config here`);
		unprovenProblem(context, now, sa, finding("authentication-method-mismatch", "protected", "the peer asks for XAUTH or mode config, which this gateway does not have: switch it off at the peer",
			fact("authentication", "XAUTH or mode config")));
		notifyProtected(context, sa, NotifyType.UNSUPPORTED_EXCHANGE_TYPE);
	}
}
