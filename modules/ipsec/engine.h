/*
 * The packet engine: ESP and AH over the tables of sad.h (static memory that TypeScript writes). It never allocates, never
 * blocks, knows no sockets and no clock: the host gives it packets in its own buffers and the time, and carries out the verdicts.
 */
#ifndef KEYGATE_ENGINE_H
#define KEYGATE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* Room that the host leaves before and behind each packet it gives: the engine works in place. Checked at build against all algorithms. */
#define kEngineHeadroom 96	/* outer IPv4 (20), AH (44) or UDP (8), ESP header (8), IV (16) */
#define kEngineInboundRoom 16	/* IPv4 header (20), less an ESP header (8) without IV, and to spare */
#define kEngineTailroom 96	/* padding (up to 15 + 2), ICV (up to 32), and room to spare */

typedef struct {
	uint8_t* data;		/* first byte of the packet; moved by the engine within the room */
	uint32_t length;
} EnginePacket;

typedef enum {
	kVerdictDrop = 0,	/* counted with its reason; the host forgets the packet */
	kVerdictSend,		/* outbound: data/length is what goes behind the outer IP header (or UDP header) to flow->remote */
	kVerdictDeliver,	/* inbound: data/length is the inner IPv4 packet for the LAN; outbound: it became an ICMP error for its sender on the LAN */
	kVerdictParked,		/* outbound: copied aside until an SA is live */
	kVerdictCut,		/* outbound: too large for the way to the peer, and may be cut: the host takes pieces by engine_cut and gives each as a packet of its own */
	kVerdictClear,		/* outbound: matches no policy, counted as such; on a TUN host dropped, on a routing host forwarded as any packet */
} EngineVerdict;

/* How a sealed packet leaves: filled by the engine for each run. Addresses are host order. */
typedef struct {
	uint32_t localAddress, remoteAddress;
	uint16_t localPort, remotePort;	/* UDP encapsulation; 0: native */
	uint8_t protocol;		/* 17: UDP encapsulation; 50 or 51: behind a plain IP header */
	uint8_t tos;			/* for the outer header: DSCP and ECN as RFC 6040 wants */
	uint8_t dontFragment;
	uint8_t headerIncluded;		/* data begins with the complete outer IPv4 header (AH, transport mode): it goes out as it is, in pieces if need be */
	uint16_t innerMTU;		/* for engine_cut, when a verdict says so */
} EngineFlow;

/* Where an inbound packet came from. */
typedef struct {
	uint32_t remoteAddress;
	uint32_t localAddress;
	uint16_t remotePort;		/* 0: native */
	uint16_t localPort;
	uint8_t protocol;		/* 50, 51, or 17 for ESP in UDP (data begins at the ESP header) */
	uint8_t headerIncluded;		/* 50: data begins at the outer IPv4 header, which a whole packet in transport mode is made of; 51: always */
	uint8_t tos;			/* of the outer header, for ECN */
	uint16_t largestFragment;	/* bytes of the largest fragment, with its header, that it was put together from; 0: it came whole */
} EngineOrigin;

void engine_initialize(void);

/*
 * LAN to WAN. TTL and header checksum are the business of the host that forwards; the packet is cut to its total length. `run` is one or more packets of one flow (same addresses, protocol and ports), in order; the policy and the SA are looked up
 * once. Each packet is sealed in place. verdicts[i] is each one's; `flow` serves all that are kVerdictSend. `now`: milliseconds.
 * Packets of other flows are carried too as long as they belong to the same SA. The answer is how many were taken: where the next one leaves by another SA, since it belongs to
 * it or since the first has come to its end, it and those behind it are to be given again, as a run of their own.
 * The outer header's ECN and DF are what all packets of the run allow: keep packets that differ in them apart where it matters.
 */
unsigned engine_outbound(EnginePacket* run, EngineVerdict* verdicts, unsigned count, uint64_t now, EngineFlow* flow);

/*
 * Whether a policy is for an outgoing packet of `length` bytes, or may be: then it goes to engine_outbound, and never out in clear. For a host that has
 * other packets too. Of the packet its headers must be there, and those of one that it quotes: 160 bytes.
 */
int engine_protects(const uint8_t* data, uint32_t length, uint64_t now);

/*
 * WAN to LAN: packets from one origin, each opened in place, on its own SPI, and checked to be what its SA may carry. `data` is the ESP header, or the IPv4
 * header where that is included; it must be writable, and nothing behind it is touched. Before it kEngineInboundRoom bytes may be, where the header is not
 * included: in transport mode a new one is made there.
 */
void engine_inbound(EnginePacket* run, EngineVerdict* verdicts, unsigned count, uint64_t now, const EngineOrigin* origin);

/*
 * Copies the next piece of a packet whose verdict was kVerdictCut to piece->data, which has kEngineHeadroom before it. `offset` is 0 for the first. 0: no more.
 */
int engine_cut(const EnginePacket* whole, const EngineFlow* flow, uint32_t* offset, EnginePacket* piece);

/*
 * How the engine asks the host for the MTU of its link to a peer's address; without it every link takes 1500 bytes. It asks with the first packet to that
 * address and once in a minute, and again after engine_link_changed.
 */
void engine_set_link(uint32_t (*mtu)(uint32_t remoteAddress));
void engine_link_changed(uint32_t remoteAddress);

/* An ICMP message that came from the WAN, its IPv4 header first: what it says of a path's MTU is believed within bounds (mtu.h). */
void engine_icmp(const uint8_t* packet, uint32_t length, uint64_t now);

/*
 * Takes the next packet parked for a policy whose outbound SA is live now: copies it into `packet` (whose data has kEngineHeadroom before it and
 * `room` bytes after), seals it, fills `flow`, and answers kVerdictSend; or kVerdictDeliver or kVerdictCut, as above. kVerdictDrop when there is none. The host calls it until then after the control plane installed an SA.
 */
EngineVerdict engine_unpark(EnginePacket* packet, uint32_t room, uint64_t now, EngineFlow* flow);

/* Events for the control plane wait: the host enters JavaScript once and lets it drain them. */
int engine_has_events(void);

/* Called when the control plane ends for one of other settings: every SA is zeroed, every policy stays (so nothing leaves in the clear). */
void engine_clear(void);
/*
 * Called when it dies: SAs, policies and parked packets stay, and packets are carried as before. Events that it has not read are lost with it; a connection that it was
 * asked for is asked for again.
 */
void engine_orphan(void);

#endif
