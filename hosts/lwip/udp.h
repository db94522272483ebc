/*
 * UDP sockets for JavaScript, and the one of them that also carries ESP (RFC 3948): its ESP goes to the packet engine and never enters JavaScript, NAT
 * keepalives are dropped, the rest waits here for read().
 */
#ifndef KEYGATE_LWIP_UDP_H
#define KEYGATE_LWIP_UDP_H

#include <stdint.h>
#include "../../modules/limits.h"

/* IKE, the one with ESP, one that tries an address, syslog, and for the network services. */
#define kUDPSockets 8
/* Datagrams that wait for JavaScript in each socket, and bytes of the largest, with its non-ESP marker. */
#define kUDPQueue 16
#define kUDPDatagram (IKE_MESSAGE_SIZE + 4)

/* There is a socket with this local port that carries ESP. */
int udp_encapsulates(uint16_t port);
/* Closes all of them and forgets what a dead machine gave. */
void udp_abandon(void);

#endif
