#include "datapath.h"

#include <string.h>
#include "../../modules/ipsec/fragments.h"
#include "frame.h"
#include "loop.h"
#include "lwip/ip4.h"
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"
#include "lwip/prot/ip4.h"
#include "lwip/stats.h"
#include "netifs.h"
#include "tunnel.h"
#include "wan.h"

/* Bytes of a packet within which its headers, and those of a packet that it quotes, are. */
#define kHeaders 160

/* lwIP counts packets that found no place to wait for a neighbour with the pool of such places alone. */
#if MEMP_STATS && !MEMP_MEM_MALLOC
#define ARP_QUEUE_FULL memp_pools[MEMP_ARP_QUEUE]->stats->err
#else
#define ARP_QUEUE_FULL 0
#endif

static uint64_t counters[kCounters];
/* Packets that came in more pieces than a frame holds, one at a time. */
static uint8_t large[kEngineInboundRoom + kLargePacket] __attribute__((aligned(16)));
/* Parked packets for which no frame was free. */
static LoopWatch unparked;

void datapath_count(DatapathCounter counter, uint32_t by)
{
	counters[counter] += by;
}

void datapath_most(DatapathCounter counter, uint32_t value)
{
	if (counters[counter] < value)
		counters[counter] = value;
}

static EnginePacket packet_of(const struct pbuf* frame)
{
	return (EnginePacket){ .data = frame->payload, .length = frame->tot_len };
}

/* ---- to the LAN ---- */

/* Gives lwIP what came out of a tunnel: for us, for a host of the LAN, or for another tunnel. */
static void deliver(struct pbuf* frame)
{
	struct netif* tunnel = tunnel_netif();
	if (tunnel->input(frame, tunnel) != ERR_OK)
		pbuf_free(frame);
}

/* ---- to the WAN ---- */

/* Seals and sends a packet that is too large for its tunnel in pieces that are not. */
static void send_in_pieces(const EnginePacket* whole, const EngineFlow* flow, uint64_t now)
{
	uint32_t offset = 0;
	for (;;) {
		struct pbuf* frame = frame_packet(kFramePacket);
		if (frame == NULL) {
			datapath_count(kCounterNoFrame, 1);
			return;
		}
		EnginePacket piece = packet_of(frame);
		EngineFlow own;
		EngineVerdict verdict = kVerdictDrop;
		int more = engine_cut(whole, flow, &offset, &piece);
		if (more)
			engine_outbound(&piece, &verdict, 1, now, &own);
		if (verdict == kVerdictSend) {
			frame_set(frame, piece.data, piece.length);
			wan_send(&own, frame);
		}
		else
			pbuf_free(frame);
		if (!more)
			return;
	}
}

/* Carries out what the engine said of a packet in a frame, which is freed. */
static void carry_out(EngineVerdict verdict, const EngineFlow* flow, const EnginePacket* packet, struct pbuf* frame, int answer, uint64_t now)
{
	if (verdict == kVerdictSend) {
		frame_set(frame, packet->data, packet->length);
		wan_send(flow, frame);
		return;
	}
	if (verdict == kVerdictDeliver && answer) {
		frame_set(frame, packet->data, packet->length);
		deliver(frame);
		return;
	}
	if (verdict == kVerdictCut)
		send_in_pieces(packet, flow, now);
	pbuf_free(frame);
}

/* One hop less, as a router does it (RFC 1624), or the other way round. */
static void change_ttl(uint8_t* header, int by)
{
	header[8] = (uint8_t)(header[8] + by);
	uint32_t sum = ((uint32_t)header[10] << 8 | header[11]) + (by < 0 ? 0x0100u : 0xfeffu);
	sum = (sum & 0xffff) + (sum >> 16);
	header[10] = (uint8_t)(sum >> 8);
	header[11] = (uint8_t)sum;
}

