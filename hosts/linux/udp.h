/* The UDP sockets of Linux. */
#ifndef KEYGATE_UDP_H
#define KEYGATE_UDP_H

#include "../unit/io/datagrams.h"
#include "wan.h"

#define kUDPSockets 4

/* What leaves in UDP from this local port goes by it; NULL: no such socket carries ESP. */
WANSocket* udp_wan(uint16_t port);
/* wan_keep for each that is open. */
void udp_keep_to_wan(void);

#endif
