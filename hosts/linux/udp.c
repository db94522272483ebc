#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../modules/ipsec/firewall.h"
#include "admission.h"
#include "datapath.h"
#include "loop.h"

typedef struct {
	uint32_t address;
	uint16_t port;
	uint16_t size;
	uint8_t data[kUDPDatagram];
} Datagram;

typedef struct {
	LoopWatch watch;	/* of the data path: takes ESP to the engine, the rest into the queue */
	LoopWatch delivery;	/* enters JavaScript */
	WANSocket socket;
	uint32_t address;	/* own, host order; 0: any */
	uint16_t port;
	uint8_t used;
	uint8_t encapsulation;
	uint32_t generation;
	int failure;		/* errno of a send, to be told; 0: none */
	uint32_t first, count;	/* of the queue */
	xsSlot self, onReadable, onError;
	Datagram queue[kUDPQueue];
} UDPSocket;

/* So many batches of datagrams in a turn, if there are as many: what waits longer than a turn is lost when many come. */
#define kTurns 4
/* Messages that JavaScript gets in a turn. */
#define kDelivered 4

static UDPSocket sockets[kUDPSockets];

static int32_t handle_of(const UDPSocket* udp)
{
	return (int32_t)((udp->generation & 0x3fffff) << 8 | (uint32_t)(udp - sockets));
}

static UDPSocket* from_handle(int32_t handle)
{
	uint32_t index = (uint32_t)handle & 255;
	if (handle < 0 || index >= kUDPSockets || !sockets[index].used || handle_of(&sockets[index]) != handle)
		return NULL;
	return &sockets[index];
}

WANSocket* udp_encapsulation(uint16_t port)
{
	for (int i = 0; i < kUDPSockets; i++)
		if (sockets[i].used && sockets[i].encapsulation && sockets[i].port == port)
			return &sockets[i].socket;
	return NULL;
}

/* ---- events ---- */

static void log_arrival(const UDPSocket* udp, const EnginePacket* packet, const WANArrival* arrival, int reason)
{
	if (firewall_on())
		firewall_ike(PLACE_FROM_WAN, ntohl(arrival->from.sin_addr.s_addr), ntohs(arrival->from.sin_port), udp->address ? udp->address : arrival->local, udp->port,
			packet->length, reason, loop_now());
}

static void enqueue(UDPSocket* udp, const EnginePacket* packet, const WANArrival* arrival)
{
	int tooLong = packet->length > kUDPDatagram;
	uint32_t marker = udp->encapsulation ? 4 : 0;
	if (!admission_take(packet->data + marker, packet->length - marker, ntohl(arrival->from.sin_addr.s_addr), loop_now())) {
		datapath_count(kCounterIKEFlood, 1);
		log_arrival(udp, packet, arrival, WHY_QUEUE_FULL);
		return;
	}
	if (tooLong || udp->count == kUDPQueue) {
		datapath_count(tooLong ? kCounterIKETooLong : kCounterIKEFull, 1);
		log_arrival(udp, packet, arrival, tooLong ? WHY_TOO_LONG : WHY_QUEUE_FULL);
		return;
	}
	log_arrival(udp, packet, arrival, WHY_ACCEPTED);
	Datagram* datagram = &udp->queue[(udp->first + udp->count++) % kUDPQueue];
	datagram->address = ntohl(arrival->from.sin_addr.s_addr);
	datagram->port = ntohs(arrival->from.sin_port);
	datagram->size = (uint16_t)packet->length;
	memcpy(datagram->data, packet->data, packet->length);
}

/* RFC 3948 2: a lone 0xFF is a keepalive, four zeros (the non-ESP marker) precede IKE, everything else is ESP: 1. */
static int is_esp(UDPSocket* udp, const EnginePacket* packet, const WANArrival* arrival)
{
	static const uint8_t marker[4];
	if (packet->length == 1 && packet->data[0] == 0xff) {
		datapath_count(kCounterKeepalive, 1);
		log_arrival(udp, packet, arrival, WHY_KEEPALIVE);
	}
	else if (packet->length < 8) {
		datapath_count(kCounterRunt, 1);
		log_arrival(udp, packet, arrival, WHY_RUNT);
	}
	else if (memcmp(packet->data, marker, sizeof marker) == 0)
		enqueue(udp, packet, arrival);
	else
		return 1;
	return 0;
}

