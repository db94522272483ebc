/** What both sides can do and what they agree on: vendor IDs and the chosen proposal, in main and in aggressive mode. */
import type { Context } from "../../context.js";
import { finding } from "../../diagnosis.js";
import { canReach } from "../../hostnames.js";
import { few, phase1Text } from "../../names.js";
import { PRF } from "../../prf.js";
import type { PeerSettings } from "../../../settings/types.js";
import type { Message, Opened } from "../message.js";
import { acceptPhase1, describePhase1, phase1Facts, type Phase1Choice } from "../phase1offers.js";
import { findPayload, type Payload } from "../wire/chain.js";
import { PayloadType } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { parseSA } from "../wire/sa.js";
import { emitVendor, parseVendor, takesFragments, vendors, type VendorName } from "../wire/vendor.js";
import { tell, type NATVendor, type Phase1 } from "./phase1.js";
import { drop, malformed, type Drop } from "./step.js";

const { VENDOR } = PayloadType;

/** The kinds of NAT traversal that we have, best first (T21). */
const natTraversals = Object.freeze(["natTraversal", "natTraversal03", "natTraversal02n", "natTraversal02"] as const);

/** The vendor IDs that say what we can do: an initiator's, or a responder's answer to those of the peer. */
export function vendorPayloads(exchange: Phase1): Payload[] {
	const names: VendorName[] = [];
	if (exchange.sa.role === "responder") {
		// The one that was chosen tells the initiator by what numbers to go on.
		if (exchange.natTraversal)
			names.push(exchange.natVendor);
	}
	else if (exchange.settings.natTraversal !== "off")
		for (let i = 0; i < natTraversals.length; i++)
			names.push(natTraversals[i]!);
	names.push("deadPeerDetection");
	if (exchange.sa.role === "initiator" || exchange.sa.fragmentation)
		names.push("fragmentation");
	return names.map((name) => ({ type: VENDOR, body: emitVendor(name) }));
}

/** Takes over what the peer's vendor IDs say; those that nobody knows are left alone. */
export function readVendors(exchange: Phase1, opened: Opened, message: Message): void {
	const { sa } = exchange;
	let best: number = natTraversals.length;
	let unsupported = "";
	const { payloads } = opened;
	for (let i = 0; i < payloads.length; i++) {
		const payload = payloads[i]!;
		const name = payload.type === VENDOR ? parseVendor(payload.body) : undefined;
		if (name === undefined)
			continue;
		if (name === "deadPeerDetection")
			sa.deadPeerDetection = true;
		else if (name === "fragmentation")
			sa.fragmentation = takesFragments(payload.body);
		else if (name === "natTraversal00" || name === "natTraversal01")
			unsupported = vendors[name].text;
		else if (natTraversals.includes(name as NATVendor))
			best = Math.min(best, natTraversals.indexOf(name as NATVendor));
	}
	const vendor = natTraversals[best];
	// Which of several peers it is only message 5 tells: NAT traversal is for any of them.
	exchange.natTraversal = vendor !== undefined && exchange.candidates.some((peer) => peer.natTraversal !== "off");
	exchange.natVendor = vendor ?? "natTraversal";
	sa.natDraft = best > 0 && vendor !== undefined;
	exchange.natForeign = vendor === undefined ? unsupported : "";
	if (exchange.natForeign !== "")
		message.names += ` (${unsupported}, which is not supported, and no later one: a NAT between us is not traversed)`;
}

/** The choice in a responder's message 2, when it is one of our offers; nothing is taken over. Aggressive mode has fixed the group in message 1 (T05). */
export function readChoice(context: Context, now: number, exchange: Phase1, opened: Opened, message: Message): Phase1Choice | Drop {
	const proposals = parseSA(findPayload(opened.payloads, PayloadType.SA)!.body);
	if (isFault(proposals))
		return malformed(proposals);
	if (message.header.responderCookie.every((byte) => byte === 0))
		return drop("cookie", "the responder's cookie is zero");
	const choice = acceptPhase1(exchange.settings, proposals);
	if (choice === undefined || exchange.sa.mode === "aggressive" && choice.proposal.dhGroup !== exchange.dhGroup) {
		const answer = few(describePhase1(proposals));
		if (!exchange.hinted)
			tell(context, now, exchange, finding("phase1-algorithm-mismatch", "clear", `the peer answers ${answer}, which was not offered`, phase1Facts(proposals)));
		return drop("answer-not-offered", `the answer ${answer} is not one of our proposals`);
	}
	return choice;
}

/** Seconds of a day. */
const DAY = 86400;

/**
 * Seconds for which an IKE SA with this peer lives, which wants it for `seconds` (0: it does not say). The shorter lifetime rules (T06); but a unit that may only answer cannot renew it, and some
 * (strongSwan) close their traffic tunnels with it and do not say so: it keeps what the peer wants for up to a day.
 */
export function agreedLifetime(peer: PeerSettings, seconds: number): number {
	const own = peer.phase1Lifetime;
	return seconds === 0 ? own : Math.min(seconds, canReach(peer) ? own : Math.max(own, DAY));
}

/** Takes over what was agreed on. Of several peers that it may be the longest lifetime of theirs, until it is known which. */
export function commitChoice(context: Context, exchange: Phase1, choice: Phase1Choice): void {
	const { sa } = exchange;
	const { proposal, seconds } = choice;
	sa.cipher = proposal.encryption;
	sa.prf = new PRF(context.host.crypto, proposal.hash);
	sa.algorithm = phase1Text(proposal);
	sa.authentication = exchange.settings.authentication;
	exchange.offeredLifetime = seconds;
	sa.lifetime = Math.max(...exchange.candidates.map((peer) => agreedLifetime(peer, seconds)));
	exchange.dhGroup = proposal.dhGroup;
}
