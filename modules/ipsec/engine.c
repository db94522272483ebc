/*
 * The packet engine: what happens to a packet, in order. Nothing here is decided by absence: a packet that matches a policy is sealed, parked or
 * dropped and counted, whatever is missing.
 */
#include "engine.h"
#include "carry.h"
#include "ecn.h"
#include "events.h"
#include "firewall.h"
#include "fragments.h"
#include "hints.h"
#include "icmp.h"
#include "mss.h"
#include "mtu.h"
#include "ipv4.h"
#include "park.h"
#include "replay.h"
#include "selectors.h"

#include <string.h>

/* The highest sequence number that is sent, of 32 and of 64 bits, and how far before it an SA asks to be renewed. */
#define kLastSequence 0xffffffffu
#define kLastExtendedSequence UINT64_MAX
#define kSoftSequences 0x10000000u
/*
 * Milliseconds between two acquire events of one policy; after which one that was never answered is raised again: so often is a tunnel begun anew that does not come
 * up while there is something to send, and so long at most do packets wait for what was repaired at the other end.
 */
#define kAcquireInterval 1000
#define kAcquireTimeout 20000
/* Milliseconds after which a parked packet is worth nothing to its sender, who has repeated it. */
#define kParkTime 60000

/* Why the last packet was dropped, for the firewall log. */
static int gReason;

void engine_initialize(void)
{
	engine_clear();
}

int engine_has_events(void)
{
	return gEngine.eventsRead != gEngine.eventsWritten;
}

void engine_clear(void)
{
	sad_clear();
	fragments_clear();
	gEngine.eventsRead = gEngine.eventsWritten;
	hints_clear();
}

void engine_orphan(void)
{
	sad_settle();
	gEngine.eventsRead = gEngine.eventsWritten;
	hints_clear();
	for (unsigned policy = 0; policy < CONNECTIONS; policy++) {
		PolicyRecord* record = &gSPD.policies[policy];
		if (!record->used || !(record->flags & POLICY_FLAG_ACQUIRING))
			continue;
		record->flags &= (uint8_t)~POLICY_FLAG_ACQUIRING;
		record->acquiredAt = 0;
		event_acquire(policy);
	}
}

/* ---- limits ---- */

static int limitReached(uint64_t limit, uint64_t value)
{
	return limit != 0 && value >= limit;
}

/* The SA carries nothing from now on, and the control plane hears of it once. */
static void endSA(SARecord* sa)
{
	sa->state = SA_OVER;
	if (!(sa->flags & FLAG_HARD))
		event_limit(EVENT_HARD, sa);
	sa->flags |= FLAG_HARD | FLAG_DYING;
}

static uint64_t lastSequence(const SARecord* sa)
{
	return sa->flags & FLAG_EXTENDED ? kLastExtendedSequence : kLastSequence;
}

/* Why the SA can carry no packet of `length` bytes now: then it is over. kCarried when it can. */
static int checkLimits(SARecord* sa, uint32_t length, uint64_t now)
{
	int reason = kCarried;
	if (limitReached(sa->hardAt, now) || (sa->hardBytes && sa->bytes + length > sa->hardBytes))
		reason = DROP_EXPIRED;
	else if (sa->direction == OUTGOING && sa->sequence >= lastSequence(sa))
		reason = DROP_SEQUENCE_EXHAUSTED;
	if (reason != kCarried)
		endSA(sa);
	return reason;
}

static void countCarried(SARecord* sa, uint32_t length, uint64_t now)
{
	sa->bytes += length;
	sa->packets++;
	sa->usedAt = now;
	if (sa->flags & FLAG_UNAUTHENTIC) {
		sa->flags &= (uint16_t)~FLAG_UNAUTHENTIC;
		event_authentic(EVENT_AUTHENTIC, sa, 0);
	}
	if (!(sa->flags & FLAG_SOFT) && (limitReached(sa->softAt, now) || limitReached(sa->softBytes, sa->bytes)
		|| (sa->direction == OUTGOING && sa->sequence > lastSequence(sa) - kSoftSequences))) {
		sa->flags |= FLAG_SOFT | FLAG_DYING;
		event_limit(EVENT_SOFT, sa);
	}
}