/* Takes apart what came as one, and gives ESP to the engine. */
static void sort(UDPSocket* udp, const EnginePacket* received, const WANArrival* arrivals, int got)
{
	EnginePacket packets[kBatch];
	EngineOrigin origins[kBatch];
	unsigned count = 0;
	for (int i = 0; i < got; i++) {
		const WANArrival* arrival = &arrivals[i];
		uint32_t step = arrival->segment ? arrival->segment : received[i].length;
		uint32_t offset = 0;
		do {
			uint32_t rest = received[i].length - offset;
			EnginePacket packet = { .data = received[i].data + offset, .length = rest < step ? rest : step };
			offset += packet.length;
			if (!is_esp(udp, &packet, arrival))
				continue;
			if (count == kBatch) {
				datapath_inbound(packets, origins, count);
				count = 0;
			}
			origins[count] = (EngineOrigin){ .remoteAddress = ntohl(arrival->from.sin_addr.s_addr), .remotePort = ntohs(arrival->from.sin_port),
				.localAddress = udp->address ? udp->address : arrival->local, .localPort = udp->port, .protocol = 17, .tos = arrival->tos,
				.largestFragment = arrival->largestFragment };
			packets[count++] = packet;
		} while (offset < received[i].length);
	}
	datapath_inbound(packets, origins, count);
}

static void socket_ready(LoopWatch* watch, uint32_t events)
{
	UDPSocket* udp = (UDPSocket*)((uint8_t*)watch - offsetof(UDPSocket, watch));
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
			for (int i = 0; i < got; i++)
				enqueue(udp, &packets[i], &arrivals[i]);
		if (got < (int)limit)
			break;
	}
	if (udp->count > waiting)
		loop_soon(&udp->delivery, EPOLLIN);
	/* What there is no room for waits in the kernel, unless ESP would wait behind it, or it is a flood. */
	if (!udp->encapsulation && udp->count == kUDPQueue && !admission_is_strict())
		loop_want(watch, 0);
}

static void delivery_ready(LoopWatch* watch, uint32_t events)
{
	UDPSocket* udp = (UDPSocket*)((uint8_t*)watch - offsetof(UDPSocket, delivery));
	int32_t handle = handle_of(udp);
	(void)events;
	if (udp->failure) {
		MachineArgument text = { .kind = kArgumentString, .value.string = strerror(udp->failure) };
		udp->failure = 0;
		loop_call(&udp->self, &udp->onError, 1, &text);
		if (from_handle(handle) != udp)
			return;
	}
	if (udp->count > 0) {
		/* Packets come between a few messages and the next. */
		MachineArgument count = { .kind = kArgumentInteger, .value.integer = (int32_t)(udp->count < kDelivered ? udp->count : kDelivered) };
		loop_call(&udp->self, &udp->onReadable, 1, &count);
	}
}

static void release(UDPSocket* udp)
{
	loop_unwatch(&udp->watch);
	loop_unwatch(&udp->delivery);
	close(udp->socket.descriptor);
	udp->used = 0;
}

void udp_abandon(void)
{
	admission_clear();
	for (int i = 0; i < kUDPSockets; i++)
		if (sockets[i].used)
			release(&sockets[i]);
}

/* ---- natives ---- */

static uint32_t to_address(xsMachine* the, xsSlot* slot)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= 4294967295.0))
		xsRangeError("not an IPv4 address");
	return (uint32_t)value;
}

static uint16_t to_port(xsMachine* the, xsSlot* slot)
{
	xsIntegerValue value = fxToInteger(the, slot);
	if (value < 0 || value > 65535)
		xsRangeError("not a port");
	return (uint16_t)value;
}

/*
 * (address, port, encapsulation, self, onReadable(count), onError(message)): binds a socket; address 0: any. A handle, or a negative
 * errno.
 */
