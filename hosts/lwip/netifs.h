/* The two Ethernet ports as lwIP has them. */
#ifndef KEYGATE_LWIP_NETIFS_H
#define KEYGATE_LWIP_NETIFS_H

#include "../device/board.h"
#include "lwip/netif.h"
#include "lwip/udp.h"

/* Starts lwIP, where it does not run yet, and adds the ports. A board without one goes on without it. */
void netifs_open(void);
/* The port; NULL: the board has none such. */
struct netif* netifs_port(BoardPort port);
/* The port that has this address of its own, in host order; NULL: none. */
struct netif* netifs_with(uint32_t address);
/* Address, prefix and default router (0: none) of a port, in host order; address 0: none. The cable may be out. */
void netifs_set(BoardPort port, uint32_t address, unsigned prefix, uint32_t router);
/* Sends by the socket as lwIP's routes say. */
err_t netifs_send(struct udp_pcb* pcb, struct pbuf* packet, uint32_t address, uint16_t port);
/* Takes up to `limit` frames of each port: how many there were. */
unsigned netifs_poll(unsigned limit);

#endif