/* ---- outbound ---- */

static int isCarrier(const SARecord* sa, unsigned policy)
{
	return sa->state == SA_LIVE && sa->direction == OUTGOING && sa->policy == policy;
}

/* The live outgoing SA that the policy prefers: the newest, as the record says, or found anew when that one is gone. */
static SARecord* preferredSA(unsigned policy)
{
	PolicyRecord* record = &gSPD.policies[policy];
	if (record->outbound && record->outbound <= SECURITY_ASSOCIATIONS && isCarrier(&gSAD[record->outbound - 1], policy))
		return &gSAD[record->outbound - 1];
	record->outbound = 0;
	for (uint32_t slot = 0; slot < SECURITY_ASSOCIATIONS; slot++)
		if (isCarrier(&gSAD[slot], policy) && (!record->outbound || gSAD[slot].serial > gSAD[record->outbound - 1].serial))
			record->outbound = slot + 1;
	return record->outbound ? &gSAD[record->outbound - 1] : NULL;
}

/* That one if it can carry a packet of `length` bytes now, else the next newest that can; `reason` says why the last one could not. */
static SARecord* usableSA(unsigned policy, uint32_t length, uint64_t now, int* reason)
{
	SARecord* sa;
	*reason = DROP_NO_SA;
	while ((sa = preferredSA(policy)) != NULL) {
		int limit = checkLimits(sa, length, now);
		if (limit == kCarried)
			return sa;
		*reason = limit;
	}
	return NULL;
}

/* Once for each policy until it is answered, and not too often then. 0 when there is no room for the SAs that it would bring. */
static int acquire(unsigned policy, uint64_t now)
{
	PolicyRecord* record = &gSPD.policies[policy];
	uint64_t pause = record->flags & POLICY_FLAG_ACQUIRING ? kAcquireTimeout : kAcquireInterval;
	if (record->acquiredAt && now - record->acquiredAt < pause)
		return 1;
	if (sad_free_count() < 2)
		return 0;
	record->flags |= POLICY_FLAG_ACQUIRING;
	record->acquiredAt = now ? now : 1;
	event_acquire(policy);
	return 1;
}

static EngineVerdict drop(int reason, SARecord* sa)
{
	count_drop(reason, sa);
	gReason = reason;
	return kVerdictDrop;
}

/* No SA can carry the packet, for `reason`. */
static EngineVerdict withoutSA(unsigned policy, const EnginePacket* packet, uint64_t now, int reason)
{
	if (!(gSPD.policies[policy].flags & POLICY_FLAG_ACQUIRE))
		return drop(reason, NULL);
	if (!acquire(policy, now))
		return drop(DROP_TABLE_FULL, NULL);
	return park_add(packet->data, packet->length, (uint16_t)policy, now) ? kVerdictParked : drop(DROP_TOO_BIG, NULL);
}

static int portsReason(const InnerPacket* inner)
{
	return inner->ports == kPortsInFirstFragment ? DROP_FRAGMENT : DROP_MALFORMED;
}

/* Whether the SA may carry the packet: by itself, or since it is an ICMP error about one that it may carry the other way (RFC 4301 6.2). */
static Match match(const SARecord* sa, const uint8_t* data, const InnerPacket* inner)
{
	InnerPacket answer;
	Match result = sa_match(sa, inner);
	return result == kMatchNo && icmp_quoted(data, inner, &answer) && sa_match(sa, &answer) == kMatchYes ? kMatchYes : result;
}

/* The same for the policy of an outgoing packet. */
static int findPolicy(const uint8_t* data, const InnerPacket* inner)
{
	InnerPacket answer;
	int policy = policy_find(inner);
	return policy == kNoPolicy && icmp_quoted(data, inner, &answer) ? policy_find(&answer) : policy;
}

/*
 * A packet that is larger, once sealed, than what reaches the peer whole. Its sender is told when it wanted no fragments; else it is cut before it
 * is sealed. Where the receiver needs ports, which later pieces do not show, the sealed packet is cut instead: that is the host's work.
 */
