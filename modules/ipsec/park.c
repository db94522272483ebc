#include "park.h"
#include "events.h"
#include "firewall.h"

#include <string.h>

static ParkedPacket gParked[PARKED_PACKETS];
static uint64_t gSerial;

_Static_assert(PARKED_PACKET_SIZE <= 0xffff, "an IPv4 packet is no longer");

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
	/* A free place has serial 0: the lowest serial is a free place, or the oldest packet. */
	ParkedPacket* place = &gParked[0];
	for (unsigned i = 1; i < PARKED_PACKETS; i++)
		if (gParked[i].serial < place->serial)
			place = &gParked[i];
	if (place->serial)
		park_drop(place, DROP_PARKED_FULL, now);
	else if (++gEngine.parked > gEngine.parkedHighWater)
		gEngine.parkedHighWater = gEngine.parked;
	place->at = now;
	place->serial = ++gSerial;
	place->policy = policy;
	place->length = (uint16_t)length;
	memcpy(place->data, data, length);
	return 1;
}

ParkedPacket* park_next(uint64_t serial)
{
	ParkedPacket* next = NULL;
	for (unsigned i = 0; i < PARKED_PACKETS; i++)
		if (gParked[i].serial > serial && (!next || gParked[i].serial < next->serial))
			next = &gParked[i];
	return next;
}

void park_free(ParkedPacket* packet)
{
	packet->serial = 0;
	gEngine.parked--;
}

void park_give_up(ParkedPacket* packet, int reason, uint64_t now)
{
	park_drop(packet, reason, now);
	park_free(packet);
}
