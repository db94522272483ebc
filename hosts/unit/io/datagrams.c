#include "datagrams.h"

#include <stdio.h>
#include "../../../modules/ipsec/firewall.h"
#include "../control.h"

enum { kSelf, kOnReadable, kOnError, kCallbacks };

/* When there was no room last for a message to one of the WAN's sockets. */
static uint64_t missedAt;

UDPSocket* udp_encapsulation(uint16_t port)
{
	for (unsigned i = 0; i < udpTable.count; i++) {
		UDPSocket* udp = table_at(&udpTable, i);
		if (udp->entry.used && udp->encapsulation && udp->port == port)
			return udp;
	}
	return NULL;
}

/* ---- events ---- */

void udp_log(const UDPSocket* udp, const UDPArrival* from, uint32_t size, int reason)
{
	if (firewall_on() && udp->ofWAN)
		firewall_ike(PLACE_FROM_WAN, from->address, from->port, from->local, udp->port, size, reason, loop_now());
}

static void lost(const UDPSocket* udp, const UDPArrival* from, uint32_t size, int reason)
{
	udp_count(reason);
	udp_log(udp, from, size, reason);
}

int udp_is_ike(const UDPSocket* udp, const UDPArrival* from, const uint8_t* start, uint32_t size)
{
	if (size >= 8)
		return 1;
	lost(udp, from, size, size == 1 && start[0] == 0xff ? WHY_KEEPALIVE : WHY_RUNT);
	return 0;
}

void udp_missed(const UDPSocket* udp)
{
	if (udp->ofWAN)
		missedAt = loop_now();
}

void udp_arrived(UDPSocket* udp, const UDPArrival* from, const void* packet, uint32_t size)
{
	uint32_t place = (udp->first + udp->count) % kUDPQueue;
	if (size > kUDPDatagram)
		lost(udp, from, size, WHY_TOO_LONG);
	else if (udp->count == kUDPQueue || !udp_keep(udp, place, packet, size)) {
		lost(udp, from, size, WHY_QUEUE_FULL);
		udp_missed(udp);
	}
	else {
		udp_log(udp, from, size, WHY_ACCEPTED);
		udp->queue[place].address = from->address;
		udp->queue[place].port = from->port;
		udp->queue[place].size = (uint16_t)size;
		udp->count++;
	}
}

void udp_tell(UDPSocket* udp, uint32_t most)
{
	int32_t handle = table_handle(&udpTable, udp);
	int failure = udp->failure;
	if (udp->orphan)
		return;
	udp->failure = 0;
	if (failure != 0)
		loop_call_error(&udp->callbacks[kSelf], &udp->callbacks[kOnError], failure);
	if (table_find(&udpTable, handle) == udp && udp->count > 0)
		loop_call_number(&udp->callbacks[kSelf], &udp->callbacks[kOnReadable], udp->count < most ? udp->count : most);
}

static void release(void* entry)
{
	UDPSocket* udp = entry;
	udp_end(udp);
	udp->count = 0;
	udp->entry.used = udp->orphan = 0;
}

/* What waits is of exchanges that nobody knows any more, or the very message that filled the heap. */
static void orphan(void* entry)
{
	UDPSocket* udp = entry;
	if (!udp->encapsulation) {
		release(udp);
		return;
	}
	udp_drop(udp);
	udp->first = udp->count = 0;
	udp->failure = 0;
	udp->orphan = 1;
}

static void close_orphan(void* entry)
{
	if (((UDPSocket*)entry)->orphan)
		release(entry);
}

void udp_abandon(int keep)
{
	table_each(&udpTable, keep ? orphan : release);
}

void udp_settle(void)
{
	table_each(&udpTable, close_orphan);
}

/* The one that a control plane before this one had open there. */
static UDPSocket* find_orphan(uint32_t address, uint16_t port)
{
	UDPSocket* udp = udp_encapsulation(port);
	return udp != NULL && udp->orphan && udp->address == address ? udp : NULL;
}

/* ---- natives ---- */

static uint32_t to_address(xsMachine* the, xsSlot* slot)
{
	double value = fxToNumber(the, slot);
	if (!(value >= 0 && value <= 4294967295.0))
		xsRangeError("not an IPv4 address");
	return (uint32_t)value;
}

static uint16_t to_port(xsMachine* the, xsSlot* slot)
{
	xsIntegerValue value = fxToInteger(the, slot);
	if (value < 0 || value > 65535)
		xsRangeError("not a port");
	return (uint16_t)value;
}

