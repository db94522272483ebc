/** The ends of things: a quick mode, a pair of SAs, an IKE SA. What was taken of the gateway is given back. */
import { remember } from "../../answered.js";
import type { Context } from "../../context.js";
import { INFO } from "../../../log/types.js";
import type { IKESA } from "../../sa.js";
import { deleteChild, deleteIKE } from "./notify.js";
import { QuickMode } from "./quickmode.js";
import { negotiationOf } from "./seen.js";

/** Ends a quick mode that has not come to its end: its SPI and what was installed are given back. */
export function abandon(context: Context, now: number, quick: QuickMode, reason: string): void {
	const { sa, inboundSPI } = quick;
	const index = sa.exchanges.indexOf(quick);
	if (index >= 0)
		sa.exchanges.splice(index, 1);
	const place = context.underway.indexOf(quick);
	if (place >= 0)
		context.underway.splice(place, 1);
	if (!quick.isDone && inboundSPI !== 0) {
		if (!quick.installed)
			context.host.release(inboundSPI);
		else if (context.children.remove(inboundSPI) !== undefined)
			// Not deleted meanwhile.
			context.host.remove(now, inboundSPI, reason);
	}
	if (!quick.closed)
		context.host.ended(negotiationOf(sa, quick), quick.isDone ? "" : reason === "" ? "given up" : reason);
	quick.close();
}

/** Ends the quick modes under `sa` (of one connection when it is not "") without anything in their place. */
export function abort(context: Context, now: number, sa: IKESA, connection: string, reason: string): void {
	for (const exchange of [...sa.exchanges])
		if (exchange instanceof QuickMode && (connection === "" || exchange.connection?.name === connection))
			abandon(context, now, exchange, reason);
}

/** Takes an IKE SA out of the table, with its exchanges. Its children stay: they belong to the peer (T16). Connections that were under negotiation wait for another. */
export function closeIKESA(context: Context, now: number, sa: IKESA, reason: string): void {
	if (sa.closed)
		return;
	context.host.log.write(now, INFO, sa.peer, `IKE SA ${sa.id} closed in state ${sa.state}: ${reason}`);
	for (const exchange of [...sa.exchanges])
		if (exchange instanceof QuickMode) {
			if (exchange.role === "initiator" && !exchange.isDone && exchange.connection !== undefined)
				context.waiting.add({ peer: sa.peer, connection: exchange.connection.name, replaces: exchange.replaces });
			abandon(context, now, exchange, reason);
		}
	if (!sa.isEstablished)
		context.host.ended(negotiationOf(sa), reason);
	context.table.remove(sa);
	context.openings.remove(sa);
	context.waiting.touch(sa.peer);
	const others = context.table.of(sa.peer);
	for (const other of others)
		if (other.replaces === sa)
			other.replaces = undefined;
	if (context.table.current(sa.peer) === undefined)
		keepOpen(context, sa);
	if (others.length === 0 && context.children.of(sa.peer).length === 0)
		// What the peer may still have of us, since a message was lost, it may forget.
		context.contacted?.delete(sa.peer);
	sa.close();
}

/** T23 T25: the tunnels of an IKE SA that goes, the last one of its peer, need the NAT as before, and the peer has to live. */
function keepOpen({ children }: Context, { peer, identity, remote, localPort, keepaliveAt = Infinity, livenessAt = Infinity }: IKESA): void {
	if (keepaliveAt === Infinity && livenessAt === Infinity)
		return;
	const { paths } = children;
	const place = paths.findIndex((path) => path.peer === peer);
	if (place >= 0)
		paths.splice(place, 1);
	if (children.of(peer).length > 0)
		paths.push({ peer, identity, remote, localPort, keepaliveAt, livenessAt, askedAt: undefined });
}

/** The same, and the peer is told when it knows of the SA. */
export function deleteIKESA(context: Context, now: number, sa: IKESA, reason: string): void {
	if (sa.isEstablished && !sa.isCopy)
		deleteIKE(context, sa);
	closeIKESA(context, now, sa, reason);
}

/** Forgets a pair that the gateway has removed or is about to, and tells the peer if there is an IKE SA to do it over. */
export function endChild(context: Context, now: number, peer: string, inboundSPI: number): void {
	const child = context.children.remove(inboundSPI);
	const sa = context.table.current(peer);
	if (sa !== undefined && child !== undefined)
		deleteChild(context, sa, inboundSPI, child.protocol);
	// A peer that lacks our message 2 would make of its repetition the pair whose Delete it has had.
	const quick = context.underway.find((each): each is QuickMode => each instanceof QuickMode && each.inboundSPI === inboundSPI && !each.isDone);
	if (quick !== undefined) {
		abandon(context, now, quick, "its pair was deleted");
		remember(context.table, quick.sa, now, quick.messageID, quick.received, undefined);
	}
}

/** The peer is dead: so is all that it had, without a word to it. What wants to be up begins anew, and says that it does (T18). */
export function forgetPeer(context: Context, now: number, peer: string, reason: string): void {
	for (const sa of context.table.of(peer).filter((each) => each.isEstablished))
		closeIKESA(context, now, sa, reason);
	for (const { inboundSPI } of context.children.of(peer)) {
		context.children.remove(inboundSPI);
		context.host.remove(now, inboundSPI, reason);
	}
	context.contacted?.delete(peer);
}
