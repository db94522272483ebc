#include "mss.h"
#include "bytes.h"

#define kTCPHeaderSize 20
enum { kOptionEnd = 0, kOptionNone = 1, kOptionMSS = 2 };

int mss_clamp(uint8_t* data, const InnerPacket* inner, uint32_t mtu)
{
	uint8_t* tcp = data + inner->headerSize;
	if (!mss_is_syn(data, inner) || mtu <= kIPv4HeaderMinimum + kTCPHeaderSize)
		return 0;
	uint32_t header = (tcp[12] >> 4) * 4u;
	uint32_t largest = mtu - kIPv4HeaderMinimum - kTCPHeaderSize;
	if (header < kTCPHeaderSize || inner->headerSize + header > inner->length)
		return 0;
	for (uint32_t at = kTCPHeaderSize; at < header;) {
		uint8_t kind = tcp[at];
		if (kind == kOptionEnd)
			return 0;
		if (kind == kOptionNone) {
			at++;
			continue;
		}
		if (at + 2 > header || tcp[at + 1] < 2 || at + tcp[at + 1] > header)
			return 0;
		if (kind == kOptionMSS) {
			if (tcp[at + 1] != 4 || read16(tcp + at + 2) <= largest)
				return 0;
			/* An option may begin at an odd byte: its value then lies in two words of the checksum. */
			uint32_t first = (at + 2) & ~1u, last = (at + 3) & ~1u;
			uint16_t before[2] = { read16(tcp + first), read16(tcp + last) };
			write16(tcp + at + 2, largest);
			adjustChecksum(tcp + 16, before[0], read16(tcp + first));
			if (last != first)
				adjustChecksum(tcp + 16, before[1], read16(tcp + last));
			return 1;
		}
		at += tcp[at + 1];
	}
	return 0;
}
