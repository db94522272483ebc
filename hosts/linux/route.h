/* Routes by rtnetlink. */
#ifndef KEYGATE_ROUTE_H
#define KEYGATE_ROUTE_H

#include <stdint.h>

/*
 * Adds or removes `first`/`prefix` through the interface. `source` is the address that packets of this machine itself get (0: the system
 * chooses); one that the machine does not have is left out. A route of others to the same network stays, behind ours: else its
 * packets would leave in clear. 0, or a negative errno; adding what is there and removing what is not is no fault.
 */
int route_change(int add, uint32_t first, unsigned prefix, uint32_t source, unsigned interface);

/*
 * The MTU of the link by which packets to `address` leave, as the route or else the interface has it; what ICMP messages made the kernel remember does not
 * count. By that interface alone when it is not 0. 0: there is no route.
 */
uint32_t route_mtu(uint32_t address, unsigned interface);

#endif
