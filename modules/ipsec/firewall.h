/*
 * The firewall log: a ring of fixed entries of what became of packets, in clear on the LAN side, under protection on the WAN side. Off it costs one
 * branch a packet and side. Packets that are alike within a second share an entry, so that a flow does not push everything else out.
 */
#ifndef KEYGATE_FIREWALL_H
#define KEYGATE_FIREWALL_H

#include "engine.h"
#include "layout.h"
#include "limits.h"
#include "sad.h"
#include "selectors.h"

typedef struct {
	uint64_t time;
	uint32_t sequence;
	uint32_t packets;
	uint32_t source;
	uint32_t destination;
	uint32_t spi;
	uint16_t sourcePort;
	uint16_t destinationPort;
	uint8_t policy;
	uint8_t protocol;
	uint8_t place;
	uint8_t reason;
	uint8_t flags;
	uint8_t reserved;
	uint16_t length;
} FirewallEntry;

typedef struct {
	uint32_t written;
	uint32_t level;
	FirewallEntry entries[FIREWALL_LOG_ENTRIES];
} FirewallTable;

extern FirewallTable gFirewall;

/* The one branch: nothing below is called without it. */
static inline int firewall_on(void)
{
	return __builtin_expect(gFirewall.level != FIREWALL_OFF, 0) != 0;
}

/* A packet in clear, from the LAN or to it; `inner` NULL: it is none of IPv4. `policy`: negative, none. `sa`: NULL, none. */
void firewall_inner(int place, const InnerPacket* inner, int policy, const SARecord* sa, int reason, uint64_t now);
/* A packet of `sa` to the WAN, of `length` bytes as the engine gives it to the host. */
void firewall_to_wan(const SARecord* sa, uint32_t length, uint64_t now);
/* A packet from the WAN, of `length` bytes as the host gave it to the engine. `sa`: NULL, none has the SPI. */
void firewall_from_wan(const EngineOrigin* origin, const SARecord* sa, uint32_t spi, uint32_t length, int reason, uint64_t now);
/* A UDP datagram of IKE (or a keepalive), `length` bytes of payload. */
void firewall_ike(int place, uint32_t source, uint16_t sourcePort, uint32_t destination, uint16_t destinationPort, uint32_t length, int reason, uint64_t now);

/* ---- the layout is one ---- */
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field " is where layout.ts says")
AT(FirewallEntry, time, ENTRY_TIME);
AT(FirewallEntry, sequence, ENTRY_SEQUENCE);
AT(FirewallEntry, packets, ENTRY_PACKETS);
AT(FirewallEntry, source, ENTRY_SOURCE);
AT(FirewallEntry, destination, ENTRY_DESTINATION);
AT(FirewallEntry, spi, ENTRY_SPI);
AT(FirewallEntry, sourcePort, ENTRY_SOURCE_PORT);
AT(FirewallEntry, destinationPort, ENTRY_DESTINATION_PORT);
AT(FirewallEntry, policy, ENTRY_POLICY);
AT(FirewallEntry, protocol, ENTRY_PROTOCOL);
AT(FirewallEntry, place, ENTRY_PLACE);
AT(FirewallEntry, reason, ENTRY_REASON);
AT(FirewallEntry, flags, ENTRY_FLAGS);
AT(FirewallEntry, length, ENTRY_LENGTH);
_Static_assert(sizeof(FirewallEntry) == ENTRY_SIZE, "FirewallEntry has the size that layout.ts says");
AT(FirewallTable, written, FIREWALL_WRITTEN);
AT(FirewallTable, level, FIREWALL_LEVEL);
AT(FirewallTable, entries, FIREWALL_ENTRIES);
_Static_assert(sizeof(FirewallTable) == FIREWALL_ENTRIES + FIREWALL_LOG_ENTRIES * ENTRY_SIZE, "FirewallTable is as layout.ts says");
#undef AT
_Static_assert((FIREWALL_LOG_ENTRIES & (FIREWALL_LOG_ENTRIES - 1)) == 0, "the ring's numbers wrap at 2^32");
_Static_assert(CONNECTIONS < ENTRY_NO_POLICY && DROP_REASONS <= WHY_QUEUE_FULL, "limits are possible");

#endif
