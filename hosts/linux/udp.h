/*
 * UDP sockets for JavaScript, and the one of them that also carries ESP (RFC 3948): its ESP goes to the packet engine and never
 * enters JavaScript, NAT keepalives are dropped, the rest waits here for read().
 */
#ifndef KEYGATE_UDP_H
#define KEYGATE_UDP_H

#include <stdint.h>
#include "../../modules/ipsec/engine.h"
#include "../../modules/limits.h"
#include "wan.h"

#define kUDPSockets 4
/* Datagrams that wait for JavaScript in each socket, and bytes of the largest, with its non-ESP marker. */
#define kUDPQueue 16
#define kUDPDatagram (IKE_MESSAGE_SIZE + 4)

/* The socket with this local port that carries ESP, NULL when there is none. */
WANSocket* udp_encapsulation(uint16_t port);
/* Closes all of them and forgets what a dead machine gave. */
void udp_abandon(void);

#endif
