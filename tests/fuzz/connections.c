/*
 * TCP of a device: hosts/unit/io over hosts/lwip's streams and listener and lwIP's own TCP, with clients that send any segments in any order and confirm what they like, a
 * JavaScript that reads, writes, ends and closes whenever it is called or not, memory that is not there, and a clock that leaps. What lwIP has freed is poisoned, so
 * that whoever still uses it is found.
 */
#include "input.h"

#include <sanitizer/asan_interface.h>
#include "../../hosts/device/board.h"
#include "../../hosts/lwip/blocks.h"
#include "../../hosts/lwip/datapath.h"
#include "../../hosts/lwip/heap.h"
#include "../../hosts/lwip/loop.h"
#include "../../hosts/lwip/netifs.h"
#include "../../hosts/lwip/stream.h"
#include "../../hosts/unit/io/listeners.h"
#include "../../hosts/unit/io/visitors.h"
#include "caller.h"
#include "watches.h"
#include "hooks.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/ip4.h"
#include "lwip/priv/memp_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/timeouts.h"

#define kClients 48
#define kOwnAddress 0x0a010001u
#define kPort 80
#define kFirstNumber 1000u
#define kLongest 1460u
enum { kFIN = 1, kSYN = 2, kRST = 4, kPSH = 8, kACK = 16 };

static Input input;
static uint64_t now = 1000;
static struct netif lan;
/* Requests of memory until one fails; 0: none does. */
static unsigned untilFailure;
static int packets;

/* Client n has the address behind that of the device by n + 1. Places count the bytes of each direction. */
static struct {
	uint32_t sent, received;	/* how far its bytes went, and what came in order */
	uint32_t number;		/* the device's first */
	uint8_t isEnded;		/* the device's last byte came, and with it its end */
} clients[kClients];
static int clientCount;

/* What JavaScript has, in the order of its coming. */
static struct {
	int32_t handle;
	int client;
	uint8_t closed, told;	/* nothing is called afterwards */
	uint32_t read, written, room;
} objects[kClients];
static int objectCount, depth;
static int32_t listener;

static uint8_t byte_of(int client, uint32_t place, int isTheirs)
{
	return (uint8_t)(client * 29 + (int)(place * 7 + place / 251) + isTheirs * 101);
}

/* ---- memory ---- */

void* __real_memp_malloc(memp_t type);
void* __wrap_memp_malloc(memp_t type);
void __real_memp_free(memp_t type, void* place);
void __wrap_memp_free(memp_t type, void* place);
void* __real_mem_malloc(mem_size_t size);
void* __wrap_mem_malloc(mem_size_t size);

static int fails(void)
{
	return untilFailure != 0 && --untilFailure == 0;
}

void* __wrap_memp_malloc(memp_t type)
{
	void* place = type != MEMP_SYS_TIMEOUT && fails() ? NULL : __real_memp_malloc(type);
	if (place != NULL)
		ASAN_UNPOISON_MEMORY_REGION(place, memp_pools[type]->size);
	return place;
}

void __wrap_memp_free(memp_t type, void* place)
{
	__real_memp_free(type, place);
	/* its first word links it to the other free places */
	if (place != NULL)
		ASAN_POISON_MEMORY_REGION((uint8_t*)place + sizeof(void*), memp_pools[type]->size - sizeof(void*));
}

void* __wrap_mem_malloc(mem_size_t size)
{
	return fails() ? NULL : __real_mem_malloc(size);
}

/* ---- what the host has beside ---- */

uint64_t loop_now(void) { return now; }
uint32_t sys_now(void) { return (uint32_t)now; }
uint32_t lwip_random(void) { return 4711; }
void lwip_broken(const char* text) { fprintf(stderr, "lwIP: %s\n", text); abort(); }
void datapath_count(DatapathCounter counter, uint32_t by) { HOLDS(counter < kCounters && by > 0); }
struct netif* netifs_with(uint32_t address) { return address == kOwnAddress ? &lan : NULL; }
size_t board_serial_read(uint8_t* bytes, size_t size) { return size > 0 && bytes == NULL; }
size_t board_serial_write(const uint8_t* bytes, size_t size) { return bytes == NULL ? 0 : size; }
int hook_input(struct pbuf* packet, struct netif* from) { return packet == NULL && from == NULL; }
int hook_forward(struct pbuf* packet, uint32_t destination) { return packet == NULL && destination == 0; }

struct netif* hook_route(const ip4_addr_t* source, const ip4_addr_t* destination)
{
	(void)source, (void)destination;
	return NULL;
}

/* ---- a loop ---- */

void loop_watch(LoopWatch* watch, void (*ready)(LoopWatch*))
{
	*watch = (LoopWatch){ .open = 1, .ready = ready, .next = watches };
	add_watch(watch);
}