int datapath_from_lan(struct pbuf* packet)
{
	EngineFlow flow;
	EngineVerdict verdict;
	uint64_t now = loop_now();
	int own = frame_is_own(packet) && packet->tot_len <= kFramePacket;
	struct pbuf* frame = own ? packet : frame_copy(packet);
	if (frame == NULL || frame->tot_len > kFramePacket) {
		/* Whether a policy is for it, nobody can tell. */
		datapath_count(frame == NULL ? kCounterNoFrame : kCounterTooLong, 1);
		if (frame != NULL)
			pbuf_free(frame);
		pbuf_free(packet);
		return 1;
	}
	EnginePacket sealed = packet_of(frame);
	uint8_t* header = sealed.data;
	change_ttl(header, -1);
	engine_outbound(&sealed, &verdict, 1, now, &flow);
	if (verdict == kVerdictClear) {
		if (own)
			change_ttl(header, 1);
		else
			pbuf_free(frame);
		return 0;
	}
	if (!own)
		pbuf_free(packet);
	carry_out(verdict, &flow, &sealed, frame, 1, now);
	return 1;
}

int datapath_protect(const struct pbuf* packet, int forwarded)
{
	uint8_t headers[kHeaders];
	EngineFlow flow;
	EngineVerdict verdict;
	uint64_t now = loop_now();
	pbuf_copy_partial(packet, headers, sizeof headers, 0);
	if (!engine_protects(headers, packet->tot_len, now))
		return 0;
	struct pbuf* frame = packet->tot_len > kFramePacket ? NULL : frame_copy(packet);
	if (frame == NULL) {
		datapath_count(packet->tot_len > kFramePacket ? kCounterTooLong : kCounterNoFrame, 1);
		return 1;
	}
	EnginePacket sealed = packet_of(frame);
	engine_outbound(&sealed, &verdict, 1, now, &flow);
	carry_out(verdict, &flow, &sealed, frame, forwarded, now);
	return 1;
}

/* ---- from the WAN ---- */

/* What came out of a packet that no frame held: whole, or in pieces that the LAN takes. */
static void deliver_large(const EnginePacket* packet)
{
	uint32_t offset = 0;
	int more = 1;
	while (more) {
		struct pbuf* frame = frame_packet(kFramePacket);
		if (frame == NULL) {
			datapath_count(kCounterNoFrame, 1);
			return;
		}
		EnginePacket piece = packet_of(frame);
		if (packet->length <= kFramePacket) {
			memcpy(piece.data, packet->data, piece.length = packet->length);
			more = 0;
		}
		else if (!fragments_cut(packet, 1500, &offset, &piece)) {
			datapath_count(kCounterTooLong, offset == 0);
			pbuf_free(frame);
			return;
		}
		frame_set(frame, piece.data, piece.length);
		deliver(frame);
	}
}

static void inbound_large(struct pbuf* packet, const EngineOrigin* origin, uint64_t now)
{
	EnginePacket opened = { .data = large + kEngineInboundRoom, .length = packet->tot_len };
	EngineVerdict verdict = kVerdictDrop;
	if (packet->tot_len > kLargePacket)
		datapath_count(kCounterTooLong, 1);
	else {
		pbuf_copy_partial(packet, opened.data, packet->tot_len, 0);
		engine_inbound(&opened, &verdict, 1, now, origin);
	}
	pbuf_free(packet);
	if (verdict == kVerdictDeliver)
		deliver_large(&opened);
}

void datapath_inbound(struct pbuf* packet, const EngineOrigin* origin)
{
	EngineVerdict verdict;
	uint64_t now = loop_now();
	if (packet->tot_len > kFramePacket + kEngineTailroom) {
		inbound_large(packet, origin, now);
		return;
	}
	struct pbuf* frame = frame_own(packet);
	if (frame == NULL) {
		datapath_count(kCounterNoFrame, 1);
		return;
	}
	EnginePacket opened = packet_of(frame);
	engine_inbound(&opened, &verdict, 1, now, origin);
	if (verdict != kVerdictDeliver)
		pbuf_free(frame);
	else if (opened.length > kFramePacket) {
		/* It came in fragments; what is left of it is too long for the LAN's Ethernet. */
		deliver_large(&opened);
		pbuf_free(frame);
	}
	else {
		frame_set(frame, opened.data, opened.length);
		deliver(frame);
	}
}

