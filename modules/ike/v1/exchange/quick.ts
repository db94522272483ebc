/**
 * Quick mode (RFC 2409 5.5), all of it encrypted:
 *
 *     initiator                                        responder
 *     1  HASH(1) SA NONCE [KE] [IDci IDcr]  -->
 *                                           <--        2  HASH(2) SA NONCE [KE] [IDci IDcr]
 *     3  HASH(3)                            -->
 *
 * Our inbound SA is live before the message goes out that lets the peer use it; our outbound one when the peer is known to have
 * the other end of it.
 */
import { formatAddress } from "../../../addresses.js";
import { remember } from "../../answered.js";
import { uint32 } from "../../bytes.js";
import type { Context } from "../../context.js";
import { fact, finding, offerText, phase2Problem, refused, type Finding } from "../../diagnosis.js";
import type { Exchange } from "../../exchange.js";
import { QUICK_MODES, QUICK_MODES_IN_ALL, QUICK_MODES_OWN, RETRANSMISSIONS } from "../../../limits.js";
import { NOTICE } from "../../../log/types.js";
import { few } from "../../names.js";
import type { IKESA } from "../../sa.js";
import { shorter } from "../../schedule.js";
import type { ConnectionSettings } from "../../../settings/types.js";
import type { Wanted } from "../../waiting.js";
import { hash1, hash2, hash3, phase2IV } from "../keys.js";
import { afterHash, lastBlock, openEncrypted, sealEncrypted, type Message, type Opened, type Sealed } from "../message.js";
import { acceptPhase2, allowsGroup, answerPhase2, choosePhase2, describePhase2, hasOffer, offerPhase2, phase2Facts, type Phase2Choice, type Phase2Mismatch } from "../phase2offers.js";
import { checkAttributes } from "../wire/attributes.js";
import { append, emitChain, findPayload, type Payload } from "../wire/chain.js";
import { ExchangeType, NotifyType, PayloadType, Phase2Attribute, ProtocolID } from "../wire/constants.js";
import { isFault } from "../wire/fault.js";
import { emitRangeID } from "../wire/id.js";
import { parseKE } from "../wire/ke.js";
import { emitLifetime } from "../wire/lifetime.js";
import { emitNATOA } from "../wire/nat.js";
import { NONCE_SIZE, parseNonce } from "../wire/nonce.js";
import { emitNotification, parseNotification } from "../wire/notification.js";
import { parsePhase2 } from "../wire/phase2.js";
import { emitReason, ReasonCode } from "../wire/reason.js";
import { parseSA, proposalSPI, type Proposal } from "../wire/sa.js";
import { abandon } from "./end.js";
import { makeRoom } from "./memory.js";
import { answerMismatch, isConnection, isSameNetworks, networkMismatch, ownSelector, peerSelector, readIDs, readNetworks, selectorOf } from "./networks.js";
import { deleteChild, newMessageID, notifyProtected } from "./notify.js";
import { commitChoice, complete, follow, installInbound } from "./pair.js";
import { choiceText, failQuick, ownText, quickName, silence } from "./quickfailure.js";
import { QuickMode } from "./quickmode.js";
import { receive, repeated } from "./run.js";
import { negotiationOf, sawNotification } from "./seen.js";
import { check, drop, isResult, proceed, refuse, refuseFault, setOf, type Drop, type Protocol, type Refusal, type Result, type Step } from "./step.js";

const { SA, KE, NONCE, ID, HASH, NOTIFICATION } = PayloadType;

/** Repetitions of a message after which its quick mode is not expected to go on soon, and milliseconds that it has in any case. */
const STUCK = 2;
const PATIENCE = 3000;

// Beginning

function tableFull(): Finding {
	return finding("table-full", "local", "all security associations are in use");
}

/** The quick modes of `sa` that have not come to their end. */
export function underway({ exchanges }: IKESA): number {
	let count = 0;
	for (let i = 0; i < exchanges.length; i++) {
		const exchange = exchanges[i];
		if (exchange instanceof QuickMode && !exchange.isDone)
			count++;
	}
	return count;
}

