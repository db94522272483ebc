/* AH (RFC 4302): the packet format. Knows an SA's algorithm, nothing of policies, limits or windows. */
#ifndef KEYGATE_AH_H
#define KEYGATE_AH_H

#include "engine.h"
#include "sad.h"

/* Without the ICV. */
#define kAHFixedSize 12
/* With the longest ICV; all of them are multiples of four bytes, so that there is no padding on IPv4. */
#define kAHMaximumSize (kAHFixedSize + 32)

/* Bytes of the SA's AH header; 0 when it has none. */
uint32_t ah_overhead(const SARecord* sa);

/*
 * Puts AH with `sequence` between the IPv4 header `header` (of any size, not in the packet) and `packet`, which is what `nextHeader` says, in place: data moves
 * to the copy of the header, which gets its length, protocol and checksum. kCarried; DROP_MALFORMED when its options are none; DROP_CRYPTO_FAILURE: then the
 * packet is worthless, and the number is used up all the same.
 */
int ah_seal(SARecord* sa, EnginePacket* packet, const uint8_t* header, uint64_t sequence, uint8_t nextHeader);

/* What ah_header found. */
typedef struct {
	uint32_t spi;
	uint32_t sequence;
	uint32_t before;	/* bytes of the IPv4 header */
} AHHeader;

/* Reads the headers of an IPv4 packet that carries AH; 0 when it does not, or is cut short. The packet is cut to its total length. */
int ah_header(EnginePacket* packet, AHHeader* header);

/*
 * Checks the ICV, with `sequence` as the packet's whole number: data moves to what `nextHeader` says. The IPv4 header before the AH is as it came, ICV and
 * all, when the ICV is right. kCarried; DROP_MALFORMED, DROP_BAD_ICV or DROP_CRYPTO_FAILURE.
 */
int ah_open(SARecord* sa, EnginePacket* packet, const AHHeader* header, uint64_t sequence, uint8_t* nextHeader);
/* As esp_other_icv. */
unsigned ah_other_icv(SARecord* sa, EnginePacket* packet, const AHHeader* header, uint64_t sequence);

#endif
