#include "udp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "../../modules/ipsec/firewall.h"
#include "blocks.h"
#include "datapath.h"
#include "errors.h"
#include "loop.h"
#include "lwip/ip.h"
#include "lwip/udp.h"
#include "netifs.h"
#include "wan.h"

typedef struct {
	uint32_t address;
	uint16_t port;
	uint16_t size;
	uint16_t block;
} Datagram;

typedef struct {
	LoopWatch watch;	/* enters JavaScript */
	struct udp_pcb* pcb;
	uint32_t address;	/* own, host order; 0: any */
	uint16_t port;
	uint8_t used;
	uint8_t encapsulation;
	uint8_t ofWAN;		/* it has the WAN's address: what it sends leaves there, as it is */
	uint32_t generation;
	int failure;		/* errno of a send, to be told; 0: none */
	uint32_t first, count;	/* of the queue */
	xsSlot self, onReadable, onError;
	Datagram queue[kUDPQueue];
} UDPSocket;

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

int udp_encapsulates(uint16_t port)
{
	for (int i = 0; i < kUDPSockets; i++)
		if (sockets[i].used && sockets[i].encapsulation && sockets[i].port == port)
			return 1;
	return 0;
}

/* ---- events ---- */

/* What came: from whom, and to which of our addresses. */
typedef struct {
	uint32_t address, local;
	uint16_t port;
} Arrival;

static void log_arrival(const UDPSocket* udp, const struct pbuf* packet, const Arrival* from, int reason)
{
	if (firewall_on() && udp->ofWAN)
		firewall_ike(PLACE_FROM_WAN, from->address, from->port, from->local, udp->port, packet->tot_len, reason, loop_now());
}

static void enqueue(UDPSocket* udp, const struct pbuf* packet, const Arrival* from)
{
	int tooLong = packet->tot_len > kUDPDatagram;
	uint16_t block = tooLong || udp->count == kUDPQueue ? kNoBlock : blocks_put(packet);
	if (block == kNoBlock) {
		datapath_count(tooLong ? kCounterIKETooLong : kCounterIKEFull, 1);
		log_arrival(udp, packet, from, tooLong ? WHY_TOO_LONG : WHY_QUEUE_FULL);
		return;
	}
	log_arrival(udp, packet, from, WHY_ACCEPTED);
	udp->queue[(udp->first + udp->count++) % kUDPQueue] = (Datagram){ .address = from->address, .port = from->port, .size = packet->tot_len, .block = block };
	loop_soon(&udp->watch);
}

/* RFC 3948 2: a lone 0xFF is a keepalive, four zeros (the non-ESP marker) precede IKE, everything else is ESP. */
static void sort(UDPSocket* udp, struct pbuf* packet, const Arrival* from)
{
	uint8_t start[4] = { 0 };
	pbuf_copy_partial(packet, start, sizeof start, 0);
	if (packet->tot_len == 1 && start[0] == 0xff) {
		datapath_count(kCounterKeepalive, 1);
		log_arrival(udp, packet, from, WHY_KEEPALIVE);
	}
	else if (packet->tot_len < 8) {
		datapath_count(kCounterRunt, 1);
		log_arrival(udp, packet, from, WHY_RUNT);
	}
	else if ((start[0] | start[1] | start[2] | start[3]) == 0)
		enqueue(udp, packet, from);
	else {
		const struct ip_hdr* header = ip4_current_header();
		EngineOrigin origin = { .remoteAddress = from->address, .remotePort = from->port, .localAddress = from->local, .localPort = udp->port,
			.protocol = 17, .tos = IPH_TOS(header), .largestFragment = wan_largest_fragment(packet) };
		datapath_inbound(packet, &origin);
		return;
	}
	pbuf_free(packet);
}

static void on_receive(void* argument, struct udp_pcb* pcb, struct pbuf* packet, const ip_addr_t* address, u16_t port)
{
	UDPSocket* udp = argument;
	Arrival from = { .address = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(address))), .local = lwip_ntohl(ip4_addr_get_u32(ip4_current_dest_addr())), .port = port };
	(void)pcb;
	if (udp->encapsulation)
		sort(udp, packet, &from);
	else {
		enqueue(udp, packet, &from);
		pbuf_free(packet);
	}
}

