#include "ethernet.h"

#include <string.h>
#include "../../modules/ipsec/bytes.h"
#include "arp.h"
#include "lwip/ip4.h"
#include "lwip/prot/ethernet.h"
#include "lwip/prot/ip.h"
#include "netif/ethernet.h"
#include "netifs.h"
#include "network.h"

#define kHeader 14
#define kTag 4
#define kTypeVLAN 0x8100
#define kTypeServiceVLAN 0x88a8
#define kOptions 40

/* Options (RFC 791 3.1, RFC 7126 4): type and its one way to be right. */
enum {
	kOptionEnd = 0,
	kOptionNothing = 1,
	kOptionRecordRoute = 7,
	kOptionTimestamp = 68,
	kOptionSecurity = 130,
	kOptionExtendedSecurity = 133,
	kOptionCommercialSecurity = 134,
	kOptionRouterAlert = 148
};

/*
 * RFC 7126: source routes are dropped, and so is what is malformed or obsolete or unknown. What routers leave as it is passes: nothing here writes into it, since a tunnel carries
 * it inside, and lwIP does not look at it.
 */
static int are_options_right(const uint8_t* options, uint32_t size)
{
	for (uint32_t at = 0; at < size; ) {
		uint8_t type = options[at];
		if (type == kOptionEnd)
			return 1;
		if (type == kOptionNothing) {
			at++;
			continue;
		}
		if (at + 1 >= size || options[at + 1] < 2 || options[at + 1] > size - at)
			return 0;
		switch (type) {
			case kOptionRecordRoute:
			case kOptionTimestamp:
			case kOptionSecurity:
			case kOptionExtendedSecurity:
			case kOptionCommercialSecurity:
			case kOptionRouterAlert:
				break;
			default:
				return 0;
		}
		at += options[at + 1];
	}
	return 1;
}

/* Of which network an address is, when the port has one. */
static int is_in_network(const struct netif* netif, uint32_t address)
{
	uint32_t own = lwip_ntohl(ip4_addr_get_u32(netif_ip4_addr(netif)));
	uint32_t mask = lwip_ntohl(ip4_addr_get_u32(netif_ip4_netmask(netif)));
	return own != 0 && mask != 0 && ((address ^ own) & mask) == 0;
}

/* Whether somebody on the port's network can have sent a packet from this address (RFC 1122 3.2.1.3, RFC 2827). */
static int can_be_source(BoardPort port, uint32_t source, const uint8_t* header)
{
	const struct netif* lan = netifs_port(kPortLAN);
	if (source == 0)
		/* Of a machine that asks for an address. */
		return read32(header + 16) == 0xffffffff && header[9] == IP_PROTO_UDP;
	if (source >> 24 == 0 || source >> 24 == 127 || source >= 0xe0000000 || netifs_with(source) != NULL)
		return 0;
	return port != kPortWAN || lan == NULL || !is_in_network(lan, source);
}

/* IPv4 behind the Ethernet header. What is wrong with it: kNetworkCounters: nothing. */
static NetworkCounter judge(const struct pbuf* frame, BoardPort port, struct netif* netif)
{
	uint8_t header[20 + kOptions];
	uint8_t first = pbuf_get_at(frame, ETH_PAD_SIZE);
	uint32_t size = pbuf_copy_partial(frame, header, sizeof header, ETH_PAD_SIZE + kHeader);
	if (size < 20)
		return kNetworkShort;
	uint32_t own = (header[0] & 15u) * 4;
	if (header[0] >> 4 != 4 || own < 20)
		/* lwIP drops and counts it. */
		return kNetworkCounters;
	if (own > size)
		return kNetworkShort;
	uint32_t destination = read32(header + 16);
	if (!can_be_source(port, read32(header + 12), header))
		return kNetworkSource;
	ip4_addr_t to;
	ip4_addr_set_u32(&to, lwip_htonl(destination));
	/* A port that asks for an address may be answered so. */
	if ((first & 1) && !ip4_addr_isany_val(*netif_ip4_addr(netif)) && destination >> 28 != 0xe && !ip4_addr_isbroadcast(&to, netif))
		return kNetworkGroup;
	return own > 20 && !are_options_right(header + 20, own - 20) ? kNetworkOptions : kNetworkCounters;
}

/* Takes out the tag of a frame that has one for its priority alone (IEEE 802.1Q: VLAN 0). */
static void remove_tag(struct pbuf* frame)
{
	memmove((uint8_t*)frame->payload + kTag, frame->payload, ETH_PAD_SIZE + 12);
	pbuf_remove_header(frame, kTag);
}

static err_t drop(struct pbuf* frame, NetworkCounter why)
{
	network_count(why);
	pbuf_free(frame);
	return ERR_OK;
}

err_t ethernet_guard(struct pbuf* frame, struct netif* netif)
{
	BoardPort port = (BoardPort)(uintptr_t)netif->state;
	if (frame->len < ETH_PAD_SIZE + kHeader + kTag)
		return drop(frame, kNetworkShort);
	const uint8_t* bytes = (const uint8_t*)frame->payload + ETH_PAD_SIZE;
	if (read16(bytes + 12) == kTypeVLAN && (read16(bytes + 14) & 0xfff) == 0) {
		remove_tag(frame);
		bytes = (const uint8_t*)frame->payload + ETH_PAD_SIZE;
	}
	uint16_t type = read16(bytes + 12);
	if (type == kTypeVLAN || type == kTypeServiceVLAN)
		return drop(frame, kNetworkVLAN);
	if (frame->tot_len > ETH_PAD_SIZE + kHeader + netif->mtu)
		return drop(frame, kNetworkLong);
	if (bytes[6] & 1)
		return drop(frame, kNetworkSource);
	if (type == ETHTYPE_ARP) {
		if (frame->len < ETH_PAD_SIZE + kHeader + 28)
			return drop(frame, kNetworkShort);
		if (!arp_accepts(port, bytes + kHeader, frame->len - ETH_PAD_SIZE - kHeader)) {
			/* Counted there. */
			pbuf_free(frame);
			return ERR_OK;
		}
		return ethernet_input(frame, netif);
	}
	if (type != ETHTYPE_IP)
		return drop(frame, kNetworkType);
	if (arp_is_mute(port))
		return drop(frame, kNetworkMute);
	NetworkCounter fault = judge(frame, port, netif);
	return fault == kNetworkCounters ? ethernet_input(frame, netif) : drop(frame, fault);
}