void xs_udp_open(xsMachine* the)
{
	uint32_t address = to_address(the, &xsArg(0));
	uint16_t port = to_port(the, &xsArg(1));
	int encapsulation = xsmcToBoolean(xsArg(2));
	UDPSocket* udp = NULL;
	for (int i = 0; i < kUDPSockets && udp == NULL; i++)
		if (!sockets[i].used)
			udp = &sockets[i];
	if (udp == NULL) {
		xsmcSetInteger(xsResult, -EMFILE);
		return;
	}
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int result = descriptor < 0 || bind(descriptor, (struct sockaddr*)&own, sizeof own) < 0 ? -errno : 0;
	if (result == 0)
		result = loop_watch(&udp->watch, descriptor, EPOLLIN, 1, socket_ready);
	if (result < 0) {
		if (descriptor >= 0)
			close(descriptor);
		xsmcSetInteger(xsResult, result);
		return;
	}
	loop_watch(&udp->delivery, -1, 0, 0, delivery_ready);
	if (encapsulation)
		wan_open_icmp(address);
	wan_prepare(&udp->socket, descriptor, 1, address == 0);
	if (encapsulation)
		wan_segment(&udp->socket);
	udp->address = address;
	udp->port = port;
	udp->encapsulation = (uint8_t)encapsulation;
	udp->failure = 0;
	udp->first = udp->count = 0;
	udp->generation++;
	udp->used = 1;
	xsSlot* slots[] = { &udp->self, &udp->onReadable, &udp->onError };
	for (int i = 0; i < 3; i++) {
		*slots[i] = xsArg(i + 3);
		xsRemember(*slots[i]);
	}
	xsmcSetInteger(xsResult, handle_of(udp));
}

/* (handle): the oldest datagram that waits, an ArrayBuffer with `address` and `port`, or undefined. */
void xs_udp_read(xsMachine* the)
{
	UDPSocket* udp = from_handle(xsmcToInteger(xsArg(0)));
	char text[INET_ADDRSTRLEN];
	if (udp == NULL || udp->count == 0)
		return;
	xsmcVars(1);
	const Datagram* datagram = &udp->queue[udp->first];
	xsmcSetArrayBuffer(xsResult, (void*)datagram->data, datagram->size);
	snprintf(text, sizeof text, "%u.%u.%u.%u", datagram->address >> 24, (datagram->address >> 16) & 255, (datagram->address >> 8) & 255, datagram->address & 255);
	xsmcSetString(xsVar(0), text);
	xsmcSet(xsResult, xsID("address"), xsVar(0));
	xsmcSetInteger(xsVar(0), datagram->port);
	xsmcSet(xsResult, xsID("port"), xsVar(0));
	udp->first = (udp->first + 1) % kUDPQueue;
	udp->count--;
	loop_want(&udp->watch, EPOLLIN);
	/* Left behind by a reader that took less than it was told of. */
	if (udp->count > 0)
		loop_soon(&udp->delivery, EPOLLIN);
}

/* (handle, datagram, address, port): sends it. What the network refuses is told by onError, later. */
void xs_udp_write(xsMachine* the)
{
	UDPSocket* udp = from_handle(xsmcToInteger(xsArg(0)));
	uint32_t address = to_address(the, &xsArg(2));
	uint16_t port = to_port(the, &xsArg(3));
	void* data;
	xsUnsignedValue size;
	if (udp == NULL)
		return;
	xsmcGetBufferReadable(xsArg(1), &data, &size);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address) };
	wan_discover(&udp->socket, 0);
	if (firewall_on())
		firewall_ike(PLACE_TO_WAN, udp->address, udp->port, address, port, (uint32_t)size, size == 1 ? WHY_KEEPALIVE : WHY_ACCEPTED, loop_now());
	if (sendto(udp->socket.descriptor, data, size, MSG_DONTWAIT, (struct sockaddr*)&to, sizeof to) < 0) {
		udp->failure = errno;
		loop_soon(&udp->delivery, EPOLLIN);
	}
}

/* (handle): nothing is called any more. Closing what is closed does nothing. */
void xs_udp_close(xsMachine* the)
{
	UDPSocket* udp = from_handle(xsmcToInteger(xsArg(0)));
	if (udp == NULL)
		return;
	xsForget(udp->self);
	xsForget(udp->onReadable);
	xsForget(udp->onError);
	release(udp);
}
