#define _GNU_SOURCE

#include "wan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "../../modules/ipsec/fragments.h"
#include "datapath.h"
#include "loop.h"
#include "route.h"
#include "rule.h"
#include "udp.h"

/* Of <linux/in.h> and <linux/icmp.h>, which do not go with <netinet/in.h> and <net/if.h>. */
#ifndef IP_RECVFRAGSIZE
#define IP_RECVFRAGSIZE 25
#endif
#ifndef ICMP_FILTER
#define ICMP_FILTER 1
#endif

typedef struct {
	LoopWatch watch;
	WANSocket socket;
	uint8_t protocol;
} RawSocket;

static RawSocket esp = { .socket.descriptor = -1, .protocol = 50 };
static RawSocket ah = { .socket.descriptor = -1, .protocol = 51 };
static LoopWatch icmp;
static char device[IF_NAMESIZE];	/* "": as the routes say */

/* The name of the interface that has `address`, "": none. */
static void find_device(uint32_t address, char name[IF_NAMESIZE])
{
	struct ifaddrs* list;
	name[0] = 0;
	if (address == 0 || getifaddrs(&list) < 0)
		return;
	for (struct ifaddrs* each = list; each; each = each->ifa_next) {
		struct sockaddr_in own;
		if (each->ifa_addr == NULL || each->ifa_addr->sa_family != AF_INET)
			continue;
		memcpy(&own, each->ifa_addr, sizeof own);
		if (own.sin_addr.s_addr == htonl(address) && strlen(each->ifa_name) < IF_NAMESIZE)
			memcpy(name, each->ifa_name, strlen(each->ifa_name) + 1);
	}
	freeifaddrs(list);
}

void wan_keep(int descriptor)
{
	setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device));
}

void wan_keep_to(uint32_t address)
{
	find_device(address, device);
	if (esp.socket.descriptor >= 0)
		wan_keep(esp.socket.descriptor);
	if (ah.socket.descriptor >= 0)
		wan_keep(ah.socket.descriptor);
	udp_keep_to_wan();
}

unsigned wan_interface_of(uint32_t address)
{
	char name[IF_NAMESIZE];
	find_device(address, name);
	return name[0] ? if_nametoindex(name) : 0;
}

unsigned wan_interface(void)
{
	return device[0] ? if_nametoindex(device) : 0;
}

/* Beyond the limit of the system only root may go. */
static void set_buffer(int descriptor, int size)
{
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0)
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