void loop_soon(LoopWatch* watch)
{
	watch->soon = watch->open;
}

void loop_unwatch(LoopWatch* watch)
{
	if (watch->open)
		remove_watch(watch);
	watch->marked = 0;
}

static void turn(void)
{
	for (LoopWatch* watch = watches; watch; watch = watch->next)
		watch->marked = watch->soon;
	for (LoopWatch* watch = watches; watch; ) {
		if (!watch->marked) {
			watch = watch->next;
			continue;
		}
		watch->soon = watch->marked = 0;
		watch->ready(watch);
		watch = watches;
	}
}

static void pass(unsigned quarters)
{
	while (quarters-- > 0) {
		now += TCP_TMR_INTERVAL;
		sys_check_timeouts();
	}
}

/* ---- the clients ---- */

/* What the device sends, without its IPv4 header. */
static void client_takes(int client, const uint8_t* tcp, uint32_t size)
{
	uint32_t header = (tcp[12] >> 4) * 4u, number = (uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];
	HOLDS(header >= 20 && header <= size);
	if (tcp[13] & kSYN)
		clients[client].number = number + 1;
	if (tcp[13] & (kSYN | kRST))
		return;
	uint32_t place = number - clients[client].number;
	for (uint32_t i = 0; i < size - header; i++)
		HOLDS(place + i >= 0x80000000 || tcp[header + i] == byte_of(client, place + i, 0));
	if (place <= clients[client].received && place + size - header > clients[client].received)
		clients[client].received = place + size - header;
	if ((tcp[13] & kFIN) && place + size - header == clients[client].received)
		clients[client].isEnded = 1;
}

static err_t output(struct netif* netif, struct pbuf* packet, const ip4_addr_t* to)
{
	uint8_t bytes[1600];
	int client = (int)(lwip_ntohl(ip4_addr_get_u32(to)) - kOwnAddress - 1);
	(void)netif;
	HOLDS(packet->tot_len >= 40 && packet->tot_len <= 1500 && client >= 0 && client < clientCount);
	pbuf_copy_partial(packet, bytes, packet->tot_len, 0);
	client_takes(client, bytes + 20, packet->tot_len - 20u);
	return ERR_OK;
}

typedef struct {
	struct pbuf_custom pbuf;
	uint8_t* bytes;
} Packet;

static void packet_free(struct pbuf* pbuf)
{
	Packet* packet = (Packet*)(void*)pbuf;
	free(packet->bytes);
	free(packet);
	packets--;
}

/* A segment of a client, whose bytes begin at `place` of what it sends. */
static void client_sends(int client, uint8_t flags, uint32_t place, uint32_t size, uint32_t confirmed, uint16_t window)
{
	Packet* packet = malloc(sizeof *packet);
	uint32_t number = kFirstNumber + place, source = kOwnAddress + 1 + (uint32_t)client;
	HOLDS(packet != NULL);
	packet->bytes = block(40 + size);
	uint8_t* ip = packet->bytes;
	uint8_t* tcp = ip + 20;
	memset(ip, 0, 40);
	*(struct ip_hdr*)(void*)ip = (struct ip_hdr){ ._v_hl = 0x45, ._len = lwip_htons((uint16_t)(40 + size)), ._ttl = 64, ._proto = IP_PROTO_TCP,
		.src.addr = lwip_htonl(source), .dest.addr = lwip_htonl(kOwnAddress) };
	((struct ip_hdr*)(void*)ip)->_chksum = inet_chksum(ip, 20);
	*(struct tcp_hdr*)(void*)tcp = (struct tcp_hdr){ .src = lwip_htons((uint16_t)(40000 + client)), .dest = lwip_htons(kPort), .seqno = lwip_htonl(number),
		.ackno = lwip_htonl(confirmed), ._hdrlen_rsvd_flags = lwip_htons((uint16_t)(5 << 12 | flags)), .wnd = lwip_htons(window) };
	for (uint32_t i = 0; i < size; i++)
		tcp[20 + i] = byte_of(client, place + i, 1);
	packet->pbuf.custom_free_function = packet_free;
	packets++;
	struct pbuf* pbuf = pbuf_alloced_custom(PBUF_RAW, (u16_t)(40 + size), PBUF_REF, &packet->pbuf, ip, (u16_t)(40 + size));
	ip_addr_t from, to;
	ip_addr_set_ip4_u32(&from, lwip_htonl(source));
	ip_addr_set_ip4_u32(&to, lwip_htonl(kOwnAddress));
	pbuf_remove_header(pbuf, 20);
	((struct tcp_hdr*)(void*)tcp)->chksum = ip_chksum_pseudo(pbuf, IP_PROTO_TCP, pbuf->tot_len, &from, &to);
	pbuf_add_header_force(pbuf, 20);
	if (lan.input(pbuf, &lan) != ERR_OK)
		pbuf_free(pbuf);
}

