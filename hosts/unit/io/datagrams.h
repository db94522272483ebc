/*
 * UDP sockets for JavaScript (udp.ts), and the one of them that also carries ESP (RFC 3948): its ESP goes to the packet engine and never enters JavaScript,
 * NAT keepalives are dropped, the rest waits here for read(). The host, whose sockets begin with a UDPSocket, supplies what stands last here.
 */
#ifndef KEYGATE_UNIT_DATAGRAMS_H
#define KEYGATE_UNIT_DATAGRAMS_H

#include "../../../modules/limits.h"
#include "handles.h"

/* Datagrams that wait for JavaScript in each socket, and bytes of the largest, with its non-ESP marker. */
#define kUDPQueue MESSAGE_QUEUE
#define kUDPDatagram (IKE_MESSAGE_SIZE + 4)

/* All numbers are in host order. */
typedef struct {
	Entry entry;
	uint32_t address;	/* own; 0: any */
	uint16_t port;
	uint8_t encapsulation;
	uint8_t ofWAN;		/* the firewall's log has what comes and goes */
	uint8_t orphan;		/* it carries ESP, and waits for another machine's control plane to open it */
	int failure;		/* errno of a send, to be told; 0: none */
	uint32_t first, count;	/* of the queue */
	xsSlot callbacks[3];	/* self, onReadable, onError */
	struct {
		uint32_t address;
		uint16_t port, size;
	} queue[kUDPQueue];
} UDPSocket;

/* From whom a datagram came, and to which of our addresses. */
typedef struct {
	uint32_t address, local;
	uint16_t port;
} UDPArrival;

/* RFC 3948 2: what begins with four zeros (the non-ESP marker) is IKE, a lone 0xFF a keepalive, and everything else ESP. */
static inline int udp_is_esp(const uint8_t* start, uint32_t size)
{
	return size >= 8 && (start[0] | start[1] | start[2] | start[3]) != 0;
}
/* Of what is no ESP: 1 when it is IKE, 0 when it was nothing, and is counted and logged. */
int udp_is_ike(const UDPSocket* udp, const UDPArrival* from, const uint8_t* start, uint32_t size);
/* A datagram for JavaScript: it waits, or is counted when it cannot. `packet` is the host's. */
void udp_arrived(UDPSocket* udp, const UDPArrival* from, const void* packet, uint32_t size);
/* There was no room for a datagram. */
void udp_missed(const UDPSocket* udp);
/* What became of one, for the firewall's log: WHY_... */
void udp_log(const UDPSocket* udp, const UDPArrival* from, uint32_t size, int reason);

/* Tells JavaScript of a send that failed, and of as many datagrams as it is to read in this turn. */
void udp_tell(UDPSocket* udp, uint32_t most);
/* The socket with this local port that carries ESP, NULL when there is none. */
UDPSocket* udp_encapsulation(uint16_t port);
/* Closes all of them and forgets what a dead machine gave. `keep`: the one that carries ESP goes on with that, and is what opens its address and port again gets. */
void udp_abandon(int keep);
/* Nobody has opened it again: it is closed. */
void udp_settle(void);

/* ---- the host's ---- */

extern const Table udpTable;
/* Binds it to its address and port: 0, or an errno. */
int udp_start(UDPSocket* udp);
/* Sends a datagram: 0, or an errno. */
int udp_write(UDPSocket* udp, const void* data, uint32_t size, uint32_t address, uint16_t port);
/* Keeps a datagram for a place of the queue: 0 when there is no room for it. */
int udp_keep(UDPSocket* udp, uint32_t place, const void* packet, uint32_t size);
/* Copies the one that was kept, which is needed no more. */
void udp_take(UDPSocket* udp, uint32_t place, void* data);
/* What waits is needed no more. */
void udp_drop(UDPSocket* udp);
/* udp_tell is to be called soon. */
void udp_soon(UDPSocket* udp);
/* Closes it; what waits is needed no more. */
void udp_end(UDPSocket* udp);
/* Counts what did not come through: WHY_... */
void udp_count(int reason);

#endif
