/** What main and aggressive mode have in common: the exchange object, its success and its failures. */
import type { Context } from "../../context.js";
import type { DHGroup } from "../../../crypto/types.js";
import { phase1Problem, unprovenProblem, type Finding, type Place } from "../../diagnosis.js";
import { Exchange, type Postponed } from "../../exchange.js";
import { pack, unpack } from "../../packed.js";
import { INFO, NOTICE, type Severity } from "../../../log/types.js";
import { ESTABLISHED, type IKESA } from "../../sa.js";
import { KEEPALIVE, RETIRE, SETTLING, softLimit } from "../../schedule.js";
import type { PeerSettings } from "../../../settings/types.js";
import type { Cause } from "../../types.js";
import { formatAddress } from "../../../addresses.js";
import { NotifyType, Phase1Attribute, ProtocolID } from "../wire/constants.js";
import { emitLifetime } from "../wire/lifetime.js";
import { closeIKESA, deleteIKESA } from "./end.js";
import { watch } from "./liveness.js";
import { notifyProtected } from "./notify.js";
import { negotiationOf } from "./seen.js";

/** IKE SAs that one peer may have established at once; the oldest go. */
const ESTABLISHED_FOR_PEER = 3;

/** RFC 3947 and its drafts. */
export type NATVendor = "natTraversal" | "natTraversal03" | "natTraversal02n" | "natTraversal02";

/** Numbers of byte strings. */
const SA_BODY = 16;
const ANSWER = 17;
const INITIATOR_NONCE = 18;
const RESPONDER_NONCE = 19;
const OTHER_PUBLIC = 20;
const IDENTITY = 21;
const SKEYID = 22;
const SIGNATURE = 23;

/** Phase 1 of one IKE SA. */
export class Phase1 extends Exchange {
	readonly sa: IKESA;
	/** Those of the settings that the peer may be; one for an initiator. The key decides (T02). */
	candidates: readonly PeerSettings[];
	/** The group agreed on; `group` is set when our public value is wanted. */
	dhGroup: DHGroup = 14;
	/** A quick mode message that came while the last one of phase 1 was being judged. */
	early: Postponed | undefined;
	/** Both sides know one kind of NAT traversal, and which. */
	natTraversal = false;
	natVendor: NATVendor = "natTraversal";
	/** The kind that the peer knows where it knows none that we have, "" when it knows none at all. */
	natForeign = "";
	/** The peer says that it has started anew (T18). */
	initialContact = false;
	/** The problem was told already, by a hint that the peer sent without protection. */
	hinted = false;
	/** Seconds for which the peer wants the IKE SA, 0: it has not said. */
	offeredLifetime = 0;
	/** Signatures of the peer's that were wrong. */
	doubts = 0;

	constructor(sa: IKESA, candidates: readonly PeerSettings[]) {
		super();
		this.sa = sa;
		this.candidates = candidates;
	}

	/** SAi_b: body of the initiator's SA payload. Empty, as all of these, while it is not known. */
	get sa_b(): Uint8Array {
		return unpack(this.packed, SA_BODY) ?? new Uint8Array(0);
	}

	set sa_b(value: Uint8Array) {
		this.packed = pack(this.packed, SA_BODY, value, false);
	}

	/** Body of the SA payload that a responder answers with. */
	get answer(): Uint8Array {
		return unpack(this.packed, ANSWER) ?? new Uint8Array(0);
	}

	set answer(value: Uint8Array) {
		this.packed = pack(this.packed, ANSWER, value, false);
	}

	get ni(): Uint8Array {
		return unpack(this.packed, INITIATOR_NONCE) ?? new Uint8Array(0);
	}

	set ni(value: Uint8Array) {
		this.packed = pack(this.packed, INITIATOR_NONCE, value, false);
	}

	get nr(): Uint8Array {
		return unpack(this.packed, RESPONDER_NONCE) ?? new Uint8Array(0);
	}

	set nr(value: Uint8Array) {
		this.packed = pack(this.packed, RESPONDER_NONCE, value, false);
	}

	/** The peer's public value. */
	get otherPublic(): Uint8Array {
		return unpack(this.packed, OTHER_PUBLIC) ?? new Uint8Array(0);
	}

	set otherPublic(value: Uint8Array) {
		this.packed = pack(this.packed, OTHER_PUBLIC, value, false);
	}

