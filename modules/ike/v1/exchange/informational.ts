/**
 * Informational exchanges that come in. Only those with a valid HASH are acted upon (F04); what comes in clear during phase 1 is a
 * hint to the reason why a peer is silent, and no more.
 */
import { formatAddress } from "../../../addresses.js";
import type { Child } from "../../children.js";
import type { Context } from "../../context.js";
import { fact, finding, phase1Problem, refused, type Finding } from "../../diagnosis.js";
import { INFO, NOTICE } from "../../../log/types.js";
import { identityText } from "../../identity.js";
import { few, phase1Text } from "../../names.js";
import type { IKESA } from "../../sa.js";
import { softLimit } from "../../schedule.js";
import type { PeerSettings } from "../../../settings/types.js";
import { openClear, type Message, type Opened } from "../message.js";
import { checkAttributes } from "../wire/attributes.js";
import { read32, sameBytes } from "../wire/bytes.js";
import { Flag, NotifyType, PayloadType, ProtocolID, FIRST_STATUS_NOTIFY } from "../wire/constants.js";
import { deletedCookies, deletedSPI, parseDelete, type Delete } from "../wire/delete.js";
import { isFault } from "../wire/fault.js";
import { notificationName } from "../wire/names.js";
import { parseNotification, type Notification } from "../wire/notification.js";
import { parsePhase1 } from "../wire/phase1.js";
import { closeIKESA } from "./end.js";
import { acknowledged, answerProbe, suspect } from "./liveness.js";
import { openProtected } from "./notify.js";
import { fail, forgetOthers, Phase1, refusedBy, tell } from "./phase1.js";
import { refusedByPeer } from "./quickfailure.js";
import { QuickMode } from "./quickmode.js";
import { negotiationOf, sawNotification } from "./seen.js";
import { check, isResult, setOf } from "./step.js";

const { HASH, NOTIFICATION, DELETE } = PayloadType;

const clear = Object.freeze({ required: setOf(), allowed: setOf(HASH, DELETE) });
const protectedForm = Object.freeze({ required: setOf(HASH), allowed: setOf(DELETE) });

/** Milliseconds within which a Delete answers the last message of phase 1. */
const AT_ONCE = 2000;

/** A message of an informational exchange, with the IKE SA that its cookies name, if any. */
export function receiveInformational(context: Context, now: number, sa: IKESA | undefined, message: Message): void {
	const encrypted = (message.header.flags & Flag.ENCRYPTION) !== 0;
	if (sa === undefined) {
		refused(context, now, "", message.from.address, "unknown-cookies", `informational from ${formatAddress(message.from.address)} dropped: no such IKE SA`);
		const opened = encrypted ? undefined : openClear(message);
		if (opened !== undefined && !isFault(opened) && notifications(opened).some(isLoss))
			suspect(context, now, message.from.address);
		return;
	}
	if (!encrypted)
		receiveHint(context, now, sa, message);
	else if (sa.key.length === 0) {
		suspectProof(context, now, sa);
		refused(context, now, sa.peer, message.from.address, "encrypted-too-early", `encrypted informational dropped in state ${sa.state}`);
	}
	else
		receiveProtected(context, now, sa, message);
}

/** Unprotected: anybody who saw the cookies could have sent it. It ends nothing, but says what the silence that may follow means. */
function receiveHint(context: Context, now: number, sa: IKESA, message: Message): void {
	const source = message.from.address;
	const opened = check(clear, openClear(message));
	if (isResult(opened)) {
		refused(context, now, sa.peer, source, opened.reason, `informational from ${formatAddress(source)} dropped: ${opened.text}`);
		return;
	}
	const exchange = sa.negotiation;
	for (const notification of notifications(opened)) {
		const name = notificationName(notification.type);
		if (!sa.isEstablished && notification.type < FIRST_STATUS_NOTIFY)
			sawNotification(context, now, negotiationOf(sa), false, notification.type, message.names);
		refused(context, now, sa.peer, source, "unprotected-informational", `informational in clear received: ${message.names}; ${name}, a hint only, in state ${sa.state}`);
		if (sa.isEstablished && isLoss(notification))
			suspect(context, now, sa.remote.address);
		if (awaits(sa) && exchange instanceof Phase1 && !exchange.hinted && notification.type < FIRST_STATUS_NOTIFY)
			tell(context, now, exchange, finding(refusedBy(notification.type, sa), "clear", `the peer answers ${name} to ${hintText(sa)}`, fact("answer", name)));
	}
}

/** Who sends this says that it does not have what we have (T29). */
function isLoss({ type }: Notification): boolean {
	return type === NotifyType.INVALID_SPI || type === NotifyType.INVALID_COOKIE;
}

