/** The tables of phase 1 by mode and role, and what happens to such an exchange when it is refused, or the peer falls silent. */
import { formatAddress } from "../../../addresses.js";
import { remember } from "../../answered.js";
import type { Context } from "../../context.js";
import { finding, type Finding } from "../../diagnosis.js";
import { RETRANSMISSIONS } from "../../../limits.js";
import { ERROR } from "../../../log/types.js";
import { VAIN_RETRANSMISSIONS } from "../../retransmission.js";
import type { Cause } from "../../types.js";
import { ExchangeType } from "../wire/constants.js";
import { aggressiveInitiator, aggressiveResponder } from "./aggressive.js";
import { mainInitiator, mainResponder } from "./main.js";
import { deleteIKE, notifyProtected, notifyUnprotected } from "./notify.js";
import { fail, tell, type Phase1 } from "./phase1.js";
import { methodOf } from "./proof.js";
import { negotiationOf, sawNotification } from "./seen.js";
import type { Protocol, Refusal, Step } from "./step.js";

/** The tables, by mode and role. */
const tables: { readonly [mode: string]: { readonly initiator: readonly Step<Phase1>[]; readonly responder: readonly Step<Phase1>[] } } = Object.freeze({
	main: Object.freeze({ initiator: mainInitiator, responder: mainResponder }),
	aggressive: Object.freeze({ initiator: aggressiveInitiator, responder: aggressiveResponder })
});

export const phase1: Protocol<Phase1> = Object.freeze({
	exchangeType: ExchangeType.MAIN,
	name: (exchange: Phase1) => exchange.sa.mode,
	steps: (exchange: Phase1) => tables[exchange.sa.mode]![exchange.sa.role],
	state(exchange: Phase1, state: number) {
		exchange.sa.state = state;
	},
	refuse(context: Context, now: number, exchange: Phase1, refusal: Refusal) {
		const { sa } = exchange;
		sawNotification(context, now, negotiationOf(sa), true, refusal.notify);
		// The keys are there from message 5 on.
		if (sa.key.length > 0)
			notifyProtected(context, sa, refusal.notify);
		else
			notifyUnprotected(context, sa, refusal.notify);
		fail(context, now, exchange, refusal.reason);
	},
	patience: (exchange: Phase1) => exchange.hinted ? VAIN_RETRANSMISSIONS : RETRANSMISSIONS,
	stuck(context: Context, now: number, exchange: Phase1) {
		const { sa } = exchange;
		if (!exchange.hinted && sa.state === 7 && sa.authentication === "pre-shared key")
			tell(context, now, exchange, finding("key-mismatch", "garbage", "the peer repeats its message 4, so it has not taken our message 5, the first encrypted one, though that was sent again: "
				+ "most often the pre-shared keys differ; or message 5 is lost on the way"));
	},
	silence(context: Context, now: number, exchange: Phase1) {
		const { sa } = exchange;
		if (!exchange.hinted) {
			const silent = diagnoseSilence(context, exchange);
			if (silent !== undefined)
				tell(context, now, exchange, silent);
		}
		fail(context, now, exchange, sa.role === "initiator" ? "no answer" : "the initiator did not go on");
	},
	broken(context: Context, now: number, exchange: Phase1) {
		if (exchange.sa.isEstablished)
			deleteIKE(context, exchange.sa);
		fail(context, now, exchange, "a fault of this unit", ERROR);
	},
	conclude(context: Context, now: number, exchange: Phase1) {
		const { sa } = exchange;
		remember(context.table, sa, now, 0, exchange.received, exchange.sent);
		exchange.close();
		sa.negotiation = undefined;
	}
});

/** What silence means, by the message that was not answered. */
function diagnoseSilence(context: Context, exchange: Phase1): Finding | undefined {
	const { sa } = exchange;
	const where = `${formatAddress(sa.remote.address)} port ${sa.remote.port}`;
	const moved = exchange.natTraversal ? `; or UDP port ${context.gateway.natTraversalPort} is blocked between us` : "";
	const silent = (cause: Cause, text: string): Finding => finding(cause, "silence", text);
	if (sa.mode === "aggressive")
		return sa.role === "initiator" ? silent("peer-unreachable", `${where} does not answer our first message`)
			: silent("peer-unreachable", `${where} began a negotiation and did not go on after our answer: that does not reach it, or it does not take our identity or ${methodOf(exchange).secret}${moved}`);
	if (sa.role === "initiator")
		switch (sa.state) {
			case 7:
				// Not a word came from where it moved to: whoever has another key most often says so, or repeats message 4.
				if (sa.localPort !== context.gateway.ikePort && sa.encapsulation)
					return silent("peer-unreachable", `${formatAddress(sa.remote.address)} answered on UDP port ${context.gateway.ikePort}, and nothing on UDP port ${sa.remote.port}, to which NAT traversal moved with message 5, the first encrypted one: that port is blocked between us, or its ${sa.authentication === "certificate" ? `${exchange.sent?.length ?? 0} bytes do not arrive` : "key is another"}`);
				if (sa.authentication === "certificate")
					return silent("certificate-untrusted", `${where} answered all but message 5, the first encrypted one, of ${exchange.sent?.length ?? 0} bytes`);
				return silent("key-mismatch", `${where} answered all but message 5, the first encrypted one: most often the pre-shared keys differ`);
			case 5: return silent("peer-unreachable", `${where} agreed on algorithms and then answered no more`);
			default: return silent("peer-unreachable", `${where} does not answer our first message`);
		}
	// Where it may be one of several, silence may be anybody's.
	if (exchange.candidates.length !== 1)
		return undefined;
	return silent("peer-unreachable", sa.state === 5 ? `${where} began a negotiation and stopped before message 5: our answers do not reach it${moved}`
		: `${where} began a negotiation and did not go on after our choice of its proposals: our answers do not reach it`);
}
