/** How quick modes fail, and what is told of it. */
import { remember } from "../../answered.js";
import type { Context } from "../../context.js";
import { fact, finding, phase2Problem, type Finding } from "../../diagnosis.js";
import { NOTICE } from "../../../log/types.js";
import { few, groupText, phase2Text } from "../../names.js";
import { DOUBT } from "../../retransmission.js";
import type { IKESA } from "../../sa.js";
import type { ConnectionSettings } from "../../../settings/types.js";
import type { Cause } from "../../types.js";
import { NotifyType } from "../wire/constants.js";
import type { Notification } from "../wire/notification.js";
import { parseReason, ReasonCode, type Reason } from "../wire/reason.js";
import { abandon, deleteIKESA } from "./end.js";
import { networksText } from "./networks.js";
import { deleteChild } from "./notify.js";
import type { QuickMode } from "./quickmode.js";
import { negotiationOf, sawNotification } from "./seen.js";

/** "quick office"; a responder does not know at first which connection is meant. */
export function quickName(quick: QuickMode): string {
	return quick.connection === undefined ? "quick" : `quick ${quick.connection.name}`;
}

/** "ESP AES-CBC-128/HMAC-SHA1-96 with PFS by MODP2048" */
export function ownText(connection: ConnectionSettings): string {
	return `${few(connection.phase2Proposals.map(phase2Text))} ${connection.pfs === "off" ? "without PFS" : `with PFS by ${groupText(connection.pfs)}`}`;
}

export function choiceText(quick: QuickMode): string {
	const { proposal, group } = quick.choice!;
	return `${quick.connection!.name}: ${phase2Text(proposal)} ${group === 0 ? "without PFS" : `with PFS by ${groupText(group)}`}, ${networksText(quick.local!, quick.remote!, quick.ipProtocol)}`;
}

/** Quick mode has failed: what it took is given back. What was refused is remembered for a while, so that its repetition is no new offer (T11). */
export function failQuick(context: Context, now: number, quick: QuickMode, reason: string): void {
	const { sa } = quick;
	context.counters.add("phase2-failed");
	context.host.log.write(now, NOTICE, sa.peer, `${quickName(quick)} failed: ${reason}`);
	abandon(context, now, quick, reason);
	if (quick.role === "responder" && quick.received !== 0)
		remember(context.table, sa, now, quick.messageID, quick.received, undefined);
}

/** The peer refuses a quick mode by an authenticated notification. */
export function refusedByPeer(context: Context, now: number, quick: QuickMode, { type, data }: Notification, name: string): void {
	const { sa, connection } = quick;
	sawNotification(context, now, negotiationOf(sa, quick), false, type);
	if (quick.role === "initiator" && connection !== undefined) {
		const text = `the peer answers ${name} to ${ownText(connection)} for ${networksText(quick.local!, quick.remote!, quick.ipProtocol)}`;
		const answer = fact("answer", name);
		const reason = reasonIn(type, data);
		phase2Problem(context, now, sa, connection.name, reason === undefined ? finding(causeOf(type, connection), "protected", text, answer) : findingOf(reason, connection, text, answer));
	}
	failQuick(context, now, quick, `the peer answers ${name}`);
}

/** Each reason goes with one notification. */
function reasonIn(type: number, data: Uint8Array): Reason | undefined {
	const reason = parseReason(data);
	return type === (reason?.code === ReasonCode.OFF ? NotifyType.INVALID_ID_INFORMATION : NotifyType.NO_PROPOSAL_CHOSEN) ? reason : undefined;
}

/** A peer that is a keygate says which of the reasons it is that its answer may have. */
function findingOf({ code, group }: Reason, { mode }: ConnectionSettings, text: string, answer: string): Finding {
	switch (code) {
		case ReasonCode.PROTOCOL: return finding("phase2-protocol-mismatch", "reason", `${text}: it accepts none of these protocols`, answer);
		case ReasonCode.ALGORITHMS: return finding("phase2-algorithm-mismatch", "reason", `${text}: it accepts the protocol, but none of these algorithms`, answer);
		case ReasonCode.GROUP: return finding("pfs-mismatch", "reason", `${text}: it accepts these algorithms, but ${group === 0 ? "not this group of PFS" : `with PFS by ${groupText(group)}`}`,
			fact("pfs", group === 0 ? "off" : groupText(group)) + answer);
		case ReasonCode.MODE: {
			const other = mode === "transport" ? "tunnel" : "transport";
			return finding("phase2-protocol-mismatch", "reason", `${text}: it accepts these algorithms, but in ${other} mode`, fact("encapsulation", other) + answer, "mode");
		}
		case ReasonCode.FULL: return finding("table-full", "reason", `${text}: all security associations of the peer are in use`, answer);
		case ReasonCode.OFF: return finding("network-mismatch", "reason", `${text}: its connection between these is switched off`, answer, "");
	}
}

function causeOf(type: number, connection: ConnectionSettings): Cause {
	switch (type) {
		case NotifyType.NO_PROPOSAL_CHOSEN:
		case NotifyType.ATTRIBUTES_NOT_SUPPORTED:
		case NotifyType.BAD_PROPOSAL_SYNTAX:
			return "phase2-algorithm-mismatch";
		case NotifyType.INVALID_PROTOCOL_ID:
			return "phase2-protocol-mismatch";
		case NotifyType.INVALID_ID_INFORMATION:
			return "network-mismatch";
		case NotifyType.INVALID_KEY_INFORMATION:
			return connection.pfs === "off" ? "peer-refused" : "pfs-mismatch";
		default:
			return "peer-refused";
	}
}

/** It was told already that phase 1 is not over for the peer. */
function isDoubted({ phase2Negotiations, answered }: IKESA): boolean {
	return phase2Negotiations === 0 && answered.some(({ messageID, repeats }) => messageID === 0 && repeats >= DOUBT);
}

export function silence(context: Context, now: number, quick: QuickMode): void {
	const { sa, connection } = quick;
	if (quick.role === "initiator" && !isDoubted(sa))
		phase2Problem(context, now, sa, connection!.name, finding("peer-unreachable", "silence", `the peer does not answer quick mode for ${networksText(quick.local!, quick.remote!, quick.ipProtocol)}, though the IKE SA is up`));
	else if (quick.installed)
		// It may have our message 2, and use an SA that we are about to give up.
		deleteChild(context, sa, quick.inboundSPI, quick.choice!.proposal.protocol);
	failQuick(context, now, quick, "no answer");
	if (quick.role === "initiator" && sa.heardAt <= quick.startedAt)
		// A peer that has lost the IKE SA does not answer anything under it, and cannot say so.
		deleteIKESA(context, now, sa, "the peer answers nothing under it");
}
