#include "datapath.h"

#include <stdio.h>
#include <string.h>
#include "lan.h"
#include "loop.h"
#include "route.h"
#include "rule.h"
#include "wan.h"

static uint8_t rows[kBatch][kEngineHeadroom + kRowSize + kEngineTailroom] __attribute__((aligned(16)));
/* A piece of a packet that is cut. */
static uint8_t spare[kEngineHeadroom + kRowSize + kEngineTailroom] __attribute__((aligned(16)));
static uint64_t counters[kCounters];

void datapath_count(DatapathCounter counter, uint32_t by)
{
	counters[counter] += by;
}

void datapath_most(DatapathCounter counter, uint32_t value)
{
	if (counters[counter] < value)
		counters[counter] = value;
}

uint8_t* datapath_row(unsigned index)
{
	return rows[index] + kEngineHeadroom;
}

/* ---- LAN to WAN ---- */

/*
 * The same flow as `first`: IPv4 without options or fragmentation, with the same TOS, protocol, addresses and ports. Everything else is a run of
 * its own. The engine looks policy and SA up once a run, and every packet of it leaves with one outer header.
 */
static int same_flow(const EnginePacket* first, const EnginePacket* packet)
{
	const uint8_t* a = first->data;
	const uint8_t* b = packet->data;
	if (first->length < 24 || packet->length < 24 || a[0] != 0x45 || b[0] != 0x45 || a[1] != b[1] || a[9] != b[9])
		return 0;
	/* Flags must agree (Don't Fragment goes outside), More Fragments and offset be 0. */
	if (a[6] != b[6] || (a[6] & 0x3f) != 0 || a[7] != 0 || b[7] != 0)
		return 0;
	return memcmp(a + 12, b + 12, 8) == 0 && memcmp(a + 20, b + 20, 4) == 0;
}

/* Seals and sends a packet that is too large for its tunnel in pieces that are not. */
static void send_in_pieces(const EnginePacket* whole, const EngineFlow* flow, uint64_t now)
{
	EnginePacket piece = { .data = spare + kEngineHeadroom };
	for (uint32_t offset = 0; engine_cut(whole, flow, &offset, &piece); piece.data = spare + kEngineHeadroom) {
		EngineFlow own;
		EngineVerdict verdict;
		engine_outbound(&piece, &verdict, 1, now, &own);
		if (verdict == kVerdictSend)
			wan_send(&own, &piece, 1);
	}
}

void datapath_outbound(EnginePacket* packets, unsigned count)
{
	EngineVerdict verdicts[kBatch];
	uint64_t now = loop_now();
	int answered = 0;
	for (unsigned start = 0, end; start < count; start = end) {
		EngineFlow flow = { 0 };
		unsigned sealed = 0;
		for (end = start + 1; end < count && same_flow(&packets[start], &packets[end]); end++)
			;
		end = start + engine_outbound(packets + start, verdicts, end - start, now, &flow);
		for (unsigned i = 0; i < end - start; i++) {
			EnginePacket packet = packets[start + i];
			if (verdicts[i] == kVerdictSend)
				packets[start + sealed++] = packet;
			else if (verdicts[i] == kVerdictCut) {
				/* In the order in which they came. */
				if (sealed > 0)
					wan_send(&flow, packets + start, sealed);
				sealed = 0;
				send_in_pieces(&packet, &flow, now);
			}
			else if (verdicts[i] == kVerdictDeliver) {
				lan_write(packet.data, packet.length);
				answered = 1;
			}
			else if (verdicts[i] == kVerdictClear)
				/* Nobody asked for it to be tunnelled, and this interface leads nowhere else. */
				counters[kCounterClear]++;
		}
		if (sealed > 0)
			wan_send(&flow, packets + start, sealed);
	}
	if (answered)
		lan_flush();
}

/* ---- WAN to LAN ---- */

static int same_origin(const EngineOrigin* a, const EngineOrigin* b)
{
	return a->remoteAddress == b->remoteAddress && a->remotePort == b->remotePort && a->localAddress == b->localAddress
		&& a->localPort == b->localPort && a->protocol == b->protocol && a->tos == b->tos && a->largestFragment == b->largestFragment;
}

void datapath_inbound(EnginePacket* packets, const EngineOrigin* origins, unsigned count)
{
	EngineVerdict verdicts[kBatch];
	uint64_t now = loop_now();
	for (unsigned start = 0, end; start < count; start = end) {
		for (end = start + 1; end < count && same_origin(&origins[start], &origins[end]); end++)
			;
		engine_inbound(packets + start, verdicts, end - start, now, &origins[start]);
		for (unsigned i = 0; i < end - start; i++)
			if (verdicts[i] == kVerdictDeliver)
				lan_write(packets[start + i].data, packets[start + i].length);
	}
	if (count > 0)
		lan_flush();
}

