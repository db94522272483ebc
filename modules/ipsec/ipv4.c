#include "ipv4.h"
#include "bytes.h"

#define kProtocolTCP 6
#define kProtocolUDP 17

static void checkHeader(uint8_t* header)
{
	write16(header + 10, 0);
	write16(header + 10, checksum(header, ipv4_header_size(header)));
}

void ipv4_write(uint8_t* header, const IPv4Header* fields)
{
	header[0] = 0x45;
	header[1] = fields->tos;
	write16(header + 2, fields->length);
	write16(header + 4, fields->identification);
	write16(header + 6, fields->dontFragment ? 0x4000 : 0);
	header[8] = fields->ttl;
	header[9] = fields->protocol;
	write32(header + 12, fields->source);
	write32(header + 16, fields->destination);
	checkHeader(header);
}

void ipv4_rewrite(uint8_t* header, uint16_t length, uint8_t protocol)
{
	write16(header + 2, length);
	header[9] = protocol;
	checkHeader(header);
}

void ipv4_transport_checksum(uint8_t* packet, uint32_t length)
{
	uint32_t before = ipv4_header_size(packet);
	uint8_t protocol = packet[9];
	uint32_t at = protocol == kProtocolTCP ? 16 : 6;
	uint32_t size = length - before;
	uint8_t* data = packet + before;
	if ((protocol != kProtocolTCP && protocol != kProtocolUDP) || size < at + 2 || (packet[6] & 0x3f) || packet[7])
		return;
	if (protocol == kProtocolUDP && data[at] == 0 && data[at + 1] == 0)
		return;
	write16(data + at, 0);
	/* The checksum of the pseudo-header (RFC 768), and that of the rest, added up. */
	uint8_t pseudo[12];
	for (uint32_t i = 0; i < 8; i++)
		pseudo[i] = packet[12 + i];
	write16(pseudo + 8, protocol);
	write16(pseudo + 10, size);
	uint32_t sum = (uint32_t)(uint16_t)~checksum(pseudo, sizeof(pseudo)) + (uint16_t)~checksum(data, size);
	uint16_t result = (uint16_t)~((sum & 0xffff) + (sum >> 16));
	write16(data + at, protocol == kProtocolUDP && result == 0 ? 0xffff : result);
}