uint16_t datapath_largest_fragment(const struct pbuf* packet, uint32_t removed)
{
	uint32_t largest = packet->len + removed;
	/* lwIP chains what each fragment brought, without the headers of later ones. */
	if (packet->next == NULL)
		return 0;
	for (const struct pbuf* each = packet->next; each != NULL; each = each->next)
		if (each->len + (uint32_t)IP_HLEN > largest)
			largest = each->len + IP_HLEN;
	return (uint16_t)largest;
}

/* ---- parked packets ---- */

static void unpark(void)
{
	uint64_t now = loop_now();
	for (;;) {
		struct pbuf* frame = frame_packet(kFramePacket);
		if (frame == NULL) {
			/* In the next turn there may be one. */
			loop_soon(&unparked);
			return;
		}
		EnginePacket packet = packet_of(frame);
		EngineFlow flow = { 0 };
		EngineVerdict verdict = engine_unpark(&packet, kFramePacket + kEngineTailroom, now, &flow);
		carry_out(verdict, &flow, &packet, frame, 1, now);
		if (verdict != kVerdictSend && verdict != kVerdictCut && verdict != kVerdictDeliver)
			return;
	}
}

static void unparked_ready(LoopWatch* watch)
{
	(void)watch;
	unpark();
}

void datapath_open(void)
{
	loop_watch(&unparked, unparked_ready);
}

/* ---- natives ---- */

static uint32_t to_unsigned(xsMachine* the, xsSlot* slot, double maximum)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= maximum))
		xsRangeError("out of range");
	return (uint32_t)value;
}

/* (address, ah): takes ESP and, if `ah`, AH at whatever address the WAN has. 0, or a negative errno. */
void xs_datapath_open_raw(xsMachine* the)
{
	int ah = xsmcToBoolean(xsArg(1));
	xsmcSetInteger(xsResult, -wan_open_raw(ah));
}

/* (add, first, prefix, source): a network behind the tunnels. 0, or a negative errno; adding what is there and removing what is not is no fault. */
void xs_datapath_route(xsMachine* the)
{
	int add = xsmcToBoolean(xsArg(0));
	uint32_t first = to_unsigned(the, &xsArg(1), 4294967295.0);
	uint32_t prefix = to_unsigned(the, &xsArg(2), 32);
	uint32_t source = to_unsigned(the, &xsArg(3), 4294967295.0);
	xsmcSetInteger(xsResult, -tunnel_route(add, first, prefix, source));
}

/* (remote, source, protocol, localPort, remotePort): nothing to do: policies see everything that leaves by the WAN. 0. */
void xs_datapath_own_traffic(xsMachine* the)
{
	xsmcSetInteger(xsResult, 0);
}

/* (): and nothing to take back. */
void xs_datapath_settle(xsMachine* the)
{
	(void)the;
}

/* (): sends what is parked for policies whose SA is live now. */
void xs_datapath_unpark(xsMachine* the)
{
	(void)the;
	unpark();
}

/* (index): the counter, or undefined behind the last one; the order is that of DatapathCounter, and lwIP's own are behind it. */
void xs_datapath_counter(xsMachine* the)
{
	xsIntegerValue index = xsmcToInteger(xsArg(0));
	if (index < 0)
		return;
	if (index < kCounters)
		xsmcSetNumber(xsResult, (double)counters[index]);
#if LWIP_STATS
	const STAT_COUNTER lwip[] = { lwip_stats.ip.chkerr, lwip_stats.ip.lenerr, lwip_stats.ip.memerr, lwip_stats.ip_frag.drop,
		lwip_stats.etharp.memerr + ARP_QUEUE_FULL,
		lwip_stats.udp.chkerr, lwip_stats.tcp.chkerr, lwip_stats.tcp.memerr,
#if MIB2_STATS
		lwip_stats.mib2.ipreasmfails,
#endif
	};
	if (index >= kCounters && (size_t)index - kCounters < sizeof lwip / sizeof *lwip)
		xsmcSetNumber(xsResult, (double)lwip[index - kCounters]);
#endif
}
