/** What people are shown of a negotiation: each message of it, told to the gateway when it went over the wire. */
import type { Context } from "../../context.js";
import type { Exchange } from "../../exchange.js";
import type { ExchangeName, Fate, Negotiation } from "../../../records/types.js";
import type { IKESA } from "../../sa.js";
import { read32 } from "../wire/bytes.js";
import { QuickMode } from "./quickmode.js";

/** Which negotiation `exchange` is; undefined: phase 1 of `sa`. */
export function negotiationOf(sa: IKESA, exchange?: Exchange): Negotiation {
	return exchange instanceof QuickMode
		? { peer: sa.peer, connection: exchange.connection?.name ?? "", number: exchange.messageID, role: exchange.role, exchange: "quick" }
		: { peer: sa.peer, connection: undefined, number: read32(sa.cookies, 0), role: sa.role, exchange: sa.mode };
}

/** A message of `exchange` itself came. */
export function sawReceived(context: Context, now: number, sa: IKESA, exchange: Exchange, message: number, payloads: string, state: number, fate: Fate = "taken"): void {
	saw(context, now, negotiationOf(sa, exchange), false, undefined, message, payloads, 0, state, fate);
}

/** One went. */
export function sawSent(context: Context, now: number, sa: IKESA, exchange: Exchange, message: number, payloads: string, state: number): void {
	saw(context, now, negotiationOf(sa, exchange), true, undefined, message, payloads, 0, state, "taken");
}

/** A notification about the negotiation came, or went. */
export function sawNotification(context: Context, now: number, negotiation: Negotiation, sent: boolean, type: number, payloads: string = "N"): void {
	saw(context, now, negotiation, sent, "informational", 0, payloads, type, 0, "taken");
}

/** A first message came, and nothing was begun with it. */
export function sawTurnedAway(context: Context, now: number, negotiation: Negotiation, payloads: string): void {
	saw(context, now, negotiation, false, undefined, 1, payloads, 0, 0, "refused");
}

function saw(context: Context, now: number, negotiation: Negotiation, sent: boolean, exchange: ExchangeName | undefined, message: number, payloads: string, notification: number, state: number, fate: Fate): void {
	context.host.seen(now, negotiation, { sent, fate, exchange: exchange ?? negotiation.exchange, message, payloads, notification, state });
}
