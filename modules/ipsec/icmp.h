/* ICMP (RFC 792): the error that the engine makes itself, and what an error of others is about. */
#ifndef KEYGATE_ICMP_H
#define KEYGATE_ICMP_H

#include "engine.h"
#include "selectors.h"

/*
 * Turns an outgoing packet, in place, into "fragmentation needed" for its sender: `mtu` is what fits the tunnel (RFC 1191 4). It comes from the
 * address that the packet was for, which is behind the tunnel: so it passes where packets from there pass. 0 when no error may be
 * made of the packet (RFC 1122 3.2.2), or there were too many.
 */
int icmp_too_big(EnginePacket* packet, const InnerPacket* inner, uint32_t mtu, uint64_t now);

/* Whether it is a redirect: for the hosts of one network alone, so that none goes into a tunnel or comes out of one. */
int icmp_is_redirect(const uint8_t* data, const InnerPacket* inner);

/*
 * When the packet is an ICMP error, the packet that it quotes, turned round: as if it came the way of the error, from the host that the quoted one was
 * for (RFC 4301 6.2). 0 when it is none, or the quoted packet is not one of the host that the error goes to.
 */
int icmp_quoted(const uint8_t* data, const InnerPacket* inner, InnerPacket* answer);

#endif
