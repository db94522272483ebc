/* What an inner IPv4 packet is, and which policy or SA may carry it (RFC 4301 4.4.1). */
#ifndef KEYGATE_SELECTORS_H
#define KEYGATE_SELECTORS_H

#include "ipv4.h"
#include "sad.h"

typedef enum {
	kPortsNone = 0,		/* the protocol has none */
	kPortsKnown,
	kPortsInFirstFragment,	/* this is a later fragment */
	kPortsTruncated,	/* the packet ends before them */
} Ports;

typedef struct {
	uint32_t source;
	uint32_t destination;
	uint16_t sourcePort;
	uint16_t destinationPort;
	uint8_t protocol;
	uint8_t ports;		/* Ports */
	uint8_t tos;
	uint8_t dontFragment;
	uint8_t moreFragments;
	uint16_t offset;	/* of a fragment, in units of 8 bytes */
	uint16_t identification;
	uint16_t length;	/* total length: what follows is not part of the packet */
	uint8_t headerSize;
} InnerPacket;

/* Reads the header of an IPv4 packet in `length` bytes. kCarried, DROP_NOT_IPV4 or DROP_MALFORMED. */
int inner_parse(const uint8_t* data, uint32_t length, InnerPacket* inner);
/* The same of a packet of which an ICMP message quotes the first `length` bytes, at least its header. */
int inner_parse_quoted(const uint8_t* data, uint32_t length, InnerPacket* inner);

typedef enum {
	kMatchNo = 0,
	kMatchYes,
	kMatchUnknown,	/* it depends on ports that this packet does not show */
} Match;

#define kNoPolicy (-1)
#define kPolicyUnknown (-2)
/*
 * The index of the first policy, in order, that an outgoing packet matches; kNoPolicy; or kPolicyUnknown when the packet does not show the ports
 * by which a policy before any match decides: it must not leave, since it may be that policy's. What was found is remembered by flow.
 */
int policy_find(const InnerPacket* inner);

/*
 * Whether the SA may carry the packet, in the SA's direction. Where one of its two networks lies inside the other, addresses of the inner one belong to
 * that side only: what is between two of them is no tunnel's business.
 */
Match sa_match(const SARecord* sa, const InnerPacket* inner);

#endif
