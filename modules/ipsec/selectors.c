#include "selectors.h"
#include "bytes.h"
#include "events.h"

#include <stddef.h>

/* TCP, UDP, DCCP, SCTP, UDP-Lite: source and destination port come first in the header of each. */
static int hasPorts(uint8_t protocol)
{
	return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

/* Of a packet whose first `length` bytes are there. */
static int parse(const uint8_t* data, uint32_t length, InnerPacket* inner)
{
	if (length == 0)
		return DROP_MALFORMED;
	if (data[0] >> 4 != 4)
		return DROP_NOT_IPV4;
	if (length < kIPv4HeaderMinimum)
		return DROP_MALFORMED;
	uint32_t headerSize = (data[0] & 15u) * 4;
	inner->length = read16(data + 2);
	if (headerSize < kIPv4HeaderMinimum || headerSize > inner->length || headerSize > length)
		return DROP_MALFORMED;
	uint16_t fragment = read16(data + 6);
	inner->headerSize = (uint8_t)headerSize;
	inner->tos = data[1];
	inner->identification = read16(data + 4);
	inner->dontFragment = (fragment & 0x4000) != 0;
	inner->moreFragments = (fragment & 0x2000) != 0;
	inner->offset = fragment & 0x1fff;
	/* A fragment that reaches beyond the largest packet there is; cut again, its pieces would begin at 0 again. */
	if (inner->offset * 8u + inner->length - headerSize > 0xffff)
		return DROP_MALFORMED;
	inner->protocol = data[9];
	inner->source = read32(data + 12);
	inner->destination = read32(data + 16);
	inner->sourcePort = 0;
	inner->destinationPort = 0;
	if (!hasPorts(inner->protocol))
		inner->ports = kPortsNone;
	else if (inner->offset)
		inner->ports = kPortsInFirstFragment;
	else if (inner->length - headerSize < 4 || length - headerSize < 4)
		inner->ports = kPortsTruncated;
	else {
		inner->ports = kPortsKnown;
		inner->sourcePort = read16(data + headerSize);
		inner->destinationPort = read16(data + headerSize + 2);
	}
	return kCarried;
}

int inner_parse(const uint8_t* data, uint32_t length, InnerPacket* inner)
{
	int reason = parse(data, length, inner);
	return reason == kCarried && inner->length > length ? DROP_MALFORMED : reason;
}

int inner_parse_quoted(const uint8_t* data, uint32_t length, InnerPacket* inner)
{
	return parse(data, length, inner);
}

static int inRange(uint32_t address, uint32_t first, uint32_t last)
{
	return address - first <= last - first;
}

static Match matchPorts(const InnerPacket* inner, uint16_t wantedSource, uint16_t wantedDestination)
{
	if (wantedSource == 0 && wantedDestination == 0)
		return kMatchYes;
	if (inner->ports == kPortsNone)
		return kMatchNo;
	if (inner->ports != kPortsKnown)
		return kMatchUnknown;
	return (wantedSource == 0 || wantedSource == inner->sourcePort) && (wantedDestination == 0 || wantedDestination == inner->destinationPort) ? kMatchYes : kMatchNo;
}

/*
 * Whether an address at one end and one at the other belong to these networks. Of two networks one of which lies inside the other, the inner one has its
 * addresses for itself.
 */
static int matchNetworks(uint32_t local, uint32_t localFirst, uint32_t localLast, uint32_t remote, uint32_t remoteFirst, uint32_t remoteLast)
{
	if (!inRange(local, localFirst, localLast) || !inRange(remote, remoteFirst, remoteLast))
		return 0;
	uint32_t localSize = localLast - localFirst, remoteSize = remoteLast - remoteFirst;
	if (inRange(remote, localFirst, localLast) && localSize < remoteSize && localFirst >= remoteFirst && localLast <= remoteLast)
		return 0;
	return !(inRange(local, remoteFirst, remoteLast) && remoteSize < localSize && remoteFirst >= localFirst && remoteLast <= localLast);
}

Match sa_match(const SARecord* sa, const InnerPacket* inner)
{
	int out = sa->direction == OUTGOING;
	uint32_t local = out ? inner->source : inner->destination;
	uint32_t remote = out ? inner->destination : inner->source;
	if ((sa->ipProtocol && sa->ipProtocol != inner->protocol)
		|| !matchNetworks(local, sa->localFirst[0], sa->localLast[0], remote, sa->remoteFirst[0], sa->remoteLast[0]))
		return kMatchNo;
	return matchPorts(inner, out ? sa->selectorLocalPort : sa->selectorRemotePort, out ? sa->selectorRemotePort : sa->selectorLocalPort);
}

static Match policyMatch(const PolicyRecord* policy, const InnerPacket* inner)
{
	if ((policy->ipProtocol && policy->ipProtocol != inner->protocol)
		|| !matchNetworks(inner->source, policy->localFirst[0], policy->localLast[0], inner->destination, policy->remoteFirst[0], policy->remoteLast[0]))
		return kMatchNo;
	return matchPorts(inner, policy->localPort, policy->remotePort);
}

static int searchPolicies(const InnerPacket* inner)
{
	for (uint32_t i = 0; i < gSPD.count && i < CONNECTIONS; i++) {
		unsigned index = gSPD.order[i];
		Match match = policyMatch(&gSPD.policies[index], inner);
		if (match != kMatchNo)
			return match == kMatchYes ? (int)index : kPolicyUnknown;
	}
	return kNoPolicy;
}

/*
 * What was found for a flow is remembered until a policy changes, so that the number of policies costs nothing once a flow runs. A flow has its place by its hash, or one of
 * the few behind it; where all of these are taken one of them goes, each in its turn.
 */
typedef struct {
	uint32_t source, destination;
	uint16_t sourcePort, destinationPort;
	uint32_t version;
	int16_t policy;
	uint8_t protocol;
	uint8_t used;
} Flow;

/* Enough for four flows of each policy. */
#define kFlowBits (CONNECTIONS <= 16 ? 6 : CONNECTIONS <= 32 ? 7 : CONNECTIONS <= 256 ? 10 : 12)
#define kFlowPlaces 4u
static Flow gFlows[1 << kFlowBits];

static int isFlow(const Flow* flow, const InnerPacket* inner)
{
	return flow->source == inner->source && flow->destination == inner->destination && flow->sourcePort == inner->sourcePort
		&& flow->destinationPort == inner->destinationPort && flow->protocol == inner->protocol;
}

int policy_find(const InnerPacket* inner)
{
	static unsigned turn;
	if (inner->ports > kPortsKnown)
		return searchPolicies(inner);
	/* Addresses of both ends may count up together: each word is spread before the next comes in. */
	uint32_t hash = inner->source * 0x9e3779b1u;
	hash = (hash ^ hash >> 15 ^ inner->destination) * 0x85ebca6bu;
	hash = (hash ^ hash >> 13 ^ ((uint32_t)inner->sourcePort << 16 | inner->destinationPort) ^ inner->protocol) * 0x9e3779b1u;
	uint32_t first = hash >> (32 - kFlowBits);
	Flow* place = NULL;
	for (uint32_t i = 0; i < kFlowPlaces; i++) {
		Flow* flow = &gFlows[(first + i) % (1u << kFlowBits)];
		if (!flow->used || flow->version != gSPD.version)
			place = place ? place : flow;
		else if (isFlow(flow, inner))
			return flow->policy;
	}
	if (!place)
		place = &gFlows[(first + turn++ % kFlowPlaces) % (1u << kFlowBits)];
	int policy = searchPolicies(inner);
	*place = (Flow) {
		.source = inner->source, .destination = inner->destination, .sourcePort = inner->sourcePort, .destinationPort = inner->destinationPort,
		.version = gSPD.version, .policy = (int16_t)policy, .protocol = inner->protocol, .used = 1
	};
	return policy;
}
