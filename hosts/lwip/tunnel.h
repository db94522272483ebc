/*
 * What lwIP sees of the tunnels: an interface of its own, by which everything comes that was opened, and to which everything goes that lwIP itself has for
 * networks behind a tunnel. LAN packets do not come by here: the input hook takes them to the engine at once.
 */
#ifndef KEYGATE_LWIP_TUNNEL_H
#define KEYGATE_LWIP_TUNNEL_H

#include "lwip/netif.h"

/* Networks behind tunnels: each connection has one, of which a few prefixes may be made. */
#define kTunnelRoutes 64

void tunnel_open(void);
struct netif* tunnel_netif(void);
/* Adds or removes the network; `source`: what packets of this unit itself get as their address, the LAN's, 0: nothing said. 0, or an errno. */
int tunnel_route(int add, uint32_t first, unsigned prefix, uint32_t source);
/* The LAN has its address. */
void tunnel_follow_lan(void);

#endif
