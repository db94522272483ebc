/*
 * Frames: pbufs of one piece with room before and behind what they hold, so that the packet engine works in place and lwIP puts its headers in front. A
 * fixed number; none is left: the packet is dropped and counted. A board's driver takes what it receives into them where it can.
 */
#ifndef KEYGATE_LWIP_FRAME_H
#define KEYGATE_LWIP_FRAME_H

#include "lwip/pbuf.h"
#include "lwip/prot/ethernet.h"
#include "../../modules/ipsec/engine.h"

#define kFrames 26
/* The largest IPv4 packet that one takes: an Ethernet's, with a VLAN tag to spare. */
#define kFramePacket 1504
/* Before an IPv4 packet: the engine's room, and the Ethernet header. */
#define kFrameHeadroom (kEngineHeadroom + SIZEOF_ETH_HDR)
#define kFrameSize (kFrameHeadroom + kFramePacket + kEngineTailroom)
/* The longest Ethernet frame, without its checksum. */
#define kFrameLength (14 + kFramePacket)

/*
 * For a driver: a frame of `length` bytes (and ETH_PAD_SIZE before them, which the payload begins with) that came from the network. NULL: none is free, or
 * it would not fit.
 */
struct pbuf* frame_receive(uint16_t length);
/* An IPv4 packet of `length` bytes (up to kFramePacket + kEngineTailroom); nothing is in it yet. NULL as above. */
struct pbuf* frame_packet(uint16_t length);
/* The packet in a frame of its own that may be changed: itself when it is one, else a copy, and the packet is freed. NULL: freed all the same. */
struct pbuf* frame_own(struct pbuf* packet);
/* Whether it is a frame that nobody else holds. */
int frame_is_own(const struct pbuf* packet);
/* A copy of the packet, which stays as it is. */
struct pbuf* frame_copy(const struct pbuf* packet);
/* Says what is in it now: where the packet begins, and its length, both within its room. */
void frame_set(struct pbuf* frame, uint8_t* data, uint32_t length);

typedef struct {
	uint32_t used, highWater, refused;
} FrameUse;
const FrameUse* frame_use(void);

#endif
