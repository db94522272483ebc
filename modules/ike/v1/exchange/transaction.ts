/** XAUTH and mode config, which keygate does not have: whoever asks for them under an IKE SA is told so, and nothing of it is processed (F14). */
import { formatAddress } from "../../../addresses.js";
import type { Context } from "../../context.js";
import { fact, finding, refused, unprovenProblem } from "../../diagnosis.js";
import type { IKESA } from "../../sa.js";
import type { Message, Opened } from "../message.js";
import { read16 } from "../wire/bytes.js";
import { findPayload } from "../wire/chain.js";
import { Flag, NotifyType, PayloadType } from "../wire/constants.js";
import { notifyProtected, openProtected } from "./notify.js";

/** Where the first attribute is in an ATTRIBUTES payload (draft-dukes-ike-mode-cfg 3.2), and the types of XAUTH's (draft-beaulieu-ike-xauth 4.1). */
const FIRST_ATTRIBUTE = 4;
const XAUTH_FIRST = 16520;
const XAUTH_LAST = 16529;

/** A message of the transaction exchange (draft-dukes-ike-mode-cfg), with the IKE SA that its cookies name, if any. */
export function receiveTransaction(context: Context, now: number, sa: IKESA | undefined, message: Message): void {
	const source = message.from.address;
	const who = formatAddress(source);
	if (sa === undefined)
		refused(context, now, "", source, "unknown-cookies", `transaction from ${who} dropped: no such IKE SA`);
	else if (!sa.isEstablished)
		refused(context, now, sa.peer, source, "transaction-too-early", `transaction from ${who} dropped in state ${sa.state}`);
	else {
		const opened = message.header.flags & Flag.ENCRYPTION ? openProtected(context, sa, message) : undefined;
		if (opened === undefined) {
			refused(context, now, sa.peer, source, "wrong-hash", `transaction from ${who} dropped: its HASH is wrong`);
			return;
		}
		refused(context, now, sa.peer, source, "transaction", `transaction from ${who} refused: there is no XAUTH and no mode config here`);
		// Some ask for an address and do without.
		if (context.children.of(sa.peer).length === 0) {
			const what = isXAUTH(opened) ? "XAUTH" : "mode config";
			unprovenProblem(context, now, sa, finding("authentication-method-mismatch", "protected",
				`the peer asks for ${what === "XAUTH" ? "XAUTH (a user's name and password)" : "mode config (an address in the tunnel)"}, which this gateway does not have: switch it off at the peer`, fact("authentication", what)));
		}
		notifyProtected(context, sa, NotifyType.UNSUPPORTED_EXCHANGE_TYPE);
	}
}

function isXAUTH({ payloads }: Opened): boolean {
	const body = findPayload(payloads, PayloadType.ATTRIBUTES)?.body;
	const type = body !== undefined && body.length >= FIRST_ATTRIBUTE + 2 ? read16(body, FIRST_ATTRIBUTE) & 0x7fff : 0;
	return type >= XAUTH_FIRST && type <= XAUTH_LAST;
}
