#include "fragments.h"
#include "bytes.h"
#include "events.h"

#include <string.h>

/* ---- ports of first fragments ---- */

typedef struct {
	uint64_t at;
	uint32_t source, destination;
	uint16_t identification;
	uint16_t sourcePort, destinationPort;
	uint16_t owner;
	uint8_t protocol;
	uint8_t used;
} First;

static First gFirsts[FRAGMENTED_PACKETS];

static int isOf(const First* first, const InnerPacket* inner, unsigned owner)
{
	return first->used && first->source == inner->source && first->destination == inner->destination && first->identification == inner->identification
		&& first->protocol == inner->protocol && first->owner == owner;
}

void fragments_join(InnerPacket* inner, unsigned owner, uint64_t now)
{
	if (inner->ports == kPortsKnown && inner->moreFragments) {
		First* place = &gFirsts[0];
		for (unsigned i = 0; i < FRAGMENTED_PACKETS; i++) {
			if (isOf(&gFirsts[i], inner, owner)) {
				place = &gFirsts[i];
				break;
			}
			if (!gFirsts[i].used || (place->used && gFirsts[i].at < place->at))
				place = &gFirsts[i];
		}
		*place = (First) {
			.at = now, .source = inner->source, .destination = inner->destination, .identification = inner->identification,
			.sourcePort = inner->sourcePort, .destinationPort = inner->destinationPort, .owner = (uint16_t)owner, .protocol = inner->protocol, .used = 1
		};
	}
	else if (inner->ports == kPortsInFirstFragment)
		for (unsigned i = 0; i < FRAGMENTED_PACKETS; i++)
			if (isOf(&gFirsts[i], inner, owner) && now - gFirsts[i].at < kFragmentAge) {
				inner->sourcePort = gFirsts[i].sourcePort;
				inner->destinationPort = gFirsts[i].destinationPort;
				inner->ports = kPortsKnown;
				return;
			}
}

void fragments_clear(void)
{
	memset(gFirsts, 0, sizeof(gFirsts));
}

/* ---- cutting ---- */

/* Copies the header of `size` bytes for a piece behind the first: of its options those that go into every piece (RFC 791 3.1). Its size. */
static uint32_t copyHeader(uint8_t* to, const uint8_t* from, uint32_t size)
{
	uint32_t length = kIPv4HeaderMinimum;
	memcpy(to, from, kIPv4HeaderMinimum);
	for (uint32_t at = kIPv4HeaderMinimum; at < size && from[at] != 0;) {
		uint32_t option = from[at] == 1 ? 1 : at + 1 < size ? from[at + 1] : 0;
		if (option == 0 || (option == 1 && from[at] != 1) || at + option > size)
			return 0;
		if (from[at] & 0x80) {
			memcpy(to + length, from + at, option);
			length += option;
		}
		at += option;
	}
	while (length % 4)
		to[length++] = 0;
	return length;
}

int fragments_cut(const EnginePacket* whole, uint32_t size, uint32_t* offset, EnginePacket* piece)
{
	InnerPacket inner;
	if (inner_parse(whole->data, whole->length, &inner) != kCarried || inner.dontFragment)
		return 0;
	uint32_t payload = (uint32_t)inner.length - inner.headerSize;
	if (*offset >= payload)
		return 0;
	/* Options that are none are found before the first piece is on its way. */
	uint32_t header = copyHeader(piece->data, whole->data, inner.headerSize);
	if (header != 0 && *offset == 0)
		memcpy(piece->data, whole->data, header = inner.headerSize);
	if (header == 0 || size < header + 8)
		return 0;
	uint32_t count = payload - *offset;
	uint32_t most = size - header;
	uint32_t fragment = (inner.offset + *offset / 8) | (inner.moreFragments ? 0x2000 : 0);
	if (count > most) {
		count = most & ~7u;
		fragment |= 0x2000;
	}
	memcpy(piece->data + header, whole->data + inner.headerSize + *offset, count);
	piece->data[0] = (uint8_t)(0x40 | header / 4);
	write16(piece->data + 2, header + count);
	write16(piece->data + 6, fragment);
	write16(piece->data + 10, 0);
	write16(piece->data + 10, checksum(piece->data, header));
	piece->length = header + count;
	*offset += count;
	return 1;
}
