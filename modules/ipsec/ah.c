#include "ah.h"
#include "bytes.h"
#include "esp.h"
#include "events.h"
#include "ipv4.h"

#include <string.h>

_Static_assert(kEngineHeadroom >= 20 + kAHMaximumSize + kESPHeaderSize + kESPMaximumIVSize, "headroom for outer IPv4, AH, ESP and the longest IV");

static uint32_t icvSizeOf(const SARecord* sa)
{
	return esp_hmac_size(sa, sa->ahHash);
}

uint32_t ah_overhead(const SARecord* sa)
{
	return sa->ahHash ? kAHFixedSize + icvSizeOf(sa) : 0;
}

/* ---- what the ICV covers ---- */

#define kOptionEnd 0
#define kOptionNothing 1
#define kOptionLooseRoute 131
#define kOptionStrictRoute 137

/* RFC 4302 appendix A1: security (three kinds), router alert and directed delivery arrive as they were sent; all others may change on the way. */
static int isImmutable(uint8_t option)
{
	return option == 130 || option == 133 || option == 134 || option == 148 || option == 149;
}

/*
 * Zeroes what may change on the way in a copy of an IPv4 header (RFC 4302 3.3.3.1.1): TOS, flags and offset, TTL, checksum, and each option of that kind as
 * a whole. The destination is the one that a source route ends at, which is there already when `arrived`. 0: the options are none.
 */
static int zeroMutable(uint8_t* header, int arrived)
{
	uint32_t size = ipv4_header_size(header);
	header[1] = 0;
	memset(header + 6, 0, 3);
	memset(header + 10, 0, 2);
	for (uint32_t at = kIPv4HeaderMinimum; at < size;) {
		uint8_t option = header[at];
		if (option == kOptionEnd)
			break;
		if (option == kOptionNothing) {
			at++;
			continue;
		}
		if (size - at < 2 || header[at + 1] < 2 || header[at + 1] > size - at)
			return 0;
		uint32_t length = header[at + 1];
		if (!isImmutable(option)) {
			/* A pointer behind the last address: the route is done. */
			if (!arrived && (option == kOptionLooseRoute || option == kOptionStrictRoute) && length >= 7 && header[at + 2] <= length)
				memcpy(header + 16, header + at + length - 4, 4);
			memset(header + at, 0, length);
		}
		at += length;
	}
	return 1;
}

/* The ICV of the packet whose header, with what may change zeroed, stands before its AH, whose ICV is zeroed too. */
static int computeICV(const SARecord* sa, const uint8_t* header, uint32_t size, uint64_t sequence, uint8_t* icv, uint32_t icvSize)
{
	uint8_t high[4];
	write32(high, (uint32_t)(sequence >> 32));
	return accelerator_context_hmac(sad_context(sa)->ah, header, size, high, sa->flags & FLAG_EXTENDED ? sizeof(high) : 0, icv, icvSize) == kAcceleratorOK;
}

/* ---- out ---- */

int ah_seal(SARecord* sa, EnginePacket* packet, const uint8_t* header, uint64_t sequence, uint8_t nextHeader)
{
	uint32_t headerSize = ipv4_header_size(header);
	uint32_t icvSize = icvSizeOf(sa);
	uint8_t* ah = packet->data - kAHFixedSize - icvSize;
	uint8_t* outer = ah - headerSize;
	uint8_t* icv = ah + kAHFixedSize;
	uint8_t whole[kIPv4HeaderMaximum];
	uint32_t length = packet->length + kAHFixedSize + icvSize + headerSize;

	memcpy(outer, header, headerSize);
	ipv4_rewrite(outer, (uint16_t)length, kIPv4ProtocolAH);
	memcpy(whole, outer, headerSize);
	ah[0] = nextHeader;
	ah[1] = (uint8_t)((kAHFixedSize + icvSize) / 4 - 2);
	ah[2] = ah[3] = 0;
	write32(ah + 4, sa->protocol == PROTOCOL_AH ? sa->spi : sa->ahSPI);
	write32(ah + 8, (uint32_t)sequence);
	memset(icv, 0, icvSize);
	if (!zeroMutable(outer, 0))
		return DROP_MALFORMED;
	uint8_t value[kESPMaximumICVSize];
	if (!computeICV(sa, outer, length, sequence, value, icvSize))
		return DROP_CRYPTO_FAILURE;
	memcpy(icv, value, icvSize);
	memcpy(outer, whole, headerSize);
	packet->data = outer;
	packet->length = length;
	return kCarried;
}

/* ---- in ---- */

int ah_header(EnginePacket* packet, AHHeader* header)
{
	const uint8_t* data = packet->data;
	if (packet->length < kIPv4HeaderMinimum || data[0] >> 4 != 4 || data[9] != kIPv4ProtocolAH)
		return 0;
	uint32_t before = ipv4_header_size(data);
	uint32_t length = (uint32_t)data[2] << 8 | data[3];
	if (before < kIPv4HeaderMinimum || length > packet->length || length < before + kAHFixedSize)
		return 0;
	packet->length = length;
	header->before = before;
	header->spi = read32(data + before + 4);
	header->sequence = read32(data + before + 8);
	return 1;
}

int ah_open(SARecord* sa, EnginePacket* packet, const AHHeader* header, uint64_t sequence, uint8_t* nextHeader)
{
	uint8_t* outer = packet->data;
	uint8_t* ah = outer + header->before;
	uint8_t* icv = ah + kAHFixedSize;
	uint32_t icvSize = icvSizeOf(sa);
	uint32_t size = header->before + kAHFixedSize + icvSize;
	uint8_t whole[kIPv4HeaderMaximum], received[kESPMaximumICVSize], expected[kESPMaximumICVSize];
	/* Exactly this ICV: RFC 4302 2.6 has no padding for IPv4. */
	if (packet->length < size || (ah[1] + 2u) * 4 != kAHFixedSize + icvSize)
		return packet->length < size ? DROP_MALFORMED : DROP_BAD_ICV;
	memcpy(whole, outer, header->before);
	memcpy(received, icv, icvSize);
	memset(icv, 0, icvSize);
	if (!zeroMutable(outer, 1))
		return DROP_MALFORMED;
	if (!computeICV(sa, outer, packet->length, sequence, expected, icvSize))
		return DROP_CRYPTO_FAILURE;
	memcpy(outer, whole, header->before);
	memcpy(icv, received, icvSize);
	if (!accelerator_equal(expected, received, icvSize))
		return DROP_BAD_ICV;
	*nextHeader = ah[0];
	packet->data = outer + size;
	packet->length -= size;
	return kCarried;
}

unsigned ah_other_icv(SARecord* sa, EnginePacket* packet, const AHHeader* header, uint64_t sequence)
{
	uint16_t flags = sa->flags;
	uint8_t* data = packet->data;
	uint32_t length = packet->length;
	uint8_t nextHeader;
	if (sa->ahHash != kHashSHA256)
		return 0;
	sa->flags = flags ^ FLAG_SHORT_ICV;
	unsigned bits = icvSizeOf(sa) * 8;
	int result = ah_open(sa, packet, header, sequence, &nextHeader);
	sa->flags = flags;
	packet->data = data;
	packet->length = length;
	return result == kCarried ? bits : 0;
}