/** Whether there is room for another quick mode that this gateway begins, under whichever IKE SA. */
export function hasRoomForOwn(context: Context): boolean {
	const { underway } = context;
	let own = 0;
	for (let i = 0; i < underway.length; i++) {
		const quick = underway[i];
		if (quick instanceof QuickMode && !quick.isDone && quick.role === "initiator")
			own++;
	}
	return own < QUICK_MODES_OWN && hasRoom(context);
}

/** Whether there is room for another quick mode: none when the heap would not hold what they all need. */
function hasRoom({ underway }: Context): boolean {
	let all = 0;
	for (let i = 0; i < underway.length; i++) {
		const quick = underway[i];
		if (quick instanceof QuickMode && !quick.isDone)
			all++;
	}
	return all < QUICK_MODES_IN_ALL;
}

/**
 * One that its peer leaves unanswered makes room for those with other peers: it begins anew behind them, and ends when it was sent as often as any other. Else a few
 * peers that are silent would hold up all. True: there is room.
 */
export function giveWay(context: Context, now: number): boolean {
	const { underway: list, waiting, openings } = context;
	for (const quick of list) {
		if (!isStuck(quick) || quick.role !== "initiator" || now - quick.startedAt < Math.max(PATIENCE, openings.patience) || !waiting.ready.some((name) => name !== quick.sa.peer))
			continue;
		const { sa, connection, replaces, tries } = quick;
		if (tries >= RETRANSMISSIONS)
			silence(context, now, quick);
		else {
			waiting.add({ peer: sa.peer, connection: connection!.name, replaces, tries: tries + 1 });
			abandon(context, now, quick, "no answer so far, and others wait");
		}
		return hasRoomForOwn(context);
	}
	return false;
}

/** It has waited for the peer for so long that its message went out a third time. */
function isStuck(quick: Exchange): quick is QuickMode {
	return quick instanceof QuickMode && !quick.isDone && quick.tries >= STUCK;
}

/** Begins a quick mode for a connection. False: it has to wait for another to end. */
export function beginQuick(context: Context, now: number, sa: IKESA, connection: ConnectionSettings, wanted: Wanted): boolean {
	if (underway(sa) >= QUICK_MODES || !hasRoomForOwn(context))
		return false;
	if (!hasOffer(connection, sa.encapsulation)) {
		phase2Problem(context, now, sa, connection.name, finding("phase2-protocol-mismatch", "local", `a NAT is between the gateways, which AH cannot pass; the settings have ${ownText(connection)}`));
		return true;
	}
	// What can throw comes before what has to be given back.
	const messageID = newMessageID(context, (id) => hasID(sa, id));
	const iv = phase2IV(sa.prf!, sa.iv, messageID);
	const inboundSPI = context.host.reserve();
	if (inboundSPI === 0) {
		phase2Problem(context, now, sa, connection.name, tableFull());
		return true;
	}
	const quick = new QuickMode(sa, "initiator", messageID, now);
	quick.connection = connection;
	quick.replaces = wanted.replaces;
	quick.tries = wanted.tries ?? 0;
	quick.inboundSPI = inboundSPI;
	quick.local = selectorOf(connection.localNetwork, connection.localPort);
	quick.remote = selectorOf(connection.remoteNetwork, connection.remotePort);
	quick.ipProtocol = connection.ipProtocol;
	quick.iv = iv;
	quick.group = connection.pfs === "off" ? 0 : connection.pfs;
	sa.exchanges.push(quick);
	context.underway.push(quick);
	// What it needs, and its first message, are `dispatch`'s: who wants it may be far down on a device's stack.
	quick.busy = true;
	context.finished.push(quick);
	return true;
}

function hasID(sa: IKESA, id: number): boolean {
	return sa.answered.some((each) => each.messageID === id) || sa.exchanges.some((exchange) => exchange instanceof QuickMode && exchange.messageID === id);
}

