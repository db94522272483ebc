/* Packets that wait for their connection's first SA: a fixed number, over all connections, in the order in which they came. */
#ifndef KEYGATE_PARK_H
#define KEYGATE_PARK_H

#include "engine.h"
#include "sad.h"

typedef struct {
	uint64_t at;		/* when it was parked */
	uint64_t serial;	/* 0: free */
	uint16_t policy;
	uint16_t length;
	uint8_t data[PARKED_PACKET_SIZE];
} ParkedPacket;

/* Copies the packet aside; the oldest gives way and is counted when all places are taken. 0 when it is too big. */
int park_add(const uint8_t* data, uint32_t length, uint16_t policy, uint64_t now);
/* The oldest packet that came after `serial`, or NULL. */
ParkedPacket* park_next(uint64_t serial);
/* Frees its place. */
void park_free(ParkedPacket* packet);
/* The same for one that is dropped for `reason`, which is counted and logged. */
void park_give_up(ParkedPacket* packet, int reason, uint64_t now);

#endif
