/*
 * What the kernel alone takes of a tunnel (tunnel.mjs): the calls that the gateway makes for TCP, TUN device to socket and back, and nothing in between. No packet is looked
 * at, encrypted, or copied here: what one read brings leaves in as many packets as it stands for, and is written at the other side as it was. Protects nothing.
 *   kernel TUN OWN-ADDRESS PEER-ADDRESS udp|native
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define kBatch 64
#define kPort 4500
#define kHeaders 40	/* of IPv4 and TCP, at least */

/* Before each native packet: which of how many it is. */
typedef struct {
	uint16_t index, count;
} Place;

static int tun, wan, native;
static struct sockaddr_in peer;
static uint8_t whole[1 << 17];
/* Native packets that came; those of one that is not whole yet are first. */
static uint8_t rows[2 * kBatch][2048];
static uint8_t* row[2 * kBatch];
static size_t lengths[2 * kBatch];
static unsigned held;

static void send_pieces(size_t length, unsigned count, size_t size)
{
	struct mmsghdr messages[kBatch] = { 0 };
	struct iovec vectors[kBatch][2];
	Place places[kBatch];
	for (unsigned i = 0; i < count; i++) {
		size_t offset = i * size;
		places[i] = (Place){ (uint16_t)i, (uint16_t)count };
		vectors[i][0] = (struct iovec){ &places[i], sizeof places[i] };
		vectors[i][1] = (struct iovec){ whole + offset, length - offset < size ? length - offset : size };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = vectors[i], .msg_iovlen = 2 };
	}
	sendmmsg(wan, messages, count, MSG_DONTWAIT);
}

static void send_run(size_t length, size_t size)
{
	union { struct cmsghdr align; uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))]; } control = { .align = { .cmsg_len = CMSG_LEN(sizeof(uint16_t)), .cmsg_level = IPPROTO_UDP, .cmsg_type = UDP_SEGMENT } };
	struct iovec vector = { whole, length };
	struct msghdr message = { .msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	uint16_t segment = (uint16_t)size;
	memcpy(CMSG_DATA(&control.align), &segment, sizeof segment);
	sendmsg(wan, &message, MSG_DONTWAIT);
}

/* As much as a gateway takes in a turn. */
static void from_tun(void)
{
	for (unsigned taken = 0; taken < kBatch;) {
		struct virtio_net_hdr header;
		ssize_t length = read(tun, whole, sizeof whole);
		if (length < (ssize_t)sizeof header)
			return;
		memcpy(&header, whole, sizeof header);
		size_t data = (size_t)length - sizeof header - kHeaders;
		unsigned count = header.gso_type == VIRTIO_NET_HDR_GSO_NONE ? 1 : (unsigned)((data + header.gso_size - 1) / header.gso_size);
		size_t size = ((size_t)length + count - 1) / count;
		taken += count;
		if (native && count <= kBatch)
			send_pieces((size_t)length, count, size);
		else if (!native)
			send_run((size_t)length, size);
	}
}

/* Packets first to last, first excluded, are one of those that the kernel handed over. */
static void write_pieces(unsigned first, unsigned count)
{
	struct iovec vectors[kBatch];
	for (unsigned i = 0; i < count; i++)
		vectors[i] = (struct iovec){ row[first + i] + 20 + sizeof(Place), lengths[first + i] - 20 - sizeof(Place) };
	if (writev(tun, vectors, (int)count) < 0)
		return;
}

static int from_raw(void)
{
	struct mmsghdr messages[kBatch] = { 0 };
	struct iovec vectors[kBatch];
	for (unsigned i = 0; i < kBatch; i++) {
		vectors[i] = (struct iovec){ row[held + i], sizeof rows[0] };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	int got = recvmmsg(wan, messages, kBatch, MSG_DONTWAIT, NULL);
	unsigned first = 0, end = held + (got > 0 ? (unsigned)got : 0);
	for (unsigned i = held; i < end; i++) {
		Place place;
		lengths[i] = messages[i - held].msg_len;
		memcpy(&place, row[i] + 20, sizeof place);
		/* Where one is missing, what came of its packet is given up. */
		if (place.index != i - first)
			first = place.index == 0 ? i : i + 1;
		else if (place.index + 1u == place.count) {
			write_pieces(first, place.count);
			first = i + 1;
		}
	}
	/* The rest moves to the front; its rows change places with others. */
	for (unsigned i = 0; first + i < end; i++) {
		uint8_t* other = row[i];
		row[i] = row[first + i];
		row[first + i] = other;
		lengths[i] = lengths[first + i];
	}
	held = end - first < kBatch ? end - first : 0;
	/* As the gateway does: where some came, more are on their way. */
	if (got >= 4 && got < kBatch)
		nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
	return got == kBatch;
}

static int from_udp(void)
{
	ssize_t length = recv(wan, whole, sizeof whole, MSG_DONTWAIT);
	return length > 0 && write(tun, whole, (size_t)length) > 0;
}

static int open_tun(const char* name)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
	int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	return descriptor >= 0 && ioctl(descriptor, TUNSETIFF, &request) == 0 && ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) == 0 ? descriptor : -1;
}

static int open_wan(const char* own)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(native ? 0 : kPort) };
	int size = 8 << 20, on = 1;
	int descriptor = native ? socket(AF_INET, SOCK_RAW, 50) : socket(AF_INET, SOCK_DGRAM, 0);
	inet_pton(AF_INET, own, &address.sin_addr);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (!native)
		setsockopt(descriptor, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
	return bind(descriptor, (struct sockaddr*)&address, sizeof address) == 0 ? descriptor : -1;
}

int main(int count, char** words)
{
	if (count != 5)
		return 2;
	native = strcmp(words[4], "native") == 0;
	tun = open_tun(words[1]);
	wan = open_wan(words[2]);
	peer = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(native ? 0 : kPort) };
	inet_pton(AF_INET, words[3], &peer.sin_addr);
	for (unsigned i = 0; i < 2 * kBatch; i++)
		row[i] = rows[i];
	int watch = epoll_create1(0);
	struct epoll_event events[2] = { { .events = EPOLLIN, .data.fd = tun }, { .events = EPOLLIN, .data.fd = wan } };
	if (tun < 0 || wan < 0 || epoll_ctl(watch, EPOLL_CTL_ADD, tun, &events[0]) < 0 || epoll_ctl(watch, EPOLL_CTL_ADD, wan, &events[1]) < 0) {
		perror("kernel");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int ready = epoll_wait(watch, events, 2, -1);
		for (int i = 0; i < ready; i++) {
			if (events[i].data.fd == tun)
				from_tun();
			else
				for (unsigned k = 0; k < (native ? 1 : 8) && (native ? from_raw() : from_udp()); k++)
					;
		}
	}
}
