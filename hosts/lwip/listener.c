#include "listener.h"

#include <stddef.h>
#include <string.h>
#include "errors.h"
#include "loop.h"
#include "lwip/tcp.h"
#include "netifs.h"
#include "stream.h"

typedef struct {
	LoopWatch watch;
	struct tcp_pcb* pcb;
	uint8_t used;
	uint8_t told;		/* JavaScript knows that somebody waits */
	uint8_t keepsOut;	/* what comes from the WAN */
	uint16_t port;
	uint32_t address;
	uint32_t generation;
	unsigned count;
	int32_t waiting[kBacklog];	/* streams, the oldest first */
	xsSlot self, onReadable;
} Listener;

static Listener listeners[kListeners];
/* Own address on the WAN, 0: none. */
static uint32_t wanAddress;

static int32_t handle_of(const Listener* listener)
{
	return (int32_t)((listener->generation & 0x3fffff) << 8 | (uint32_t)(listener - listeners));
}

static Listener* from_handle(int32_t handle)
{
	uint32_t index = (uint32_t)handle & 255;
	if (handle < 0 || index >= kListeners || !listeners[index].used || handle_of(&listeners[index]) != handle)
		return NULL;
	return &listeners[index];
}

int listener_keeps_out(uint32_t address, uint16_t port)
{
	for (int i = 0; i < kListeners; i++)
		if (listeners[i].used && listeners[i].keepsOut && listeners[i].port == port && (listeners[i].address == 0 || listeners[i].address == address))
			return 1;
	return 0;
}

static void listener_ready(LoopWatch* watch)
{
	Listener* listener = (Listener*)((uint8_t*)watch - offsetof(Listener, watch));
	MachineArgument count = { .kind = kArgumentInteger, .value.integer = 1 };
	if (listener->count == 0 || listener->told)
		return;
	/* Told again after read(). */
	listener->told = 1;
	loop_call(&listener->self, &listener->onReadable, 1, &count);
}

/* A connection that nobody listens to yet: what comes meanwhile waits in its stream. */
static err_t on_accept(void* argument, struct tcp_pcb* pcb, err_t result)
{
	Listener* listener = argument;
	if (result != ERR_OK || pcb == NULL)
		return ERR_VAL;
	if (listener->count == kBacklog)
		return ERR_MEM;
	int32_t handle = connection_stream(pcb);
	if (handle < 0)
		return ERR_MEM;
	listener->waiting[listener->count++] = handle;
	loop_soon(&listener->watch);
	return ERR_OK;
}

static void release(Listener* listener)
{
	loop_unwatch(&listener->watch);
	for (unsigned i = 0; i < listener->count; i++)
		stream_discard(listener->waiting[i]);
	tcp_close(listener->pcb);
	listener->used = 0;
	listener->count = 0;
}

void listener_abandon(void)
{
	for (int i = 0; i < kListeners; i++)
		if (listeners[i].used)
			release(&listeners[i]);
}

/* ---- natives ---- */

/* (address): sockets that listen from now on take nothing that comes by the WAN, unless they have this address. */
void xs_listener_keep_out(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	wanAddress = address >= 0 && address <= 4294967295.0 ? (uint32_t)address : 0;
}

/* Listens: 0, or an errno. */
static int start(Listener* listener, uint32_t address, uint16_t port)
{
	ip_addr_t own;
	err_t result;
	ip_addr_set_ip4_u32(&own, lwip_htonl(address));
	if (address != 0 && netifs_with(address) == NULL)
		return kErrorNotOurs;
	/* Connections of a gateway that was here before may still be closing; a port that is listened on stays taken. */
	for (int i = 0; i < kListeners; i++)
		if (listeners[i].used && port != 0 && listeners[i].port == port && (address == 0 || listeners[i].address == 0 || listeners[i].address == address))
			return kErrorTaken;
	struct tcp_pcb* pcb = tcp_new();
	if (pcb == NULL)
		return kErrorTooMany;
	ip_set_option(pcb, SOF_REUSEADDR);
	result = tcp_bind(pcb, &own, port);
	listener->pcb = result == ERR_OK ? tcp_listen_with_backlog_and_err(pcb, kBacklog, &result) : NULL;
	if (listener->pcb == NULL) {
		tcp_close(pcb);
		return error_of(result);
	}
	return 0;
}

/* (address, port, self, onReadable(count)): listens; address 0: any, port 0: one that is free. A handle, or a negative errno. */
void xs_listener_open(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	xsIntegerValue port = xsmcToInteger(xsArg(1));
	Listener* listener = NULL;
	if (!(address >= 0 && address <= 4294967295.0) || port < 0 || port > 65535)
		xsRangeError("not an address and port");
	for (int i = 0; i < kListeners && listener == NULL; i++)
		if (!listeners[i].used)
			listener = &listeners[i];
	int result = listener == NULL ? kErrorTooMany : start(listener, (uint32_t)address, (uint16_t)port);
	if (result != 0) {
		xsmcSetInteger(xsResult, -result);
		return;
	}
	loop_watch(&listener->watch, listener_ready);
	listener->port = listener->pcb->local_port;
	listener->address = (uint32_t)address;
	listener->keepsOut = wanAddress != 0 && listener->address != wanAddress;
	listener->told = 0;
	listener->count = 0;
	listener->generation++;
	listener->used = 1;
	tcp_arg(listener->pcb, listener);
	tcp_accept(listener->pcb, on_accept);
	listener->self = xsArg(2);
	listener->onReadable = xsArg(3);
	xsRemember(listener->self);
	xsRemember(listener->onReadable);
	xsmcSetInteger(xsResult, handle_of(listener));
}

/* (handle): the port it is bound to. */
void xs_listener_port(xsMachine* the)
{
	Listener* listener = from_handle(xsmcToInteger(xsArg(0)));
	if (listener != NULL)
		xsmcSetInteger(xsResult, listener->port);
}

/* (handle): the handle of a stream over the connection that waited longest, or -1 when none does. */
void xs_listener_read(xsMachine* the)
{
	Listener* listener = from_handle(xsmcToInteger(xsArg(0)));
	xsmcSetInteger(xsResult, -1);
	if (listener == NULL)
		return;
	listener->told = 0;
	if (listener->count == 0)
		return;
	xsmcSetInteger(xsResult, listener->waiting[0]);
	listener->count--;
	memmove(listener->waiting, listener->waiting + 1, listener->count * sizeof *listener->waiting);
	if (listener->count > 0)
		loop_soon(&listener->watch);
}

/* (handle): nothing is called any more. Closing what is closed does nothing. */
void xs_listener_close(xsMachine* the)
{
	Listener* listener = from_handle(xsmcToInteger(xsArg(0)));
	if (listener == NULL)
		return;
	xsForget(listener->self);
	xsForget(listener->onReadable);
	release(listener);
}
