#include "park.h"
#include "events.h"
#include "firewall.h"

#include <string.h>

/* One behind the other, each at a multiple of 8. */
static _Alignas(8) uint8_t gPark[PARK_SIZE + PARKED_PACKETS * sizeof(ParkedPacket)];
static uint32_t gUsed;
static uint64_t gSerial;

_Static_assert(PARKED_PACKET_SIZE <= 0xffff, "an IPv4 packet is no longer");
_Static_assert(PARKED_PACKET_SIZE <= PARK_SIZE, "the largest packet finds room");

static uint32_t size_of(uint32_t length)
{
	return ((uint32_t)offsetof(ParkedPacket, data) + length + 7) & ~7u;
}

static void park_drop(const ParkedPacket* packet, int reason, uint64_t now)
{
	InnerPacket inner;
	count_drop(reason, NULL);
	if (firewall_on() && inner_parse(packet->data, packet->length, &inner) == kCarried)
		firewall_inner(PLACE_FROM_LAN, &inner, packet->policy, NULL, reason, now);
}

int park_add(const uint8_t* data, uint32_t length, uint16_t policy, uint64_t now)
{
	if (length > PARKED_PACKET_SIZE)
		return 0;
	while (gEngine.parked == PARKED_PACKETS || size_of(length) > sizeof(gPark) - gUsed)
		park_give_up((ParkedPacket*)gPark, DROP_PARKED_FULL, now);
	if (++gEngine.parked > gEngine.parkedHighWater)
		gEngine.parkedHighWater = gEngine.parked;
	ParkedPacket* packet = (ParkedPacket*)(gPark + gUsed);
	gUsed += size_of(length);
	packet->at = now;
	packet->serial = ++gSerial;
	packet->policy = policy;
	packet->length = (uint16_t)length;
	memcpy(packet->data, data, length);
	return 1;
}

ParkedPacket* park_next(uint64_t serial)
{
	for (uint32_t at = 0; at < gUsed;) {
		ParkedPacket* packet = (ParkedPacket*)(gPark + at);
		if (packet->serial > serial)
			return packet;
		at += size_of(packet->length);
	}
	return NULL;
}

void park_free(ParkedPacket* packet)
{
	uint8_t* from = (uint8_t*)packet;
	uint32_t size = size_of(packet->length);
	gUsed -= size;
	memmove(from, from + size, gUsed - (uint32_t)(from - gPark));
	gEngine.parked--;
}

void park_give_up(ParkedPacket* packet, int reason, uint64_t now)
{
	park_drop(packet, reason, now);
	park_free(packet);
}
