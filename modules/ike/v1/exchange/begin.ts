/** How phase 1 begins: by our own wish, or by a peer's first message. Nothing is kept of one that is refused (F06). */
import { formatAddress, type Endpoint } from "../../../addresses.js";
import { IKE_V2 } from "../../causes.js";
import type { Context } from "../../context.js";
import { fact, finding, offerText, phase1Problem, refused, unprovenProblem, type Finding } from "../../diagnosis.js";
import { INFO } from "../../../log/types.js";
import { few, phase1Text } from "../../names.js";
import { IKESA } from "../../sa.js";
import type { Negotiation } from "../../../records/types.js";
import type { PeerSettings } from "../../../settings/types.js";
import { openClear, type Message, type Opened } from "../message.js";
import { choosePhase1, offerPhase1, type Phase1Choice, type Phase1Mismatch } from "../phase1offers.js";
import { formatHex, read32 } from "../wire/bytes.js";
import { findPayload } from "../wire/chain.js";
import { ExchangeType, NotifyType, PayloadType } from "../wire/constants.js";
import { faultNotification, isFault } from "../wire/fault.js";
import { parseID } from "../wire/id.js";
import { exchangeName } from "../wire/names.js";
import { parseSA } from "../wire/sa.js";
import { concat } from "../../bytes.js";
import { commitChoice, readVendors } from "./agreement.js";
import { closeIKESA } from "./end.js";
import { aggressiveResponder } from "./aggressive.js";
import { takeKeyExchange } from "./keyexchange.js";
import { mainResponder } from "./main.js";
import { hasMemoryForUnproven } from "./memory.js";
import { phase1 } from "./modes.js";
import { notifyClear } from "./notify.js";
import { Phase1 } from "./phase1.js";
import { isExpected, shownIDBody } from "./identification.js";
import { methodOf, mismatchText } from "./proof.js";
import { accept, advance, broken } from "./run.js";
import { sawNotification, sawTurnedAway } from "./seen.js";
import { malformed, misplaced } from "./step.js";

/**
 * Begins phase 1 with a peer, in place of `replaces` when that is given: then over the same addresses and ports, since a NAT may
 * be between (T22). False: there is no room, and the problem is told.
 */
export function beginPhase1(context: Context, now: number, settings: PeerSettings, replaces?: IKESA): boolean {
	const room = context.table.admitOwn();
	if (room === "full") {
		phase1Problem(context, now, { peer: settings.name, role: "initiator", mode: settings.phase1Mode, state: 0 }, finding("table-full", "local", `all ${context.table.size} IKE SAs are in use`));
		return false;
	}
	if (room !== undefined)
		closeIKESA(context, now, room, "its place is needed");
	const { ikePort } = context.gateway;
	const initiatorCookie = context.host.crypto.random(8);
	const sa = new IKESA({
		id: formatHex(initiatorCookie), cookies: concat(initiatorCookie, new Uint8Array(8)),
		role: "initiator", mode: settings.phase1Mode, startedAt: now,
		remote: replaces?.remote ?? { address: context.hostNames.address(settings), port: ikePort },
		localPort: replaces?.localPort ?? ikePort
	});
	sa.peer = settings.name;
	sa.settings = settings;
	sa.lifetime = settings.phase1Lifetime;
	sa.replaces = replaces;
	const exchange = new Phase1(sa, [settings]);
	exchange.sa_b = offerPhase1(settings);
	if (sa.mode === "aggressive")
		// T05: message 1 has our public value already.
		exchange.group = exchange.dhGroup = settings.phase1Proposals[0]!.dhGroup;
	sa.negotiation = exchange;
	context.table.add(sa);
	context.openings.add(sa);
	context.host.log.write(now, INFO, settings.name, `${sa.mode} mode with ${formatAddress(sa.remote.address)} begins, IKE SA ${sa.id}${replaces === undefined ? "" : `, to replace ${replaces.id}`}; state 1`);
	try {
		advance(context, now, phase1, exchange);
	}
	catch (error) {
		broken(context, now, phase1, exchange, error);
	}
	return true;
}

