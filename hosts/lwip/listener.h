/* The listening TCP sockets of a device. */
#ifndef KEYGATE_LWIP_LISTENER_H
#define KEYGATE_LWIP_LISTENER_H

#include <stdint.h>
#include "../unit/io/listeners.h"

/* Connections that wait to be read, and those that are being opened; who comes when there are as many tries again after a second. */
#define kBacklog 4

/* Whether a packet of TCP from the WAN to one of our addresses and this port is for a socket that keeps to the LAN. */
int listener_keeps_out(uint32_t address, uint16_t port);

#endif