static void udp_ready(LoopWatch* watch)
{
	UDPSocket* udp = (UDPSocket*)((uint8_t*)watch - offsetof(UDPSocket, watch));
	int32_t handle = handle_of(udp);
	if (udp->failure) {
		MachineArgument text = { .kind = kArgumentString, .value.string = error_text(udp->failure) };
		udp->failure = 0;
		loop_call(&udp->self, &udp->onError, 1, &text);
		if (from_handle(handle) != udp)
			return;
	}
	if (udp->count > 0) {
		MachineArgument count = { .kind = kArgumentInteger, .value.integer = (int32_t)udp->count };
		loop_call(&udp->self, &udp->onReadable, 1, &count);
	}
}

static void release(UDPSocket* udp)
{
	loop_unwatch(&udp->watch);
	udp_remove(udp->pcb);
	for (; udp->count > 0; udp->count--) {
		blocks_free(udp->queue[udp->first].block);
		udp->first = (udp->first + 1) % kUDPQueue;
	}
	udp->used = 0;
}

void udp_abandon(void)
{
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

/* Binds the socket: 0, or an errno. What has the address of one port hears and speaks there alone. */
static int bind_to(UDPSocket* udp, uint32_t address, uint16_t port)
{
	struct netif* netif = address == 0 ? NULL : netifs_with(address);
	ip_addr_t own;
	ip_addr_set_ip4_u32(&own, lwip_htonl(address));
	if (address != 0 && netif == NULL)
		return kErrorNotOurs;
	udp->pcb = udp_new();
	if (udp->pcb == NULL)
		return kErrorTooMany;
	int result = error_of(udp_bind(udp->pcb, &own, port));
	if (result != 0) {
		udp_remove(udp->pcb);
		return result;
	}
	udp->ofWAN = netif == netifs_port(kPortWAN);
	if (netif == netifs_port(kPortLAN))
		udp_bind_netif(udp->pcb, netif);
	udp_recv(udp->pcb, on_receive, udp);
	return 0;
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
	int result = udp == NULL ? kErrorTooMany : bind_to(udp, address, port);
	if (result != 0) {
		xsmcSetInteger(xsResult, -result);
		return;
	}
	loop_watch(&udp->watch, udp_ready);
	udp->address = address;
	udp->port = udp->pcb->local_port;
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
	char text[16];
	if (udp == NULL || udp->count == 0)
		return;
	xsmcVars(1);
	/* It is ours before anything is made of it: a heap that is full takes nothing with it. */
	Datagram datagram = udp->queue[udp->first];
	xsmcSetArrayBuffer(xsResult, NULL, datagram.size);
	blocks_get(datagram.block, xsmcToArrayBuffer(xsResult), datagram.size);
	blocks_free(datagram.block);
	udp->first = (udp->first + 1) % kUDPQueue;
	udp->count--;
	/* Left behind by a reader that took less than it was told of. */
	if (udp->count > 0)
		loop_soon(&udp->watch);
	snprintf(text, sizeof text, "%u.%u.%u.%u", (unsigned)(datagram.address >> 24), (unsigned)(datagram.address >> 16) & 255, (unsigned)(datagram.address >> 8) & 255,
		(unsigned)datagram.address & 255);
	xsmcSetString(xsVar(0), text);
	xsmcSet(xsResult, xsID("address"), xsVar(0));
	xsmcSetInteger(xsVar(0), datagram.port);
	xsmcSet(xsResult, xsID("port"), xsVar(0));
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
	if (firewall_on() && udp->ofWAN)
		firewall_ike(PLACE_TO_WAN, udp->address, udp->port, address, port, (uint32_t)size, size == 1 ? WHY_KEEPALIVE : WHY_ACCEPTED, loop_now());
	/* lwIP copies what it has to keep. */
	struct pbuf* packet = size > 0xffff - 28 ? NULL : pbuf_alloc_reference(data, (u16_t)size, PBUF_REF);
	int failure = size > 0xffff - 28 ? kErrorTooLong : kErrorNoBuffers;
	if (packet != NULL) {
		failure = error_of(udp->ofWAN ? wan_send_plain(udp->pcb, packet, address, port) : netifs_send(udp->pcb, packet, address, port));
		pbuf_free(packet);
	}
	if (failure != 0) {
		udp->failure = failure;
		loop_soon(&udp->watch);
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