/* (address, port, encapsulation, self, onReadable(count), onError(message)): binds a socket; address 0: any. A handle, or a negative errno. */
void xs_udp_open(xsMachine* the)
{
	uint32_t address = to_address(the, &xsArg(0));
	uint16_t port = to_port(the, &xsArg(1));
	int encapsulation = xsmcToBoolean(xsArg(2));
	UDPSocket* udp = encapsulation ? find_orphan(address, port) : NULL;
	int failure = kTableFull;
	if (udp != NULL) {
		udp->orphan = 0;
		failure = 0;
	}
	else if ((udp = table_unused(&udpTable)) != NULL) {
		udp->address = address;
		udp->port = port;
		udp->encapsulation = (uint8_t)encapsulation;
		udp->failure = 0;
		udp->first = udp->count = 0;
		udp->orphan = 0;
		failure = udp_start(udp);
	}
	if (failure != 0) {
		xsmcSetInteger(xsResult, -failure);
		return;
	}
	xsmcSetInteger(xsResult, table_use(&udpTable, udp));
	callbacks_hold(the, udp->callbacks, 3, kCallbacks);
}

/* (handle): the oldest datagram that waits, an ArrayBuffer with `address` and `port`, or undefined. */
void xs_udp_read(xsMachine* the)
{
	UDPSocket* udp = table_asked(the, &udpTable);
	char text[16];
	if (udp == NULL || udp->count == 0)
		return;
	xsmcVars(1);
	/* It is ours before more is made of it: a heap that is full takes nothing with it. */
	uint32_t place = udp->first;
	uint32_t address = udp->queue[place].address;
	uint16_t port = udp->queue[place].port;
	xsmcSetArrayBuffer(xsResult, NULL, udp->queue[place].size);
	udp->count--;
	/* Places that a burst has not needed yet stay untouched: they cost no memory. */
	udp->first = udp->count == 0 ? 0 : (place + 1) % kUDPQueue;
	udp_take(udp, place, xsmcToArrayBuffer(xsResult));
	/* Left behind by a reader that took less than it was told of. */
	if (udp->count > 0)
		udp_soon(udp);
	snprintf(text, sizeof text, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16) & 255, (unsigned)(address >> 8) & 255, (unsigned)address & 255);
	xsmcSetString(xsVar(0), text);
	xsmcSet(xsResult, xsID("address"), xsVar(0));
	xsmcSetInteger(xsVar(0), port);
	xsmcSet(xsResult, xsID("port"), xsVar(0));
}

/* (handle, datagram, address, port): sends it. What the network refuses is told by onError, later. */
void xs_udp_write(xsMachine* the)
{
	UDPSocket* udp = table_asked(the, &udpTable);
	uint32_t address = to_address(the, &xsArg(2));
	uint16_t port = to_port(the, &xsArg(3));
	void* data;
	xsUnsignedValue size;
	if (udp == NULL)
		return;
	xsmcGetBufferReadable(xsArg(1), &data, &size);
	if (firewall_on() && udp->ofWAN)
		firewall_ike(PLACE_TO_WAN, udp->address, udp->port, address, port, (uint32_t)size, size == 1 ? WHY_KEEPALIVE : WHY_ACCEPTED, loop_now());
	int failure = udp_write(udp, data, (uint32_t)size, address, port);
	if (failure != 0) {
		udp->failure = failure;
		udp_soon(udp);
	}
}

/* (since): whether something may have come to one of the WAN's sockets since then that JavaScript has not read: it waits, or there was no room for it. */
void xs_udp_missed(xsMachine* the)
{
	int missed = missedAt != 0 && (double)missedAt >= xsmcToNumber(xsArg(0));
	for (unsigned i = 0; i < udpTable.count && !missed; i++) {
		const UDPSocket* udp = table_at(&udpTable, i);
		missed = udp->entry.used && udp->ofWAN && udp->count > 0;
	}
	xsmcSetBoolean(xsResult, missed);
}

/* (handle): nothing is called any more. Closing what is closed does nothing. */
void xs_udp_close(xsMachine* the)
{
	UDPSocket* udp = table_asked(the, &udpTable);
	if (udp == NULL)
		return;
	callbacks_let_go(the, udp->callbacks, kCallbacks);
	release(udp);
}
