/**
 * A peer sends on an SA that this gateway does not have: its Delete was lost, or this gateway was started anew without a word. The packet proves nothing (T29), so what it
 * causes is bounded (orphans.ts): the peer is told over the IKE SA that there is, or over one that is negotiated for it, by a Delete, which only it can read, of an SA that
 * is neither there nor under way.
 */
import { formatSPI } from "../../../log/format.js";
import { NOTICE } from "../../../log/types.js";
import type { PeerSettings } from "../../../settings/types.js";
import type { Child } from "../../children.js";
import type { Context } from "../../context.js";
import { canReach } from "../../hostnames.js";
import { begun, told, type Orphan } from "../../orphans.js";
import type { IKESA } from "../../sa.js";
import { PayloadType, ProtocolID } from "../wire/constants.js";
import type { Payload } from "../wire/chain.js";
import { emitDelete } from "../wire/delete.js";
import { sendProtected } from "./notify.js";
import { QuickMode } from "./quickmode.js";

/** The last state of a responder in which nobody has repeated what it sent: whoever began may be anywhere. */
const UNANSWERED = 3;

/**
 * A packet with this SPI, which no SA has, came from `address`. `protocol`: ProtocolID.ESP or AH. What is to be negotiated begins with the next `serve`. False: nobody is
 * known there.
 */
export function strayed(context: Context, now: number, address: number, spi: number, protocol: number): boolean {
	let known = false;
	for (const sa of context.table) {
		if (sa.remote.address !== address || context.table.current(sa.peer) !== sa)
			continue;
		known = true;
		const orphan = isThere(context, sa.peer, spi, protocol) ? undefined : context.orphans.heard(now, sa.peer, spi, protocol);
		if (orphan !== undefined && now >= orphan.tellAt)
			tellOrphans(context, now, sa, orphan);
	}
	if (known)
		return true;
	const { connections, hostNames } = context;
	const settled = connections.peersAt(address);
	for (const name of hostNames.peersAt(address)) {
		const settings = connections.peer(name);
		if (settings !== undefined)
			settled.push(settings);
	}
	for (const settings of settled)
		if (settings.enabled && !isThere(context, settings.name, spi, protocol) && !isNegotiating(context, settings.name, address))
			begin(context, now, settings, spi, protocol);
	return settled.length > 0;
}

/** An SA of the peer has this SPI, of ours or of its own; or is about to. Somebody who knows its SPIs could make us say that they are none. */
function isThere({ children, underway }: Context, peer: string, spi: number, protocol: number): boolean {
	return children.named(peer, spi, protocol === ProtocolID.AH) !== undefined || underway.some((exchange) =>
		exchange instanceof QuickMode && exchange.sa.peer === peer && (exchange.inboundSPI === spi || exchange.outboundSPI === spi));
}

/** There is an IKE SA that is no secret to the peer, or will be. */
function isNegotiating({ table }: Context, peer: string, address: number): boolean {
	return table.of(peer).some((sa) => !sa.isUnproven) || table.unproven().some((sa) => sa.remote.address === address && sa.state > UNANSWERED);
}

/**
 * Without an IKE SA: one is negotiated. When it is a first contact, INITIAL-CONTACT ends what the peer has from before; then, since nobody remembers which, all connections are made
 * anew, but those of a peer that the administrator has closed.
 */
function begin(context: Context, now: number, settings: PeerSettings, spi: number, protocol: number): void {
	const { name, connections } = settings;
	const orphan = context.orphans.heard(now, name, spi, protocol);
	if (orphan === undefined || now < orphan.beginAt)
		return;
	const what = `sends on SA ${formatSPI(spi)}, which is not ours any more, and there is no IKE SA to tell it`;
	begun(now, orphan);
	if (!canReach(settings)) {
		context.host.log.write(now, NOTICE, name, `${what}; this unit may only answer, so the peer has to find out by itself`);
		return;
	}
	context.counters.add("orphans-begun");
	const first = context.contacted?.has(name) === false && !context.orphans.isClosed(name);
	context.host.log.write(now, NOTICE, name, `${what}: one is negotiated${first ? ", and its connections again" : ""}`);
	for (const connection of connections)
		if (first && connection.enabled && connection.start !== "never" && context.children.youngest(name, connection.name) === undefined)
			context.waiting.add({ peer: name, connection: connection.name, replaces: 0 });
	context.waiting.add({ peer: name, connection: "", replaces: 0 });
}

/** The administrator has deleted a pair, and there is no IKE SA to tell the peer: one is negotiated for it, if that may be. */
export function bereaved(context: Context, now: number, { peer, connection, inboundSPI, protocol }: Child): void {
	const settings = context.peers.find((each) => each.name === peer && each.enabled);
	const what = `${connection}: SA ${formatSPI(inboundSPI)} was deleted, and there is no IKE SA to tell the peer`;
	if (settings === undefined || !canReach(settings)) {
		context.host.log.write(now, NOTICE, peer, `${what}; this unit may only answer, so the peer has to find out by itself`);
		return;
	}
	const { orphans, waiting } = context;
	if (protocol !== "esp")
		orphans.add(peer, inboundSPI, ProtocolID.AH);
	if (protocol !== "ah")
		orphans.add(peer, inboundSPI, ProtocolID.ESP);
	orphans.find(peer)!.alone = true;
	waiting.add({ peer, connection: "", replaces: 0 });
	context.host.log.write(now, NOTICE, peer, `${what}: one is negotiated`);
}

/** Deletes what the peer still sends on, as far as it has not come to be there meanwhile. */
export function tellOrphans(context: Context, now: number, sa: IKESA, orphan: Orphan): void {
	const { spis } = orphan;
	const payloads: Payload[] = [];
	let text = "";
	for (let i = 0; i < spis.length; i += 2) {
		const spi = spis[i]!;
		const protocol = spis[i + 1]!;
		if (isThere(context, sa.peer, spi, protocol))
			continue;
		payloads.push({ type: PayloadType.DELETE, body: emitDelete(protocol, spi) });
		text += `${text === "" ? "" : ", "}${protocol === ProtocolID.AH ? "AH" : "ESP"} SA ${formatSPI(spi)}`;
	}
	told(now, orphan);
	if (payloads.length === 0)
		return;
	context.counters.add("orphans-deleted");
	sendProtected(context, sa, payloads, `${text} deleted, which the peer may still send on and which is not ours any more`);
}