void wan_prepare(WANSocket* socket, int descriptor, int udp, int anyAddress)
{
	int on = 1, mark = kOwnMark;
	socket->descriptor = descriptor;
	socket->discover = -1;
	socket->segments = 0;
	if (device[0])
		wan_keep(descriptor);
	set_buffer(descriptor, kReceiveBuffer);
	/* Only root may; without root there are no rules either. */
	setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
	if (udp)
		setsockopt(descriptor, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
	setsockopt(descriptor, IPPROTO_IP, IP_RECVFRAGSIZE, &on, sizeof on);
	if (anyAddress)
		setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
	wan_discover(socket, 0);
}

void wan_discover(WANSocket* socket, int dontFragment)
{
	int value = dontFragment && icmp.open ? IP_PMTUDISC_PROBE : IP_PMTUDISC_OMIT;
	if (socket->discover != value && setsockopt(socket->descriptor, IPPROTO_IP, IP_MTU_DISCOVER, &value, sizeof value) == 0)
		socket->discover = value;
}

void wan_segment(WANSocket* socket)
{
	int on = 1;
	socket->segments = setsockopt(socket->descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on) == 0;
	set_buffer(socket->descriptor, kRunBuffer);
}

/* ---- in ---- */

typedef union {
	struct cmsghdr align;
	uint8_t bytes[3 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
} Control;

int wan_receive(int descriptor, int udp, unsigned limit, EnginePacket* packets, WANArrival* arrivals)
{
	struct mmsghdr messages[kBatch];
	struct iovec vectors[kBatch];
	Control controls[kBatch];
	if (limit > kBatch)
		limit = kBatch;
	for (unsigned i = 0; i < limit; i++) {
		vectors[i] = (struct iovec){ .iov_base = datapath_row(i), .iov_len = kRowSize };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = udp ? &arrivals[i].from : NULL, .msg_namelen = udp ? sizeof arrivals[i].from : 0,
			.msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = &controls[i], .msg_controllen = sizeof controls[i] };
	}
	int got = recvmmsg(descriptor, messages, limit, MSG_DONTWAIT, NULL);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < got; i++) {
		struct msghdr* header = &messages[i].msg_hdr;
		packets[i] = (EnginePacket){ .data = datapath_row((unsigned)i), .length = messages[i].msg_len };
		arrivals[i].local = 0;
		arrivals[i].tos = 0;
		arrivals[i].largestFragment = 0;
		arrivals[i].segment = 0;
		for (struct cmsghdr* c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
			if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
				int size;
				memcpy(&size, CMSG_DATA(c), sizeof size);
				arrivals[i].segment = (uint16_t)size;
			}
			if (c->cmsg_level != IPPROTO_IP)
				continue;
			if (c->cmsg_type == IP_TOS)
				arrivals[i].tos = *CMSG_DATA(c);
			else if (c->cmsg_type == IP_RECVFRAGSIZE) {
				int size;
				memcpy(&size, CMSG_DATA(c), sizeof size);
				arrivals[i].largestFragment = (uint16_t)size;
			}
			else if (c->cmsg_type == IP_PKTINFO) {
				struct in_pktinfo info;
				memcpy(&info, CMSG_DATA(c), sizeof info);
				arrivals[i].local = ntohl(info.ipi_addr.s_addr);
			}
		}
	}
	return got;
}

/*
 * The kernel hands native packets over one by one, and wakes who waits for them with each. When some came at once and there are no more, more are on their way: a moment later
 * they are taken together, nobody was woken meanwhile, and they go to the LAN in few pieces. A packet by itself is never kept waiting.
 */
#define kBurst 4
#define kMoment 50000	/* nanoseconds */

static void gather(int got)
{
	if (got >= kBurst && got < kBatch)
		nanosleep(&(struct timespec){ .tv_nsec = kMoment }, NULL);
}

static void raw_ready(LoopWatch* watch, uint32_t events)
{
	RawSocket* raw = watch == &esp.watch ? &esp : &ah;
	EnginePacket packets[kBatch];
	WANArrival arrivals[kBatch];
	EngineOrigin origins[kBatch];
	int got = wan_receive(watch->descriptor, 0, kBatch, packets, arrivals);
	unsigned count = 0;
	(void)events;
	for (int i = 0; i < got; i++) {
		EnginePacket* packet = &packets[i];
		/* A raw socket gives the outer header too; the kernel has checked it. */
		uint32_t header = packet->length >= 20 ? (packet->data[0] & 15u) * 4 : 0;
		if (header < 20 || header > packet->length)
			continue;
		struct iphdr ip;
		memcpy(&ip, packet->data, sizeof ip);
		origins[count] = (EngineOrigin){ .remoteAddress = ntohl(ip.saddr), .localAddress = ntohl(ip.daddr), .protocol = raw->protocol, .tos = ip.tos,
			.largestFragment = arrivals[i].largestFragment };
		/* AH covers the outer header, transport mode keeps it: it goes to the engine whole. */
		origins[count].headerIncluded = 1;
		packets[count++] = *packet;
	}
	datapath_inbound(packets, origins, count);
	gather(got);
}

static void icmp_ready(LoopWatch* watch, uint32_t events)
{
	EnginePacket packets[kBatch];
	WANArrival arrivals[kBatch];
	int got = wan_receive(watch->descriptor, 0, kBatch, packets, arrivals);
	(void)events;
	for (int i = 0; i < got; i++)
		engine_icmp(packets[i].data, packets[i].length, loop_now());
}

