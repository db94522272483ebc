#define _GNU_SOURCE

#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include "loop.h"
#include "stream.h"
#include "wan.h"

typedef struct {
	LoopWatch watch;
	uint8_t used;
	uint16_t port;
	uint32_t generation;
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

static void listener_ready(LoopWatch* watch, uint32_t events)
{
	Listener* listener = (Listener*)((uint8_t*)watch - offsetof(Listener, watch));
	MachineArgument count = { .kind = kArgumentInteger, .value.integer = 1 };
	(void)events;
	/* Asked for again by read(). */
	loop_want(watch, 0);
	loop_call(&listener->self, &listener->onReadable, 1, &count);
}

static void release(Listener* listener)
{
	loop_unwatch(&listener->watch);
	close(listener->watch.descriptor);
	listener->used = 0;
}

void listener_abandon(void)
{
	for (int i = 0; i < kListeners; i++)
		if (listeners[i].used)
			release(&listeners[i]);
}

/*
 * Linux takes packets for each of its addresses on each interface: whoever is on the WAN could ask for the pages at the LAN address. What comes by the
 * WAN's interface is no longer seen by a socket at an address of another one, nor by the connections that it accepts.
 */
static int keep_out(int descriptor, uint32_t address)
{
	unsigned wan = wan_interface_of(wanAddress);
	if (wan == 0 || wan == wan_interface_of(address))
		return 0;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_IFINDEX)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wan, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
	};
	struct sock_fprog program = { .len = sizeof code / sizeof code[0], .filter = code };
	return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/* (address): sockets that listen from now on take nothing from the interface that has this address, unless theirs is on it too. 0: they do. */
void xs_listener_keep_out(xsMachine* the)
{
	double address = xsmcToNumber(xsArg(0));
	wanAddress = address >= 0 && address <= 4294967295.0 ? (uint32_t)address : 0;
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
	if (listener == NULL) {
		xsmcSetInteger(xsResult, -EMFILE);
		return;
	}
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl((uint32_t)address) };
	socklen_t size = sizeof own;
	int on = 1, result = 0;
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Connections of a gateway that was here before may still be closing; a port that is listened on stays taken. */
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
		|| keep_out(descriptor, (uint32_t)address) < 0 || bind(descriptor, (struct sockaddr*)&own, size) < 0 || listen(descriptor, kBacklog) < 0
		|| getsockname(descriptor, (struct sockaddr*)&own, &size) < 0)
		result = -errno;
	if (result == 0)
		result = loop_watch(&listener->watch, descriptor, EPOLLIN, 0, listener_ready);
	if (result < 0) {
		if (descriptor >= 0)
			close(descriptor);
		xsmcSetInteger(xsResult, result);
		return;
	}
	listener->port = ntohs(own.sin_port);
	listener->generation++;
	listener->used = 1;
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
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	int on = 1;
	xsmcSetInteger(xsResult, -1);
	if (listener == NULL)
		return;
	loop_want(&listener->watch, EPOLLIN);
	int descriptor = accept4(listener->watch.descriptor, (struct sockaddr*)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (descriptor < 0)
		return;
	/* Output is buffered above: what is written is meant to go. */
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	int handle = stream_from_socket(descriptor, ntohl(from.sin_addr.s_addr));
	if (handle < 0) {
		close(descriptor);
		return;
	}
	xsmcSetInteger(xsResult, handle);
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