static EngineVerdict tooLarge(SARecord* sa, EnginePacket* packet, const InnerPacket* inner, uint32_t mtu, uint64_t now)
{
	uint32_t innerMTU = mtu_inner(sa, mtu, inner->headerSize);
	if (inner->dontFragment) {
		EngineVerdict verdict = drop(DROP_TOO_BIG, sa);
		return icmp_too_big(packet, inner, innerMTU, now) ? kVerdictDeliver : verdict;
	}
	int cuttable = sa->mode == MODE_TUNNEL && !sa->selectorLocalPort && !sa->selectorRemotePort && innerMTU >= inner->headerSize + 8u;
	return cuttable ? kVerdictCut : kVerdictSend;
}

/* Seals one packet on `sa`, whose limits allow it. */
static EngineVerdict seal(SARecord* sa, EnginePacket* packet, InnerPacket* inner, uint64_t now)
{
	/* A system that forwards from one tunnel into another on the same interface makes some: no fault of the SA. */
	if (icmp_is_redirect(packet->data, inner))
		return drop(DROP_SELECTOR_MISMATCH, NULL);
	Match matched = match(sa, packet->data, inner);
	if (matched != kMatchYes)
		return drop(matched == kMatchUnknown ? portsReason(inner) : DROP_SELECTOR_MISMATCH, sa);
	uint32_t mtu = path_mtu(sa->remoteAddress[0], now);
	uint32_t outer = carry_outer(sa, packet->length, inner->headerSize);
	if (outer > 0xffff)
		return drop(DROP_TOO_BIG, sa);
	if (outer > mtu) {
		EngineVerdict verdict = tooLarge(sa, packet, inner, mtu, now);
		if (verdict != kVerdictSend)
			return verdict;
	}
	if (mss_is_syn(packet->data, inner))
		gEngine.notes[NOTE_MSS_CLAMPED] += (uint64_t)mss_clamp(packet->data, inner, mtu_inner(sa, mtu, inner->headerSize));
	inner->dontFragment = inner->dontFragment && path_forbids_fragments(sa->remoteAddress[0], now);
	uint32_t length = packet->length;
	/* The number is used up even if sealing fails: it must never be used twice. */
	int result = carry_seal(sa, packet, inner, ++sa->sequence);
	if (result != kCarried)
		return drop(result, sa);
	countCarried(sa, length, now);
	return kVerdictSend;
}

static void fillFlow(EngineFlow* flow, const SARecord* sa, const InnerPacket* inner)
{
	int udp = (sa->flags & FLAG_UDP) != 0;
	flow->localAddress = sa->localAddress[0];
	flow->remoteAddress = sa->remoteAddress[0];
	flow->localPort = udp ? sa->localPort : 0;
	flow->remotePort = udp ? sa->remotePort : 0;
	flow->protocol = udp ? 17 : sa->protocol == PROTOCOL_ESP ? kIPv4ProtocolESP : kIPv4ProtocolAH;
	flow->tos = inner->tos;
	flow->dontFragment = inner->dontFragment;
	flow->headerIncluded = (uint8_t)carry_has_header(sa);
}

/* One outer header serves the whole run: it claims ECN, and forbids fragments, only if every packet does. */
static void joinFlow(EngineFlow* flow, const InnerPacket* inner)
{
	if ((inner->tos & 3) != (flow->tos & 3))
		flow->tos &= (uint8_t)~3;
	flow->dontFragment &= inner->dontFragment;
}

static int sameFlow(const InnerPacket* a, const InnerPacket* b)
{
	return a->source == b->source && a->destination == b->destination && a->protocol == b->protocol && a->ports == b->ports
		&& a->sourcePort == b->sourcePort && a->destinationPort == b->destinationPort;
}

/* A run on its way out. */
typedef struct {
	InnerPacket inner;	/* the packet at hand, when it is one of IPv4 */
	InnerPacket first;	/* `policy` was found for this one */
	int policy;
	uint8_t known;		/* `first` and `policy` are those of an earlier packet */
	uint8_t parsed;		/* `inner` and `policy` are those of the packet at hand */
	uint8_t over;		/* the packet at hand leaves by another SA than those before it, and is not taken */
	SARecord* sa;		/* that was to carry it */
	const SARecord* sender;	/* the SA that `flow` was filled for */
	EngineFlow* flow;
} Run;

