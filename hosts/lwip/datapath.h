/*
 * Packets between the LAN and the WAN through the packet engine, without JavaScript: LAN packets are sealed and leave by the WAN, what comes sealed is
 * opened and given to lwIP as if it came by an interface of its own (tunnel.h), verdicts are carried out, and what goes wrong outside the engine is counted.
 * Everything in place, in the frame that the driver took it into.
 */
#ifndef KEYGATE_LWIP_DATAPATH_H
#define KEYGATE_LWIP_DATAPATH_H

#include <stdint.h>
#include "../../modules/ipsec/engine.h"
#include "lwip/pbuf.h"

/* The largest packet that is put together from fragments, and opened. */
#define kLargePacket 4096

/* Their names are in hosts/lwip/datapath.ts. */
typedef enum {
	kCounterClear,		/* for a network behind a tunnel, but of no connection */
	kCounterNoFrame,	/* no frame was free */
	kCounterTooLong,	/* sealed, and longer than kLargePacket; or opened, too long for the LAN, and not to be cut */
	kCounterNoSocket,	/* sealed, but no socket for its way out is open */
	kCounterSendFull,	/* sealed, but the WAN port did not take it */
	kCounterSendFailed,	/* sealed, but there is no way to the peer: no cable, no address, no router */
	kCounterFragmented,	/* sent in fragments, larger than the path's MTU (not lost) */
	kCounterNotOurs,	/* in clear from the WAN, for somebody else */
	kCounterKeptOut,	/* from the WAN for a TCP port that is the LAN's alone */
	kCounterKeepalive,	/* NAT keepalives (not lost) */
	kCounterRunt,		/* UDP datagrams that are neither ESP nor IKE nor keepalive */
	kCounterIKEFull,	/* messages that JavaScript was too slow for */
	kCounterIKETooLong,
	kCounterHTTPFlood,	/* connections to the pages that are refused while too many come (visitors.h) */
	kCounterSlowCalls,	/* calls of JavaScript that took more than kSlowCall, while packets waited */
	kCounterLongestCall,	/* the longest of all calls: microseconds */
	kCounters
} DatapathCounter;

void datapath_count(DatapathCounter counter, uint32_t by);
/* Makes the counter at least `value`. */
void datapath_most(DatapathCounter counter, uint32_t value);

/*
 * A packet that came from the LAN, its header checked, for an address that is not ours. 1: it is sealed, parked or dropped, and freed. 0: it matches no policy, and
 * is as it was.
 */
int datapath_from_lan(struct pbuf* packet);

/*
 * An IPv4 packet that lwIP is about to send in clear, which stays the caller's. 0: no policy is for it. 1: it was sealed, parked or dropped. `forwarded`: it is
 * another host's, who hears of errors.
 */
int datapath_protect(const struct pbuf* packet, int forwarded);

/* A sealed packet from the WAN, as EngineOrigin says; it is freed. */
void datapath_inbound(struct pbuf* packet, const EngineOrigin* origin);
/* Bytes of the largest fragment that a packet from the WAN was put together from, 0: it came whole. `removed`: bytes of its headers that are taken off. */
uint16_t datapath_largest_fragment(const struct pbuf* packet, uint32_t removed);

void datapath_open(void);

#endif
