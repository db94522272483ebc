/*
 * The WAN side of the data path: sealed packets out, in UDP or behind a plain IP header, as their flow says; ESP and AH in, by raw PCBs, once lwIP has put
 * their fragments together. And the guard: no IPv4 packet leaves by the WAN in clear for which there is a policy, whoever sends it.
 */
#ifndef KEYGATE_LWIP_WAN_H
#define KEYGATE_LWIP_WAN_H

#include <stdint.h>
#include "../../modules/ipsec/engine.h"
#include "lwip/netif.h"
#include "lwip/udp.h"

/* Puts the guard before the port. */
void wan_guard(struct netif* netif);
/* The MTU of the link to a peer. */
uint32_t wan_link(uint32_t address);

/* Sends a sealed packet in a frame, which is freed; what does not go is counted. */
void wan_send(const EngineFlow* flow, struct pbuf* frame);
/* Sends by a socket of the WAN, past the guard: what negotiates protection has none. */
err_t wan_send_plain(struct udp_pcb* pcb, struct pbuf* packet, uint32_t address, uint16_t port);

/* Bytes of the largest fragment of a UDP datagram that is being received, 0: it came whole. */
uint16_t wan_largest_fragment(const struct pbuf* packet);
/* A sound packet that came by the WAN. 1: it is taken. */
int wan_input(struct pbuf* packet);

/* Takes ESP and, when asked, AH at whatever address the WAN has. 0, or an errno. What is open stays as it is. */
int wan_open_raw(int ah);
void wan_close_raw(void);

#endif