/* ---- natives ---- */

/* (name): opens the LAN side, TUN device or unix:PATH, unless it is open. Undefined, or the fault: its errno, a blank, and its text. */
void xs_datapath_open(xsMachine* the)
{
	char name[128], fault[64], text[160];
	xsmcToStringBuffer(xsArg(0), name, sizeof name);
	int result = lan_open(name, fault, sizeof fault);
	if (result == 0)
		return;
	snprintf(text, sizeof text, "%d %s", -result, fault);
	xsmcSetString(xsResult, text);
}

/* (address): all sockets, open or not yet, keep to the interface that has the address; 0: to none. */
void xs_datapath_keep_to(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	if (!(address >= 0 && address <= 4294967295.0))
		xsRangeError("not an IPv4 address");
	wan_keep_to((uint32_t)address);
}

/* (address, ah): opens the raw sockets for protocol 50 and, if `ah`, 51. 0, or a negative errno. */
void xs_datapath_open_raw(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	int ah = xsmcToBoolean(xsArg(1));
	if (!(address >= 0 && address <= 4294967295.0))
		xsRangeError("not an IPv4 address");
	xsmcSetInteger(xsResult, wan_open_raw((uint32_t)address, ah));
}

/* (add, first, prefix, source): a route through the TUN device; nothing when there is none. 0, or a negative errno. */
void xs_datapath_route(xsMachine* the)
{
	int add = xsmcToBoolean(xsArg(0));
	double first = xsmcToNumber(xsArg(1));
	xsIntegerValue prefix = xsmcToInteger(xsArg(2));
	double source = xsmcToNumber(xsArg(3));
	if (!(first >= 0 && first <= 4294967295.0 && source >= 0 && source <= 4294967295.0) || prefix < 0 || prefix > 32)
		xsRangeError("not a network");
	unsigned interface = lan_interface();
	xsmcSetInteger(xsResult, interface == 0 ? 0 : route_change(add, (uint32_t)first, (unsigned)prefix, (uint32_t)source, interface));
}

static uint32_t to_unsigned(xsMachine* the, xsSlot* slot, double maximum)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= maximum))
		xsRangeError("out of range");
	return (uint32_t)value;
}

/*
 * (remote, source, protocol, localPort, remotePort): leads what this machine sends to `remote` into the TUN device; nothing when there is none. 0, or a
 * negative errno.
 */
void xs_datapath_own_traffic(xsMachine* the)
{
	OwnTraffic traffic;
	memset(&traffic, 0, sizeof traffic);
	traffic.remote = to_unsigned(the, &xsArg(0), 4294967295.0);
	traffic.source = to_unsigned(the, &xsArg(1), 4294967295.0);
	traffic.protocol = (uint8_t)to_unsigned(the, &xsArg(2), 255);
	traffic.localPort = (uint16_t)to_unsigned(the, &xsArg(3), 65535);
	traffic.remotePort = (uint16_t)to_unsigned(the, &xsArg(4), 65535);
	unsigned interface = lan_interface();
	xsmcSetInteger(xsResult, interface == 0 ? 0 : rule_add(&traffic, interface));
}

/* (): the rules of settings before these go. */
void xs_datapath_settle(xsMachine* the)
{
	(void)the;
	rule_settle();
}

/* (address): whether the reverse path filter of its interface is strict. */
void xs_datapath_strict_filter(xsMachine* the)
{
	uint32_t address = to_unsigned(the, &xsArg(0), 4294967295.0);
	xsmcSetBoolean(xsResult, lan_interface() != 0 && rule_filter_is_strict(address));
}

/* (): sends what is parked for policies whose SA is live now. */
void xs_datapath_unpark(xsMachine* the)
{
	uint64_t now = loop_now();
	EngineFlow flow;
	(void)the;
	for (;;) {
		EnginePacket packet = { .data = datapath_row(0), .length = 0 };
		memset(&flow, 0, sizeof flow);
		switch (engine_unpark(&packet, kRowSize, now, &flow)) {
			case kVerdictSend:
				wan_send(&flow, &packet, 1);
				break;
			case kVerdictCut:
				send_in_pieces(&packet, &flow, now);
				break;
			case kVerdictDeliver:
				lan_write(packet.data, packet.length);
				lan_flush();
				break;
			default:
				return;
		}
	}
}

/* (index): the counter, or undefined behind the last one; the order is that of DatapathCounter. */
void xs_datapath_counter(xsMachine* the)
{
	xsIntegerValue index = xsmcToInteger(xsArg(0));
	if (index >= 0 && index < kCounters)
		xsmcSetNumber(xsResult, (double)counters[index]);
}
