/*
 * What JavaScript holds of sockets (hosts/unit/io: streams, listeners, datagrams, visitors) with Linux's streams and listener beneath: a kernel that takes and gives
 * as few bytes as it likes, fails at any call and reports any event, a JavaScript that reads, writes, ends and closes whenever it is called or not, with any
 * arguments, and a heap that is full.
 */
#define _GNU_SOURCE	/* accept4 */
#include "input.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../../hosts/linux/datapath.h"
#include "../../hosts/linux/loop.h"
#include "../../hosts/linux/stream.h"
#include "../../hosts/linux/wan.h"
#include "../../hosts/unit/control.h"
#include "../../hosts/unit/io/datagrams.h"
#include "../../hosts/unit/io/listeners.h"
#include "../../hosts/unit/io/visitors.h"
#include "../../modules/ipsec/firewall.h"
#include "caller.h"
#include "watches.h"

#define kDescriptors 400
#define kObjects 400
#define kFirst 1000

static Input input;
static uint64_t now;

/* What the other end has: its bytes are those of a sequence that begins anew with each, and so are those that JavaScript writes. */
static struct {
	uint8_t open, over, isShut, isListener;
	int accepted;		/* of a listener: the last one */
	uint32_t given, taken;
} descriptors[kDescriptors];
static int descriptorCount, comers;
static uint32_t comer;

/* What JavaScript has. */
typedef enum { kNobody, kStreamObject, kListenerObject, kDatagramObject } Kind;
static struct {
	Kind kind;
	int32_t handle;
	int descriptor;
	uint8_t closed, told;	/* nothing is called afterwards */
	uint32_t read, written, room;
} objects[kObjects];
static int objectCount, depth;

static uint8_t byte_of(int descriptor, uint32_t place, int isTheirs)
{
	return (uint8_t)(descriptor * 29 + (int)(place * 7 + place / 251) + isTheirs * 101);
}

/* ---- a kernel ---- */

static int open_one(int isListener)
{
	if (descriptorCount == kDescriptors) {
		errno = EMFILE;
		return -1;
	}
	memset(&descriptors[descriptorCount], 0, sizeof *descriptors);
	descriptors[descriptorCount].open = 1;
	descriptors[descriptorCount].isListener = (uint8_t)isListener;
	return kFirst + descriptorCount++;
}

static int is_open(int descriptor)
{
	HOLDS(descriptor >= kFirst && descriptor < kFirst + descriptorCount);
	return descriptors[descriptor - kFirst].open;
}

static int fails(const int* list, unsigned count)
{
	errno = list[input8(&input) % count];
	return -1;
}

/* Each stands for the call of its name (targets.mjs). */
int kernel_socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return input8(&input) == 1 ? fails((int[]){ EMFILE, ENOBUFS }, 2) : open_one(1);
}

int kernel_bind(int descriptor, const struct sockaddr* address, socklen_t size)
{
	(void)address, (void)size;
	HOLDS(is_open(descriptor));
	return input8(&input) == 1 ? fails((int[]){ EADDRINUSE, EACCES, EADDRNOTAVAIL }, 3) : 0;
}

int kernel_listen(int descriptor, int backlog)
{
	HOLDS(is_open(descriptor) && backlog > 0);
	return input8(&input) == 1 ? fails((int[]){ EADDRINUSE }, 1) : 0;
}

int kernel_getsockname(int descriptor, struct sockaddr* address, socklen_t* size)
{
	HOLDS(is_open(descriptor) && *size >= sizeof(struct sockaddr_in));
	((struct sockaddr_in*)(void*)address)->sin_port = htons(8080);
	return 0;
}

int kernel_setsockopt(int descriptor, int level, int option, const void* value, socklen_t size)
{
	(void)level, (void)option, (void)value, (void)size;
	HOLDS(is_open(descriptor));
	return 0;
}

int kernel_accept4(int descriptor, struct sockaddr* address, socklen_t* size, int flags)
{
	(void)flags;
	HOLDS(is_open(descriptor) && descriptors[descriptor - kFirst].isListener && *size >= sizeof(struct sockaddr_in));
	if (comers == 0)
		return fails((int[]){ EAGAIN, EAGAIN, EMFILE, ECONNABORTED }, 4);
	comers--;
	*(struct sockaddr_in*)(void*)address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(comer) };
	int one = open_one(0);
	descriptors[descriptor - kFirst].accepted = one;
	return one;
}

