/* The maximum segment size of TCP (RFC 9293 3.7.1) through a tunnel. */
#ifndef KEYGATE_MSS_H
#define KEYGATE_MSS_H

#include "selectors.h"

/*
 * Lowers the MSS that a SYN asks for, so that segments with plain headers fit packets of `mtu` bytes; its checksum stays right. 1 when it was lowered. Whatever
 * is not exactly a SYN with a well-formed option is let be.
 */
int mss_clamp(uint8_t* data, const InnerPacket* inner, uint32_t mtu);

/* Whether it may be one: the rest is looked at only then. */
static inline int mss_is_syn(const uint8_t* data, const InnerPacket* inner)
{
	return inner->protocol == 6 && inner->offset == 0 && inner->length >= inner->headerSize + 20u && (data[inner->headerSize + 13] & 2) != 0;
}

#endif
