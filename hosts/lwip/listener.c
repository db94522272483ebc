#include "listener.h"

#include <stddef.h>
#include <string.h>
#include "../unit/io/visitors.h"
#include "datapath.h"
#include "errors.h"
#include "loop.h"
#include "lwip/tcp.h"
#include "netifs.h"
#include "stream.h"

/* A call is a millisecond or two on the slowest of them. A page is some five calls, until the password has been shown. */
const VisitorLimits visitorLimits = { .each = { .burst = 1000, .rate = 60 }, .few = { .burst = 24, .rate = 4 }, .all = { .burst = 1500, .rate = 100 } };

typedef struct {
	Listener listener;
	LoopWatch watch;
	struct tcp_pcb* pcb;
	uint8_t told;		/* JavaScript knows that somebody waits */
	unsigned count;
	int32_t waiting[kBacklog];	/* streams, the oldest first */
} Socket;

static Socket sockets[kListeners];
const Table listenerTable = TABLE(sockets);

int listener_keeps_out(uint32_t address, uint16_t port)
{
	for (int i = 0; i < kListeners; i++) {
		const Listener* listener = &sockets[i].listener;
		if (listener->entry.used && listener->wanAddress != 0 && listener->address != listener->wanAddress && listener->port == port
			&& (listener->address == 0 || listener->address == address))
			return 1;
	}
	return 0;
}

static void listener_ready(LoopWatch* watch)
{
	Socket* socket = (Socket*)((uint8_t*)watch - offsetof(Socket, watch));
	if (socket->count == 0 || socket->told)
		return;
	/* Told again after read(). */
	socket->told = 1;
	listener_tell(&socket->listener);
}

void visitors_count(void)
{
	datapath_count(kCounterHTTPFlood, 1);
}

/* A connection that nobody listens to yet: what comes meanwhile waits in its stream. */
static err_t on_accept(void* argument, struct tcp_pcb* pcb, err_t result)
{
	Socket* socket = argument;
	if (result != ERR_OK || pcb == NULL)
		return ERR_VAL;
	/* lwIP tells whom it does not take. */
	if (socket->count == kBacklog || !visitors_take(lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip))), loop_now()))
		return ERR_MEM;
	int32_t handle = connection_stream(pcb);
	if (handle < 0)
		return ERR_MEM;
	socket->waiting[socket->count++] = handle;
	loop_soon(&socket->watch);
	return ERR_OK;
}

/* ---- for the natives ---- */

int listener_start(Listener* listener)
{
	Socket* socket = (Socket*)listener;
	ip_addr_t own;
	err_t result;
	ip_addr_set_ip4_u32(&own, lwip_htonl(listener->address));
	if (listener->address != 0 && netifs_with(listener->address) == NULL)
		return kErrorNotOurs;
	/* Connections of a gateway that was here before may still be closing; a port that is listened on stays taken. */
	for (int i = 0; i < kListeners; i++) {
		const Listener* other = &sockets[i].listener;
		if (other->entry.used && listener->port != 0 && other->port == listener->port
			&& (listener->address == 0 || other->address == 0 || other->address == listener->address))
			return kErrorTaken;
	}
	struct tcp_pcb* pcb = tcp_new();
	if (pcb == NULL)
		return kErrorTooMany;
	ip_set_option(pcb, SOF_REUSEADDR);
	result = tcp_bind(pcb, &own, listener->port);
	socket->pcb = result == ERR_OK ? tcp_listen_with_backlog_and_err(pcb, kBacklog, &result) : NULL;
	if (socket->pcb == NULL) {
		tcp_close(pcb);
		return error_of(result);
	}
	loop_watch(&socket->watch, listener_ready);
	listener->port = socket->pcb->local_port;
	socket->told = 0;
	socket->count = 0;
	tcp_arg(socket->pcb, socket);
	tcp_accept(socket->pcb, on_accept);
	return 0;
}

int32_t listener_next(Listener* listener)
{
	Socket* socket = (Socket*)listener;
	socket->told = 0;
	if (socket->count == 0)
		return -1;
	int32_t handle = socket->waiting[0];
	socket->count--;
	memmove(socket->waiting, socket->waiting + 1, socket->count * sizeof *socket->waiting);
	if (socket->count > 0)
		loop_soon(&socket->watch);
	return handle;
}

void listener_end(Listener* listener)
{
	Socket* socket = (Socket*)listener;
	loop_unwatch(&socket->watch);
	for (unsigned i = 0; i < socket->count; i++)
		stream_discard(socket->waiting[i]);
	tcp_close(socket->pcb);
	socket->count = 0;
}
