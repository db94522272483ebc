/*
 * A board for tests on Linux: its ports are unix sockets with an Ethernet frame behind each length of four bytes, its serial port is standard input and
 * output, its clock may be put forward. What goes wrong on a board, a test can ask for: a cable that is out, no memory for the nth request, no frames.
 */
#include "../../../hosts/device/board.h"

#include <errno.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "accelerator.h"
#include "frame.h"
#include "loop.h"
#include "lwip/etharp.h"
#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"
#include "main.h"
#include "xsmc.h"

#define kInput 65536
#define kHeld 64

typedef struct {
	int socket;
	int plugged;
	struct netif* netif;
	uint32_t count;
	uint8_t input[kInput];
	BoardPortCounters counters;
} Port;

static Port ports[kPorts] = { { .socket = -1 }, { .socket = -1 } };
/* Of this device, so that two on one cable have addresses of their own. */
static uint8_t number;
static uint64_t skipped;
static volatile int woken;
static struct pbuf* held[kHeld];
/* Requests of memory until one fails, 0: none does; and how many did. */
static uint32_t untilFailure, failed;
static uint32_t requests;

/* ---- time ---- */

uint64_t board_microseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 + skipped;
}

void board_sleep(uint32_t milliseconds)
{
	struct pollfd waiting[] = { { .fd = ports[0].socket, .events = POLLIN }, { .fd = ports[1].socket, .events = POLLIN }, { .fd = 0, .events = POLLIN },
		{ .fd = accelerator_notify_descriptor(), .events = POLLIN } };
	if (!woken)
		poll(waiting, sizeof waiting / sizeof *waiting, (int)milliseconds);
	woken = 0;
}

void board_wake(void)
{
	woken = 1;
}

int board_random(uint8_t* bytes, size_t size)
{
	return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -1;
}

/* ---- serial port ---- */

size_t board_serial_read(uint8_t* bytes, size_t size)
{
	struct pollfd ready = { .fd = 0, .events = POLLIN };
	if (poll(&ready, 1, 0) != 1)
		return 0;
	ssize_t got = read(0, bytes, size);
	if (got == 0)
		_exit(0);	/* the test is over */
	return got < 0 ? 0 : (size_t)got;
}

size_t board_serial_write(const uint8_t* bytes, size_t size)
{
	struct pollfd ready = { .fd = 1, .events = POLLOUT };
	if (poll(&ready, 1, 0) != 1)
		return 0;
	/* A board takes little at a time. */
	ssize_t put = write(1, bytes, size < 100 ? size : 100);
	return put < 0 ? 0 : (size_t)put;
}

/* ---- ports ---- */

static Port* port_of(const struct netif* netif)
{
	return &ports[(uintptr_t)netif->state];
}

static err_t send_frame(struct netif* netif, struct pbuf* frame)
{
	Port* port = port_of(netif);
	uint8_t bytes[4 + 2048];
	uint32_t size = (uint32_t)frame->tot_len - ETH_PAD_SIZE;
	if (size > 2048)
		return ERR_BUF;
	bytes[0] = bytes[1] = 0;
	bytes[2] = (uint8_t)(size >> 8);
	bytes[3] = (uint8_t)size;
	pbuf_copy_partial(frame, bytes + 4, (u16_t)size, ETH_PAD_SIZE);
	if (!port->plugged)
		return ERR_OK;
	if (send(port->socket, bytes, 4 + size, MSG_NOSIGNAL) != (ssize_t)(4 + size)) {
		port->counters.ringFull++;
		return ERR_BUF;
	}
	port->counters.sent++;
	return ERR_OK;
}

err_t board_port_init(struct netif* netif)
{
	Port* port = port_of(netif);
	static const uint8_t hardware[] = { 0x52, 0x54, 0, 0, 0, 1 };
	if (port->socket < 0)
		return ERR_IF;
	port->netif = netif;
	port->plugged = 1;
	netif->name[0] = 'e';
	netif->name[1] = 't';
	netif->mtu = 1500;
	netif->hwaddr_len = sizeof hardware;
	memcpy(netif->hwaddr, hardware, sizeof hardware);
	netif->hwaddr[4] = number;
	netif->hwaddr[5] = (uint8_t)(1 + (uintptr_t)netif->state);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = send_frame;
	return ERR_OK;
}

static void take(Port* port, const uint8_t* bytes, uint32_t size)
{
	struct pbuf* frame = NULL;
	if (!port->plugged)
		return;
	if (size < 14 || size > kFrameLength)
		port->counters.malformed++;
	else if ((frame = frame_receive((uint16_t)size)) == NULL)
		port->counters.noBuffer++;
	if (frame == NULL)
		return;
	port->counters.received++;
	pbuf_take_at(frame, bytes, (u16_t)size, ETH_PAD_SIZE);
	if (port->netif->input(frame, port->netif) != ERR_OK)
		pbuf_free(frame);
}

