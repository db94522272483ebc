#define _GNU_SOURCE

#include "../unit/io/listeners.h"

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

/* Connections that the kernel keeps until they are read; who comes when there are as many tries again after a second. */
#define kBacklog 256

typedef struct {
	Listener listener;
	LoopWatch watch;
} Socket;

static Socket sockets[kListeners];
const Table listenerTable = TABLE(sockets);

static void listener_ready(LoopWatch* watch, uint32_t events)
{
	(void)events;
	/* Asked for again by read(). */
	loop_want(watch, 0);
	listener_tell(&((Socket*)((uint8_t*)watch - offsetof(Socket, watch)))->listener);
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

int listener_start(Listener* listener)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(listener->port), .sin_addr.s_addr = htonl(listener->address) };
	socklen_t size = sizeof own;
	int on = 1, result = 0;
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Connections of a gateway that was here before may still be closing; a port that is listened on stays taken. */
	if (descriptor < 0 || setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0
		|| keep_out(descriptor, listener) < 0 || bind(descriptor, (struct sockaddr*)&own, size) < 0 || listen(descriptor, kBacklog) < 0
		|| getsockname(descriptor, (struct sockaddr*)&own, &size) < 0)
		result = -errno;
	if (result == 0)
		result = loop_watch(&((Socket*)listener)->watch, descriptor, EPOLLIN, 0, listener_ready);
	if (result < 0 && descriptor >= 0)
		close(descriptor);
	listener->port = ntohs(own.sin_port);
	return -result;
}

int32_t listener_next(Listener* listener)
{
	LoopWatch* watch = &((Socket*)listener)->watch;
	struct sockaddr_in from;
	socklen_t size = sizeof from;
	int on = 1;
	loop_want(watch, EPOLLIN);
	int descriptor = accept4(watch->descriptor, (struct sockaddr*)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (descriptor < 0)
		return -1;
	/* Output is buffered above: what is written is meant to go. */
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	int handle = stream_from_socket(descriptor, ntohl(from.sin_addr.s_addr));
	if (handle >= 0)
		return handle;
	close(descriptor);
	return -1;
}

void listener_end(Listener* listener)
{
	LoopWatch* watch = &((Socket*)listener)->watch;
	loop_unwatch(watch);
	close(watch->descriptor);
}
