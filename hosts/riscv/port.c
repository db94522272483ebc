/*
 * Nothing is copied: the device writes what it receives into frames of the pool that everything uses (hosts/lwip/frame.h), and reads what is sent where it
 * is. While the loop goes round it asks the rings; interrupts are let in for the time that it sleeps.
 */
#include "port.h"

#include <string.h>
#include "../device/board.h"
#include "frame.h"
#include "lwip/etharp.h"
#include "lwip/snmp.h"
#include "netif/ethernet.h"
#include "trap.h"
#include "uart.h"
#include "virt.h"
#include "virtio.h"

#define kNetwork 1	/* the kind of device */
#define kHasAddress (1ull << 5)
#define kHasStatus (1ull << 16)
#define kStatusOffset 6
#define kLinkUp 1

/* Before each frame, both ways: all zero, since no offload is agreed on. */
#define kHeaderSize 12

/* Frames that wait for the network, of the pool's; each has two descriptors, the header's and its own. */
#define kReceiving 5
/* Frames that may be on their way out, and the pieces that one may have besides its header; more are copied into one: most are others', who may change them. */
#define kSending 16
#define kPieces 1
#define kOfSending (kPieces + 1)
_Static_assert(kPorts * kReceiving + IP_REASS_MAX_PBUFS + MEMP_NUM_ARP_QUEUE + 3 <= kFrames, "whatever waits for fragments or neighbours, some frames are left to go on with");
_Static_assert(kSending * kOfSending <= kQueueSize && 2 * kReceiving <= kQueueSize, "the queues are too short");

#define kShortest 14	/* an Ethernet header; what a wire pads, an emulated one need not */

typedef struct {
	uint32_t base;	/* 0: there is none */
	int knowsLink;
	uint8_t address[6];
	volatile int changed;	/* the link, perhaps */
	struct netif* netif;
	VirtioQueue receive, send;
	struct pbuf* receiving[kReceiving];
	struct pbuf* sending[kSending];
	uint32_t busy;	/* a bit for each of them */
	BoardPortCounters counters;
} Port;

static Port ports[kPorts];
static uint8_t headers[kHeaderSize];	/* what is sent begins with it */
static uint8_t ignored[kHeaderSize];	/* what is received begins with it: nothing in it is of use */

static Port* portOf(const struct netif* netif)
{
	return &ports[(uintptr_t)netif->state];
}

/* ---- out of the network ---- */

/* Lets the device fill a frame; `place` is one of kReceiving. */
static void post(Port* port, uint16_t place, struct pbuf* frame)
{
	VirtioDescriptor* descriptor = &port->receive.descriptors[2 * place];
	port->receiving[place] = frame;
	descriptor[0] = (VirtioDescriptor){ (uintptr_t)ignored, kHeaderSize, kDescriptorForDriver | kDescriptorNext, (uint16_t)(2 * place + 1) };
	descriptor[1] = (VirtioDescriptor){ (uintptr_t)frame->payload + ETH_PAD_SIZE, (uint32_t)(frame->len - ETH_PAD_SIZE), kDescriptorForDriver, 0 };
	virtio_give(&port->receive, (uint16_t)(2 * place));
}

/* Frees what is on the wire by now. */
static void reclaim(Port* port)
{
	while (virtio_is_used(&port->send)) {
		unsigned place = virtio_take(&port->send, NULL) / kOfSending;
		struct pbuf* frame = port->sending[place];
		port->sending[place] = NULL;
		port->busy &= ~(1u << place);
		pbuf_free(frame);
	}
}

/* A frame to receive into: when none is free, perhaps one that was sent. */
static struct pbuf* another(void)
{
	struct pbuf* frame = frame_receive(kFrameLength);
	if (frame != NULL)
		return frame;
	for (int i = 0; i < kPorts; i++)
		if (ports[i].netif != NULL)
			reclaim(&ports[i]);
	return frame_receive(kFrameLength);
}

/* Hands a frame of `size` bytes to lwIP and puts another one in its place; with none free the same goes back, and what is in it is lost. */
static void take(Port* port, uint16_t place, uint32_t size)
{
	struct pbuf* frame = port->receiving[place];
	struct pbuf* next = NULL;
	if (size < kShortest || size > kFrameLength)
		port->counters.malformed++;
	else if ((next = another()) == NULL)
		port->counters.noBuffer++;
	post(port, place, next ? next : frame);
	if (!next)
		return;
	port->counters.received++;
	MIB2_STATS_NETIF_ADD(port->netif, ifinoctets, size);
	pbuf_realloc(frame, (u16_t)(size + ETH_PAD_SIZE));
	if (port->netif->input(frame, port->netif) != ERR_OK)
		pbuf_free(frame);
}

/* What the device says of the cable. */
static void settleLink(Port* port)
{
	port->changed = 0;
	if (!port->knowsLink || (virtio_config(port->base, kStatusOffset) & kLinkUp))
		netif_set_link_up(port->netif);
	else
		netif_set_link_down(port->netif);
}

