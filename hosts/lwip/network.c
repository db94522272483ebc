#include "network.h"

#include <stdio.h>
#include <string.h>
#include "arp.h"
#include "loop.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/prot/dhcp.h"
#include "netifs.h"
#include "xsmc.h"

/* Bytes of the name that a DHCP server is told. */
#define kNameSize 33

static struct {
	uint32_t counters[kNetworkCounters];
	LoopWatch watch;
	xsSlot self, onChange;
	int asking;			/* the WAN's address is a DHCP server's to give */
	struct dhcp dhcp;
	uint32_t dns[DNS_MAX_SERVERS];	/* set by hand, host order */
	char name[kNameSize];
} network;

void network_count(NetworkCounter counter)
{
	network.counters[counter]++;
}

void network_changed(void)
{
	/* A lease brings its own. */
	for (u8_t i = 0; network.dns[0] != 0 && i < DNS_MAX_SERVERS; i++) {
		ip_addr_t server;
		ip_addr_set_ip4_u32(&server, lwip_htonl(network.dns[i]));
		dns_setserver(i, &server);
	}
	loop_soon(&network.watch);
}

static void ready(LoopWatch* watch)
{
	(void)watch;
	loop_call(&network.self, &network.onChange, 0, NULL);
}

void network_abandon(void)
{
	loop_unwatch(&network.watch);
}

/* ---- natives ---- */

static uint32_t to_unsigned(xsMachine* the, xsSlot* slot, double maximum)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= maximum))
		xsRangeError("out of range");
	return (uint32_t)value;
}

static void set_hardware(xsMachine* the, const uint8_t* bytes)
{
	char text[3 * kHardwareSize];
	if (bytes == NULL)
		return;
	snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
	xsmcSetString(xsResult, text);
}

/* (self, onChange): called when something of the ports may have changed. Once in a machine's life. */
void xs_network_watch(xsMachine* the)
{
	loop_unwatch(&network.watch);
	loop_watch(&network.watch, ready);
	network.self = xsArg(0);
	xsRemember(network.self);
	network.onChange = xsArg(1);
	xsRemember(network.onChange);
}

/* (port, address, prefix, router): the port has this address, once nobody else has claimed it; 0: none. What is so already stays as it is. */
void xs_network_static(xsMachine* the)
{
	BoardPort port = (BoardPort)to_unsigned(the, &xsArg(0), kPorts - 1);
	uint32_t address = to_unsigned(the, &xsArg(1), 4294967295.0);
	uint32_t prefix = to_unsigned(the, &xsArg(2), 32);
	uint32_t router = to_unsigned(the, &xsArg(3), 4294967295.0);
	struct netif* netif = netifs_port(port);
	if (netif == NULL)
		return;
	if (port == kPortWAN && network.asking) {
		network.asking = 0;
		dhcp_release_and_stop(netif);
	}
	/* Mute before lwIP tells everybody. */
	arp_claim(port, address);
	netifs_set(port, address, prefix, router);
}

/* (name): the WAN's address is asked of a DHCP server, which is told this name. */
void xs_network_dhcp(xsMachine* the)
{
	char name[kNameSize];
	struct netif* netif = netifs_port(kPortWAN);
	xsmcToStringBuffer(xsArg(0), name, sizeof name);
	if (netif == NULL)
		return;
	memcpy(network.name, name, sizeof name);
	netif_set_hostname(netif, network.name);
	if (network.asking)
		return;
	network.asking = 1;
	arp_claim(kPortWAN, 0);
	netifs_set(kPortWAN, 0, 0, 0);
	if (netif_dhcp_data(netif) == NULL)
		dhcp_set_struct(netif, &network.dhcp);
	dhcp_start(netif);
}

/* (first, second): DNS servers that are asked, 0: none; without a first one those of the lease. */
void xs_network_dns(xsMachine* the)
{
	network.dns[0] = to_unsigned(the, &xsArg(0), 4294967295.0);
	network.dns[1] = to_unsigned(the, &xsArg(1), 4294967295.0);
	network_changed();
}

/* Of a port. The order is that of hosts/device/network.ts. */
typedef enum {
	kStateLink,		/* the cable is in */
	kStateClaim,		/* ClaimState */
	kStateAddress,
	kStatePrefix,
	kStateRouter,
	kStateLease,		/* seconds for which the address was leased; 0: it was not */
	kStateDNS,
	kStateSecondDNS,
	kStateConflicts
} State;

static double state_of(BoardPort port, const struct netif* netif, State what)
{
	const struct dhcp* dhcp = netif_dhcp_data(netif);
	uint32_t mask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(netif)));
	switch (what) {
		case kStateLink: return netif_is_link_up(netif);
		case kStateClaim: return arp_claim_state(port);
		case kStateAddress: return lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(netif)));
		case kStatePrefix: return mask == 0 ? 0 : 32 - __builtin_ctz(mask);
		case kStateRouter: return lwip_ntohl(ip4_addr_get_u32(netif_ip4_gw(netif)));
		case kStateLease: return port == kPortWAN && network.asking && dhcp != NULL && dhcp_supplied_address(netif) ? dhcp->offered_t0_lease : 0;
		case kStateDNS: return lwip_ntohl(ip_addr_get_ip4_u32(dns_getserver(0)));
		case kStateSecondDNS: return lwip_ntohl(ip_addr_get_ip4_u32(dns_getserver(1)));
		case kStateConflicts: return arp_conflicts(port);
	}
	return 0;
}

/* (port, what): a number; undefined: the board has no such port. */
void xs_network_state(xsMachine* the)
{
	BoardPort port = (BoardPort)to_unsigned(the, &xsArg(0), kPorts - 1);
	State what = (State)to_unsigned(the, &xsArg(1), kStateConflicts);
	const struct netif* netif = netifs_port(port);
	if (netif != NULL)
		xsmcSetNumber(xsResult, state_of(port, netif, what));
}

/* (port): who claimed the port's address last, as text; undefined: nobody. */
void xs_network_other(xsMachine* the)
{
	set_hardware(the, arp_other((BoardPort)to_unsigned(the, &xsArg(0), kPorts - 1)));
}

/* (address): asks on the LAN who has it. */
void xs_network_ask(xsMachine* the)
{
	arp_ask(kPortLAN, to_unsigned(the, &xsArg(0), 4294967295.0));
}

/* (address): who has said that he has it since it was asked, as text; undefined: nobody. */
void xs_network_holder(xsMachine* the)
{
	set_hardware(the, arp_holder(to_unsigned(the, &xsArg(0), 4294967295.0)));
}

/* (index): a counter of the ports' guards, or undefined behind the last one. */
void xs_network_counter(xsMachine* the)
{
	uint32_t index = to_unsigned(the, &xsArg(0), 4294967295.0);
	if (index < kNetworkCounters)
		xsmcSetNumber(xsResult, network.counters[index]);
}

/* (port, index): a counter of the port's driver, in the order of BoardPortCounters, or undefined behind the last one. */
void xs_network_port_counter(xsMachine* the)
{
	BoardPort port = (BoardPort)to_unsigned(the, &xsArg(0), kPorts - 1);
	uint32_t index = to_unsigned(the, &xsArg(1), 4294967295.0);
	BoardPortCounters counters;
	if (netifs_port(port) == NULL)
		return;
	board_port_counters(port, &counters);
	const uint32_t values[] = { counters.received, counters.sent, counters.noBuffer, counters.ringFull, counters.malformed };
	if (index < sizeof values / sizeof values[0])
		xsmcSetNumber(xsResult, values[index]);
}
