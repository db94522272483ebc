#include "park.h"
#include "events.h"

#include <string.h>

static ParkedPacket gParked[PARKED_PACKETS];
static uint64_t gSerial;

_Static_assert(PARKED_PACKET_SIZE <= 0xffff, "an IPv4 packet is no longer");

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
		count_drop(DROP_PARKED_FULL, NULL);
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
