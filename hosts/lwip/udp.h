/* The UDP sockets of a device. */
#ifndef KEYGATE_LWIP_UDP_H
#define KEYGATE_LWIP_UDP_H

#include "../unit/io/datagrams.h"

/* IKE, the one with ESP, one that tries an address, syslog, and for the network services. */
#define kUDPSockets 8

#endif