ssize_t kernel_read(int descriptor, void* bytes, size_t size)
{
	HOLDS(is_open(descriptor) && size > 0);
	uint8_t how = input8(&input);
	if (how == 0 || how == 1)
		return fails((int[]){ EAGAIN, EAGAIN, ECONNRESET, EIO, ETIMEDOUT, EINTR }, how == 0 ? 1 : 6);
	if (how == 2 || descriptors[descriptor - kFirst].over) {
		descriptors[descriptor - kFirst].over = 1;
		return 0;
	}
	size_t count = how >= 250 ? size : how < size ? how : size;
	for (size_t i = 0; i < count; i++)
		((uint8_t*)bytes)[i] = byte_of(descriptor, descriptors[descriptor - kFirst].given++, 1);
	return (ssize_t)count;
}

ssize_t kernel_send(int descriptor, const void* bytes, size_t size, int flags)
{
	HOLDS(is_open(descriptor) && size > 0 && (flags & MSG_DONTWAIT) && (flags & MSG_NOSIGNAL) && !descriptors[descriptor - kFirst].isShut);
	uint8_t how = input8(&input);
	if (how == 0 || how == 1)
		return fails((int[]){ EAGAIN, EPIPE, ECONNRESET, EINTR, ENOBUFS }, how == 0 ? 1 : 5);
	size_t count = how >= 128 ? size : how < size ? how : size;
	for (size_t i = 0; i < count; i++)
		HOLDS(((const uint8_t*)bytes)[i] == byte_of(descriptor, descriptors[descriptor - kFirst].taken++, 0));
	return (ssize_t)count;
}

int kernel_shutdown(int descriptor, int how)
{
	HOLDS(is_open(descriptor) && how == SHUT_WR);
	descriptors[descriptor - kFirst].isShut = 1;
	return 0;
}

int kernel_close(int descriptor)
{
	HOLDS(is_open(descriptor));
	descriptors[descriptor - kFirst].open = 0;
	return 0;
}

/* ---- a loop ---- */

int loop_watch(LoopWatch* watch, int descriptor, uint32_t events, int data, void (*ready)(LoopWatch*, uint32_t))
{
	HOLDS(is_open(descriptor));
	if (input8(&input) == 1)
		return -ENOSPC;
	*watch = (LoopWatch){ .descriptor = descriptor, .events = events, .open = 1, .data = (uint8_t)data, .ready = ready, .next = watches };
	add_watch(watch);
	return 0;
}

void loop_want(LoopWatch* watch, uint32_t events)
{
	if (watch->open)
		watch->events = events;
}

void loop_soon(LoopWatch* watch, uint32_t events)
{
	if (watch->open)
		watch->soon |= events;
}

void loop_blind(LoopWatch* watch)
{
	watch->unpollable = watch->open;
}

void loop_unwatch(LoopWatch* watch)
{
	if (watch->open)
		remove_watch(watch);
}

static void turn(void)
{
	static const uint32_t reported[] = { 0, EPOLLIN, EPOLLOUT, EPOLLIN | EPOLLOUT, EPOLLHUP, EPOLLERR, EPOLLIN | EPOLLHUP, EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP };
	unsigned skip = input8(&input) % 40u;
	LoopWatch* watch = watches;
	while (watch != NULL && skip-- > 0)
		watch = watch->next;
	if (watch == NULL)
		return;
	uint32_t events = (reported[input8(&input) & 7] & (watch->events | EPOLLHUP | EPOLLERR)) | watch->soon;
	watch->soon = 0;
	if (events != 0)
		watch->ready(watch, events);
}

uint64_t loop_now(void)
{
	return now;
}

/* ---- what the host has beside ---- */

void datapath_count(DatapathCounter counter, uint32_t by)
{
	HOLDS(counter < kCounters && by > 0);
}

unsigned wan_interface_of(uint32_t address)
{
	return address >> 24;
}

FirewallTable gFirewall = { .level = 1 };

void firewall_ike(int place, uint32_t source, uint16_t sourcePort, uint32_t destination, uint16_t destinationPort, uint32_t length, int reason, uint64_t at)
{
	(void)place, (void)source, (void)sourcePort, (void)destination, (void)destinationPort, (void)length, (void)reason, (void)at;
}