/** Whether the peer's next message could be a refusal: of what an initiator says, and of the proof that a responder gives first in aggressive mode. */
function awaits(sa: IKESA): boolean {
	return !sa.isEstablished && (sa.role === "initiator" || sa.mode === "aggressive");
}

function hintText(sa: IKESA): string {
	const { localId, phase1Proposals, authentication } = sa.settings!;
	if (sa.state >= 7 || sa.role === "responder")
		return `our identity ${identityText(localId)} and the proof of our ${sa.authentication}`;
	const proposals = `our proposals for ${sa.mode} mode, ${few(phase1Proposals.map(phase1Text))} by ${authentication}`;
	if (sa.mode === "aggressive")
		return `${proposals}, and our identity ${identityText(localId)}: it does not take these, or wants main mode`;
	return sa.state >= 5 ? "our public value" : proposals;
}

function notifications(opened: Opened): Notification[] {
	const list: Notification[] = [];
	for (const payload of opened.payloads) {
		const notification = payload.type === NOTIFICATION ? parseNotification(payload.body) : undefined;
		if (notification !== undefined && !isFault(notification))
			list.push(notification);
	}
	return list;
}

function receiveProtected(context: Context, now: number, sa: IKESA, message: Message): void {
	const { log } = context.host;
	const opened = openProtected(context, sa, message);
	if (opened === undefined) {
		refused(context, now, sa.peer, message.from.address, "wrong-hash", `informational from ${formatAddress(message.from.address)} dropped: its HASH is wrong`);
		suspectKey(context, now, sa);
		return;
	}
	if (context.past.has(sa, message.header.messageID)) {
		refused(context, now, sa.peer, message.from.address, "replayed", `informational from ${formatAddress(message.from.address)} dropped: it has come before, or was ours`);
		return;
	}
	const checked = check(protectedForm, opened);
	if (isResult(checked)) {
		refused(context, now, sa.peer, message.from.address, checked.reason, `informational dropped: ${checked.text}`);
		return;
	}
	const told = notifications(opened);
	log.write(now, INFO, sa.peer, `informational received: ${message.names}${told.map((each) => "; " + notificationName(each.type)).join("")}`);
	if (!sa.isEstablished) {
		refusedInPhase1(context, now, sa, told);
		return;
	}
	for (const notification of told)
		if (!sa.closed)
			notified(context, now, sa, message, notification);
	if (!sa.closed)
		deleted(context, now, sa, opened);
}

/** While we wait for message 6: a peer that cannot read our message 5 says so under keys of its own (T01). */
function suspectKey(context: Context, now: number, sa: IKESA): void {
	const exchange = sa.negotiation;
	if (!sa.isEstablished && sa.role === "initiator" && exchange instanceof Phase1 && !exchange.hinted)
		tell(context, now, exchange, finding("key-mismatch", "garbage", "the peer answers message 5 with something that our keys do not decrypt"
			+ (sa.authentication === "certificate" ? "" : ": the pre-shared keys of both sides differ")));
}

/**
 * While we wait for message 2 or 3 of aggressive mode: a peer that does not take our proof, or has none of its own for who we say we are, says so under keys that
 * there are none of here yet.
 */
function suspectProof(context: Context, now: number, sa: IKESA): void {
	const exchange = sa.negotiation;
	if (sa.mode !== "aggressive" || sa.state !== 3 || !(exchange instanceof Phase1) || exchange.hinted)
		return;
	if (sa.role === "initiator")
		tell(context, now, exchange, finding("id-mismatch", "clear", `the peer answers message 1 with an encrypted refusal in place of message 2: it takes our proposals, but not our identity ${identityText(sa.settings!.localId)}, or cannot prove its own`));
	else
		tell(context, now, exchange, finding(sa.authentication === "certificate" ? "certificate-untrusted" : "key-mismatch", "clear",
			`the peer answers our message 2 with an encrypted refusal: ${sa.authentication === "certificate" ? "it does not take our certificate" : "the keys of both sides differ"}, or it expects another identity than ours`));
}

/** The peer has our key, and refuses us all the same: it does not like our identity. */
function refusedInPhase1(context: Context, now: number, sa: IKESA, told: readonly Notification[]): void {
	const exchange = sa.negotiation;
	const error = told.find((notification) => notification.type < FIRST_STATUS_NOTIFY);
	if (error === undefined || sa.role !== "initiator" || !(exchange instanceof Phase1))
		return;
	sawNotification(context, now, negotiationOf(sa), false, error.type);
	tell(context, now, exchange, refusalOf(sa, error.type));
	fail(context, now, exchange, `the peer answers ${notificationName(error.type)}`);
}