static EngineVerdict outbound(Run* run, EnginePacket* packet, uint64_t now)
{
	InnerPacket* inner = &run->inner;
	int reason = inner_parse(packet->data, packet->length, inner);
	run->sa = NULL;
	run->parsed = reason == kCarried;
	if (reason != kCarried)
		return drop(reason, NULL);
	packet->length = inner->length;
	fragments_join(inner, 0, now);
	if (!run->known || !sameFlow(&run->first, inner)) {
		run->policy = findPolicy(packet->data, inner);
		run->first = *inner;
		/* Of two ICMP errors each has a cause of its own. */
		run->known = inner->protocol != 1;
	}
	if (run->policy == kNoPolicy) {
		drop(DROP_NO_POLICY, NULL);
		return kVerdictClear;
	}
	if (run->policy == kPolicyUnknown)
		return drop(portsReason(inner), NULL);
	if (!(gSPD.policies[run->policy].flags & POLICY_FLAG_ENABLED))
		return drop(DROP_POLICY_DISABLED, NULL);
	SARecord* sa = usableSA((unsigned)run->policy, packet->length, now, &reason);
	if (!sa)
		return withoutSA((unsigned)run->policy, packet, now, reason);
	run->over = run->sender && run->sender != sa;
	if (run->over)
		return kVerdictDrop;
	run->sa = sa;
	EngineVerdict verdict = seal(sa, packet, inner, now);
	if (verdict == kVerdictSend) {
		if (!run->sender)
			fillFlow(run->flow, sa, inner);
		else
			joinFlow(run->flow, inner);
		run->sender = sa;
	}
	else if (verdict == kVerdictCut)
		run->flow->innerMTU = (uint16_t)mtu_inner(sa, path_mtu(sa->remoteAddress[0], now), inner->headerSize);
	return verdict;
}

/* What the firewall log says of a packet from the LAN, of the packet on the WAN that it became, and of the error that its sender gets. */
static void logOutbound(const InnerPacket* inner, int policy, const SARecord* sa, const EnginePacket* packet, EngineVerdict verdict, uint64_t now)
{
	int reason = verdict == kVerdictSend ? kCarried : verdict == kVerdictParked ? WHY_PARKED : verdict == kVerdictCut ? WHY_CUT : gReason;
	InnerPacket answer;
	firewall_inner(PLACE_FROM_LAN, inner, policy, sa, reason, now);
	if (verdict == kVerdictSend)
		firewall_to_wan(sa, packet->length, now);
	else if (verdict == kVerdictDeliver && inner_parse(packet->data, packet->length, &answer) == kCarried)
		firewall_inner(PLACE_TO_LAN, &answer, policy, NULL, kCarried, now);
}

unsigned engine_outbound(EnginePacket* run, EngineVerdict* verdicts, unsigned count, uint64_t now, EngineFlow* flow)
{
	Run state = { .policy = kNoPolicy, .flow = flow };
	unsigned taken = 0;
	memset(flow, 0, sizeof(*flow));
	accelerator_run_begin(count);
	for (; taken < count; taken++) {
		verdicts[taken] = outbound(&state, &run[taken], now);
		if (state.over)
			break;
		if (firewall_on())
			logOutbound(state.parsed ? &state.inner : NULL, state.parsed ? state.policy : kNoPolicy, state.sa, &run[taken], verdicts[taken], now);
	}
	if (accelerator_run_end() == kAcceleratorOK)
		return taken;
	for (unsigned i = 0; i < taken; i++)
		if (verdicts[i] == kVerdictSend)
			verdicts[i] = drop(DROP_CRYPTO_FAILURE, NULL);
	return taken;
}

int engine_protects(const uint8_t* data, uint32_t length, uint64_t now)
{
	InnerPacket inner;
	if (inner_parse(data, length, &inner) != kCarried)
		return 1;
	fragments_join(&inner, 0, now);
	return findPolicy(data, &inner) != kNoPolicy;
}