static struct Datagrams {
	UDPSocket udp;
	uint8_t queue[kUDPQueue][kUDPDatagram];
	uint8_t isOpen, soon;
} datagrams[3];
const Table udpTable = TABLE(datagrams);

int udp_start(UDPSocket* udp)
{
	if (input8(&input) == 1)
		return EADDRINUSE;
	((struct Datagrams*)udp)->isOpen = 1;
	return 0;
}

int udp_write(UDPSocket* udp, const void* data, uint32_t size, uint32_t address, uint16_t port)
{
	uint32_t sum = address + port;
	HOLDS(((struct Datagrams*)udp)->isOpen);
	for (uint32_t i = 0; i < size; i++)
		sum += ((const uint8_t*)data)[i];
	return sum == 1 || input8(&input) == 1 ? ENETUNREACH : 0;
}

int udp_keep(UDPSocket* udp, uint32_t place, const void* packet, uint32_t size)
{
	if (input8(&input) == 1)
		return 0;
	memcpy(((struct Datagrams*)udp)->queue[place], packet, size);
	return 1;
}

void udp_take(UDPSocket* udp, uint32_t place, void* data)
{
	memcpy(data, ((struct Datagrams*)udp)->queue[place], udp->queue[place].size);
}

void udp_drop(UDPSocket* udp)
{
	HOLDS(((struct Datagrams*)udp)->isOpen);
	((struct Datagrams*)udp)->soon = 0;
}

void udp_soon(UDPSocket* udp)
{
	((struct Datagrams*)udp)->soon = 1;
}

void udp_end(UDPSocket* udp)
{
	HOLDS(((struct Datagrams*)udp)->isOpen);
	((struct Datagrams*)udp)->isOpen = 0;
}

void udp_count(int reason)
{
	HOLDS(reason != WHY_ACCEPTED);
}

/* ---- a JavaScript ---- */

void xs_stream_bind(xsMachine*); void xs_stream_read(xsMachine*); void xs_stream_write(xsMachine*); void xs_stream_end(xsMachine*); void xs_stream_close(xsMachine*);
void xs_stream_welcome(xsMachine*); void xs_stream_remote(xsMachine*); void xs_stream_terminal(xsMachine*);
void xs_listener_open(xsMachine*); void xs_listener_read(xsMachine*); void xs_listener_port(xsMachine*); void xs_listener_close(xsMachine*); void xs_listener_refused(xsMachine*);
void xs_listener_keep_out(xsMachine*);
void xs_udp_open(xsMachine*); void xs_udp_read(xsMachine*); void xs_udp_write(xsMachine*); void xs_udp_close(xsMachine*);

/* The same, in a heap that is full now and then. */
static int call_any(void (*native)(xsMachine*))
{
	the->failsAfter = input8(&input) == 1 ? 0 : -1;
	return call(native);
}

static void forget_result(void)
{
	xsSlot result = take_result();
	free(result.bytes);
}

static int new_object(Kind kind, int32_t handle, int descriptor)
{
	memset(&objects[objectCount], 0, sizeof *objects);
	objects[objectCount].kind = kind;
	objects[objectCount].handle = handle;
	objects[objectCount].descriptor = descriptor;
	return objectCount++;
}

static void open_listener(void)
{
	if (objectCount == kObjects)
		return;
	int next = objectCount;
	set_number(0, (double)((uint32_t)input8(&input) << 24));
	set_number(1, input8(&input) == 1 ? 70000 : 80);
	set_object(2, next);
	set_object(3, 0);
	if (call_any(xs_listener_open) && the->result.number >= 0)
		new_object(kListenerObject, (int32_t)the->result.number, kFirst + descriptorCount - 1);
	forget_result();
}

static void read_listener(int index)
{
	set_number(0, objects[index].handle);
	int ended = call_any(xs_listener_read);
	int32_t handle = ended && the->result.kind == kNumber ? (int32_t)the->result.number : -1;
	forget_result();
	if (handle < 0 || objectCount == kObjects)
		return;
	/* accepted now, or when it was told of */
	int descriptor = descriptors[objects[index].descriptor - kFirst].accepted;
	HOLDS(is_open(descriptor));
	int object = new_object(kStreamObject, handle, descriptor);
	set_number(0, handle);
	for (unsigned i = 0; i < 4; i++)
		set_object(1 + i, i == 0 ? object : (int)i - 1);
	ended = call_any(xs_stream_bind);
	if (!ended || the->result.number < 0)
		objects[object].told = 1;
	forget_result();
}

