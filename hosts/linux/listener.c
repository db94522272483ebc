#define _GNU_SOURCE

#include "../unit/io/listeners.h"
#include "../unit/io/visitors.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include "datapath.h"
#include "loop.h"
#include "stream.h"
#include "wan.h"

/* Connections that the kernel keeps until they are read; who comes when there are as many tries again after a second. */
#define kBacklog 256
/* Connections that are refused in one turn. */
#define kRefusalsATurn 64

/* A call is a tenth of a millisecond or less. A page is some five calls, until the password has been shown. */
const VisitorLimits visitorLimits = { .each = { .burst = 2000, .rate = 200 }, .few = { .burst = 24, .rate = 1 }, .all = { .burst = 3000, .rate = 400 } };

typedef struct {
	Listener listener;
	LoopWatch watch;
	int accepted;		/* a connection that JavaScript is told of; -1: none */
	uint32_t from;
} Socket;

static Socket sockets[kListeners];
const Table listenerTable = TABLE(sockets);

/* What "any port" was the first time: a control plane that starts anew is found where the one before it was. 0: not asked for yet. */
static in_port_t anyPort;

void visitors_count(void)
{
	datapath_count(kCounterHTTPFlood, 1);
}

/* Whoever waits here and may cost JavaScript something is accepted; who may not is told at once that this is no use. */
static int accept_next(Socket* to)
{
	for (unsigned i = 0; i < kRefusalsATurn && to->accepted < 0; i++) {
		struct sockaddr_in from;
		socklen_t size = sizeof from;
		int descriptor = accept4(to->watch.descriptor, (struct sockaddr*)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (descriptor < 0)
			return 0;
		if (visitors_take(ntohl(from.sin_addr.s_addr), loop_now())) {
			to->accepted = descriptor;
			to->from = ntohl(from.sin_addr.s_addr);
		}
		else {
			stream_refuse(descriptor);
			close(descriptor);
		}
	}
	return to->accepted >= 0;
}

static void listener_ready(LoopWatch* watch, uint32_t events)
{
	Socket* to = (Socket*)((uint8_t*)watch - offsetof(Socket, watch));
	(void)events;
	if (!accept_next(to))
		return;
	/* Asked for again by read(). */
	loop_want(watch, 0);
	listener_tell(&to->listener);
}

/*
 * Linux takes packets for each of its addresses on each interface: whoever is on the WAN could ask for the pages at the LAN address. What comes by the
 * WAN's interface is no longer seen by a socket at an address of another one, nor by the connections that it accepts.
 */
static int keep_out(int descriptor, const Listener* listener)
{
	unsigned wan = wan_interface_of(listener->wanAddress);
	if (wan == 0 || wan == wan_interface_of(listener->address))
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

static int bind_to(int descriptor, struct sockaddr_in* own)
{
	if (own->sin_port == 0 && anyPort != 0) {
		own->sin_port = anyPort;
		if (bind(descriptor, (struct sockaddr*)own, sizeof *own) == 0)
			return 0;
		/* Somebody has it now. */
		own->sin_port = 0;
	}
	return bind(descriptor, (struct sockaddr*)own, sizeof *own);
}

int listener_start(Listener* listener)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(listener->port), .sin_addr.s_addr = htonl(listener->address) };
	socklen_t size = sizeof own;
	int on = 1, result = 0;
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Connections of a gateway that was here before may still be closing; a port that is listened on stays taken. */
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
		|| keep_out(descriptor, listener) < 0 || bind_to(descriptor, &own) < 0 || listen(descriptor, kBacklog) < 0
		|| getsockname(descriptor, (struct sockaddr*)&own, &size) < 0)
		result = -errno;
	if (result == 0)
		result = loop_watch(&((Socket*)listener)->watch, descriptor, EPOLLIN, 0, listener_ready);
	if (result < 0 && descriptor >= 0)
		close(descriptor);
	else if (result == 0 && listener->port == 0 && anyPort == 0)
		anyPort = own.sin_port;
	((Socket*)listener)->accepted = -1;
	listener->port = ntohs(own.sin_port);
	return -result;
}

int32_t listener_next(Listener* listener)
{
	Socket* at = (Socket*)listener;
	int on = 1;
	loop_want(&at->watch, EPOLLIN);
	if (!accept_next(at))
		return -1;
	int descriptor = at->accepted;
	at->accepted = -1;
	/* Output is buffered above: what is written is meant to go. */
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	int handle = stream_from_socket(descriptor, at->from);
	if (handle >= 0)
		return handle;
	close(descriptor);
	return -1;
}

void listener_end(Listener* listener)
{
	LoopWatch* watch = &((Socket*)listener)->watch;
	int accepted = ((Socket*)listener)->accepted;
	loop_unwatch(watch);
	if (accepted >= 0)
		close(accepted);
	close(watch->descriptor);
}
