/* Numbers in network byte order, and the Internet checksum. */
#ifndef KEYGATE_BYTES_H
#define KEYGATE_BYTES_H

#include <stdint.h>

static inline uint16_t read16(const uint8_t* bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t read32(const uint8_t* bytes)
{
	return (uint32_t)read16(bytes) << 16 | read16(bytes + 2);
}

static inline void write16(uint8_t* bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static inline void write32(uint8_t* bytes, uint32_t value)
{
	write16(bytes, value >> 16);
	write16(bytes + 2, value);
}

/* The checksum of `size` bytes in which its own field is 0 (RFC 1071). */
static inline uint16_t checksum(const uint8_t* bytes, uint32_t size)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i + 1 < size; i += 2)
		sum += read16(bytes + i);
	if (size & 1)
		sum += (uint32_t)bytes[size - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Brings the checksum at `field` up to date with one 16-bit word that changed (RFC 1624, eqn. 3). */
static inline void adjustChecksum(uint8_t* field, uint16_t before, uint16_t after)
{
	uint32_t sum = (uint16_t)~read16(field);
	sum += (uint16_t)~before;
	sum += after;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	write16(field, ~sum & 0xffff);
}

#endif