/** A message of quick mode under an IKE SA that is established (F14). */
export function receiveQuick(context: Context, now: number, sa: IKESA, message: Message): void {
	const { messageID } = message.header;
	const known = sa.exchanges.find((exchange) => exchange instanceof QuickMode && exchange.messageID === messageID) as QuickMode | undefined;
	if (known !== undefined) {
		receive(context, now, quickMode, known, message);
		return;
	}
	const over = sa.answered.find((each) => each.messageID === messageID);
	if (over !== undefined && messageID !== 0) {
		repeated(context, now, sa, over, message);
		return;
	}
	if (context.past.has(sa, messageID)) {
		refused(context, now, sa.peer, message.from.address, "replayed", `quick mode from ${formatAddress(message.from.address)} dropped: it was over long ago`);
		return;
	}
	const isMost = underway(sa) >= QUICK_MODES;
	// Its initiator has not gone on with it, but here is one that does.
	const inVain = messageID !== 0 && (isMost || !hasRoom(context)) ? context.underway.find((each): each is QuickMode => isStuck(each) && each.role === "responder" && (!isMost || each.sa === sa)) : undefined;
	if (messageID === 0 || inVain === undefined && (isMost || !hasRoom(context))) {
		context.counters.add(messageID === 0 ? "message-id" : "too-many-quick-modes");
		context.host.log.limited(now, NOTICE, sa.peer, message.from.address, "quick-modes", `quick mode dropped: ${messageID === 0 ? "its message ID is 0" : `${QUICK_MODES} under one IKE SA or ${QUICK_MODES_IN_ALL} in all are under way`}`);
		return;
	}
	if (!makeRoom(context, now))
		return;
	const quick = new QuickMode(sa, "responder", messageID, now);
	quick.iv = phase2IV(sa.prf!, sa.iv, messageID);
	sa.exchanges.push(quick);
	context.underway.push(quick);
	try {
		receive(context, now, quickMode, quick, message);
	}
	finally {
		// Of a message that was not authentic nothing is kept.
		if (quick.received === 0)
			abandon(context, now, quick, "");
		else if (inVain?.closed === false)
			silence(context, now, inVain);
	}
}

// The messages

function seal(context: Context, quick: QuickMode, hash: Uint8Array, payloads: readonly Payload[]): Sealed {
	const sealed = sealEncrypted(context.host.crypto, quick.sa, quick.iv, ExchangeType.QUICK, quick.messageID, append([{ type: HASH, body: hash }], payloads));
	quick.iv = lastBlock(quick.sa, sealed.bytes);
	return sealed;
}

/** Message 1. */
function sendOffer(context: Context, _now: number, quick: QuickMode): Sealed {
	const { sa, connection, local, remote, ipProtocol } = quick;
	quick.ni = context.host.crypto.random(NONCE_SIZE);
	const payloads: Payload[] = [
		{ type: SA, body: offerPhase2(connection!, quick.inboundSPI, sa.encapsulation, sa.natDraft) },
		{ type: NONCE, body: quick.ni }
	];
	if (quick.hasPair)
		payloads.push({ type: KE, body: quick.ownPublic });
	addOriginalAddresses(context, quick, payloads);
	payloads.push(
		{ type: ID, body: emitRangeID(local!.first, local!.last, ipProtocol, local!.port) },
		{ type: ID, body: emitRangeID(remote!.first, remote!.last, ipProtocol, remote!.port) });
	return seal(context, quick, hash1(sa.prf!, sa.a, quick.messageID, emitChain(payloads)), payloads);
}

/**
 * RFC 3947 5.2: in transport mode behind a NAT each side says what addresses it knows, the initiator's first. Nothing here needs what the peer says: checksums
 * are made anew.
 */
function addOriginalAddresses(context: Context, quick: QuickMode, payloads: Payload[]): void {
	const { sa } = quick;
	if (!sa.encapsulation || quick.connection!.mode !== "transport")
		return;
	const own = { type: sa.natDraft ? PayloadType.NAT_OA_DRAFT : PayloadType.NAT_OA, body: emitNATOA(context.gateway.wanAddress) };
	const other = { type: PayloadType.NAT_OA, body: emitNATOA(sa.remote.address) };
	// Before the RFC each side spoke of itself only.
	payloads.push(...sa.natDraft ? [own] : quick.role === "initiator" ? [own, other] : [other, own]);
}