	/** Body of the initiator's ID payload, where it comes before its proof (aggressive mode). */
	get identity(): Uint8Array {
		return unpack(this.packed, IDENTITY) ?? new Uint8Array(0);
	}

	set identity(value: Uint8Array) {
		this.packed = pack(this.packed, IDENTITY, value, false);
	}

	/** Ours over HASH_I or HASH_R, empty until the accelerator has made it, and where none is needed. */
	get signature(): Uint8Array {
		return unpack(this.packed, SIGNATURE) ?? new Uint8Array(0);
	}

	set signature(value: Uint8Array) {
		this.packed = pack(this.packed, SIGNATURE, value, false);
	}

	get skeyid(): Uint8Array {
		return unpack(this.packedSecrets, SKEYID) ?? new Uint8Array(0);
	}

	set skeyid(value: Uint8Array) {
		this.packedSecrets = pack(this.packedSecrets, SKEYID, value, true);
	}

	/** The peer, as far as it is known: problems and settings of the first that it may be. */
	get settings(): PeerSettings {
		return this.candidates[0]!;
	}
}

/** Phase 1 has failed: the IKE SA goes, and what waited for it unless something else is under way. */
export function fail(context: Context, now: number, exchange: Phase1, reason: string, severity: Severity = NOTICE): void {
	const { sa } = exchange;
	const peer = exchange.settings.name;
	context.counters.add("phase1-failed");
	context.host.log.write(now, severity, sa.peer, `${sa.mode} mode with ${formatAddress(sa.remote.address)} failed in state ${sa.state}: ${reason}`);
	closeIKESA(context, now, sa, reason);
	if (sa.role === "initiator" && !context.table.of(peer).some((other) => !other.isUnproven))
		context.waiting.take(peer);
}

/** Tells of a problem of phase 1, and that it was told. */
export function tell(context: Context, now: number, exchange: Phase1, found: Finding): void {
	exchange.hinted = true;
	(exchange.sa.isUnproven ? unprovenProblem : phase1Problem)(context, now, placeOf(exchange), found);
}

/** Where phase 1 is: with the first of the peers that it may be. */
export function placeOf({ sa, settings }: Phase1): Place {
	return { peer: settings.name, role: sa.role, mode: sa.mode, state: sa.state, remote: sa.remote };
}

/** Both sides have proved who they are: the IKE SA is up. */
export function establish(context: Context, now: number, exchange: Phase1): void {
	const { sa } = exchange;
	const { host, table } = context;
	const peer = sa.peer;
	sa.state = ESTABLISHED;
	sa.establishedAt = now;
	sa.expiresAt = now + sa.lifetime * 1000;
	sa.renewAt = now + softLimit(sa.lifetime * 1000, sa.role, host.crypto.random(1)[0]!);
	if (sa.natT === "Near end" || sa.natT === "Both ends")
		sa.keepaliveAt = now + KEEPALIVE;
	sa.heardAt = now;
	watch(context, now, sa);
	if (sa.mode === "aggressive" && sa.role === "initiator")
		sa.settledAt = now + SETTLING;
	table.soon(sa, sa.deadline());
	context.openings.learn(now, sa);
	context.openings.remove(sa);
	context.waiting.touch(peer);
	exchange.wipe();
	host.ended(negotiationOf(sa), "");
	host.log.write(now, INFO, peer, `IKE SA ${sa.id} established with ${formatAddress(sa.remote.address)}: ${sa.algorithm}, ${sa.lifetime} s, NAT-T ${sa.natT}; state 9`);
	if (exchange.initialContact)
		forgetOthers(context, now, sa);
	if (sa.replaces !== undefined) {
		retire(context, sa.replaces, now);
		sa.replaces = undefined;
	}
	const all = table.of(peer).filter((other) => other.isEstablished);
	for (let i = 0; i < all.length - ESTABLISHED_FOR_PEER; i++)
		deleteIKESA(context, now, all[i]!, "the peer has newer ones");
	context.hostNames.learn(exchange.settings, sa.remote.address);
	context.told.delete(peer);
	host.solved(peer, "");
	tellOfNAT(context, now, exchange);
	tellLifetime(context, exchange);
}