/* ---- out ---- */

/* Sends a packet with its header in fragments that the link takes. */
static void send_pieces(int descriptor, const struct sockaddr_in* to, const EnginePacket* whole)
{
	static uint8_t bytes[kRowSize];
	EnginePacket piece = { .data = bytes };
	uint32_t mtu = route_mtu(ntohl(to->sin_addr.s_addr), wan_interface());
	uint32_t pieces = 0;
	/* Larger than the link, whatever the engine believed: in fragments rather than not at all. */
	whole->data[6] &= 0xbf;
	for (uint32_t offset = 0; fragments_cut(whole, mtu, &offset, &piece); pieces++)
		if (sendto(descriptor, piece.data, piece.length, MSG_DONTWAIT, (const struct sockaddr*)to, sizeof *to) < 0) {
			datapath_count(errno == EAGAIN || errno == ENOBUFS ? kCounterSendFull : kCounterSendFailed, 1);
			return;
		}
	if (pieces == 0)
		datapath_count(kCounterSendFailed, 1);
}

/* Bytes of datagrams in one write: what an IPv4 packet takes, less its headers. */
#define kSegmentedSize (65535 - 28)

/* How many of the packets can leave in one write: of one size, but for the last, which may be smaller. */
static unsigned count_alike(const EnginePacket* packets, unsigned count)
{
	uint32_t size = packets[0].length, total = size;
	unsigned alike = 1;
	while (alike < count && packets[alike - 1].length == size && packets[alike].length <= size && total + packets[alike].length <= kSegmentedSize)
		total += packets[alike++].length;
	return alike;
}

typedef union {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint16_t))];
} SendControl;

typedef struct {
	struct mmsghdr messages[kBatch];
	struct iovec vectors[kBatch];
	SendControl controls[kBatch];
} Sending;

static struct cmsghdr* set_control(struct cmsghdr* at, int level, int type, const void* value, size_t size)
{
	at->cmsg_len = CMSG_LEN(size);
	at->cmsg_level = level;
	at->cmsg_type = type;
	memcpy(CMSG_DATA(at), value, size);
	return (struct cmsghdr*)((uint8_t*)at + CMSG_SPACE(size));
}