/** The payloads of a message whose HASH is right. `hash` computes what it has to be. Nothing but the HASH says that it comes from the peer. */
function openAuthentic(context: Context, quick: QuickMode, message: Message, step: Step<QuickMode>, hash: (rest: Uint8Array) => Uint8Array): Opened | Drop | Refusal {
	const { sa } = quick;
	const { crypto } = context.host;
	const opened = openEncrypted(crypto, sa, sa.key, quick.iv, message);
	if (isFault(opened) || opened.payloads[0]?.type !== HASH || !crypto.equal(hash(afterHash(opened)), opened.payloads[0].body)) {
		message.names = "";
		return drop("wrong-hash", "its HASH is wrong");
	}
	const checked = check(step, opened);
	return isResult(checked) ? refuse(NotifyType.PAYLOAD_MALFORMED, checked.reason, checked.text) : checked;
}

/** RESPONDER-LIFETIME (RFC 2407 4.6.3.1): the shorter lifetime rules. */
function readLifetimes(quick: QuickMode, opened: Opened): void {
	const { payloads } = opened;
	for (let i = 0; i < payloads.length; i++) {
		const payload = payloads[i]!;
		const notification = payload.type === NOTIFICATION ? parseNotification(payload.body) : undefined;
		if (notification === undefined || isFault(notification) || notification.type !== NotifyType.RESPONDER_LIFETIME)
			continue;
		const fields = parseLifetime(notification.data);
		if (fields !== undefined) {
			quick.seconds = shorter(quick.seconds, fields.seconds);
			quick.kilobytes = shorter(quick.kilobytes, fields.kilobytes);
		}
	}
}

function parseLifetime(data: Uint8Array): { readonly seconds: number; readonly kilobytes: number } | undefined {
	const fields = checkAttributes(data, 0, data.length) === undefined ? parsePhase2(data) : undefined;
	return fields === undefined || isFault(fields) ? undefined : fields;
}

/** Message 1, as responder. */
function receiveOffer(context: Context, now: number, quick: QuickMode, message: Message, step: Step<QuickMode>): Result {
	const { sa } = quick;
	const opened = openAuthentic(context, quick, message, step, (rest) => hash1(sa.prf!, sa.a, quick.messageID, rest));
	if (isResult(opened))
		return opened;
	// From here on the peer said it: it is answered, and problems are its or ours to solve. That it says it now only message 3 shows, which has
	// our nonce: a message kept from earlier moves nobody (T22).
	if (sa.encapsulation && message.localPort === sa.localPort)
		quick.to = message.from;
	const proposals = parseSA(findPayload(opened.payloads, SA)!.body);
	if (isFault(proposals))
		return refuseFault(proposals);
	quick.outboundSPI = proposalSPI(proposals[0]!);
	const nonce = parseNonce(findPayload(opened.payloads, NONCE)!.body);
	if (isFault(nonce))
		return refuseFault(nonce);
	const ids = readIDs(opened);
	if (ids !== undefined && isResult(ids))
		return ids;
	const networks = readNetworks(context, sa, ids);
	if (networks === undefined)
		return networkMismatch(context, now, sa, ids);
	const { local, remote, ipProtocol } = networks;
	const fitting = context.connections.towards(sa.peer, remote.first).filter((connection) => connection.enabled && isConnection(connection, sa, networks))
		.sort((a, b) => a.order - b.order);
	if (fitting.length === 0)
		return networkMismatch(context, now, sa, ids);
	const agreed = agree(context, now, sa, fitting, proposals);
	if (isResult(agreed))
		return agreed;
	const { connection, choice } = agreed;
	quick.connection = connection;
	const ke = findPayload(opened.payloads, KE);
	if ((ke !== undefined) !== (choice.group !== 0))
		return refuse(NotifyType.BAD_PROPOSAL_SYNTAX, "pfs-mismatch", `${ke === undefined ? "a group without" : "no group but"} a public value`);
	const publicValue = ke === undefined ? undefined : parseKE(ke.body, choice.group);
	if (publicValue !== undefined && isFault(publicValue))
		return refuseFault(publicValue);
	const inboundSPI = context.host.reserve();
	if (inboundSPI === 0) {
		phase2Problem(context, now, sa, connection.name, tableFull());
		return refuse(NotifyType.NO_PROPOSAL_CHOSEN, "table-full", "all security associations are in use", emitReason(ReasonCode.FULL));
	}
	quick.iv = lastBlock(sa, message.bytes);
	quick.inboundSPI = inboundSPI;
	quick.local = connection.mode === "transport" ? ownSelector(context, local) : local;
	quick.remote = connection.mode === "transport" ? peerSelector(sa, remote) : remote;
	quick.ipProtocol = ipProtocol;
	quick.initiatorID = ids?.initiator.slice();
	quick.responderID = ids?.responder.slice();
	quick.ni = nonce.slice();
	quick.sa_b = answerPhase2(choice, inboundSPI);
	quick.replaces = context.children.youngest(sa.peer, connection.name)?.inboundSPI ?? 0;
	commitChoice(context, quick, choice);
	quick.group = choice.group;
	quick.peerPublic = publicValue?.slice();
	message.decision = choiceText(quick);
	return proceed;
}

