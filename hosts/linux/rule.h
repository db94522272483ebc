/*
 * What this machine itself sends to a peer in transport mode is led into the TUN device by a routing rule and a table of our own; what our sockets
 * send, which carries a mark, passes by: else it would come round again.
 */
#ifndef KEYGATE_RULE_H
#define KEYGATE_RULE_H

#include <stdint.h>

/* Mark of our sockets, number of the table, preference of the first of three rules: "kg". */
#define kOwnMark 0x6b67

/* Traffic of this machine to `remote`; 0 for any protocol or port. */
typedef struct {
	uint32_t remote;
	uint32_t source;	/* the address that it gets when it has none yet */
	uint16_t localPort, remotePort;
	uint8_t protocol;
} OwnTraffic;

/* Adds the rule and the route through `interface`. 0, or a negative errno; adding what is there is no fault. */
int rule_add(const OwnTraffic* traffic, unsigned interface);
/* What is not added between two calls of rule_settle(), or between rule_restart(), for another control plane, and the next one, is removed. The routes go with their device. */
void rule_restart(void);
void rule_settle(void);
/* 1 when the kernel would drop what comes from a peer in transport mode: the reverse path filter of the interface with `address` is strict. */
int rule_filter_is_strict(uint32_t address);

#endif
