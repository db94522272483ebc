#include "firewall.h"
#include "carry.h"
#include "events.h"
#include "ipv4.h"

#include <string.h>

/* Milliseconds in which packets that are alike share an entry. */
#define kAlike 1000
/* Entries that are looked at for likeness: by a hash, one place for each value. */
#define kRecent 32
/* What must be equal: from the source up to the flags. */
#define kKey offsetof(FirewallEntry, source)
#define kKeySize (offsetof(FirewallEntry, reserved) - kKey)

FirewallTable gFirewall;
static uint32_t gRecent[kRecent];	/* numbers of entries; 0: none */

static FirewallEntry* entryOf(uint32_t sequence)
{
	return &gFirewall.entries[(sequence - 1) % FIREWALL_LOG_ENTRIES];
}

static unsigned hash(const FirewallEntry* entry)
{
	uint32_t value = entry->source * 31 + entry->destination;
	value = value * 31 + entry->spi;
	value = value * 31 + ((uint32_t)entry->sourcePort << 16 | entry->destinationPort);
	value = value * 31 + ((uint32_t)entry->protocol << 16 | (uint32_t)entry->place << 8 | entry->reason);
	return (value ^ value >> 15) * 0x9e3779b1u >> 27;
}
_Static_assert(kRecent == 32, "the hash has five bits");

/*
 * What became of `packet`, whose fields but time, sequence and packets are given. `reason`: DROP_..., WHY_..., or kCarried, which is WHY_ACCEPTED.
 */
static void log_packet(FirewallEntry* packet, int reason, uint64_t now)
{
	packet->reason = (uint8_t)(reason == kCarried ? WHY_ACCEPTED : reason);
	if (packet->reason >= WHY_ACCEPTED && gFirewall.level != FIREWALL_ALL)
		return;
	uint32_t* recent = &gRecent[hash(packet)];
	FirewallEntry* entry = entryOf(*recent);
	if (*recent && entry->sequence == *recent && now - entry->time < kAlike
		&& memcmp((const uint8_t*)entry + kKey, (const uint8_t*)packet + kKey, kKeySize) == 0) {
		entry->packets += entry->packets != UINT32_MAX;
		return;
	}
	/* A number of 0 says that nothing is there. */
	if (++gFirewall.written == 0)
		gFirewall.written = 1;
	*recent = gFirewall.written;
	entry = entryOf(*recent);
	*entry = *packet;
	entry->time = now;
	entry->sequence = *recent;
	entry->packets = 1;
}

static uint8_t policyNumber(int policy)
{
	return policy < 0 ? ENTRY_NO_POLICY : (uint8_t)policy;
}

static uint16_t lengthOf(uint32_t length)
{
	return (uint16_t)(length > 0xffff ? 0xffff : length);
}

void firewall_inner(int place, const InnerPacket* inner, int policy, const SARecord* sa, int reason, uint64_t now)
{
	FirewallEntry packet;
	memset(&packet, 0, sizeof(packet));
	packet.place = (uint8_t)place;
	packet.policy = policyNumber(policy);
	packet.spi = sa ? sa->spi : 0;
	if (inner) {
		packet.source = inner->source;
		packet.destination = inner->destination;
		packet.sourcePort = inner->sourcePort;
		packet.destinationPort = inner->destinationPort;
		packet.protocol = inner->protocol;
		packet.flags = inner->offset ? ENTRY_FLAG_FRAGMENT : 0;
		packet.length = inner->length;
	}
	log_packet(&packet, reason, now);
}

/* The headers that the host has not given, or will make. */
static uint16_t withHeaders(uint32_t length, int headerIncluded, int udp)
{
	return lengthOf(headerIncluded ? length : length + kIPv4HeaderMinimum + (udp ? kUDPHeaderSize : 0u));
}

void firewall_to_wan(const SARecord* sa, uint32_t length, uint64_t now)
{
	FirewallEntry packet;
	int udp = (sa->flags & FLAG_UDP) != 0;
	memset(&packet, 0, sizeof(packet));
	packet.place = PLACE_TO_WAN;
	packet.policy = (uint8_t)sa->policy;
	packet.spi = sa->spi;
	packet.source = sa->localAddress[0];
	packet.destination = sa->remoteAddress[0];
	packet.sourcePort = udp ? sa->localPort : 0;
	packet.destinationPort = udp ? sa->remotePort : 0;
	packet.protocol = sa->protocol == PROTOCOL_ESP ? kIPv4ProtocolESP : kIPv4ProtocolAH;
	packet.length = withHeaders(length, carry_has_header(sa), udp);
	log_packet(&packet, kCarried, now);
}

void firewall_from_wan(const EngineOrigin* origin, const SARecord* sa, uint32_t spi, uint32_t length, int reason, uint64_t now)
{
	FirewallEntry packet;
	int udp = origin->protocol == 17;
	memset(&packet, 0, sizeof(packet));
	packet.place = PLACE_FROM_WAN;
	packet.policy = sa ? (uint8_t)sa->policy : ENTRY_NO_POLICY;
	/* Of AH around ESP the SPI that the status page has. */
	packet.spi = sa ? sa->spi : spi;
	packet.source = origin->remoteAddress;
	packet.destination = origin->localAddress;
	packet.sourcePort = udp ? origin->remotePort : 0;
	packet.destinationPort = udp ? origin->localPort : 0;
	packet.protocol = udp ? kIPv4ProtocolESP : origin->protocol;
	packet.length = withHeaders(length, origin->headerIncluded, udp);
	log_packet(&packet, reason, now);
}

void firewall_ike(int place, uint32_t source, uint16_t sourcePort, uint32_t destination, uint16_t destinationPort, uint32_t length, int reason, uint64_t now)
{
	FirewallEntry packet;
	memset(&packet, 0, sizeof(packet));
	packet.place = (uint8_t)place;
	packet.policy = ENTRY_NO_POLICY;
	packet.source = source;
	packet.destination = destination;
	packet.sourcePort = sourcePort;
	packet.destinationPort = destinationPort;
	packet.protocol = 17;
	packet.length = lengthOf(length + kIPv4HeaderMinimum + kUDPHeaderSize);
	log_packet(&packet, reason, now);
}