/** The first of the connections that accepts a proposal, or why none does. */
function agree(context: Context, now: number, sa: IKESA, connections: readonly ConnectionSettings[], proposals: readonly Proposal[]): { readonly connection: ConnectionSettings; readonly choice: Phase2Choice } | Refusal {
	const settings = sa.settings!;
	const terms = { encapsulation: sa.encapsulation, anyGroup: (group: number) => allowsGroup(settings, group), anySequence: true };
	let refusal: Refusal | undefined;
	for (const connection of connections) {
		const choice = choosePhase2(connection, proposals, terms);
		if ("proposal" in choice)
			return { connection, choice };
		if (refusal !== undefined)
			continue;
		phase2Problem(context, now, sa, connection.name, finding(choice.cause, hasOffer(connection, sa.encapsulation) ? "decision" : "local", refusalText(sa, connection, choice), choice.theirs,
			choice.differs === "" ? undefined : choice.differs));
		refusal = refuse(NotifyType.NO_PROPOSAL_CHOSEN, choice.cause, `it offers ${few(choice.offered)}`, reasonOf(connection, choice));
	}
	return refusal!;
}

/** The same for a peer that is a keygate, to which NO-PROPOSAL-CHOSEN alone says nothing. */
function reasonOf({ pfs }: ConnectionSettings, { cause, differs }: Phase2Mismatch): Uint8Array | undefined {
	if (differs !== "")
		return differs === "mode" ? emitReason(ReasonCode.MODE) : undefined;
	switch (cause) {
		case "phase2-protocol-mismatch": return emitReason(ReasonCode.PROTOCOL);
		case "phase2-algorithm-mismatch": return emitReason(ReasonCode.ALGORITHMS);
		case "pfs-mismatch": return emitReason(ReasonCode.GROUP, pfs === "off" ? 0 : pfs);
		default: return undefined;
	}
}

/** Why no proposal of a peer's offer is taken: both sides' values, and what of them is not the same when the algorithms are. */
function refusalText({ encapsulation }: IKESA, connection: ConnectionSettings, { offered, differs }: Phase2Mismatch): string {
	const own = ownText(connection);
	const { mode } = connection;
	switch (differs) {
		case "mode": return offerText(offered, `${own}, in ${mode} mode; the peer's is ${mode === "transport" ? "tunnel" : "transport"} mode`);
		case "natTraversal": return offerText(offered, `${own}, ${encapsulation ? "in UDP, since a NAT is between the gateways" : "not in UDP, since no NAT is between the gateways"}`);
		default: return offerText(offered, hasOffer(connection, encapsulation) ? own : `${own}, which cannot pass the NAT between the gateways`);
	}
}

