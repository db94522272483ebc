#include "udp.h"

#include <stddef.h>
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
	UDPSocket udp;
	LoopWatch watch;	/* enters JavaScript */
	struct udp_pcb* pcb;
	uint16_t blocks[kUDPQueue];
} Socket;

static Socket sockets[kUDPSockets];
const Table udpTable = TABLE(sockets);

/* ---- events ---- */

void udp_count(int reason)
{
	datapath_count(reason == WHY_KEEPALIVE ? kCounterKeepalive : reason == WHY_RUNT ? kCounterRunt : reason == WHY_TOO_LONG ? kCounterIKETooLong : kCounterIKEFull, 1);
}

int udp_keep(UDPSocket* udp, uint32_t place, const void* packet, uint32_t size)
{
	uint16_t block = blocks_put(packet);
	(void)size;
	((Socket*)udp)->blocks[place] = block;
	return block != kNoBlock;
}

static void enqueue(UDPSocket* udp, const UDPArrival* from, const struct pbuf* packet)
{
	uint32_t before = udp->count;
	udp_arrived(udp, from, packet, packet->tot_len);
	if (udp->count > before)
		udp_soon(udp);
}

static void on_receive(void* argument, struct udp_pcb* pcb, struct pbuf* packet, const ip_addr_t* address, u16_t port)
{
	UDPSocket* udp = argument;
	UDPArrival from = { .address = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(address))), .local = lwip_ntohl(ip4_addr_get_u32(ip4_current_dest_addr())), .port = port };
	uint8_t start[4] = { 0 };
	(void)pcb;
	pbuf_copy_partial(packet, start, sizeof start, 0);
	if (udp->encapsulation && udp_is_esp(start, packet->tot_len)) {
		const struct ip_hdr* header = ip4_current_header();
		EngineOrigin origin = { .remoteAddress = from.address, .remotePort = from.port, .localAddress = from.local, .localPort = udp->port,
			.protocol = 17, .tos = IPH_TOS(header), .largestFragment = wan_largest_fragment(packet) };
		datapath_inbound(packet, &origin);
		return;
	}
	if (!udp->encapsulation || udp_is_ike(udp, &from, start, packet->tot_len))
		enqueue(udp, &from, packet);
	pbuf_free(packet);
}

static void udp_ready(LoopWatch* watch)
{
	udp_tell(&((Socket*)((uint8_t*)watch - offsetof(Socket, watch)))->udp, kUDPQueue);
}

void udp_soon(UDPSocket* udp)
{
	loop_soon(&((Socket*)udp)->watch);
}

/* ---- for the natives ---- */

/* What has the address of one port hears and speaks there alone. */
int udp_start(UDPSocket* udp)
{
	Socket* own = (Socket*)udp;
	struct netif* netif = udp->address == 0 ? NULL : netifs_with(udp->address);
	ip_addr_t address;
	ip_addr_set_ip4_u32(&address, lwip_htonl(udp->address));
	if (udp->address != 0 && netif == NULL)
		return kErrorNotOurs;
	own->pcb = udp_new();
	if (own->pcb == NULL)
		return kErrorTooMany;
	int result = error_of(udp_bind(own->pcb, &address, udp->port));
	if (result != 0) {
		udp_remove(own->pcb);
		return result;
	}
	udp->ofWAN = netif == netifs_port(kPortWAN);
	if (netif == netifs_port(kPortLAN))
		udp_bind_netif(own->pcb, netif);
	udp_recv(own->pcb, on_receive, udp);
	loop_watch(&own->watch, udp_ready);
	udp->port = own->pcb->local_port;
	return 0;
}

void udp_take(UDPSocket* udp, uint32_t place, void* data)
{
	uint16_t block = ((Socket*)udp)->blocks[place];
	blocks_get(block, data, udp->queue[place].size);
	blocks_free(block);
}

int udp_write(UDPSocket* udp, const void* data, uint32_t size, uint32_t address, uint16_t port)
{
	struct udp_pcb* pcb = ((Socket*)udp)->pcb;
	if (size > 0xffff - 28)
		return kErrorTooLong;
	/* lwIP copies what it has to keep. */
	struct pbuf* packet = pbuf_alloc_reference((void*)(uintptr_t)data, (u16_t)size, PBUF_REF);
	if (packet == NULL)
		return kErrorNoBuffers;
	/* What has the WAN's address leaves there, as it is. */
	int failure = error_of(udp->ofWAN ? wan_send_plain(pcb, packet, address, port) : netifs_send(pcb, packet, address, port));
	pbuf_free(packet);
	return failure;
}

void udp_drop(UDPSocket* udp)
{
	for (uint32_t i = 0; i < udp->count; i++)
		blocks_free(((Socket*)udp)->blocks[(udp->first + i) % kUDPQueue]);
}

void udp_end(UDPSocket* udp)
{
	Socket* own = (Socket*)udp;
	loop_unwatch(&own->watch);
	udp_remove(own->pcb);
	udp_drop(udp);
}
