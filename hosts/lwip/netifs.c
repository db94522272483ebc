#include "netifs.h"

#include "arp.h"
#include "ethernet.h"
#include "heap.h"
#include "lock.h"
#include "lwip/init.h"
#include "lwip/udp.h"
#include "network.h"
#include "tunnel.h"
#include "wan.h"

static struct {
	struct netif netif;
	uint8_t there;
} ports[kPorts];

#if NO_SYS
#define INPUT ethernet_guard
#else
/* In lwIP's thread. */
static err_t input(struct pbuf* frame, struct netif* netif)
{
	return tcpip_inpkt(frame, netif, ethernet_guard);
}
#define INPUT input
#endif

static void link_changed(struct netif* netif)
{
	arp_link((BoardPort)(uintptr_t)netif->state);
}

static void address_changed(struct netif* netif)
{
	(void)netif;
	network_changed();
}

void netifs_open(void)
{
#if NO_SYS
	lwip_init();
	heap_open();
#endif
	for (uintptr_t port = 0; port < kPorts; port++) {
		struct netif* netif = &ports[port].netif;
		if (netif_add(netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, (void*)port, board_port_init, INPUT) == NULL)
			continue;
		ports[port].there = 1;
		arp_watch((BoardPort)port, netif);
		netif_set_link_callback(netif, link_changed);
		netif_set_status_callback(netif, address_changed);
		netif_set_up(netif);
	}
	if (ports[kPortWAN].there) {
		netif_set_default(&ports[kPortWAN].netif);
		wan_guard(&ports[kPortWAN].netif);
	}
}

struct netif* netifs_port(BoardPort port)
{
	return ports[port].there ? &ports[port].netif : NULL;
}

struct netif* netifs_with(uint32_t address)
{
	for (unsigned port = 0; port < kPorts; port++)
		if (ports[port].there && address != 0 && ip4_addr_get_u32(netif_ip4_addr(&ports[port].netif)) == lwip_htonl(address))
			return &ports[port].netif;
	return NULL;
}

void netifs_set(BoardPort port, uint32_t address, unsigned prefix, uint32_t router)
{
	ip4_addr_t own, mask, gateway;
	if (!ports[port].there)
		return;
	ip4_addr_set_u32(&own, lwip_htonl(address));
	ip4_addr_set_u32(&mask, prefix == 0 ? 0 : lwip_htonl(0xffffffffu << (32 - prefix)));
	ip4_addr_set_u32(&gateway, lwip_htonl(router));
	netif_set_addr(&ports[port].netif, &own, &mask, &gateway);
	if (port == kPortLAN)
		tunnel_follow_lan();
}

err_t netifs_send(struct udp_pcb* pcb, struct pbuf* packet, uint32_t address, uint16_t port)
{
	ip_addr_t to;
	ip_addr_set_ip4_u32(&to, lwip_htonl(address));
	return udp_sendto(pcb, packet, &to, port);
}

unsigned netifs_poll(unsigned limit)
{
	unsigned frames = 0;
	for (unsigned port = 0; port < kPorts; port++)
		if (ports[port].there)
			frames += board_port_poll(&ports[port].netif, limit);
	return frames;
}