/** Why a peer that has our key, or could check our certificate with its own, refuses us. */
function refusalOf(sa: IKESA, type: number): Finding {
	const cause = type === NotifyType.AUTHENTICATION_FAILED && sa.authentication === "pre-shared key" ? "id-mismatch" : refusedBy(type, sa);
	return finding(cause, "protected", refusalText(sa.settings!, type), fact("answer", notificationName(type)));
}

function refusalText({ authentication, localId, ownCertificate }: PeerSettings, type: number): string {
	const name = notificationName(type);
	const identity = `our identity ${identityText(localId)}`;
	return authentication === "pre-shared key" ? `the peer has our pre-shared key and answers ${name} to ${identity}`
		: `the peer answers ${name} to ${identity} and our certificate ${ownCertificate}: it trusts no authority that vouches for it, expects somebody else, or wants another method of authentication`;
}

/** What a peer says that does not believe the last message of phase 1, if that was ours; what could be about a quick mode only when there is none. */
function isDisbelief(sa: IKESA, type: number): boolean {
	if (type === NotifyType.INVALID_ID_INFORMATION || type === NotifyType.INVALID_HASH_INFORMATION)
		return isLastProof(sa) && sa.exchanges.length === 0;
	return type >= NotifyType.INVALID_CERT_ENCODING && type <= NotifyType.INVALID_CERT_AUTHORITY || type === NotifyType.AUTHENTICATION_FAILED
		|| type === NotifyType.INVALID_SIGNATURE || type === NotifyType.CERTIFICATE_UNAVAILABLE;
}

/** Whether ours was the last proof of phase 1: the peer has judged it when phase 1 is over for us. */
function isLastProof({ role, mode }: IKESA): boolean {
	return role === "responder" || mode === "aggressive";
}

/** Phase 1 is over for us and not for the peer, which does not take our proof: there is no IKE SA. */
function disbelieved(context: Context, now: number, sa: IKESA, type: number): void {
	sawNotification(context, now, negotiationOf(sa), false, type);
	phase1Problem(context, now, sa, refusalOf(sa, type));
	context.counters.add("phase1-failed");
	context.host.ended(negotiationOf(sa), `the peer answers ${notificationName(type)}`);
	closeIKESA(context, now, sa, `the peer answers ${notificationName(type)}`);
	if (context.table.current(sa.peer) === undefined)
		context.waiting.take(sa.peer);
}

function notified(context: Context, now: number, sa: IKESA, message: Message, notification: Notification): void {
	switch (notification.type) {
		case NotifyType.INITIAL_CONTACT:
			forgetOthers(context, now, sa);
			break;
		case NotifyType.R_U_THERE:
			answerProbe(context, now, sa, message, notification);
			break;
		case NotifyType.R_U_THERE_ACK:
			acknowledged(context, now, sa, message, notification);
			break;
		case NotifyType.RESPONDER_LIFETIME:
			shortened(context, now, sa, notification);
			break;
		default:
			if (sa.phase2Negotiations === 0 && isDisbelief(sa, notification.type))
				disbelieved(context, now, sa, notification.type);
			else if (notification.type < FIRST_STATUS_NOTIFY)
				refusal(context, now, sa, message, notification);
	}
}

/** RESPONDER-LIFETIME of the IKE SA itself, as some responders send it when phase 1 is over (RFC 2407 4.6.3.1): the shorter lifetime rules. That of a pair comes in quick mode. */
function shortened(context: Context, now: number, sa: IKESA, { protocol, data }: Notification): void {
	const fields = protocol === ProtocolID.ISAKMP && checkAttributes(data, 0, data.length) === undefined ? parsePhase1(data) : undefined;
	if (fields === undefined || isFault(fields) || fields.seconds === 0 || fields.seconds >= sa.lifetime)
		return;
	sa.lifetime = fields.seconds;
	// One that has been replaced goes before that, and is not renewed.
	sa.expiresAt = Math.min(sa.expiresAt ?? Infinity, sa.establishedAt! + sa.lifetime * 1000);
	if (!sa.replaced)
		sa.renewAt = Math.min(sa.renewAt ?? Infinity, sa.establishedAt! + softLimit(sa.lifetime * 1000, sa.role, context.host.crypto.random(1)[0]!));
	context.table.soon(sa, sa.deadline());
	context.host.log.write(now, INFO, sa.peer, `IKE SA ${sa.id}: the peer keeps it for ${sa.lifetime} s`);
}