/** Those of the settings that a gateway at `address` may be: the ones with this address, else, or if only those take this mode, the ones that may be anywhere (T02). */
function candidates(context: Context, address: number, mode: PeerSettings["phase1Mode"]): PeerSettings[] {
	const { connections, hostNames } = context;
	const takes = (peer: PeerSettings): boolean => peer.actAs !== "initiator" && peer.phase1Mode === mode;
	let exact = connections.peersAt(address).filter((peer) => peer.enabled);
	if (hostNames.isEmpty && exact.some(takes))
		return exact;
	const anywhere = connections.peersAt(undefined).filter((peer) => peer.enabled);
	exact = exact.concat(anywhere.filter((peer) => hostNames.address(peer) === address));
	return exact.length > 0 && (exact.some(takes) || !anywhere.some(takes)) ? exact : anywhere;
}

/**
 * Those of `wanted`, and if there are none those with any address, whose settings expect the identity in an ID payload's body; who expects just this one first.
 * Nobody has proved it yet.
 */
function expecting(context: Context, wanted: readonly PeerSettings[], body: Uint8Array): PeerSettings[] {
	const identity = parseID(body);
	if (isFault(identity))
		return [];
	const expected = (peer: PeerSettings): boolean => isExpected(peer, identity);
	let suited = wanted.filter(expected);
	if (suited.length === 0)
		suited = context.connections.peersAt(undefined).filter((peer) => peer.enabled && peer.phase1Mode === "aggressive" && peer.actAs !== "initiator" && expected(peer));
	return particularFirst(suited);
}

/** Those that expect one identity before those that take any: what would suit both is the one's. */
function particularFirst(peers: readonly PeerSettings[]): PeerSettings[] {
	return [...peers.filter((peer) => peer.remoteId !== undefined), ...peers.filter((peer) => peer.remoteId === undefined)];
}

/** Version, and exchange type of the first message, in a header of IKEv2 (RFC 7296 3.1): the places are those of IKEv1. */
const VERSION = 17;
const EXCHANGE_TYPE = 18;
const VERSION_2 = 0x20;
const IKE_SA_INIT = 34;

/** A message of another version of IKE: a peer may be set to IKEv2, and begin with it, or answer so to `sa`, an IKE SA of ours. */
export function receiveOther(context: Context, now: number, sa: IKESA | undefined, { from, bytes }: { readonly from: Endpoint; readonly bytes: Uint8Array }): void {
	const { address } = from;
	const who = formatAddress(address);
	const isSecond = bytes[VERSION] === VERSION_2;
	const answers = sa?.role === "initiator" && !sa.isEstablished ? sa : undefined;
	const begins = bytes[EXCHANGE_TYPE] === IKE_SA_INIT ? context.connections.peersAt(address).find((peer) => peer.enabled) ?? candidates(context, address, "main")[0] : undefined;
	refused(context, now, answers?.peer ?? begins?.name ?? "", address, "header-version", `message from ${who} dropped: ${isSecond ? "it is of IKEv2" : "another version"}, this gateway speaks IKEv1`);
	if (isSecond && answers !== undefined)
		unprovenProblem(context, now, answers, finding("mode-mismatch", "clear", "the peer answers with IKEv2, this gateway speaks IKEv1", fact("mode", IKE_V2), ""));
	else if (isSecond && begins !== undefined)
		unprovenProblem(context, now, { peer: begins.name, role: "responder", mode: begins.phase1Mode, state: 1, remote: from },
			finding("mode-mismatch", "request", "the peer begins with IKEv2, this gateway speaks IKEv1", fact("mode", IKE_V2), ""));
}