/** RESPONDER-LIFETIME (RFC 2407 4.6.3.1): the peer, whose offer was returned unchanged (T06), learns that the settings here have less; then it makes another in time, which we may not be able to. */
function tellLifetime(context: Context, { sa, settings, offeredLifetime }: Phase1): void {
	const own = settings.phase1Lifetime;
	if (sa.role === "responder" && (offeredLifetime === 0 || own < offeredLifetime))
		notifyProtected(context, sa, NotifyType.RESPONDER_LIFETIME, ProtocolID.ISAKMP, sa.cookies, emitLifetime(Phase1Attribute.LIFE_TYPE, own, 0));
}

/** A responder sees by the port that a NAT is between, also where there are no hashes: then what goes in IP without UDP most likely does not get through. */
function tellOfNAT(context: Context, now: number, { sa, settings, natTraversal, natForeign }: Phase1): void {
	const { ikePort, natTraversalPort } = context.gateway;
	const { address, port } = sa.remote;
	if (natTraversal || sa.role !== "responder" || port === ikePort || port === natTraversalPort)
		return;
	const reason = settings.natTraversal === "off" ? "the settings say natTraversal off" : natForeign === "" ? "it knows none" : `it knows ${natForeign} only, which is not supported`;
	context.host.log.write(now, NOTICE, sa.peer, `${formatAddress(address)} comes from UDP port ${port}: a NAT is between us, and there is no NAT traversal (${reason}); ESP and AH may not get through it`);
}

/** A newer IKE SA has taken over: this one stays for what is still under way (T16). */
function retire({ table }: Context, sa: IKESA, now: number): void {
	sa.replaced = true;
	sa.renewAt = undefined;
	sa.expiresAt = Math.min(sa.expiresAt ?? Infinity, now + RETIRE);
	table.soon(sa, sa.expiresAt);
}

/** INITIAL-CONTACT, authenticated: what the peer had before it began this exchange is no more (T18). */
export function forgetOthers(context: Context, now: number, sa: IKESA): void {
	const reason = "the peer has started anew";
	for (const other of context.table.of(sa.peer).filter((each) => each !== sa && each.identity === sa.identity && each.isEstablished && each.establishedAt! < sa.startedAt))
		closeIKESA(context, now, other, reason);
	for (const child of context.children.of(sa.peer))
		if (child.bornAt < sa.startedAt && child.identity === sa.identity) {
			context.children.remove(child.inboundSPI);
			context.host.remove(now, child.inboundSPI, reason);
		}
}

/** Why a peer that sent this notification, unprotected, refuses phase 1. */
export function refusedBy(type: number, { state, mode, role, authentication }: IKESA): Cause {
	switch (type) {
		case NotifyType.NO_PROPOSAL_CHOSEN:
		case NotifyType.ATTRIBUTES_NOT_SUPPORTED:
		case NotifyType.BAD_PROPOSAL_SYNTAX:
			return "phase1-algorithm-mismatch";
		case NotifyType.UNSUPPORTED_EXCHANGE_TYPE:
		case NotifyType.INVALID_EXCHANGE_TYPE:
			return "mode-mismatch";
		case NotifyType.INVALID_ID_INFORMATION:
			return "id-mismatch";
		case NotifyType.AUTHENTICATION_FAILED:
		case NotifyType.INVALID_HASH_INFORMATION:
			if (mode === "aggressive" && role === "initiator" && state !== ESTABLISHED)
				// It has shown no proof yet, only who it says it is.
				return "id-mismatch";
			return state < 7 && mode === "main" ? "peer-refused" : authentication === "certificate" ? "certificate-untrusted" : "key-mismatch";
		case NotifyType.INVALID_CERTIFICATE:
		case NotifyType.INVALID_CERT_AUTHORITY:
		case NotifyType.INVALID_CERT_ENCODING:
		case NotifyType.CERT_TYPE_UNSUPPORTED:
			return "certificate-untrusted";
		case NotifyType.CERTIFICATE_UNAVAILABLE:
			return "certificate-missing";
		case NotifyType.INVALID_SIGNATURE:
			return "key-mismatch";
		case NotifyType.INVALID_KEY_INFORMATION:
			// To our public value: a responder looks for the pre-shared key then (T02).
			return mode === "main" && state === 5 && authentication === "pre-shared key" ? "key-mismatch" : "peer-refused";
		case NotifyType.PAYLOAD_MALFORMED:
		case NotifyType.INVALID_PAYLOAD_TYPE:
		case NotifyType.UNEQUAL_PAYLOAD_LENGTHS:
			return state >= 7 ? "key-mismatch" : "peer-refused";
		default:
			return "peer-refused";
	}
}
