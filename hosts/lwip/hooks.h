/* Where lwIP asks us. Everything here is called in lwIP's thread, or under its lock. */
#ifndef KEYGATE_LWIP_HOOKS_H
#define KEYGATE_LWIP_HOOKS_H

#include "lwip/ip4_addr.h"

struct netif;
struct pbuf;
struct tcp_pcb;

/* An IPv4 packet came, its header first, unchecked but for the version. 1: it is taken (and freed). */
int hook_input(struct pbuf* packet, struct netif* from);
/* The interface by which a packet leaves; NULL: as lwIP's own routes say. `source` may be NULL. LWIP_HOOK_IP4_ROUTE_SRC is set in lwIP's options. */
struct netif* hook_route(const ip4_addr_t* source, const ip4_addr_t* destination);

/* Whether a packet for somebody else, at `destination` (host order), may be forwarded: 0: no, -1: as lwIP thinks. */
int hook_forward(struct pbuf* packet, uint32_t destination);

/* A segment with `size` bytes came for a connection (or listener). 0: it is lost. */
int hook_tcp_input(struct tcp_pcb* pcb, uint16_t size);

#define LWIP_HOOK_IP4_INPUT(packet, from) hook_input(packet, from)
#define LWIP_HOOK_IP4_CANFORWARD(packet, destination) hook_forward(packet, destination)
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, options, first, second, packet) (hook_tcp_input(pcb, (packet)->tot_len) ? ERR_OK : ERR_MEM)

#endif
