/*
 * The LAN side of the data path: a TUN device, or `unix:PATH`, a stream socket over which one client at a time exchanges IPv4
 * packets with the gateway, each after its length in four bytes, big-endian (for tests and simulated hosts; needs no privilege).
 */
#ifndef KEYGATE_LAN_H
#define KEYGATE_LAN_H

#include <stddef.h>
#include <stdint.h>
#include "../../modules/ipsec/engine.h"

/* Of the TUN device: that of the LAN. What fits which tunnel, the engine knows, and tells the senders (docs/path-mtu.md). */
#define kTunnelMTU 1500

/*
 * Opens `name` unless it is open: 0, or a negative errno with what could not be done in `fault`. The interface lives as long as the
 * process, also when the control plane is started anew: without it the system would route its packets in clear.
 */
int lan_open(const char* name, char* fault, size_t faultSize);
void lan_close(void);
/* Index of the TUN device, 0: none. */
unsigned lan_interface(void);

/* Gives a packet to the LAN, whose bytes stay untouched until lan_flush; what it does not take is dropped and counted. */
void lan_write(uint8_t* data, uint32_t length);
/* Sends on what lan_write kept; after each batch. */
void lan_flush(void);

#endif
