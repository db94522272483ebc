#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../modules/ipsec/firewall.h"
#include "admission.h"
#include "datapath.h"
#include "loop.h"

typedef struct {
	UDPSocket udp;
	LoopWatch watch;	/* of the data path: takes ESP to the engine, the rest into the queue */
	LoopWatch delivery;	/* enters JavaScript */
	WANSocket wan;
	uint8_t queue[kUDPQueue][kUDPDatagram];
} Socket;

/* So many batches of datagrams in a turn, if there are as many: what waits longer than a turn is lost when many come. */
#define kTurns 4
/* Messages that JavaScript gets in a turn. */
#define kDelivered 4

static Socket sockets[kUDPSockets];
const Table udpTable = TABLE(sockets);

WANSocket* udp_wan(uint16_t port)
{
	UDPSocket* udp = udp_encapsulation(port);
	return udp == NULL ? NULL : &((Socket*)udp)->wan;
}

static void keep(void* entry)
{
	wan_keep(((Socket*)entry)->wan.descriptor);
}

void udp_keep_to_wan(void)
{
	table_each(&udpTable, keep);
}

/* ---- events ---- */

void udp_count(int reason)
{
	datapath_count(reason == WHY_KEEPALIVE ? kCounterKeepalive : reason == WHY_RUNT ? kCounterRunt : reason == WHY_TOO_LONG ? kCounterIKETooLong : kCounterIKEFull, 1);
}

static UDPArrival arrival_of(const UDPSocket* udp, const WANArrival* arrival)
{
	return (UDPArrival){ .address = ntohl(arrival->from.sin_addr.s_addr), .local = udp->address ? udp->address : arrival->local, .port = ntohs(arrival->from.sin_port) };
}

static void enqueue(UDPSocket* udp, const EnginePacket* packet, const UDPArrival* from)
{
	uint32_t marker = udp->encapsulation ? 4 : 0;
	if (admission_take(packet->data + marker, packet->length - marker, from->address, loop_now()))
		udp_arrived(udp, from, packet->data, packet->length);
	else {
		datapath_count(kCounterIKEFlood, 1);
		if (admission_knows(packet->data + marker, packet->length - marker))
			udp_missed(udp);
		udp_log(udp, from, packet->length, WHY_QUEUE_FULL);
	}
}

int udp_keep(UDPSocket* udp, uint32_t place, const void* packet, uint32_t size)
{
	memcpy(((Socket*)udp)->queue[place], packet, size);
	return 1;
}

/* Takes apart what came as one, and gives ESP to the engine. */
static void sort(UDPSocket* udp, const EnginePacket* received, const WANArrival* arrivals, int got)
{
	EnginePacket packets[kBatch];
	EngineOrigin origins[kBatch];
	unsigned count = 0;
	for (int i = 0; i < got; i++) {
		const WANArrival* arrival = &arrivals[i];
		UDPArrival from = arrival_of(udp, arrival);
		uint32_t step = arrival->segment ? arrival->segment : received[i].length;
		uint32_t offset = 0;
		do {
			uint32_t rest = received[i].length - offset;
			EnginePacket packet = { .data = received[i].data + offset, .length = rest < step ? rest : step };
			offset += packet.length;
			if (!udp_is_esp(packet.data, packet.length)) {
				if (udp_is_ike(udp, &from, packet.data, packet.length))
					enqueue(udp, &packet, &from);
				continue;
			}
			if (count == kBatch) {
				datapath_inbound(packets, origins, count);
				count = 0;
			}
			origins[count] = (EngineOrigin){ .remoteAddress = from.address, .remotePort = from.port, .localAddress = from.local, .localPort = udp->port,
				.protocol = 17, .tos = arrival->tos, .largestFragment = arrival->largestFragment };
			packets[count++] = packet;
		} while (offset < received[i].length);
	}
	datapath_inbound(packets, origins, count);
}

static void socket_ready(LoopWatch* watch, uint32_t events)
{
	UDPSocket* udp = &((Socket*)((uint8_t*)watch - offsetof(Socket, watch)))->udp;
	EnginePacket packets[kBatch];
	WANArrival arrivals[kBatch];
	uint32_t waiting = udp->count;
	(void)events;
	for (unsigned turn = 0; turn < kTurns; turn++) {
		/* A flood is thrown away by the batch: there is room for the few of it that are not. */
		unsigned limit = udp->encapsulation ? kReceived : admission_is_strict() ? kBatch : kUDPQueue - udp->count;
		int got = limit == 0 ? 0 : wan_receive(watch->descriptor, 1, limit, packets, arrivals);
		if (udp->encapsulation)
			sort(udp, packets, arrivals, got);
		else
			for (int i = 0; i < got; i++) {
				UDPArrival from = arrival_of(udp, &arrivals[i]);
				enqueue(udp, &packets[i], &from);
			}
		if (got < (int)limit)
			break;
	}
	if (udp->count > waiting)
		udp_soon(udp);
	/* What there is no room for waits in the kernel, unless ESP would wait behind it, or it is a flood. */
	if (!udp->encapsulation && udp->count == kUDPQueue && !admission_is_strict())
		loop_want(watch, 0);
}

static void delivery_ready(LoopWatch* watch, uint32_t events)
{
	(void)events;
	/* Packets come between a few messages and the next. */
	udp_tell(&((Socket*)((uint8_t*)watch - offsetof(Socket, delivery)))->udp, kDelivered);
}

void udp_soon(UDPSocket* udp)
{
	loop_soon(&((Socket*)udp)->delivery, EPOLLIN);
}

/* ---- for the natives ---- */

int udp_start(UDPSocket* udp)
{
	Socket* own = (Socket*)udp;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(udp->port), .sin_addr.s_addr = htonl(udp->address) };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int result = descriptor < 0 || bind(descriptor, (struct sockaddr*)&address, sizeof address) < 0 ? -errno : 0;
	if (result == 0)
		result = loop_watch(&own->watch, descriptor, EPOLLIN, 1, socket_ready);
	if (result < 0) {
		if (descriptor >= 0)
			close(descriptor);
		return -result;
	}
	loop_watch(&own->delivery, -1, 0, 0, delivery_ready);
	if (udp->encapsulation)
		wan_open_icmp(udp->address);
	wan_prepare(&own->wan, descriptor, 1, udp->address == 0);
	if (udp->encapsulation)
		wan_segment(&own->wan);
	udp->ofWAN = 1;
	return 0;
}

void udp_take(UDPSocket* udp, uint32_t place, void* data)
{
	memcpy(data, ((Socket*)udp)->queue[place], udp->queue[place].size);
	loop_want(&((Socket*)udp)->watch, EPOLLIN);
}

int udp_write(UDPSocket* udp, const void* data, uint32_t size, uint32_t address, uint16_t port)
{
	WANSocket* wan = &((Socket*)udp)->wan;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
	wan_discover(wan, 0);
	return sendto(wan->descriptor, data, size, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof to) < 0 ? errno : 0;
}

void udp_drop(UDPSocket* udp)
{
	loop_want(&((Socket*)udp)->watch, EPOLLIN);
}

void udp_end(UDPSocket* udp)
{
	Socket* own = (Socket*)udp;
	loop_unwatch(&own->watch);
	loop_unwatch(&own->delivery);
	close(own->wan.descriptor);
}
