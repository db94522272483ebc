#include "wan.h"

#include <string.h>
#include "../../modules/ipsec/bytes.h"
#include "../../modules/ipsec/fragments.h"
#include "../../modules/ipsec/ipv4.h"
#include "datapath.h"
#include "errors.h"
#include "frame.h"
#include "listener.h"
#include "loop.h"
#include "lwip/etharp.h"
#include "lwip/ip4.h"
#include "lwip/raw.h"
#include "netifs.h"
#include "udp.h"

#define kTTL 64

static struct {
	netif_output_fn output;	/* of the port, before the guard */
	int plain;		/* what is being sent is to pass */
	uint16_t identification;
	struct raw_pcb* esp;
	struct raw_pcb* ah;
} wan;

/* ---- the guard ---- */

static err_t guarded(struct netif* netif, struct pbuf* packet, const ip4_addr_t* to)
{
	if (!wan.plain && packet->len >= IP_HLEN) {
		uint32_t source = lwip_ntohl(((const struct ip_hdr*)packet->payload)->src.addr);
		if (datapath_protect(packet, source != 0 && netifs_with(source) == NULL))
			return ERR_OK;
	}
	return wan.output(netif, packet, to);
}

void wan_guard(struct netif* netif)
{
	wan.output = netif->output;
	netif->output = guarded;
}

err_t wan_send_plain(struct udp_pcb* pcb, struct pbuf* packet, uint32_t address, uint16_t port)
{
	struct netif* netif = netifs_port(kPortWAN);
	ip_addr_t to;
	if (netif == NULL || !netif_is_link_up(netif))
		return ERR_RTE;
	ip_addr_set_ip4_u32(&to, lwip_htonl(address));
	wan.plain = 1;
	err_t result = udp_sendto_if_src(pcb, packet, &to, port, netif, &pcb->local_ip);
	wan.plain = 0;
	return result;
}

uint32_t wan_link(uint32_t address)
{
	struct netif* netif = netifs_port(kPortWAN);
	(void)address;
	return netif == NULL || netif->mtu == 0 ? 1500 : netif->mtu;
}

/* ---- out ---- */

static void output(struct netif* netif, struct pbuf* frame, uint32_t address)
{
	ip4_addr_t to;
	ip4_addr_set_u32(&to, lwip_htonl(address));
	err_t result = netif_is_link_up(netif) ? wan.output(netif, frame, &to) : ERR_RTE;
	if (result != ERR_OK)
		datapath_count(result == ERR_MEM || result == ERR_BUF ? kCounterSendFull : kCounterSendFailed, 1);
}

/* Sends a packet with its header in fragments that the link takes. */
static void send_pieces(struct netif* netif, const struct pbuf* frame, uint32_t address)
{
	EnginePacket whole = { .data = frame->payload, .length = frame->tot_len };
	uint32_t offset = 0;
	datapath_count(kCounterFragmented, 1);
	/* Larger than the link, whatever the engine believed: in fragments rather than not at all. */
	if (whole.data[6] & 0x40) {
		whole.data[6] &= 0xbf;
		engine_link_changed(address);
	}
	for (;;) {
		struct pbuf* part = frame_packet(kFramePacket);
		EnginePacket piece = { .data = part == NULL ? NULL : part->payload };
		if (part == NULL || !fragments_cut(&whole, netif->mtu, &offset, &piece)) {
			if (part == NULL)
				datapath_count(kCounterNoFrame, 1);
			else
				pbuf_free(part);
			return;
		}
		frame_set(part, piece.data, piece.length);
		output(netif, part, address);
		pbuf_free(part);
	}
}

void wan_send(const EngineFlow* flow, struct pbuf* frame)
{
	struct netif* netif = netifs_port(kPortWAN);
	int open = flow->protocol == 17 ? udp_encapsulation(flow->localPort) != NULL : wan.esp != NULL;
	if (netif == NULL || !open) {
		datapath_count(kCounterNoSocket, 1);
		pbuf_free(frame);
		return;
	}
	uint8_t* data = frame->payload;
	uint32_t length = frame->tot_len;
	if (flow->protocol == 17) {
		data -= kUDPHeaderSize;
		length += kUDPHeaderSize;
		write16(data, flow->localPort);
		write16(data + 2, flow->remotePort);
		write16(data + 4, length);
		/* RFC 3948 2.1 */
		write16(data + 6, 0);
	}
	if (!flow->headerIncluded) {
		data -= kIPv4HeaderMinimum;
		length += kIPv4HeaderMinimum;
		ipv4_write(data, &(IPv4Header) {
			.source = flow->localAddress, .destination = flow->remoteAddress, .length = (uint16_t)length, .identification = ++wan.identification, .tos = flow->tos,
			.dontFragment = flow->dontFragment, .ttl = kTTL, .protocol = flow->protocol
		});
	}
	frame_set(frame, data, length);
	if (length > netif->mtu)
		send_pieces(netif, frame, flow->remoteAddress);
	else
		output(netif, frame, flow->remoteAddress);
	pbuf_free(frame);
}