int engine_cut(const EnginePacket* whole, const EngineFlow* flow, uint32_t* offset, EnginePacket* piece)
{
	int isFirst = *offset == 0;
	int isCut = fragments_cut(whole, flow->innerMTU, offset, piece);
	if (isFirst && isCut)
		gEngine.notes[NOTE_CUT]++;
	else if (isFirst)
		count_drop(DROP_MALFORMED, NULL);
	return isCut;
}

void engine_set_link(uint32_t (*mtu)(uint32_t remoteAddress))
{
	path_set_link(mtu);
}

void engine_link_changed(uint32_t remoteAddress)
{
	path_ask_again(remoteAddress);
}

void engine_icmp(const uint8_t* packet, uint32_t length, uint64_t now)
{
	path_icmp(packet, length, now);
}

/* Whether a parked packet's time is over, or its policy is gone. */
static int outlived(const ParkedPacket* parked, uint64_t now)
{
	const PolicyRecord* policy = &gSPD.policies[parked->policy];
	return now - parked->at >= kParkTime || !policy->used || !(policy->flags & POLICY_FLAG_ENABLED);
}

EngineVerdict engine_unpark(EnginePacket* packet, uint32_t room, uint64_t now, EngineFlow* flow)
{
	ParkedPacket* parked;
	for (uint64_t serial = 0; (parked = park_next(serial)) != NULL;) {
		int reason;
		InnerPacket inner;
		SARecord* sa;
		serial = parked->serial;
		if (outlived(parked, now)) {
			park_give_up(parked, DROP_PARKED_TOO_LONG, now);
			continue;
		}
		if ((sa = usableSA(parked->policy, parked->length, now, &reason)) == NULL)
			continue;
		if ((uint32_t)parked->length + kEngineTailroom > room || inner_parse(parked->data, parked->length, &inner) != kCarried) {
			park_give_up(parked, DROP_TOO_BIG, now);
			continue;
		}
		uint16_t policy = parked->policy;
		memcpy(packet->data, parked->data, parked->length);
		packet->length = parked->length;
		park_free(parked);
		fragments_join(&inner, 0, now);
		EngineVerdict verdict = seal(sa, packet, &inner, now);
		if (verdict == kVerdictSend)
			fillFlow(flow, sa, &inner);
		else if (verdict == kVerdictCut)
			flow->innerMTU = (uint16_t)mtu_inner(sa, path_mtu(sa->remoteAddress[0], now), inner.headerSize);
		if (firewall_on())
			logOutbound(&inner, policy, sa, packet, verdict, now);
		if (verdict != kVerdictDrop)
			return verdict;
	}
	return kVerdictDrop;
}

/* ---- inbound ---- */

/* What came out of the SA is an IPv4 packet that it may carry (RFC 4301 5.2). */
static int checkInner(SARecord* sa, EnginePacket* packet, uint8_t outerTOS, uint64_t now)
{
	InnerPacket inner;
	int reason = inner_parse(packet->data, packet->length, &inner);
	if (reason != kCarried)
		return reason;
	/* What follows is padding against traffic analysis (RFC 4303 2.7). */
	packet->length = inner.length;
	fragments_join(&inner, (unsigned)(sa - gSAD) + 1, now);
	Match matched = icmp_is_redirect(packet->data, &inner) ? kMatchNo : match(sa, packet->data, &inner);
	if (matched != kMatchYes)
		return matched == kMatchUnknown ? portsReason(&inner) : DROP_SELECTOR_MISMATCH;
	/* What the peer's host may be sent: by the path to there, which is taken to be as wide as that from there. */
	if (mss_is_syn(packet->data, &inner))
		gEngine.notes[NOTE_MSS_CLAMPED] += (uint64_t)mss_clamp(packet->data, &inner, mtu_inner(sa, path_mtu(sa->remoteAddress[0], now), inner.headerSize));
	if (sa->mode == MODE_TUNNEL)
		return ecn_merge(packet->data, outerTOS) ? kCarried : DROP_CONGESTION;
	/* The sender may have had another address before a NAT than it has in the header now (RFC 3948 3.1.2). */
	if (sa->flags & FLAG_UDP)
		ipv4_transport_checksum(packet->data, packet->length);
	return kCarried;
}

