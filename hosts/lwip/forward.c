/*
 * What lwIP may forward: nothing from one port to another. LAN hosts reach networks behind tunnels, which the input hook sees to before (tunnel.c), and what comes out of a tunnel goes to the
 * LAN or into another one. There is no translation of addresses here, so what else a LAN host sends to the WAN would be answered to nobody; it hears that, instead of waiting.
 */
#include "hooks.h"

#include "lwip/icmp.h"
#include "lwip/ip4.h"
#include "lwip/prot/icmp.h"
#include "netifs.h"
#include "network.h"
#include "tunnel.h"

/* RFC 1812 5.2.7.1: communication administratively prohibited. */
#define kProhibited 13
/* ICMP errors that are sent in a second at most. */
#define kErrors 10

static struct {
	uint64_t second;
	unsigned errors;
} told;

/* Whether an error may be sent now: few, and never one about an error (RFC 1122 3.2.2). */
static int may_tell(const struct pbuf* packet)
{
	uint64_t second = board_microseconds() / 1000000;
	const struct ip_hdr* header = packet->payload;
	uint8_t type = IPH_PROTO(header) == IP_PROTO_ICMP ? pbuf_get_at(packet, IPH_HL_BYTES(header)) : ICMP_ECHO;
	if (second != told.second) {
		told.second = second;
		told.errors = 0;
	}
	if ((packet->flags & (PBUF_FLAG_LLBCAST | PBUF_FLAG_LLMCAST)) || (lwip_ntohs(IPH_OFFSET(header)) & IP_OFFMASK) != 0 || type != ICMP_ECHO)
		return 0;
	return told.errors++ < kErrors;
}

int hook_forward(struct pbuf* packet, uint32_t destination)
{
	struct netif* from = netif_get_by_index(packet->if_idx);
	struct netif* lan = netifs_port(kPortLAN);
	ip4_addr_t to;
	ip4_addr_set_u32(&to, lwip_htonl(destination));
	/* Out of a tunnel, its policy was looked at: to the LAN, or into another tunnel; the WAN's guard seals what belongs there. */
	if (from == tunnel_netif())
		return -1;
	/* From one host of the LAN to another by way of us, or into a tunnel whose policy let it pass. */
	struct netif* way = ip4_route_src(ip4_current_src_addr(), &to);
	if (from == lan && (way == lan || way == tunnel_netif()))
		return -1;
	network_count(kNetworkForward);
	if (from == lan && may_tell(packet))
		icmp_dest_unreach(packet, (enum icmp_dur_type)kProhibited);
	return 0;
}
