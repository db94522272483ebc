/* What the engine tells the control plane: a ring of events and a counter for each reason to drop. */
#ifndef KEYGATE_EVENTS_H
#define KEYGATE_EVENTS_H

#include "sad.h"

/* What became of a packet where it is not a reason to drop it (DROP_...). */
#define kCarried (-1)

void event_acquire(uint32_t policy);
/* kind: EVENT_SOFT or EVENT_HARD. */
void event_limit(uint8_t kind, const SARecord* sa);
/* protocol: 50 or 51. */
void event_unknown_spi(uint32_t spi, uint32_t address, uint16_t protocol);
/* kind: EVENT_UNAUTHENTIC or EVENT_AUTHENTIC. */
void event_authentic(uint8_t kind, const SARecord* sa, uint16_t bits);
void event_moved(const SARecord* sa, uint32_t address, uint16_t port);

/* Counts a dropped packet, also for its SA when there is one. */
void count_drop(int reason, SARecord* sa);

#endif
