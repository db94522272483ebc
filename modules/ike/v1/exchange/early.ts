/**
 * Quick mode before phase 1 is over here (F14): nothing of it is processed. An initiator of aggressive mode is done when it has sent message 3, and may begin
 * quick mode in the same breath: while that message is being judged the next one is kept, and when it was lost the initiator is asked for it again.
 */
import { formatAddress } from "../../../addresses.js";
import type { Context } from "../../context.js";
import { refused } from "../../diagnosis.js";
import type { IKESA } from "../../sa.js";
import { postponed, resumed, type Message } from "../message.js";
import { phase1 } from "./modes.js";
import { Phase1 } from "./phase1.js";
import { receiveQuick } from "./quick.js";
import { again } from "./run.js";

/** A quick mode message under an IKE SA that is not established. */
export function receiveEarly(context: Context, now: number, sa: IKESA, message: Message): void {
	const exchange = sa.negotiation;
	const { from } = message;
	if (exchange instanceof Phase1 && sa.mode === "aggressive" && sa.role === "responder" && sa.state === 3) {
		if (exchange.postponed !== undefined) {
			exchange.early ??= postponed(message, undefined);
			context.counters.add("phase2-early");
			return;
		}
		// T30: the answer to our message 2 again is message 3.
		again(context, now, phase1, exchange);
	}
	refused(context, now, sa.peer, from.address, "phase2-too-early", `quick from ${formatAddress(from.address)} dropped in state ${sa.state}`);
}

/** Phase 1 has gone on: if it is over, the quick mode message that came before is taken. */
export function takeEarly(context: Context, now: number, exchange: Phase1): void {
	const { sa, early } = exchange;
	if (early === undefined || exchange.postponed !== undefined || exchange.busy)
		return;
	exchange.early = undefined;
	if (sa.isEstablished && !sa.closed)
		receiveQuick(context, now, sa, resumed(context.host.crypto, early));
}
