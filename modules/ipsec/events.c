#include "events.h"

#include <string.h>

/* The next free record of the ring, zeroed, with its kind; when the ring is full the oldest event gives way and is counted. */
static EventRecord* raise_event(uint8_t kind)
{
	if (gEngine.eventsWritten - gEngine.eventsRead >= ENGINE_EVENTS) {
		gEngine.eventsRead = gEngine.eventsWritten - ENGINE_EVENTS + 1;
		gEngine.eventsLost++;
	}
	EventRecord* event = &gEngine.events[gEngine.eventsWritten++ % ENGINE_EVENTS];
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	return event;
}

void event_acquire(uint32_t policy)
{
	raise_event(EVENT_ACQUIRE)->policy = policy;
}

void event_limit(uint8_t kind, const SARecord* sa)
{
	EventRecord* event = raise_event(kind);
	event->spi = sa->spi;
	event->direction = sa->direction;
	event->policy = sa->policy;
}

void event_unknown_spi(uint32_t spi, uint32_t address, uint16_t protocol)
{
	EventRecord* event = raise_event(EVENT_UNKNOWN_SPI);
	event->spi = spi;
	event->address[0] = address;
	event->port = protocol;
}

void event_authentic(uint8_t kind, const SARecord* sa, uint16_t bits)
{
	EventRecord* event = raise_event(kind);
	event->spi = sa->spi;
	event->direction = sa->direction;
	event->port = bits;
}

void event_moved(const SARecord* sa, uint32_t address, uint16_t port)
{
	EventRecord* event = raise_event(EVENT_MOVED);
	event->spi = sa->spi;
	event->address[0] = address;
	event->port = port;
}

void count_drop(int reason, SARecord* sa)
{
	gEngine.drops[reason]++;
	/* A dummy is part of the traffic (RFC 4303 2.6), no error. */
	if (!sa || reason == DROP_DUMMY)
		return;
	sa->errors++;
	if (reason == DROP_BAD_ICV)
		sa->icvErrors++;
}
