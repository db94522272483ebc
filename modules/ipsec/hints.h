/* What packets tell the control plane beyond themselves, each at a limited rate: anyone can send some of them. */
#ifndef KEYGATE_HINTS_H
#define KEYGATE_HINTS_H

#include "carry.h"

/* Forgets what was told. */
void hints_clear(void);
/* A packet with an SPI that no SA has. */
void hint_unknown_spi(uint32_t spi, const EngineOrigin* origin, uint64_t now);
/* An authenticated packet, newer than any before, came from elsewhere: the peer's NAT gave it another address or port (RFC 3947 7). */
void hint_moved(const SARecord* sa, const EngineOrigin* origin, uint64_t now);
/* None of a new SA's packets was authentic: its peer has another key, or another length of the ICV, which can be tried (T14). */
void hint_unauthentic(SARecord* sa, EnginePacket* packet, const Arrival* arrival, uint64_t sequence);

#endif