/** Message 2; before it the inbound SA is live. */
function sendAnswer(context: Context, now: number, quick: QuickMode): Sealed {
	const { sa, choice } = quick;
	quick.nr = context.host.crypto.random(NONCE_SIZE);
	const payloads: Payload[] = [{ type: SA, body: quick.sa_b }, { type: NONCE, body: quick.nr }];
	if (quick.hasPair)
		payloads.push({ type: KE, body: quick.ownPublic });
	addOriginalAddresses(context, quick, payloads);
	if (quick.initiatorID !== undefined && quick.responderID !== undefined)
		payloads.push({ type: ID, body: quick.initiatorID }, { type: ID, body: quick.responderID });
	addLifetime(quick, choice!, payloads);
	const sealed = seal(context, quick, hash2(sa.prf!, sa.a, quick.messageID, quick.ni, emitChain(payloads)), payloads);
	installInbound(context, now, quick, choice!);
	return sealed;
}

/**
 * RESPONDER-LIFETIME (RFC 2407 4.5.4, 4.6.3.1) where our limits are not what the peer offers, which is returned unchanged (T06): it renews in time then, and does not send on what we have closed. Our
 * own renewal may not reach a peer that only calls.
 */
function addLifetime({ seconds, kilobytes, inboundSPI }: QuickMode, { proposal, seconds: offered, kilobytes: offeredKilobytes }: Phase2Choice, payloads: Payload[]): void {
	if (seconds === offered && kilobytes === offeredKilobytes)
		return;
	const protocol = proposal.protocol === "ah" ? ProtocolID.AH : ProtocolID.ESP;
	const data = emitLifetime(Phase2Attribute.LIFE_TYPE, seconds, kilobytes);
	payloads.push({ type: NOTIFICATION, body: emitNotification({ protocol, type: NotifyType.RESPONDER_LIFETIME, spi: uint32(inboundSPI), data }) });
}

/** Message 2, as initiator. */
function receiveAnswer(context: Context, now: number, quick: QuickMode, message: Message, step: Step<QuickMode>): Result {
	const { sa, connection } = quick;
	const opened = openAuthentic(context, quick, message, step, (rest) => hash2(sa.prf!, sa.a, quick.messageID, quick.ni, rest));
	if (isResult(opened))
		return opened;
	const iv = lastBlock(sa, message.bytes);
	const proposals = parseSA(findPayload(opened.payloads, SA)!.body);
	if (isFault(proposals))
		return refuseFault(proposals);
	const nonce = parseNonce(findPayload(opened.payloads, NONCE)!.body);
	if (isFault(nonce))
		return refuseFault(nonce);
	const choice = acceptPhase2(connection!, proposals, sa.encapsulation);
	if (choice === undefined) {
		phase2Problem(context, now, sa, connection!.name, finding("phase2-algorithm-mismatch", "decision", `the peer answers ${few(describePhase2(proposals))}, which was not offered`, phase2Facts(proposals)));
		return refuse(NotifyType.NO_PROPOSAL_CHOSEN, "answer-not-offered", `the answer ${few(describePhase2(proposals))} was not offered`);
	}
	const ke = findPayload(opened.payloads, KE);
	if ((ke !== undefined) !== (choice.group !== 0)) {
		phase2Problem(context, now, sa, connection!.name, finding("pfs-mismatch", "decision", `the peer's answer has ${ke === undefined ? "no" : "a"} public value; the settings say ${ownText(connection!)}`, ke === undefined ? fact("pfs", "off") : ""));
		return refuse(NotifyType.INVALID_KEY_INFORMATION, "pfs-mismatch", `the answer has ${ke === undefined ? "no" : "a"} public value`);
	}
	const publicValue = ke === undefined ? undefined : parseKE(ke.body, choice.group);
	if (publicValue !== undefined && isFault(publicValue))
		return refuseFault(publicValue);
	const ids = readIDs(opened);
	if (ids !== undefined && isResult(ids))
		return ids;
	if (ids !== undefined && !isSameNetworks(quick, ids)) {
		// For whoever wants to know more than that.
		quick.initiatorID = ids.initiator.slice();
		quick.responderID = ids.responder.slice();
		return answerMismatch(context, now, quick, ids);
	}
	quick.iv = iv;
	quick.nr = nonce.slice();
	quick.peerPublic = publicValue?.slice();
	readLifetimes(quick, opened);
	commitChoice(context, quick, choice);
	follow(context, sa, message);
	message.decision = choiceText(quick);
	return proceed;
}