unsigned board_port_poll(struct netif* netif, unsigned limit)
{
	Port* port = portOf(netif);
	unsigned count = 0;
	if (port->changed)
		settleLink(port);
	reclaim(port);
	while (count < limit && virtio_is_used(&port->receive)) {
		uint32_t size;
		uint16_t place = (uint16_t)(virtio_take(&port->receive, &size) / 2);
		take(port, place, size < kHeaderSize ? 0 : size - kHeaderSize);
		count++;
	}
	if (count > 0)
		virtio_notify(&port->receive);
	return count;
}

int port_has_frames(void)
{
	int has = 0;
	for (int i = 0; i < kPorts; i++) {
		if (ports[i].netif == NULL)
			continue;
		virtio_want_interrupts(&ports[i].receive, 1);
		has |= virtio_is_used(&ports[i].receive) || ports[i].changed;
	}
	return has;
}

static void serve(void* data)
{
	Port* port = data;
	if (virtio_acknowledge(port->base) & 2)
		port->changed = 1;
	/* enough: the loop is on its way */
	virtio_want_interrupts(&port->receive, 0);
	board_wake();
}

/* ---- into the network ---- */

static err_t send(struct netif* netif, struct pbuf* frame)
{
	Port* port = portOf(netif);
	unsigned place;
	VirtioDescriptor* descriptor;
	uint16_t first;
	unsigned skip = ETH_PAD_SIZE;
	int isVolatile = 0;
	reclaim(port);
	place = (unsigned)__builtin_ctz(~port->busy);
	if (place >= kSending) {
		port->counters.ringFull++;
		return ERR_BUF;
	}
	for (const struct pbuf* piece = frame; piece; piece = piece->next)
		isVolatile |= PBUF_NEEDS_COPY(piece);
	if (isVolatile || pbuf_clen(frame) > kPieces) {
		/* what its owner may change, or what is in many pieces */
		frame = frame_copy(frame);
		if (!frame) {
			port->counters.ringFull++;
			return ERR_MEM;
		}
	}
	else
		pbuf_ref(frame);
	first = (uint16_t)(place * kOfSending);
	descriptor = &port->send.descriptors[first];
	*descriptor = (VirtioDescriptor){ (uintptr_t)headers, kHeaderSize, kDescriptorForDevice, 0 };
	for (struct pbuf* piece = frame; piece; piece = piece->next) {
		if (piece->len <= skip) {
			skip -= piece->len;
			continue;
		}
		descriptor->flags |= kDescriptorNext;
		descriptor->next = ++first;
		*++descriptor = (VirtioDescriptor){ (uintptr_t)piece->payload + skip, piece->len - skip, kDescriptorForDevice, 0 };
		skip = 0;
	}
	port->sending[place] = frame;
	port->busy |= 1u << place;
	virtio_give(&port->send, (uint16_t)(place * kOfSending));
	virtio_notify(&port->send);
	port->counters.sent++;
	MIB2_STATS_NETIF_ADD(netif, ifoutoctets, (uint32_t)(frame->tot_len - ETH_PAD_SIZE));
	return ERR_OK;
}

/* ---- life ---- */

static void openPort(Port* port, unsigned nth)
{
	int number = virtio_find(kNetwork, nth);
	uint64_t features;
	if (number < 0) {
		uart_say(nth == kPortWAN ? "keygate: no WAN port\n" : "keygate: no LAN port\n");
		return;
	}
	port->base = kVirtio((unsigned)number);
	features = virtio_begin(port->base, kVirtioVersion1 | kHasAddress | kHasStatus);
	if (!(features & kVirtioVersion1) || !(features & kHasAddress)) {
		uart_say("keygate: a network device is not what virtio 1 asks for (-global virtio-mmio.force-legacy=false)\n");
		port->base = 0;
		return;
	}
	port->knowsLink = (features & kHasStatus) != 0;
	for (unsigned i = 0; i < sizeof(port->address); i++)
		port->address[i] = virtio_config(port->base, i);
	trap_on_interrupt(kVirtioInterrupt((unsigned)number), serve, port);
}

void port_open(void)
{
	for (unsigned i = 0; i < kPorts; i++)
		openPort(&ports[i], i);
}

err_t board_port_init(struct netif* netif)
{
	Port* port = portOf(netif);
	if (port->base == 0)
		return ERR_IF;
	port->netif = netif;
	netif->name[0] = 'v';
	netif->name[1] = 'n';
	netif->mtu = 1500;
	netif->hwaddr_len = sizeof(port->address);
	memcpy(netif->hwaddr, port->address, sizeof(port->address));
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	netif->output = etharp_output;
	netif->linkoutput = send;
	/* once: a control plane that starts anew adds no port again */
	virtio_add_queue(port->base, &port->receive, 0);
	virtio_add_queue(port->base, &port->send, 1);
	virtio_want_interrupts(&port->send, 0);
	virtio_ready(port->base);
	for (uint16_t i = 0; i < kReceiving; i++) {
		struct pbuf* frame = frame_receive(kFrameLength);
		if (!frame)
			return ERR_MEM;
		post(port, i, frame);
	}
	virtio_notify(&port->receive);
	/* the link is settled by the first poll, when lwIP knows the port */
	port->changed = 1;
	return ERR_OK;
}

void board_port_counters(BoardPort port, BoardPortCounters* counters)
{
	*counters = ports[port].counters;
}
