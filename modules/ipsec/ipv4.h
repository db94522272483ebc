/* IPv4 headers as the engine writes them. */
#ifndef KEYGATE_IPV4_H
#define KEYGATE_IPV4_H

#include <stdint.h>

#define kIPv4HeaderMinimum 20
#define kIPv4HeaderMaximum 60
#define kUDPHeaderSize 8u
#define kIPv4ProtocolAH 51
#define kIPv4ProtocolESP 50

typedef struct {
	uint32_t source, destination;
	uint16_t length;	/* total */
	uint16_t identification;
	uint8_t tos;
	uint8_t dontFragment;
	uint8_t ttl;
	uint8_t protocol;
} IPv4Header;

/* Bytes of the header, options included. The first byte is there and says version 4. */
static inline uint32_t ipv4_header_size(const uint8_t* header)
{
	return (header[0] & 15u) * 4;
}

/* Writes a header of 20 bytes, its checksum included. */
void ipv4_write(uint8_t* header, const IPv4Header* fields);
/* Says another length and protocol in a header of any size, and makes its checksum anew. */
void ipv4_rewrite(uint8_t* header, uint16_t length, uint8_t protocol);
/*
 * Makes the checksum of TCP or UDP in a whole packet anew: an address in its pseudo-header is another than the sender's (RFC 3948 3.1.2). Other
 * protocols, fragments, and UDP without a checksum stay as they are.
 */
void ipv4_transport_checksum(uint8_t* packet, uint32_t length);

#endif