static void close_object(int index)
{
	static void (*const natives[])(xsMachine*) = { [kStreamObject] = xs_stream_close, [kListenerObject] = xs_listener_close, [kDatagramObject] = xs_udp_close };
	set_number(0, objects[index].handle);
	call_any(natives[objects[index].kind]);
	objects[index].closed = 1;
	forget_result();
}

/* What it does with a stream; most of it may be done at any time, also when it is closed. */
static void act(int index, uint8_t what)
{
	uint8_t count = input8(&input);
	if (objects[index].kind == kStreamObject)
		switch (what & 7) {
		case 0: case 1: {
			set_number(0, objects[index].handle);
			set_number(1, what & 8 ? count : 0);
			call_any(xs_stream_read);
			xsSlot result = take_result();
			if (result.kind == kBuffer) {
				HOLDS(!objects[index].closed && result.size > 0 && result.size <= kStreamInput);
				for (uint32_t i = 0; i < result.size; i++)
					HOLDS(result.bytes[i] == byte_of(objects[index].descriptor, objects[index].read++, 1));
			}
			free(result.bytes);
			return;
		}
		case 2: case 3: {
			uint32_t size = what & 8 ? objects[index].room : count * 8u % (objects[index].room + 1);
			if (what & 16)
				size += count;
			set_number(0, objects[index].handle);
			the->arguments[1] = (xsSlot){ .kind = kBuffer, .bytes = block(size), .size = size };
			for (uint32_t i = 0; i < size; i++)
				the->arguments[1].bytes[i] = byte_of(objects[index].descriptor, objects[index].written + i, 0);
			int ended = call_any(xs_stream_write);
			xsSlot result = take_result();
			if (ended) {
				HOLDS(result.number >= 0 && result.number <= kStreamOutput);
				objects[index].written += size;
				objects[index].room = (uint32_t)result.number;
			}
			return;
		}
		case 4: set_number(0, objects[index].handle); call_any(xs_stream_end); break;
		case 5: set_number(0, objects[index].handle); call_any(count & 1 ? xs_stream_welcome : count & 2 ? xs_stream_remote : xs_stream_terminal); break;
		case 6: close_object(index); return;
		default: break;
		}
	else if (objects[index].kind == kListenerObject)
		switch (what & 3) {
		case 0: case 1: read_listener(index); return;
		case 2: set_number(0, objects[index].handle); call_any(count & 1 ? xs_listener_port : xs_listener_refused); break;
		default: if (count > 200) close_object(index); return;
		}
	else {
		set_number(0, objects[index].handle);
		if (what & 1)
			call_any(xs_udp_read);
		else if (count > 240)
			close_object(index);
		else {
			the->arguments[1] = (xsSlot){ .kind = kBuffer, .bytes = block(count), .size = count };
			memset(the->arguments[1].bytes, 0, count);
			set_number(2, count == 7 ? -1 : count);
			set_number(3, count == 8 ? 65536 : 500);
			call_any(xs_udp_write);
		}
	}
	forget_result();
}

static int called(const xsSlot* self)
{
	int index = (int)self->number;
	HOLDS(self->kind == kObject && index >= 0 && index < objectCount);
	HOLDS(!objects[index].closed && !objects[index].told);
	HOLDS(depth == 0);
	return index;
}

void loop_call_number(const xsSlot* self, const xsSlot* function, uint32_t number)
{
	int index = called(self), isRoom = objects[index].kind == kStreamObject && function->number == 1;
	HOLDS(number > 0 || isRoom);
	depth++;
	if (isRoom) {
		HOLDS(number <= kStreamOutput);
		objects[index].room = number;
	}
	for (unsigned i = input8(&input) % 4; i > 0; i--)
		act(index, input8(&input));
	depth--;
}

void loop_call_error(const xsSlot* self, const xsSlot* function, int number)
{
	int index = called(self);
	(void)function;
	HOLDS(number >= 0);
	if (objects[index].kind == kStreamObject)
		objects[index].told = 1;
	depth++;
	if (input8(&input) & 1)
		close_object(index);
	depth--;
}

