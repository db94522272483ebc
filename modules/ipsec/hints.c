#include "hints.h"
#include "events.h"
#include "ipv4.h"

#include <string.h>

/* Milliseconds between two of a kind. */
#define kHintInterval 1000
/* Packets of a new SA without one that is authentic, after which that is told. */
#define kUnauthenticPackets 8

/* Senders of unknown SPIs are told apart by so many bits of a sum of their addresses: one that floods hides only few others. */
#define kSourceBits 3

/* When one was told of last: the lower half of the time; 0: not yet. */
static uint32_t gUnknownSPIAt[1u << kSourceBits];

void hints_clear(void)
{
	memset(gUnknownSPIAt, 0, sizeof(gUnknownSPIAt));
}

void hint_unknown_spi(uint32_t spi, const EngineOrigin* origin, uint64_t now)
{
	uint32_t* at = &gUnknownSPIAt[(origin->remoteAddress * 0x9e3779b1u) >> (32 - kSourceBits)];
	if (*at && (uint32_t)now - *at < kHintInterval)
		return;
	*at = (uint32_t)now;
	event_unknown_spi(spi, origin->remoteAddress, origin->protocol == kIPv4ProtocolAH ? kIPv4ProtocolAH : kIPv4ProtocolESP);
}

void hint_moved(const SARecord* sa, const EngineOrigin* origin, uint64_t now)
{
	SAContext* context = sad_context(sa);
	if (origin->remoteAddress == sa->remoteAddress[0] && origin->remotePort == sa->remotePort)
		return;
	if (context->movedAddress == origin->remoteAddress && context->movedPort == origin->remotePort && now - context->movedAt < kHintInterval)
		return;
	context->movedAddress = origin->remoteAddress;
	context->movedPort = origin->remotePort;
	context->movedAt = now;
	event_moved(sa, origin->remoteAddress, origin->remotePort);
}

void hint_unauthentic(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence)
{
	if (sa->packets != 0 || (sa->flags & FLAG_UNAUTHENTIC))
		return;
	unsigned bits = carry_other_icv(sa, packet, arrival, sequence);
	if (bits == 0 && sa->icvErrors + 1 < kUnauthenticPackets)
		return;
	sa->flags |= FLAG_UNAUTHENTIC;
	event_authentic(EVENT_UNAUTHENTIC, sa, (uint16_t)bits);
}