/* Makes messages of the packets, of several each when `segmented`. How many messages. */
static unsigned prepare(Sending* sending, const EngineFlow* flow, struct sockaddr_in* to, const EnginePacket* packets, unsigned count, int segmented)
{
	int tos = flow->tos;
	unsigned messages = 0;
	for (unsigned at = 0, alike; at < count; at += alike) {
		struct msghdr* header = &sending->messages[messages].msg_hdr;
		SendControl* control = &sending->controls[messages++];
		alike = segmented ? count_alike(packets + at, count - at) : 1;
		for (unsigned i = at; i < at + alike; i++)
			sending->vectors[i] = (struct iovec){ .iov_base = packets[i].data, .iov_len = packets[i].length };
		*header = (struct msghdr){ .msg_name = to, .msg_namelen = sizeof *to, .msg_iov = &sending->vectors[at], .msg_iovlen = alike };
		if (flow->headerIncluded)
			continue;
		memset(control, 0, sizeof *control);
		struct cmsghdr* end = set_control(&control->align, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
		if (alike > 1) {
			uint16_t size = (uint16_t)packets[at].length;
			end = set_control(end, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
		}
		header->msg_control = control;
		header->msg_controllen = (size_t)((uint8_t*)end - control->bytes);
	}
	return messages;
}

void wan_send(const EngineFlow* flow, const EnginePacket* packets, unsigned count)
{
	Sending sending;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(flow->protocol == 17 ? flow->remotePort : 0),
		.sin_addr.s_addr = htonl(flow->remoteAddress) };
	WANSocket* socket = flow->protocol == 17 ? udp_wan(flow->localPort) : flow->headerIncluded ? &ah.socket : &esp.socket;
	unsigned done = 0;
	if (socket == NULL || socket->descriptor < 0) {
		datapath_count(kCounterNoSocket, count);
		return;
	}
	int segmented = socket->segments;
	wan_discover(socket, flow->dontFragment);
	while (done < count) {
		unsigned messages = prepare(&sending, flow, &to, packets + done, count - done, segmented);
		int sent = sendmmsg(socket->descriptor, sending.messages, messages, MSG_DONTWAIT);
		if (sent > 0) {
			for (int i = 0; i < sent; i++)
				done += (unsigned)sending.messages[i].msg_hdr.msg_iovlen;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (sending.messages[0].msg_hdr.msg_iovlen > 1 && errno != EAGAIN && errno != ENOBUFS) {
			/* Larger than the link takes, or an interface that cannot: one by one, each with a fate of its own. */
			segmented = 0;
			if (errno == EIO)
				socket->segments = 0;
			continue;
		}
		if (errno == EMSGSIZE && flow->headerIncluded) {
			/* The kernel cuts no packet whose header it did not make. */
			datapath_count(kCounterFragmented, 1);
			send_pieces(socket->descriptor, &to, &packets[done++]);
			continue;
		}
		if (errno == EMSGSIZE && socket->discover == IP_PMTUDISC_PROBE) {
			/* Larger than the link takes now: in fragments rather than not at all, until the engine knows. */
			datapath_count(kCounterFragmented, count - done);
			engine_link_changed(flow->remoteAddress);
			wan_discover(socket, 0);
			if (socket->discover != IP_PMTUDISC_PROBE)
				continue;
		}
		if (errno == EAGAIN || errno == ENOBUFS) {
			datapath_count(kCounterSendFull, count - done);
			break;
		}
		datapath_count(kCounterSendFailed, 1);
		done++;
	}
}

/* ---- raw sockets ---- */

static int open_raw(RawSocket* raw, uint32_t address)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	int on = 1;
	if (raw->socket.descriptor >= 0)
		return 0;
	int descriptor = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, raw->protocol);
	if (descriptor < 0)
		return -errno;
	int result = 0;
	/* The engine makes the outer header of AH, which covers it. */
	if (raw->protocol == 51 && setsockopt(descriptor, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) < 0)
		result = -errno;
	if (result == 0 && bind(descriptor, (struct sockaddr*)&own, sizeof own) < 0)
		result = -errno;
	if (result == 0)
		result = loop_watch(&raw->watch, descriptor, EPOLLIN, 1, raw_ready);
	if (result < 0) {
		close(descriptor);
		return result;
	}
	wan_prepare(&raw->socket, descriptor, 0, 0);
	/* Packets of a run come one by one, faster than they are read. */
	set_buffer(descriptor, kRunBuffer);
	return 0;
}

static void close_raw(RawSocket* raw)
{
	loop_unwatch(&raw->watch);
	if (raw->socket.descriptor >= 0)
		close(raw->socket.descriptor);
	raw->socket.descriptor = -1;
}

void wan_open_icmp(uint32_t address)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	uint32_t filter = ~(1u << ICMP_DEST_UNREACH);
	if (icmp.open)
		return;
	int descriptor = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (descriptor < 0)
		return;
	if (bind(descriptor, (struct sockaddr*)&own, sizeof own) < 0 || setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &filter, sizeof filter) < 0
		|| loop_watch(&icmp, descriptor, EPOLLIN, 1, icmp_ready) < 0)
		close(descriptor);
}

int wan_open_raw(uint32_t address, int withAH)
{
	int result = open_raw(&esp, address);
	return result == 0 && withAH ? open_raw(&ah, address) : result;
}

void wan_close_raw(void)
{
	close_raw(&esp);
	close_raw(&ah);
	if (icmp.open) {
		loop_unwatch(&icmp);
		close(icmp.descriptor);
	}
}