/** Message 3; before it the inbound SA is live, after it the outbound one. */
function sendEnd(context: Context, now: number, quick: QuickMode): Sealed {
	const { sa } = quick;
	const sealed = seal(context, quick, hash3(sa.prf!, sa.a, quick.messageID, quick.ni, quick.nr), []);
	installInbound(context, now, quick, quick.choice!);
	return sealed;
}

/** Message 3, as responder: the peer has its inbound SA. Notifications may go with it (T18: some send INITIAL-CONTACT here; it is too late to mean anything). */
function receiveEnd(context: Context, _now: number, quick: QuickMode, message: Message, step: Step<QuickMode>): Result {
	const { sa } = quick;
	const opened = openAuthentic(context, quick, message, step, () => hash3(sa.prf!, sa.a, quick.messageID, quick.ni, quick.nr));
	if (isResult(opened))
		return opened;
	follow(context, sa, message);
	quick.to = undefined;
	return proceed;
}

export const quickMode: Protocol<QuickMode> = Object.freeze({
	exchangeType: ExchangeType.QUICK,
	name: quickName,
	steps: (quick: QuickMode) => quick.role === "initiator" ? quickInitiator : quickResponder,
	state() {},
	refuse(context: Context, now: number, quick: QuickMode, refusal: Refusal) {
		sawNotification(context, now, negotiationOf(quick.sa, quick), true, refusal.notify);
		// One that comes back is not the peer's refusal of what we begin.
		context.past.add(quick.sa, notifyProtected(context, quick.sa, refusal.notify, ProtocolID.ESP, uint32(quick.outboundSPI), refusal.data));
		failQuick(context, now, quick, refusal.text);
	},
	silence,
	broken(context: Context, now: number, quick: QuickMode) {
		if (quick.installed && !quick.isDone)
			// The peer may have been told of it, and use it.
			deleteChild(context, quick.sa, quick.inboundSPI, quick.choice?.proposal.protocol ?? "esp");
		failQuick(context, now, quick, "a fault of this unit");
	},
	conclude(context: Context, now: number, quick: QuickMode) {
		remember(context.table, quick.sa, now, quick.messageID, quick.received, quick.sent);
		context.past.add(quick.sa, quick.messageID);
		abandon(context, now, quick, "");
	}
});

function row(step: Step<QuickMode>): Step<QuickMode> {
	return Object.freeze(step);
}

const offer = Object.freeze({ encrypted: true, required: setOf(HASH, SA, NONCE), allowed: setOf(KE, ID, PayloadType.NAT_OA) });
const last = Object.freeze({ message: 3, encrypted: true, required: setOf(HASH), allowed: setOf() });

export const quickInitiator: readonly Step<QuickMode>[] = Object.freeze([
	row({ message: 0, encrypted: true, required: setOf(), allowed: setOf(), received: 0, send: sendOffer, sent: 0, repeats: true }),
	row({ message: 2, ...offer, receive: receiveAnswer, received: 0, send: sendEnd, sent: 0, repeats: false, after: complete })
]);

export const quickResponder: readonly Step<QuickMode>[] = Object.freeze([
	row({ message: 1, ...offer, receive: receiveOffer, received: 0, send: sendAnswer, sent: 0, repeats: true }),
	row({ ...last, receive: receiveEnd, received: 0, sent: 0, repeats: false, after: complete })
]);
