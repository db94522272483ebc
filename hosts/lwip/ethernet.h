/*
 * What may come in by a port, before lwIP sees it: frames of a right length, of no VLAN, IPv4 and ARP alone; packets whose source can be, and without IP options that lead them elsewhere.
 */
#ifndef KEYGATE_LWIP_ETHERNET_H
#define KEYGATE_LWIP_ETHERNET_H

#include "lwip/netif.h"

/* For netif_add: takes a frame, ETH_PAD_SIZE bytes before it. The port's `state` is its BoardPort. */
err_t ethernet_guard(struct pbuf* frame, struct netif* netif);

#endif
