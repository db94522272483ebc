/* Explicit congestion notification through a tunnel (RFC 6040): the two lowest bits of the IPv4 TOS byte. */
#ifndef KEYGATE_ECN_H
#define KEYGATE_ECN_H

#include <stdint.h>

enum { kECNNone = 0, kECNCapable1 = 1, kECNCapable0 = 2, kECNCongestion = 3 };

/*
 * On the way out of the tunnel: merges the outer header's mark into the inner IPv4 header, checksum included (RFC 6040 4.2). 0 when the packet must
 * be dropped: congestion was marked and the inner sender could not see it.
 */
int ecn_merge(uint8_t* inner, uint8_t outerTOS);

#endif