static void begin(void)
{
	if (clientCount == kClients)
		return;
	memset(&clients[clientCount], 0, sizeof clients[clientCount]);
	/* its number is that before its first byte's */
	client_sends(clientCount++, kSYN, UINT32_MAX, 0, 0, 8192);
}

/* What a client sends next, or again, or too early; it confirms what it has, or less, or what it cannot have. */
static void segment(uint8_t what)
{
	static const uint16_t windows[] = { 8192, 0, 1, 600, 65535, 1460, 4096, 100 };
	if (clientCount == 0)
		return;
	int client = input8(&input) % clientCount;
	uint8_t how = input8(&input);
	uint32_t size = (what >> 3 & 3) == 0 ? 0 : (what >> 3 & 3) == 1 ? input8(&input) : input16(&input) % (kLongest + 1);
	uint32_t place = clients[client].sent, confirmed = clients[client].number + clients[client].received + clients[client].isEnded;
	uint8_t flags = kACK | (how & 1 ? kPSH : 0);
	if ((how & 6) == 6)
		place += (uint32_t)(int8_t)input8(&input) * 8u;
	if (how & 8)
		confirmed -= input8(&input);
	if ((what & 0xe0) == 0xe0)
		flags |= (how & 16) ? kRST : kFIN;
	else if ((what & 0xe0) == 0xc0 && (how & 16))
		/* no SYN: it might begin another connection, whose bytes have other places */
		flags = (uint8_t)(input8(&input) & 0x3f & ~kSYN);
	client_sends(client, flags, place, flags & kRST ? 0 : size, confirmed, windows[how >> 5]);
	/* what it takes for sent, whether or not the device had room for it; it may come again */
	if (place == clients[client].sent && !(flags & kRST) && (flags & kACK) && (!(how & 4) || (flags & kFIN)))
		clients[client].sent += size + (flags & kFIN ? 1 : 0);
}

/* Somebody at a client's address has cost all that he may. */
static void cost_all(void)
{
	uint32_t client = input8(&input) % kClients;
	for (unsigned i = 0; i < 2000; i++)
		visitors_take(kOwnAddress + 1 + client, now);
}

/* ---- a JavaScript ---- */

void xs_stream_bind(xsMachine*); void xs_stream_read(xsMachine*); void xs_stream_write(xsMachine*); void xs_stream_end(xsMachine*); void xs_stream_close(xsMachine*);
void xs_stream_welcome(xsMachine*); void xs_stream_remote(xsMachine*);
void xs_listener_open(xsMachine*); void xs_listener_read(xsMachine*); void xs_listener_close(xsMachine*);

static double number_of(void (*native)(xsMachine*))
{
	HOLDS(call(native));
	xsSlot result = take_result();
	free(result.bytes);
	return result.kind == kNumber ? result.number : -1;
}

static void open_listener(void)
{
	set_number(0, kOwnAddress);
	set_number(1, kPort);
	set_object(2, kClients);
	set_object(3, 0);
	listener = (int32_t)number_of(xs_listener_open);
}

static void accept_next(void)
{
	set_number(0, listener);
	int32_t handle = (int32_t)number_of(xs_listener_read);
	if (handle < 0)
		return;
	set_number(0, handle);
	double address = number_of(xs_stream_remote);
	/* one that has ended before anybody looked */
	if (address < 0)
		return;
	int object = objectCount++;
	HOLDS(object < kClients);
	memset(&objects[object], 0, sizeof objects[object]);
	objects[object].handle = handle;
	objects[object].client = (int)(address - kOwnAddress - 1);
	set_number(0, handle);
	for (unsigned i = 0; i < 4; i++)
		set_object(1 + i, i == 0 ? object : (int)i - 1);
	HOLDS(number_of(xs_stream_bind) == 0);
}

static void close_object(int index)
{
	set_number(0, objects[index].handle);
	number_of(xs_stream_close);
	objects[index].closed = 1;
}

static void read_object(int index, uint8_t count)
{
	set_number(0, objects[index].handle);
	set_number(1, count);
	HOLDS(call(xs_stream_read));
	xsSlot result = take_result();
	if (result.kind == kBuffer) {
		HOLDS(!objects[index].closed && result.size > 0 && result.size <= kStreamInput);
		for (uint32_t i = 0; i < result.size; i++)
			HOLDS(result.bytes[i] == byte_of(objects[index].client, objects[index].read++, 1));
	}
	free(result.bytes);
}

