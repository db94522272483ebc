/* Packets that wait for their connection's first SA: so many of them, and so many bytes, over all connections, in the order in which they came. */
#ifndef KEYGATE_PARK_H
#define KEYGATE_PARK_H

#include "engine.h"
#include "sad.h"

typedef struct {
	uint64_t at;		/* when it was parked */
	uint64_t serial;
	uint16_t policy;
	uint16_t length;
	uint8_t data[];
} ParkedPacket;

/* Copies the packet aside; the oldest give way and are counted until there is room for it. 0 when it is too big. */
int park_add(const uint8_t* data, uint32_t length, uint16_t policy, uint64_t now);
/* The oldest packet that came after `serial`, or NULL. */
ParkedPacket* park_next(uint64_t serial);
/* Frees its place: it and those behind it are elsewhere then. */
void park_free(ParkedPacket* packet);
/* The same for one that is dropped for `reason`, which is counted and logged. */
void park_give_up(ParkedPacket* packet, int reason, uint64_t now);

#endif
