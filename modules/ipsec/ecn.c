#include "ecn.h"

/* The checksum of a header of which one 16-bit word changed (RFC 1624, eqn. 3). */
static void adjustChecksum(uint8_t* header, uint16_t before, uint16_t after)
{
	uint32_t sum = (uint16_t)~(header[10] << 8 | header[11]);
	sum += (uint16_t)~before;
	sum += after;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	header[10] = (uint8_t)(~sum >> 8);
	header[11] = (uint8_t)~sum;
}

int ecn_merge(uint8_t* inner, uint8_t outerTOS)
{
	uint8_t outer = outerTOS & 3;
	uint8_t own = inner[1] & 3;
	uint8_t merged = own;
	if (own == kECNNone)
		return outer != kECNCongestion;
	if (outer == kECNCongestion || (outer == kECNCapable1 && own == kECNCapable0))
		merged = outer;
	if (merged != own) {
		uint16_t before = (uint16_t)(inner[0] << 8 | inner[1]);
		inner[1] = (uint8_t)((inner[1] & ~3) | merged);
		adjustChecksum(inner, before, (uint16_t)(inner[0] << 8 | inner[1]));
	}
	return 1;
}
