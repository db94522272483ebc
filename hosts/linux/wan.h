/*
 * The WAN side of the data path: sealed packets out, in UDP or behind a plain IP header, as their flow says; what the raw sockets for
 * protocols 50 and 51 receive goes to the engine. The kernel has then reassembled outer fragments.
 */
#ifndef KEYGATE_WAN_H
#define KEYGATE_WAN_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include "../../modules/ipsec/engine.h"

/* Packets of one batch: those of one descriptor in one turn of the loop, and as many as the kernel cuts from one write (UDP_SEGMENT). */
#define kBatch 64
/* Messages of one call that may each hold up to 64 KiB of packets (UDP_GRO). */
#define kReceived 8
/* Bytes asked of the kernel for each socket's receive buffer (it may give less); where packets come in runs, or one by one as the sender had them in one, of which eight streams of TCP filled a smaller one. */
#define kReceiveBuffer (2 * 1024 * 1024)
#define kRunBuffer (4 * kReceiveBuffer)

/* A socket that packets leave by, with what the kernel was last told of it. */
typedef struct {
	int descriptor;
	int discover;	/* IP_MTU_DISCOVER */
	int segments;	/* UDP: the kernel cuts datagrams of one size from one write */
} WANSocket;

/* Of a packet as it came in. */
typedef struct {
	struct sockaddr_in from;
	uint32_t local;		/* own address, host order; 0: not told */
	uint8_t tos;
	uint16_t largestFragment;	/* 0: it came whole */
	uint16_t segment;	/* bytes of each of the datagrams of one sender that came as one; 0: it is one */
} WANArrival;

/*
 * Keeps what all sockets send, open ones and those to come, on the interface that has `address`, whatever the routes say: needed where a tunnel's network
 * contains a peer's own address. 0: as the routes say. Where it cannot be done nothing is.
 */
void wan_keep_to(uint32_t address);
/* The same for one that is open. */
void wan_keep(int descriptor);
/* The index of that interface, 0: none. */
unsigned wan_interface(void);
/* The index of the interface that has `address`, 0: none has. */
unsigned wan_interface_of(uint32_t address);
/* What both kinds of socket are told: buffers, sizes of fragments. UDP: TOS of what arrives; own address of what arrives when `anyAddress`. */
void wan_prepare(WANSocket* socket, int descriptor, int udp, int anyAddress);
/*
 * "Don't fragment" of what is sent next. In neither case does the kernel let ICMP messages change the sizes that this socket may send: they are not
 * authenticated, and the engine judges them.
 */
void wan_discover(WANSocket* socket, int dontFragment);
/* A UDP socket whose datagrams come and go in runs, where the kernel can. */
void wan_segment(WANSocket* socket);
/*
 * Receives up to `limit` packets into the rows of the batch (datapath.h). How many, 0 when none wait, or a negative errno. A raw socket is not asked for the sender, who
 * stands in the header that comes along.
 */
int wan_receive(int descriptor, int udp, unsigned limit, EnginePacket* packets, WANArrival* arrivals);
/* Sends `count` sealed packets of one flow; what does not go is counted. */
void wan_send(const EngineFlow* flow, const EnginePacket* packets, unsigned count);

/* Raw sockets for ESP and, when asked, AH. 0, or a negative errno. Open ones stay as they are. */
int wan_open_raw(uint32_t address, int ah);
/*
 * A raw socket for what routers say of packets that are too large for them. Without it (it needs a privilege) nothing forbids them to cut. Open ones stay
 * as they are.
 */
void wan_open_icmp(uint32_t address);
void wan_close_raw(void);

#endif
