/*
 * Packets between the LAN and the WAN through the packet engine, without JavaScript: runs of one flow are formed here, verdicts
 * carried out, and what goes wrong outside the engine counted.
 */
#ifndef KEYGATE_DATAPATH_H
#define KEYGATE_DATAPATH_H

#include <stdint.h>
#include "../../modules/ipsec/engine.h"

/* Bytes of the largest packet that a row of the batch takes. */
#define kRowSize 65536

typedef enum {
	kCounterClear,		/* from the LAN, for no connection */
	kCounterNoLAN,		/* for the LAN, whose interface has nobody at its other end */
	kCounterLANFull,	/* for the LAN, which did not take it */
	kCounterLANProtocol,	/* clients of a unix: interface that did not keep to its framing */
	kCounterNoSocket,	/* sealed, but no socket for its way out is open */
	kCounterSendFull,	/* sealed, but the WAN interface did not take it */
	kCounterSendFailed,	/* sealed, but the kernel refused it */
	kCounterFragmented,	/* sent in fragments, larger than the path's MTU (not lost) */
	kCounterKeepalive,	/* NAT keepalives (not lost) */
	kCounterRunt,		/* UDP datagrams that are neither ESP nor IKE nor keepalive */
	kCounterIKEFull,	/* IKE messages that JavaScript was too slow for */
	kCounterIKETooLong,
	kCounterIKEFlood,	/* IKE messages that are not looked at while too many come (admission.h) */
	kCounterHTTPFlood,	/* connections to the pages that are refused while too many come (visitors.h) */
	kCounterSlowCalls,	/* calls of JavaScript that took more than kSlowCall of the processor, while packets waited */
	kCounterLongestCall,	/* the longest of all calls: microseconds of the processor */
	kCounters
} DatapathCounter;

void datapath_count(DatapathCounter counter, uint32_t by);
/* Makes the counter at least `value`. */
void datapath_most(DatapathCounter counter, uint32_t value);

/* Row `index` of the batch: kRowSize bytes with the engine's headroom before and tailroom behind them. In use until the call that fills it hands it on. */
uint8_t* datapath_row(unsigned index);

/* Packets from the LAN, in order. */
void datapath_outbound(EnginePacket* packets, unsigned count);
/* Packets from the WAN, in order, each with its origin. */
void datapath_inbound(EnginePacket* packets, const EngineOrigin* origins, unsigned count);

#endif