/** An error under an established IKE SA: it is about the quick mode whose SPI it names, or the only one there is. */
function refusal(context: Context, now: number, sa: IKESA, message: Message, notification: Notification): void {
	const open: QuickMode[] = [];
	for (const exchange of sa.exchanges)
		if (exchange instanceof QuickMode && !exchange.isDone)
			open.push(exchange);
	const spi = notification.spi.length === 4 ? read32(notification.spi, 0) : 0;
	const named = open.find((quick) => spi !== 0 && (quick.inboundSPI === spi || quick.outboundSPI === spi));
	const own = open.filter((quick) => quick.role === "initiator");
	const quick = named ?? (own.length === 1 ? own[0] : undefined);
	const name = notificationName(notification.type);
	const child = named === undefined && notification.type === NotifyType.INVALID_SPI && spi !== 0 ? context.children.named(sa.peer, spi, notification.protocol === ProtocolID.AH, sa.identity) : undefined;
	if (child !== undefined && child.inboundSPI !== spi) {
		sa.heardAt = now;
		context.children.remove(child.inboundSPI);
		context.host.remove(now, child.inboundSPI, `the peer says ${name}`, true);
	}
	else if (quick === undefined)
		context.host.log.limited(now, NOTICE, sa.peer, sa.remote.address, "notified", `the peer says ${name}, about no negotiation under way`);
	else {
		context.past.add(sa, message.header.messageID);
		refusedByPeer(context, now, quick, notification, name);
	}
}

/** Deletes, last of all, and that of an IKE SA after those of its children: nothing after them sees what they closed (F08). */
function deleted(context: Context, now: number, sa: IKESA, opened: Opened): void {
	const closing: IKESA[] = [];
	const gone: Child[] = [];
	for (const payload of opened.payloads) {
		if (payload.type !== DELETE)
			continue;
		const list = parseDelete(payload.body);
		if (isFault(list))
			context.counters.add(`malformed-${list.fault}`);
		else if (list.protocol === ProtocolID.ISAKMP)
			for (let i = 0; i < list.count; i++) {
				const cookies = deletedCookies(list, i);
				const named = context.table.withCookie(cookies, (other) => other.peer === sa.peer && sameBytes(other.cookies, cookies));
				if (named !== undefined && !closing.includes(named))
					closing.push(named);
			}
		else {
			sa.isUsed = true;
			deletedChildren(context, now, sa, list, gone);
		}
	}
	for (const named of closing) {
		// Of two that came up at once a peer may close one.
		const inVain = named.phase2Negotiations === 0 && !named.isUsed && named.isEstablished && now - named.establishedAt! < AT_ONCE
			&& !context.table.of(sa.peer).some((other) => other !== named && !other.isUnproven);
		if (inVain)
			phase1Problem(context, now, named, rejection(named));
		closeIKESA(context, now, named, "deleted by the peer");
		if (inVain)
			// What waits would begin another at once, which the peer closes, and so on.
			context.waiting.take(sa.peer);
	}
}

/** The peer closed the IKE SA that had just come up: if ours was the last proof of phase 1 it has judged that only now. */
function rejection(sa: IKESA): Finding {
	const { authentication, settings } = sa;
	const { ownCertificate, localId } = settings!;
	if (!isLastProof(sa))
		return finding("peer-refused", "protected", "the peer closed the IKE SA by a Delete as soon as it was up, and no tunnel came up under it", fact("answer", "Delete"));
	const identity = `our identity ${identityText(localId)}`;
	const closed = "the peer closed the IKE SA as soon as it had our proof: most likely it does not take";
	return authentication === "certificate" ? finding("certificate-untrusted", "delete", `${closed} our certificate ${ownCertificate} or ${identity}`)
		: finding("id-mismatch", "delete", `${closed} ${identity}`);
}

/** `gone`: what this message has deleted so far. AH around ESP goes with the first of its two Deletes. */
function deletedChildren(context: Context, now: number, sa: IKESA, list: Delete, gone: Child[]): void {
	if (list.protocol !== ProtocolID.ESP && list.protocol !== ProtocolID.AH)
		return;
	for (let i = 0; i < list.count; i++) {
		const spi = deletedSPI(list, i);
		const child = context.children.named(sa.peer, spi, list.protocol === ProtocolID.AH, sa.identity);
		if (child === undefined && gone.some((each) => each.outboundSPI === spi || each.outboundAHSPI === spi))
			continue;
		if (child === undefined)
			context.host.log.limited(now, INFO, sa.peer, sa.remote.address, "unknown-delete", `the peer deletes SA 0x${spi.toString(16).padStart(8, "0")}, which there is not`);
		else {
			gone.push(child);
			// Nobody can say it again: there is none of that number any more.
			sa.heardAt = now;
			context.children.remove(child.inboundSPI);
			context.host.remove(now, child.inboundSPI, "deleted by the peer", true);
		}
	}
}