static int openOn(SARecord* sa, EnginePacket* packet, Arrival* arrival, uint64_t now)
{
	const EngineOrigin* origin = arrival->origin;
	uint8_t nextHeader;
	int reason;
	if (sa->state != SA_LIVE)
		return DROP_EXPIRED;
	if (((sa->flags & FLAG_UDP) != 0) != (origin->protocol == 17) || (sa->protocol != PROTOCOL_ESP) != (origin->protocol == kIPv4ProtocolAH))
		return DROP_WRONG_ENCAPSULATION;
	if ((reason = checkLimits(sa, 0, now)) != kCarried)
		return reason;
	uint64_t sequence = sa->flags & FLAG_EXTENDED ? replay_extend(sa, arrival->sequence) : arrival->sequence;
	if (!replay_check(sa, sequence))
		return DROP_REPLAYED;
	if ((reason = carry_authenticate(sa, packet, arrival, sequence, &nextHeader)) != kCarried) {
		if (reason == DROP_BAD_ICV)
			hint_unauthentic(sa, packet, arrival, sequence);
		return reason;
	}
	int newest = sequence > sa->sequence;
	replay_commit(sa, sequence);
	if (origin->largestFragment)
		path_fragments(sa->remoteAddress[0], origin->largestFragment, now);
	if (newest && (sa->flags & FLAG_UDP))
		hint_moved(sa, origin, now);
	if ((reason = carry_open(sa, packet, arrival, sequence, nextHeader)) != kCarried || (reason = checkInner(sa, packet, origin->tos, now)) != kCarried)
		return reason;
	/* The bytes are known now, and authenticated: only now may they end the SA. */
	if ((reason = checkLimits(sa, packet->length, now)) != kCarried)
		return reason;
	countCarried(sa, packet->length, now);
	return kCarried;
}

/*
 * What the firewall log says of a packet from the WAN that had `length` bytes as it came; and of what was in it, where that is known: it came out, or was refused for
 * what it is.
 */
static void logInbound(const EnginePacket* packet, uint32_t length, const Arrival* arrival, const SARecord* sa, int reason, uint64_t now)
{
	const EngineOrigin* origin = arrival->origin;
	InnerPacket inner;
	int known = (reason == kCarried || reason == DROP_SELECTOR_MISMATCH || reason == DROP_CONGESTION || reason == DROP_FRAGMENT)
		&& inner_parse(packet->data, packet->length, &inner) == kCarried;
	firewall_from_wan(origin, sa, arrival->spi, length, known ? kCarried : reason == DROP_DUMMY ? WHY_DUMMY : reason, now);
	if (known)
		firewall_inner(PLACE_TO_LAN, &inner, sa->policy, sa, reason, now);
}

static int inbound(EnginePacket* packet, uint64_t now, Arrival* arrival, const EngineOrigin* origin, SARecord** sa)
{
	if (!carry_arrived(packet, origin, arrival))
		return DROP_MALFORMED;
	*sa = sad_find(arrival->spi);
	if (!*sa) {
		hint_unknown_spi(arrival->spi, origin, now);
		return DROP_UNKNOWN_SPI;
	}
	return openOn(*sa, packet, arrival, now);
}

void engine_inbound(EnginePacket* run, EngineVerdict* verdicts, unsigned count, uint64_t now, const EngineOrigin* origin)
{
	if (accelerator_run_begin(count))
		carry_expect(run, count, origin);
	for (unsigned i = 0; i < count; i++) {
		Arrival arrival;
		SARecord* sa = NULL;
		uint32_t length = run[i].length;
		int reason = inbound(&run[i], now, &arrival, origin, &sa);
		verdicts[i] = reason == kCarried ? kVerdictDeliver : drop(reason, sa);
		if (firewall_on())
			logInbound(&run[i], length, &arrival, sa, reason, now);
	}
	accelerator_run_end();
}