/** A first message of phase 1. */
export function answerPhase1(context: Context, now: number, message: Message): void {
	const { address } = message.from;
	const who = formatAddress(address);
	const tellOf = (peer: string, found: Finding): void => unprovenProblem(context, now, { peer, role: "responder", mode, state: 1, remote: message.from }, found);
	const mode = modeOf(message);
	const known = candidates(context, address, mode);
	const step = mode === "main" ? mainResponder[0]! : aggressiveResponder[0]!;
	const opened = openClear(message);
	if (isFault(opened)) {
		const { reason, text } = malformed(opened);
		refused(context, now, known[0]?.name ?? "", address, reason, `${mode} 1 from ${who} dropped: ${text}`);
		return;
	}
	if (known.length === 0) {
		const off = [...context.connections.peersAt(address), ...context.connections.peersAt(undefined)].find((peer) => !peer.enabled);
		const name = off?.name ?? "";
		tellOf(name, finding("peer-not-configured", "request", off === undefined ? `${who} asks for a tunnel, and no peer in the settings has this address or 0.0.0.0`
			: `${who} asks for a tunnel, and the peer with ${off.remoteGateway} is switched off`, fact("address", who), off === undefined ? undefined : "enabled"));
		turnAway(context, now, name, message, opened, NotifyType.NO_PROPOSAL_CHOSEN, "peer-not-configured", off === undefined ? "no peer in the settings has this address" : `peer ${name} is switched off`);
		return;
	}
	const able = known.filter((peer) => peer.actAs !== "initiator");
	const wanted = able.filter((peer) => peer.phase1Mode === mode);
	const first = wanted[0] ?? able[0] ?? known[0]!;
	if (able.length === 0) {
		tellOf(first.name, finding("peer-not-configured", "request", `${who} asks for a tunnel, and this unit acts as initiator only towards it`, fact("address", who)));
		turnAway(context, now, first.name, message, opened, NotifyType.NO_PROPOSAL_CHOSEN, "initiator-only", "this unit acts as initiator only");
		return;
	}
	if (wanted.length === 0) {
		tellOf(first.name, finding("mode-mismatch", "request", `the peer uses ${mode} mode, the settings say ${first.phase1Mode} mode`, fact("mode", mode)));
		turnAway(context, now, first.name, message, opened, NotifyType.UNSUPPORTED_EXCHANGE_TYPE, "mode-mismatch", `the settings say ${first.phase1Mode} mode`);
		return;
	}
	// Before anything is done for it that would be in vain.
	const room = context.table.admitUnproven(now, address, () => hasMemoryForUnproven(context));
	if (room === "full") {
		tellOf(first.name, finding("table-full", "local", `all ${context.table.size} IKE SAs are in use`));
		refused(context, now, first.name, address, "table-full", `${mode} 1 from ${who} dropped: all IKE SAs are in use`);
		return;
	}
	if (room === "busy") {
		refused(context, now, first.name, address, "half-open-full", `${mode} 1 from ${who} dropped: other negotiations are under way`);
		return;
	}
	const wrong = misplaced(step, opened);
	if (wrong !== undefined) {
		refused(context, now, first.name, address, "payload-out-of-place", `${mode} 1 from ${who} dropped: ${wrong}`);
		return;
	}
	const body = findPayload(opened.payloads, PayloadType.SA)!.body;
	const proposals = parseSA(body);
	if (isFault(proposals)) {
		turnAway(context, now, first.name, message, opened, faultNotification(proposals), `malformed-${proposals.fault}`, `malformed SA payload: ${proposals.fault} at ${proposals.at}`);
		return;
	}
	const identity = mode === "main" ? undefined : findPayload(opened.payloads, PayloadType.ID)!.body;
	const suited = identity === undefined ? particularFirst(wanted) : expecting(context, wanted, identity);
	if (suited.length === 0) {
		tellOf(first.name, finding("id-mismatch", "request", mismatchText(wanted, shownIDBody(identity!)), fact("peerIdentity", shownIDBody(identity!))));
		turnAway(context, now, first.name, message, opened, NotifyType.INVALID_ID_INFORMATION, "id-mismatch", `identity ${shownIDBody(identity!)} is not one of the settings`);
		return;
	}
	// T05: a public value fits one group only.
	const valueSize = identity === undefined ? 0 : findPayload(opened.payloads, PayloadType.KE)!.body.length;
	const choices = suited.map((peer) => choosePhase1(peer, proposals, valueSize));
	const index = choices.findIndex((choice) => "proposal" in choice);
	if (index < 0) {
		const { cause, offered, theirs } = choices[0] as Phase1Mismatch;
		const { name, authentication, phase1Proposals } = suited[0]!;
		tellOf(name, finding(cause, "request", offerText(offered, `${few(phase1Proposals.map(phase1Text))} by ${authentication}`), theirs));
		turnAway(context, now, name, message, opened, NotifyType.NO_PROPOSAL_CHOSEN, cause, `it offers ${few(offered)}`);
		return;
	}
	const choice = choices[index] as Phase1Choice;
	const sa = new IKESA({
		id: formatHex(message.header.initiatorCookie),
		cookies: concat(message.header.initiatorCookie, context.host.crypto.random(8)),
		role: "responder", mode, startedAt: now, remote: message.from, localPort: message.localPort
	});
	// Those whose settings allow what was chosen: which of them it is, message 5 tells. Aggressive mode has to answer with the key of one.
	const exchange = new Phase1(sa, identity !== undefined ? [suited[index]!] : suited.filter((_, each) => each >= index && suited[each]!.authentication === suited[index]!.authentication && isSameChoice(choices[each]!, choice)));
	if (exchange.candidates.length === 1) {
		sa.peer = exchange.settings.name;
		sa.settings = exchange.settings;
	}
	exchange.sa_b = body.slice();
	exchange.answer = choice.answer;
	sa.negotiation = exchange;
	readVendors(exchange, opened, message);
	commitChoice(context, exchange, choice);
	if (identity !== undefined) {
		const fault = takeKeyExchange(exchange, opened);
		if (fault !== undefined) {
			turnAway(context, now, sa.peer, message, opened, NotifyType.INVALID_KEY_INFORMATION, `malformed-${fault.fault}`, `malformed public value or nonce: ${fault.fault} at ${fault.at}`);
			return;
		}
		exchange.identity = identity.slice();
		exchange.group = exchange.dhGroup;
		if (methodOf(exchange).needsSecret)
			exchange.peerPublic = exchange.otherPublic;
	}
	if (room !== undefined) {
		context.counters.add("half-open-evicted");
		closeIKESA(context, now, room, "a newer half-open exchange took its place");
	}
	context.table.add(sa);
	attempted(context, now, message, opened, sa.peer, 0, sa.algorithm);
	message.decision = `${sa.algorithm}, IKE SA ${sa.id}`;
	accept(context, now, phase1, exchange, message, step);
}