/* ---- in ---- */

uint16_t wan_largest_fragment(const struct pbuf* packet)
{
	return datapath_largest_fragment(packet, IP_HLEN + kUDPHeaderSize);
}

static u8_t on_raw(void* argument, struct raw_pcb* pcb, struct pbuf* packet, const ip_addr_t* address)
{
	const struct ip_hdr* header = packet->payload;
	(void)argument;
	(void)address;
	if (packet->len < IP_HLEN || ip_current_input_netif() != netifs_port(kPortWAN))
		return 0;
	/* AH covers the outer header, transport mode keeps it: it goes to the engine whole. */
	EngineOrigin origin = { .remoteAddress = lwip_ntohl(header->src.addr), .localAddress = lwip_ntohl(header->dest.addr), .protocol = pcb->protocol,
		.tos = IPH_TOS(header), .headerIncluded = 1, .largestFragment = datapath_largest_fragment(packet, 0) };
	datapath_inbound(packet, &origin);
	return 1;
}

/* Whether it is TCP to a port that is the LAN's alone. */
static int is_kept_out(const struct pbuf* packet, const struct ip_hdr* header)
{
	uint8_t ports[4];
	uint16_t size = IPH_HL_BYTES(header);
	if (IPH_PROTO(header) != IP_PROTO_TCP || (lwip_ntohs(IPH_OFFSET(header)) & IP_OFFMASK) != 0)
		return 0;
	return pbuf_copy_partial(packet, ports, sizeof ports, size) == sizeof ports
		&& listener_keeps_out(lwip_ntohl(header->dest.addr), (uint16_t)(ports[2] << 8 | ports[3]));
}

int wan_input(struct pbuf* packet)
{
	const struct ip_hdr* header = packet->payload;
	struct netif* netif = netifs_port(kPortWAN);
	ip4_addr_t to;
	ip4_addr_set_u32(&to, header->dest.addr);
	DatapathCounter fault = kCounters;
	if (ip4_addr_ismulticast(&to) || ip4_addr_isbroadcast(&to, netif))
		return 0;
	/* Without an address it may be asking for one. */
	if (ip4_addr_isany_val(*netif_ip4_addr(netif)) && netifs_with(lwip_ntohl(header->dest.addr)) == NULL)
		return 0;
	/* Also the LAN's own address is somebody else's on this side. */
	if (header->dest.addr != ip4_addr_get_u32(netif_ip4_addr(netif)))
		fault = kCounterNotOurs;
	else if (is_kept_out(packet, header))
		fault = kCounterKeptOut;
	if (fault != kCounters) {
		datapath_count(fault, 1);
		pbuf_free(packet);
		return 1;
	}
	if (IPH_PROTO(header) == IP_PROTO_ICMP && packet->next == NULL && (lwip_ntohs(IPH_OFFSET(header)) & (IP_MF | IP_OFFMASK)) == 0)
		engine_icmp(packet->payload, lwip_ntohs(IPH_LEN(header)), loop_now());
	return 0;
}

/* ---- raw PCBs ---- */

/* For whatever address the WAN has, which a lease may change: wan_input lets no other one in. */
static int open_raw(struct raw_pcb** pcb, uint8_t protocol)
{
	if (*pcb != NULL)
		return 0;
	*pcb = raw_new(protocol);
	if (*pcb == NULL)
		return kErrorNoBuffers;
	raw_recv(*pcb, on_raw, NULL);
	return 0;
}

static void close_raw(struct raw_pcb** pcb)
{
	if (*pcb != NULL)
		raw_remove(*pcb);
	*pcb = NULL;
}

int wan_open_raw(int ah)
{
	int result = open_raw(&wan.esp, kIPv4ProtocolESP);
	return result == 0 && ah ? open_raw(&wan.ah, kIPv4ProtocolAH) : result;
}

void wan_close_raw(void)
{
	close_raw(&wan.esp);
	close_raw(&wan.ah);
}