static void write_object(int index, uint32_t size)
{
	set_number(0, objects[index].handle);
	the->arguments[1] = (xsSlot){ .kind = kBuffer, .bytes = block(size), .size = size };
	for (uint32_t i = 0; i < size; i++)
		the->arguments[1].bytes[i] = byte_of(objects[index].client, objects[index].written + i, 0);
	int ended = call(xs_stream_write);
	xsSlot result = take_result();
	if (ended) {
		HOLDS(result.number >= 0 && result.number <= kStreamMostBlocks * kBlockSize);
		objects[index].written += size;
		objects[index].room = (uint32_t)result.number;
	}
}

static void act(int index, uint8_t what)
{
	uint8_t count = input8(&input);
	switch (what & 7) {
	case 0: case 1: read_object(index, what & 8 ? count : 0); break;
	case 2: case 3: write_object(index, (what & 8 ? objects[index].room : count * 8u % (objects[index].room + 1)) + (what & 16 && count == 1)); break;
	case 4: set_number(0, objects[index].handle); number_of(xs_stream_end); break;
	case 5: set_number(0, objects[index].handle); number_of(xs_stream_welcome); break;
	case 6: close_object(index); break;
	default: break;
	}
}

static int called(const xsSlot* self)
{
	int index = (int)self->number;
	HOLDS(self->kind == kObject && index >= 0 && index < objectCount);
	HOLDS(!objects[index].closed && !objects[index].told && depth == 0);
	return index;
}

void loop_call_number(const xsSlot* self, const xsSlot* function, uint32_t number)
{
	if (self->number == kClients) {
		for (unsigned i = 1 + input8(&input) % 4; i > 0; i--)
			accept_next();
		return;
	}
	int index = called(self);
	depth++;
	if (function->number == 1) {
		HOLDS(number <= kStreamMostBlocks * kBlockSize);
		objects[index].room = number;
	}
	for (unsigned i = input8(&input) % 4; i > 0 && !objects[index].closed; i--)
		act(index, input8(&input));
	depth--;
}

void loop_call_error(const xsSlot* self, const xsSlot* function, int number)
{
	int index = called(self);
	(void)function;
	HOLDS(number >= 0);
	objects[index].told = 1;
	depth++;
	if (input8(&input) & 1)
		close_object(index);
	depth--;
}

/* ---- runs ---- */

static err_t initialize(struct netif* netif)
{
	netif->name[0] = 'l';
	netif->name[1] = '0';
	netif->mtu = 1500;
	netif->output = output;
	netif->flags = NETIF_FLAG_LINK_UP;
	return ERR_OK;
}

int LLVMFuzzerInitialize(int* count, char*** words)
{
	ip4_addr_t own, mask;
	(void)count, (void)words;
	lwip_init();
	heap_open();
	ip4_addr_set_u32(&own, lwip_htonl(kOwnAddress));
	ip4_addr_set_u32(&mask, lwip_htonl(0xffffff00));
	netif_add(&lan, &own, &mask, IP4_ADDR_ANY4, NULL, initialize, ip4_input);
	netif_set_default(&lan);
	netif_set_up(&lan);
	return 0;
}

static void finish(void)
{
	untilFailure = 0;
	listener_abandon();
	stream_abandon();
	the->held = 0;
	/* who confirms nothing more is forgotten; and so is what ended, a while later */
	for (int i = 0; i < 60 && (stream_use()->used > 0); i++)
		pass(4);
	HOLDS(stream_use()->used == 0 && watches == NULL && blocks_use()->used == 0);
	while (tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
	while (tcp_tw_pcbs != NULL)
		tcp_abort(tcp_tw_pcbs);
	static const memp_t pools[] = { MEMP_TCP_PCB, MEMP_TCP_PCB_LISTEN, MEMP_TCP_SEG, MEMP_PBUF };
	for (unsigned i = 0; i < sizeof pools / sizeof *pools; i++)
		HOLDS(memp_pools[pools[i]]->stats->used == 0);
	HOLDS(packets == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	input = (Input){ data, data + size };
	clientCount = objectCount = depth = 0;
	pass(8);
	now += 10000000;
	open_listener();
	for (unsigned i = 0; i < 600 && !inputIsOver(&input); i++) {
		uint8_t what = input8(&input);
		switch (what & 7) {
		case 0: begin(); break;
		case 1: case 2: case 3: segment(what); break;
		case 4:
			if ((what & 0xe8) == 0xe8)
				cost_all();
			else
				pass(what & 8 ? 1 : what >> 4);
			break;
		case 5:
			if (objectCount > 0) {
				int index = input8(&input) % objectCount;
				act(index, input8(&input));
			}
			break;
		case 6:
			if (what & 8)
				untilFailure = 1 + (what >> 4);
			else
				turn();
			break;
		default: turn(); break;
		}
	}
	finish();
	return 0;
}