function isSameChoice(a: Phase1Choice | Phase1Mismatch, b: Phase1Choice): boolean {
	return "proposal" in a && a.proposal.encryption === b.proposal.encryption && a.proposal.hash === b.proposal.hash && a.proposal.dhGroup === b.proposal.dhGroup;
}

/** Answers a first message that is refused, and forgets it. */
function turnAway(context: Context, now: number, peer: string, message: Message, opened: Opened, notify: number, reason: string, text: string): void {
	refused(context, now, peer, message.from.address, reason, `${exchangeName(message.header.exchangeType)} 1 from ${formatAddress(message.from.address)} refused: ${text}`);
	const { initiatorCookie } = message.header;
	const negotiation: Negotiation = { peer, connection: undefined, number: read32(initiatorCookie, 0), role: "responder", exchange: modeOf(message) };
	attempted(context, now, message, opened, peer, notify, text);
	sawTurnedAway(context, now, negotiation, message.names);
	sawNotification(context, now, negotiation, true, notify);
	context.host.ended(negotiation, text);
	notifyClear(context, message, notify);
}

function modeOf(message: Message): "main" | "aggressive" {
	return message.header.exchangeType === ExchangeType.MAIN ? "main" : "aggressive";
}

/** Whoever wants to know what others try is told. */
function attempted({ host, hostNames, connections }: Context, now: number, message: Message, { payloads }: Opened, peer: string, notify: number, text: string): void {
	const { address, port } = message.from;
	host.attempted(now, { address, port, mode: modeOf(message), isKnown: connections.peersAt(address).length > 0 || hostNames.has(address) }, payloads, peer, notify, text);
}
