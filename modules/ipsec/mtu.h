/*
 * How large a packet may be on the way to each peer, and how large an inner one may then be. Sizes are of whole IPv4 packets.
 *
 * What is believed (docs/path-mtu.md): the link's own MTU; the size of fragments in which an authentic packet of the peer came; and an ICMP message
 * that quotes the SPI and a recent sequence number of ours, which only somebody on the path can know, within bounds. Nothing else changes a size.
 */
#ifndef KEYGATE_MTU_H
#define KEYGATE_MTU_H

#include "sad.h"

#define kDefaultLinkMTU 1500
/* No path is taken to be narrower: behind the largest overhead that there is, the 576 bytes that every host takes (RFC 791) must fit. */
#define kMinimumPathMTU 728
/* Milliseconds after which what was learned is forgotten, so that a path that became wider is found (RFC 1191 6.3). */
#define kPathAge 600000
/* Sequence numbers behind the last one that count as recent. */
#define kRecentSequences 4096

/* Asks the host for the MTU of its link to a peer; without a function every link has kDefaultLinkMTU. Asked again once in a while. */
void path_set_link(uint32_t (*mtu)(uint32_t address));
/* The host met another MTU than it said: it is asked again with the next packet. */
void path_ask_again(uint32_t address);

/* The largest packet that reaches `address` whole. */
uint32_t path_mtu(uint32_t address, uint64_t now);
/* Whether routers may be forbidden to cut packets to `address`: not for a while after a message that was not to be believed. */
int path_forbids_fragments(uint32_t address, uint64_t now);
/* An authentic packet of `address` came in fragments, the largest of `size` bytes. */
void path_fragments(uint32_t address, uint32_t size, uint64_t now);
/*
 * An ICMP message as it came from the WAN, its IPv4 header first. 1 when it was about a packet of ours and changed something.
 */
int path_icmp(const uint8_t* packet, uint32_t length, uint64_t now);

/* The largest inner packet, with a header of `header` bytes, that fits an outer one of `size` bytes, exactly. */
uint32_t mtu_inner(const SARecord* sa, uint32_t size, uint32_t header);

#endif
