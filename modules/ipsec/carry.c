#include "carry.h"
#include "bytes.h"
#include "esp.h"
#include "events.h"
#include "ipv4.h"
#include "replay.h"

#include <string.h>

/* Of the headers that are ours. */
#define kTTL 64

static int isTransport(const SARecord* sa)
{
	return sa->mode == MODE_TRANSPORT;
}

/* ---- out ---- */

int carry_has_header(const SARecord* sa)
{
	return !(sa->flags & FLAG_UDP) && (isTransport(sa) || sa->protocol != PROTOCOL_ESP);
}

uint32_t carry_outer(const SARecord* sa, uint32_t length, uint32_t header)
{
	uint32_t payload = !isTransport(sa) ? length : length > header ? length - header : 0;
	uint32_t esp = sa->protocol == PROTOCOL_AH ? 0 : esp_overhead(sa, payload);
	return (isTransport(sa) ? header : kIPv4HeaderMinimum) + (sa->flags & FLAG_UDP ? kUDPHeaderSize : 0u) + ah_overhead(sa) + payload + esp;
}

/* The tunnel's header, for AH. The number tells packets apart while they may be cut; it is never 0, which a host would replace. */
static void tunnelHeader(uint8_t* header, const SARecord* sa, const InnerPacket* inner)
{
	static uint16_t identification;
	if (++identification == 0)
		identification = 1;
	ipv4_write(header, &(IPv4Header) {
		.source = sa->localAddress[0], .destination = sa->remoteAddress[0], .identification = identification, .tos = inner->tos,
		.dontFragment = inner->dontFragment, .ttl = kTTL
	});
}

int carry_seal(SARecord* sa, EnginePacket* packet, const InnerPacket* inner, uint64_t sequence)
{
	uint8_t header[kIPv4HeaderMaximum];
	uint8_t next = kNextHeaderIPv4;
	uint32_t headerSize = kIPv4HeaderMinimum;
	if (isTransport(sa)) {
		if (read16(packet->data + 6) & 0x3fff)
			return DROP_FRAGMENT;
		headerSize = ipv4_header_size(packet->data);
		if (headerSize > kIPv4HeaderMinimum && sa->flags & FLAG_UDP)
			return DROP_WRONG_ENCAPSULATION;
		memcpy(header, packet->data, headerSize);
		/* A number of 0 would be replaced on the way out, and AH covers it. */
		if (read16(header + 4) == 0)
			write16(header + 4, (uint32_t)(sequence % 0xffff + 1));
		next = header[9];
		packet->data += headerSize;
		packet->length -= headerSize;
	}
	else if (sa->protocol != PROTOCOL_ESP)
		tunnelHeader(header, sa, inner);
	if (sa->protocol != PROTOCOL_AH) {
		int result = esp_seal(sa, packet, sequence, next);
		if (result != kCarried)
			return result;
		next = kIPv4ProtocolESP;
	}
	if (sa->protocol != PROTOCOL_ESP)
		return ah_seal(sa, packet, header, sequence, next);
	if (carry_has_header(sa)) {
		packet->data -= headerSize;
		packet->length += headerSize;
		memcpy(packet->data, header, headerSize);
		ipv4_rewrite(packet->data, (uint16_t)packet->length, next);
	}
	return kCarried;
}

/* ---- in ---- */

int carry_arrived(EnginePacket* packet, const EngineOrigin* origin, Arrival* arrival)
{
	ESPHeader esp;
	memset(arrival, 0, sizeof(*arrival));
	arrival->origin = origin;
	if (origin->protocol == kIPv4ProtocolAH) {
		if (!ah_header(packet, &arrival->ah))
			return 0;
		arrival->header = packet->data;
		arrival->spi = arrival->ah.spi;
		arrival->sequence = arrival->ah.sequence;
		return 1;
	}
	if (origin->headerIncluded) {
		uint32_t size = packet->length >= kIPv4HeaderMinimum ? ipv4_header_size(packet->data) : 0;
		if (size < kIPv4HeaderMinimum || size > packet->length)
			return 0;
		arrival->header = packet->data;
		packet->data += size;
		packet->length -= size;
	}
	if (!esp_header(packet, &esp))
		return 0;
	arrival->spi = esp.spi;
	arrival->sequence = esp.sequence;
	return 1;
}