unsigned board_port_poll(struct netif* netif, unsigned limit)
{
	Port* port = port_of(netif);
	unsigned frames = 0;
	ssize_t got = recv(port->socket, port->input + port->count, kInput - port->count, MSG_DONTWAIT);
	if (got == 0)
		_exit(0);
	if (got > 0)
		port->count += (uint32_t)got;
	uint32_t at = 0;
	for (; frames < limit && port->count - at >= 4; frames++) {
		const uint8_t* size = port->input + at;
		uint32_t length = (uint32_t)size[0] << 24 | (uint32_t)size[1] << 16 | (uint32_t)size[2] << 8 | size[3];
		if (port->count - at < 4 + length)
			break;
		take(port, port->input + at + 4, length);
		at += 4 + length;
	}
	memmove(port->input, port->input + at, port->count - at);
	port->count -= at;
	return frames;
}

void board_port_counters(BoardPort port, BoardPortCounters* counters)
{
	*counters = ports[port].counters;
}

/* ---- life ---- */

void board_alive(void)
{
}

void board_stack(uint32_t* most, uint32_t* size)
{
	*most = *size = 0;
}

void board_heap(uint32_t* most, uint32_t* size)
{
	*most = *size = 0;
}

void board_crypto_memory(uint32_t* used, uint32_t* most, uint32_t* size)
{
	*used = *most = *size = 0;
}

_Noreturn void board_restart(void)
{
	_exit(3);
}

_Noreturn void board_fatal(const char* text)
{
	fprintf(stderr, "fatal: %s\n", text);
	abort();
}

int loop_work(void)
{
	struct pollfd ready = { .fd = accelerator_notify_descriptor(), .events = POLLIN };
	return poll(&ready, 1, 0) == 1;
}

/* ---- faults ---- */

static int fails(void)
{
	requests++;
	if (untilFailure == 0 || --untilFailure != 0)
		return 0;
	failed++;
	return 1;
}

void* __real_memp_malloc(memp_t type);
void* __wrap_memp_malloc(memp_t type);
void* __wrap_memp_malloc(memp_t type)
{
	/* lwIP takes it for granted that it has as many timers as its options say. */
	void* place = type != MEMP_SYS_TIMEOUT && fails() ? NULL : __real_memp_malloc(type);
	if (place != NULL)
		__asan_unpoison_memory_region(place, memp_pools[type]->size);
	return place;
}

void __real_memp_free(memp_t type, void* place);
void __wrap_memp_free(memp_t type, void* place);
void __wrap_memp_free(memp_t type, void* place)
{
	__real_memp_free(type, place);
	/* Who still uses it is found; its first word links it to the other free places. */
	if (place != NULL)
		__asan_poison_memory_region((uint8_t*)place + sizeof(void*), memp_pools[type]->size - sizeof(void*));
}

void* __real_mem_malloc(mem_size_t size);
void* __wrap_mem_malloc(mem_size_t size);
void* __wrap_mem_malloc(mem_size_t size)
{
	return fails() ? NULL : __real_mem_malloc(size);
}

/* (port, in): the cable. */
void xs_board_cable(xsMachine* the)
{
	Port* port = &ports[xsmcToInteger(xsArg(0))];
	port->plugged = xsmcToBoolean(xsArg(1));
	if (port->plugged)
		netif_set_link_up(port->netif);
	else
		netif_set_link_down(port->netif);
}

/* (milliseconds): the clock goes forward. */
void xs_board_skip(xsMachine* the)
{
	skipped += (uint64_t)xsmcToInteger(xsArg(0)) * 1000;
}

/* (count): so many frames are taken away, and those before are given back. */
void xs_board_hold(xsMachine* the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(0)), got = 0;
	for (int i = 0; i < kHeld; i++) {
		if (held[i] != NULL)
			pbuf_free(held[i]);
		held[i] = NULL;
	}
	for (; got < count && got < kHeld && (held[got] = frame_packet(100)) != NULL; got++)
		;
	xsmcSetInteger(xsResult, got);
}

/* (n): the nth request of memory from now on fails, 0: none. How many requests there were since the last call. */
void xs_board_fail(xsMachine* the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(0));
	xsmcSetInteger(xsResult, (xsIntegerValue)requests);
	requests = failed = 0;
	untilFailure = (uint32_t)count;
}

/* (): how many failed since then. */
void xs_board_failed(xsMachine* the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)failed);
}

/* (): frames in use. */
void xs_board_frames(xsMachine* the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)frame_use()->used);
}

static int plug(const char* path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	if (descriptor < 0 || strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(descriptor, (const struct sockaddr*)&address, sizeof address) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

/* WAN LAN NUMBER: the paths of the cables' sockets, and the device's number. */
int main(int count, char** words)
{
	if (count != 4)
		return 2;
	number = (uint8_t)atoi(words[3]);
	for (int i = 0; i < kPorts; i++)
		if ((ports[i].socket = plug(words[i + 1])) < 0) {
			perror(words[i + 1]);
			return 2;
		}
	device_run("tests/lwip/control");
}
