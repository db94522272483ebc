#include "netifs.h"

#include "lock.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "netif/ethernet.h"
#include "wan.h"
#include "xsmc.h"

static struct {
	struct netif netif;
	uint8_t there;
} ports[kPorts];

#if NO_SYS
#define INPUT ethernet_input
#else
#define INPUT tcpip_input
#endif

void netifs_open(void)
{
#if NO_SYS
	lwip_init();
#endif
	for (uintptr_t port = 0; port < kPorts; port++) {
		struct netif* netif = &ports[port].netif;
		if (netif_add(netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, (void*)port, board_port_init, INPUT) == NULL)
			continue;
		ports[port].there = 1;
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

/* ---- natives ---- */

static uint32_t to_address(xsMachine* the, xsSlot* slot)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= 4294967295.0))
		xsRangeError("not an IPv4 address");
	return (uint32_t)value;
}

/* (port, address, prefix, router): 0 the WAN, 1 the LAN; address 0: none, router 0: none. */
void xs_netifs_set(xsMachine* the)
{
	xsIntegerValue port = xsmcToInteger(xsArg(0));
	uint32_t address = to_address(the, &xsArg(1));
	xsIntegerValue prefix = xsmcToInteger(xsArg(2));
	uint32_t router = to_address(the, &xsArg(3));
	if (port < 0 || port >= kPorts || prefix < 0 || prefix > 32)
		xsRangeError("not a port and a prefix");
	netifs_set((BoardPort)port, address, (unsigned)prefix, router);
}

/* (port): the cable is in and the other end answers. */
void xs_netifs_link(xsMachine* the)
{
	xsIntegerValue port = xsmcToInteger(xsArg(0));
	struct netif* netif = port < 0 || port >= kPorts ? NULL : netifs_port((BoardPort)port);
	xsmcSetBoolean(xsResult, netif != NULL && netif_is_link_up(netif));
}
