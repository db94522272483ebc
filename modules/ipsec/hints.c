#include "hints.h"
#include "events.h"

/* Milliseconds between two of a kind. */
#define kHintInterval 1000
/* Packets of a new SA without one that is authentic, after which that is told. */
#define kUnauthenticPackets 8

static uint64_t gUnknownSPIAt;
static uint8_t gUnknownSPITold;

void hints_clear(void)
{
	gUnknownSPITold = 0;
}

void hint_unknown_spi(uint32_t spi, const EngineOrigin* origin, uint64_t now)
{
	if (gUnknownSPITold && now - gUnknownSPIAt < kHintInterval)
		return;
	gUnknownSPITold = 1;
	gUnknownSPIAt = now;
	event_unknown_spi(spi, origin->remoteAddress);
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