/* ---- runs ---- */

static void open_datagrams(void)
{
	if (objectCount == kObjects)
		return;
	set_number(0, input8(&input) == 1 ? -1 : 0);
	set_number(1, 500);
	set_number(2, input8(&input) & 1);
	for (unsigned i = 0; i < 3; i++)
		set_object(3 + i, i == 0 ? objectCount : (int)i - 1);
	if (call_any(xs_udp_open) && the->result.number >= 0)
		new_object(kDatagramObject, (int32_t)the->result.number, -1);
	forget_result();
}

static void datagram(void)
{
	static uint8_t bytes[kUDPDatagram + 100];
	struct Datagrams* to = &datagrams[input8(&input) % 3];
	UDPArrival from = { .address = input8(&input), .port = 500 };
	uint32_t size = input16(&input) % sizeof bytes;
	if (!to->isOpen)
		return;
	if (udp_is_ike(&to->udp, &from, bytes, size))
		udp_arrived(&to->udp, &from, bytes, size);
	HOLDS(to->udp.count <= kUDPQueue);
	if (to->udp.count > 0 || to->soon)
		udp_tell(&to->udp, 1 + input8(&input) % 6u);
}

/* Any native with any arguments, none of which is a handle that fits but by chance. */
static void anything(void)
{
	static void (*const natives[])(xsMachine*) = { xs_stream_read, xs_stream_write, xs_stream_end, xs_stream_close, xs_stream_welcome, xs_stream_remote, xs_stream_terminal, xs_listener_read, xs_listener_port,
		xs_listener_close, xs_listener_refused, xs_listener_keep_out, xs_udp_read, xs_udp_write, xs_udp_close };
	static const double numbers[] = { -1, 0, 0.5, 255, 65536, 2147483647, 4294967295.0, 1e300, -1e300 };
	uint8_t which = input8(&input) % (sizeof natives / sizeof *natives);
	for (unsigned i = 0; i < 6; i++) {
		uint8_t how = input8(&input);
		if (how & 1)
			set_number(i, numbers[how / 2 % (sizeof numbers / sizeof *numbers)]);
		else if (how & 2)
			the->arguments[i] = (xsSlot){ .kind = kBuffer, .bytes = block(how), .size = how };
		else if (how & 4)
			set_object(i, 0);
	}
	/* a handle may fit after all: what is open has the first generations */
	the->arguments[0].number += the->arguments[0].number == 255 ? 0x1000 : 0;
	call_any(natives[which]);
	forget_result();
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	input = (Input){ data, data + size };
	objectCount = descriptorCount = comers = depth = 0;
	now += 10000000;
	open_listener();
	for (unsigned i = 0; i < 600 && !inputIsOver(&input); i++) {
		uint8_t what = input8(&input);
		switch (what & 7) {
		case 0: comers += 1 + (what >> 4); comer = 0x0a010000u + (what >> 3 & 1); break;
		case 1: now += input8(&input) * 20u; break;
		/* somebody at that address has cost all that he may */
		case 5:
			for (unsigned call = 0; what & 64 && call < 4000; call++)
				visitors_take(comer, now);
			turn();
			break;
		case 2:
			if (objectCount > 0)
				act(input8(&input) % objectCount, input8(&input));
			break;
		case 3: datagram(); break;
		case 4: if (what & 8) open_datagrams(); else if (what & 16) open_listener(); else anything(); break;
		default: turn(); turn(); break;
		}
	}
	stream_pending();
	if (size > 0 && data[size - 1] & 1) {
		for (int i = 0; i < objectCount; i++)
			close_object(i);
		HOLDS(the->held == 0);
	}
	/* the machine is gone */
	listener_abandon();
	stream_abandon();
	udp_abandon(size > 1 && data[size - 2] & 1);
	udp_settle();
	the->held = 0;
	HOLDS(watches == NULL);
	for (int i = 0; i < descriptorCount; i++)
		HOLDS(!descriptors[i].open);
	for (unsigned i = 0; i < streamTable.count; i++)
		HOLDS(!((const Entry*)table_at(&streamTable, i))->used);
	for (unsigned i = 0; i < udpTable.count; i++)
		HOLDS(!datagrams[i].isOpen);
	return 0;
}