void carry_expect(const EnginePacket* run, unsigned count, const EngineOrigin* origin)
{
	for (unsigned i = 0; i < count; i++) {
		EnginePacket packet = run[i];
		Arrival arrival;
		const SARecord* sa = carry_arrived(&packet, origin, &arrival) ? sad_find(arrival.spi) : NULL;
		/* Packets of one origin are mostly of one SA: one without HMAC speaks for the others. */
		if (sa && !sa->hash)
			return;
		if (sa && sa->state == SA_LIVE && sa->protocol == PROTOCOL_ESP && origin->protocol != kIPv4ProtocolAH && replay_check(sa, arrival.sequence))
			esp_expect(sa, &packet);
	}
}

int carry_authenticate(SARecord* sa, EnginePacket* packet, Arrival* arrival, uint64_t sequence, uint8_t* nextHeader)
{
	if (arrival->origin->protocol == kIPv4ProtocolAH)
		return ah_open(sa, packet, &arrival->ah, sequence, nextHeader);
	*nextHeader = kIPv4ProtocolESP;
	return esp_open(sa, packet, sequence);
}

unsigned carry_other_icv(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence)
{
	return arrival->origin->protocol == kIPv4ProtocolAH ? ah_other_icv(sa, packet, &arrival->ah, sequence) : esp_other_icv(sa, packet, sequence);
}

/*
 * The whole number of the ESP inside AH: the one nearest to that of the AH, since both are counted with each packet. That it is not a replay the AH has
 * shown.
 */
static uint64_t nearest(uint64_t sequence, uint32_t low)
{
	uint64_t number = (sequence & ~(uint64_t)0xffffffff) | low;
	uint64_t half = (uint64_t)1 << 31;
	if (number > sequence + half && number > 0xffffffff)
		return number - ((uint64_t)1 << 32);
	return number + half < sequence ? number + ((uint64_t)1 << 32) : number;
}

/* The ESP that was inside AH. */
static int openInside(SARecord* sa, EnginePacket* packet, uint64_t sequence, uint8_t nextHeader)
{
	ESPHeader esp;
	if (nextHeader != kIPv4ProtocolESP)
		return DROP_BAD_NEXT_HEADER;
	if (!esp_header(packet, &esp))
		return DROP_MALFORMED;
	if (esp.spi != sa->spi)
		return DROP_WRONG_ENCAPSULATION;
	return esp_open(sa, packet, sa->flags & FLAG_EXTENDED ? nearest(sequence, esp.sequence) : esp.sequence);
}

/* Puts the header that the packet was sent with back in front: as it came, or, when the host kept it, one with what matters of it. */
static int restoreHeader(EnginePacket* packet, const Arrival* arrival, uint8_t protocol)
{
	const EngineOrigin* origin = arrival->origin;
	uint32_t size = arrival->header ? ipv4_header_size(arrival->header) : kIPv4HeaderMinimum;
	if (packet->length + size > 0xffff)
		return DROP_MALFORMED;
	packet->data -= size;
	packet->length += size;
	if (arrival->header) {
		memmove(packet->data, arrival->header, size);
		if (read16(packet->data + 6) & 0x3fff)
			return DROP_FRAGMENT;
		ipv4_rewrite(packet->data, (uint16_t)packet->length, protocol);
	}
	else
		ipv4_write(packet->data, &(IPv4Header) {
			.source = origin->remoteAddress, .destination = origin->localAddress, .length = (uint16_t)packet->length, .tos = origin->tos, .ttl = kTTL,
			.protocol = protocol
		});
	return kCarried;
}

int carry_open(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence, uint8_t nextHeader)
{
	int reason;
	if (sa->protocol == PROTOCOL_AH_ESP && (reason = openInside(sa, packet, sequence, nextHeader)) != kCarried)
		return reason;
	if (sa->protocol != PROTOCOL_AH && (reason = esp_unpad(packet, &nextHeader)) != kCarried)
		return reason;
	if (nextHeader == kNextHeaderNone)
		return DROP_DUMMY;
	if (isTransport(sa))
		return restoreHeader(packet, arrival, nextHeader);
	if (nextHeader != kNextHeaderIPv4)
		return nextHeader == kNextHeaderIPv6 ? DROP_NOT_IPV4 : DROP_BAD_NEXT_HEADER;
	return kCarried;
}
