#include "tunnel.h"

#include "datapath.h"
#include "errors.h"
#include "frame.h"
#include "hooks.h"
#include "listener.h"
#include "lwip/inet_chksum.h"
#include "lwip/ip4.h"
#include "netifs.h"
#include "wan.h"

typedef struct {
	uint32_t first;
	uint8_t prefix;
	uint8_t used;
} Route;

static struct netif tunnel;
static Route routes[kTunnelRoutes];
/* What this unit itself sends into tunnels has its LAN address. */
static uint8_t hasSource;

/* ---- the interface ---- */

/* Packets of this unit itself, and from one tunnel into another. */
static err_t output(struct netif* netif, struct pbuf* packet, const ip4_addr_t* to)
{
	(void)netif;
	(void)to;
	ip4_addr_t source;
	if (packet->len < IP_HLEN)
		return ERR_BUF;
	ip4_addr_set_u32(&source, ((const struct ip_hdr*)packet->payload)->src.addr);
	if (!datapath_protect(packet, netifs_with(lwip_ntohl(ip4_addr_get_u32(&source))) == NULL))
		datapath_count(kCounterClear, 1);
	return ERR_OK;
}

static err_t initialize(struct netif* netif)
{
	netif->name[0] = 't';
	netif->name[1] = 'u';
	netif->mtu = 1500;
	netif->output = output;
	netif->flags = NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

void tunnel_open(void)
{
	netif_add(&tunnel, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, NULL, initialize, ip4_input);
	netif_set_up(&tunnel);
	datapath_open();
}

struct netif* tunnel_netif(void)
{
	return &tunnel;
}

/* ---- routes ---- */

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : 0xffffffffu << (32 - prefix);
}

static void set_source(uint32_t address)
{
	ip4_addr_t own, mask;
	ip4_addr_set_u32(&own, lwip_htonl(address));
	ip4_addr_set_u32(&mask, 0xffffffffu);
	netif_set_addr(&tunnel, &own, &mask, IP4_ADDR_ANY4);
}

static uint32_t address_of_lan(void)
{
	const struct netif* lan = netifs_port(kPortLAN);
	return lan == NULL ? 0 : lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(lan)));
}

void tunnel_follow_lan(void)
{
	if (hasSource && address_of_lan() != 0)
		set_source(address_of_lan());
}

int tunnel_route(int add, uint32_t first, unsigned prefix, uint32_t source)
{
	Route* place = NULL;
	if (add && source != 0) {
		uint32_t lan = address_of_lan();
		hasSource = 1;
		/* Another one is the LAN's in a moment: with the address that it still has, lwIP would end the connections that the answer goes out by. */
		if (lan == 0 || lan == source)
			set_source(source);
	}
	for (unsigned i = 0; i < kTunnelRoutes; i++) {
		if (routes[i].used && routes[i].first == first && routes[i].prefix == prefix) {
			routes[i].used = (uint8_t)(add != 0);
			return 0;
		}
		if (!routes[i].used && place == NULL)
			place = &routes[i];
	}
	if (!add)
		return 0;
	if (place == NULL)
		return kErrorNoSpace;
	*place = (Route){ .first = first, .prefix = (uint8_t)prefix, .used = 1 };
	return 0;
}

/* The longest prefix of a network behind a tunnel that has this address, in host order; -1: none. */
static int prefix_behind(uint32_t address)
{
	int longest = -1;
	for (unsigned i = 0; i < kTunnelRoutes; i++)
		if (routes[i].used && (address & mask_of(routes[i].prefix)) == routes[i].first && routes[i].prefix > longest)
			longest = routes[i].prefix;
	return longest;
}

/* The port whose network has the address, and bits of its prefix; NULL: none. */
static struct netif* neighbour(uint32_t address, int* prefix)
{
	struct netif* found = NULL;
	*prefix = -1;
	for (unsigned port = 0; port < kPorts; port++) {
		struct netif* netif = netifs_port((BoardPort)port);
		if (netif == NULL || ip4_addr_isany_val(*netif_ip4_addr(netif)))
			continue;
		uint32_t mask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(netif)));
		if (((address ^ lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(netif)))) & mask) != 0)
			continue;
		int bits = mask == 0 ? 0 : 32 - __builtin_ctz(mask);
		if (bits > *prefix) {
			*prefix = bits;
			found = netif;
		}
	}
	return found;
}

struct netif* hook_route(const ip4_addr_t* source, const ip4_addr_t* destination)
{
	uint32_t to = lwip_ntohl(ip4_addr_get_u32(destination));
	uint32_t from = source == NULL ? 0 : lwip_ntohl(ip4_addr_get_u32(source));
	struct netif* wan = netifs_port(kPortWAN);
	struct netif* own = netifs_with(from);
	int near, behind;
	if (to == 0xffffffffu)
		/* To everybody on the network of the address that it comes from. */
		return own;
	if (ip4_addr_ismulticast(destination) || (own != NULL && own == wan))
		/* Policies see what leaves by the WAN: so what has its address takes the way that it would take without tunnels. */
		return NULL;
	behind = prefix_behind(to);
	neighbour(to, &near);
	return behind >= 0 && behind >= near ? &tunnel : NULL;
}

/* ---- the input hook ---- */

/* The header is whole and right, and so is the length: lwIP drops and counts everything else. */
static int is_sound(const struct pbuf* packet)
{
	const struct ip_hdr* header = packet->payload;
	if (packet->len < IP_HLEN)
		return 0;
	uint16_t size = IPH_HL_BYTES(header);
	uint16_t length = lwip_ntohs(IPH_LEN(header));
	return size >= IP_HLEN && size <= packet->len && length >= size && length <= packet->tot_len && inet_chksum(header, size) == 0;
}

/* For us, for everybody, or for nobody: lwIP knows. */
static int is_local(const struct pbuf* packet, struct netif* from, const ip4_addr_t* to)
{
	uint32_t address = lwip_ntohl(ip4_addr_get_u32(to));
	return (packet->flags & (PBUF_FLAG_LLBCAST | PBUF_FLAG_LLMCAST)) || netifs_with(address) != NULL || ip4_addr_isbroadcast(to, from)
		|| address >> 28 >= 0xe || address >> 24 == 127 || address >> 24 == 0;
}

static int from_lan(struct pbuf* packet)
{
	const struct ip_hdr* header = packet->payload;
	struct netif* lan = netifs_port(kPortLAN);
	ip4_addr_t to;
	int near;
	ip4_addr_set_u32(&to, header->dest.addr);
	/* One that has no hop left is answered by lwIP. */
	if (is_local(packet, lan, &to) || IPH_TTL(header) <= 1)
		return 0;
	uint32_t address = lwip_ntohl(header->dest.addr);
	int behind = prefix_behind(address);
	if (neighbour(address, &near) == lan && near > behind)
		return 0;
	/* Behind what the header says there may be padding of Ethernet. */
	pbuf_realloc(packet, lwip_ntohs(IPH_LEN(header)));
	if (datapath_from_lan(packet))
		return 1;
	if (behind < 0 || near > behind)
		return 0;
	datapath_count(kCounterClear, 1);
	pbuf_free(packet);
	return 1;
}

int hook_input(struct pbuf* packet, struct netif* from)
{
	/* For hook_forward; a frame that a tunnel's packet came out of was the WAN's. */
	packet->if_idx = netif_get_index(from);
	if (!is_sound(packet))
		return 0;
	if (from == netifs_port(kPortLAN))
		return from_lan(packet);
	if (from == netifs_port(kPortWAN))
		return wan_input(packet);
	return 0;
}
