/*
 * The network services of a device as TypeScript has them: addresses of its ports (set, or from a DHCP server), what the ports' guards have seen, and questions of ARP.
 */
#ifndef KEYGATE_LWIP_NETWORK_H
#define KEYGATE_LWIP_NETWORK_H

#include <stdint.h>
#include "../device/board.h"

/* Their names are in hosts/device/network.ts. */
typedef enum {
	kNetworkShort,		/* frames that end before their headers do */
	kNetworkLong,		/* frames longer than the port's MTU allows */
	kNetworkVLAN,		/* frames of a VLAN; what is tagged with a priority alone is taken */
	kNetworkType,		/* frames that are neither IPv4 nor ARP */
	kNetworkSource,		/* frames and packets whose source cannot be: of a group, our own, one of the other port's network */
	kNetworkGroup,		/* packets for one host in a frame for many (RFC 1122 3.3.6) */
	kNetworkOptions,	/* packets with IP options that lead them elsewhere, are malformed or unknown (RFC 7126) */
	kNetworkMute,		/* packets while it is not sure that the port's address is ours */
	kNetworkARPMalformed,
	kNetworkARPForeign,	/* ARP of addresses that are not of the port's network */
	kNetworkARPUnasked,	/* answers that nobody asked for, and later ones than the first */
	kNetworkARPChanged,	/* an address that is known would be somebody else's now: it is asked for anew */
	kNetworkARPConflict,	/* somebody else says that he has the port's own address */
	kNetworkForward,	/* packets that would have to be forwarded in clear from one port to another */
	kNetworkCounters
} NetworkCounter;

void network_count(NetworkCounter counter);

/* Something that TypeScript may want to know has changed: address, cable, who else has an address. */
void network_changed(void);
/* Forgets what a dead machine gave. */
void network_abandon(void);

#endif
