#define _GNU_SOURCE

#include "lan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "datapath.h"
#include "loop.h"
#include "offload.h"
#include "wan.h"

/* Of newer <linux/if_tun.h>. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif
/* Bytes that wait for the client of a unix:PATH interface, and that were read from it: at least one packet of each. */
#define kBacklogSize (256 * 1024)
#define kInputSize (128 * 1024)
#define kMaximumPacket 65535

static struct {
	char name[128];
	int isTUN;
	unsigned index;
	LoopWatch watch;	/* the device, or the client */
	LoopWatch listener;
	struct stat identity;	/* of the socket's file, so that only our own is removed */
	OffloadRun run;		/* of packets for the TUN device that are not written yet */
	uint32_t inputStart, inputEnd, outputStart, outputCount;
	uint8_t input[kInputSize];	/* TUN: the packet that is taken, which may stand for many, behind its virtio_net_hdr */
	uint8_t output[kBacklogSize];
} lan;

/* ---- TUN ---- */

/* Gives a packet to the batch, in as many as it stands for; a batch that is full goes its way. How many it was. */
static unsigned take_one(const struct virtio_net_hdr* header, const uint8_t* whole, uint32_t length, EnginePacket* packets, unsigned* count)
{
	unsigned pieces = offload_count(header, whole, length);
	uint32_t offset = 0;
	if (pieces == 1 && header->gso_type == VIRTIO_NET_HDR_GSO_NONE) {
		packets[*count] = (EnginePacket){ .data = datapath_row(*count), .length = length };
		memcpy(packets[*count].data, whole, length);
		if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM && !offload_complete(header, packets[*count].data, length))
			return 1;
		++*count;
		return 1;
	}
	for (unsigned i = 0; i < pieces; i++) {
		if (*count == kBatch) {
			datapath_outbound(packets, *count);
			*count = 0;
		}
		packets[*count].data = datapath_row(*count);
		if (!offload_cut(header, whole, length, &offset, &packets[*count]))
			break;
		++*count;
	}
	return pieces + (pieces == 0);
}

static void tun_ready(LoopWatch* watch, uint32_t events)
{
	EnginePacket packets[kBatch];
	unsigned count = 0;
	(void)events;
	for (unsigned taken = 0; taken < kBatch && count < kBatch;) {
		struct virtio_net_hdr header;
		ssize_t got = read(watch->descriptor, lan.input, kOffloadHeader + kRowSize);
		if (got < (ssize_t)sizeof header)
			break;
		memcpy(&header, lan.input, sizeof header);
		taken += take_one(&header, lan.input + kOffloadHeader, (uint32_t)got - kOffloadHeader, packets, &count);
	}
	datapath_outbound(packets, count);
}

static int tun_fault(int control, int descriptor, char* fault, size_t faultSize, const char* what)
{
	int result = -errno;
	snprintf(fault, faultSize, "%s", what);
	if (control >= 0)
		close(control);
	if (descriptor >= 0)
		close(descriptor);
	return result;
}

static int tun_open(const char* name, char* fault, size_t faultSize)
{
	struct ifreq request = { 0 };
	char path[96];
	int control = -1;
	if (strlen(name) >= IFNAMSIZ) {
		errno = ENAMETOOLONG;
		return tun_fault(-1, -1, fault, faultSize, "its name");
	}
	int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		return tun_fault(-1, -1, fault, faultSize, "/dev/net/tun");
	memcpy(request.ifr_name, name, strlen(name));
	request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	int headerSize = (int)kOffloadHeader;
	if (ioctl(descriptor, TUNSETIFF, &request) < 0 || ioctl(descriptor, TUNSETVNETHDRSZ, &headerSize) < 0)
		return tun_fault(-1, descriptor, fault, faultSize, "making the TUN device");
	/* Without it every segment comes by itself. Datagrams of UDP are joined since Linux 6.2. */
	lan.run.datagrams = ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_USO4 | TUN_F_USO6) == 0;
	if (!lan.run.datagrams)
		ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4);
	/* It carries IPv4 only: keep the kernel's own IPv6 messages out. Not vital. */
	snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	int knob = open(path, O_WRONLY | O_CLOEXEC);
	if (knob >= 0) {
		if (write(knob, "1", 1) < 0)
			errno = 0;
		close(knob);
	}
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	request.ifr_mtu = kTunnelMTU;
	if (control < 0 || ioctl(control, SIOCSIFMTU, &request) < 0)
		return tun_fault(control, descriptor, fault, faultSize, "setting its MTU");
	if (ioctl(control, SIOCGIFFLAGS, &request) < 0)
		return tun_fault(control, descriptor, fault, faultSize, "reading its flags");
	request.ifr_flags |= IFF_UP;
	if (ioctl(control, SIOCSIFFLAGS, &request) < 0)
		return tun_fault(control, descriptor, fault, faultSize, "bringing it up");
	close(control);
	int result = loop_watch(&lan.watch, descriptor, EPOLLIN, 1, tun_ready);
	if (result < 0) {
		errno = -result;
		return tun_fault(-1, descriptor, fault, faultSize, "watching it");
	}
	lan.index = if_nametoindex(name);
	lan.isTUN = 1;
	return 0;
}

/* ---- unix:PATH ---- */

static void drop_client(void)
{
	if (!lan.watch.open)
		return;
	loop_unwatch(&lan.watch);
	close(lan.watch.descriptor);
	lan.inputStart = lan.inputEnd = lan.outputStart = lan.outputCount = 0;
}

/* Takes the packets that are whole from the buffer, at most one batch; then more are there, whether or not the descriptor says so. */
static void take_packets(void)
{
	EnginePacket packets[kBatch];
	unsigned count = 0;
	while (count < kBatch && lan.inputEnd - lan.inputStart >= 4) {
		const uint8_t* at = lan.input + lan.inputStart;
		uint32_t length = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
		if (length == 0 || length > kMaximumPacket) {
			/* Not the protocol: there is no way to find the next packet. */
			datapath_count(kCounterLANProtocol, 1);
			datapath_outbound(packets, count);
			drop_client();
			return;
		}
		if (lan.inputEnd - lan.inputStart < 4 + length)
			break;
		memcpy(datapath_row(count), at + 4, length);
		packets[count] = (EnginePacket){ .data = datapath_row(count), .length = length };
		count++;
		lan.inputStart += 4 + length;
	}
	if (count == kBatch)
		loop_soon(&lan.watch, EPOLLIN);
	datapath_outbound(packets, count);
}

static void client_ready(LoopWatch* watch, uint32_t events)
{
	if (events & EPOLLOUT)
		lan_flush();
	if (!watch->open || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	if (lan.inputStart > 0) {
		memmove(lan.input, lan.input + lan.inputStart, lan.inputEnd - lan.inputStart);
		lan.inputEnd -= lan.inputStart;
		lan.inputStart = 0;
	}
	if (lan.inputEnd < kInputSize) {
		ssize_t got = recv(watch->descriptor, lan.input + lan.inputEnd, kInputSize - lan.inputEnd, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
			take_packets();
			drop_client();
			return;
		}
		if (got > 0)
			lan.inputEnd += (uint32_t)got;
	}
	take_packets();
}

static void listener_ready(LoopWatch* watch, uint32_t events)
{
	(void)events;
	int descriptor = accept4(watch->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (descriptor < 0)
		return;
	drop_client();
	if (loop_watch(&lan.watch, descriptor, EPOLLIN, 1, client_ready) < 0)
		close(descriptor);
}

/* Somebody listens at the other end of the socket's file. */
static int answers(const struct sockaddr_un* address)
{
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result = descriptor >= 0 && connect(descriptor, (const struct sockaddr*)address, sizeof *address) == 0;
	if (descriptor >= 0)
		close(descriptor);
	return result;
}

static int unix_open(const char* path, char* fault, size_t faultSize)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat info;
	if (strlen(path) == 0 || strlen(path) >= sizeof address.sun_path) {
		snprintf(fault, faultSize, "the path of its socket");
		return strlen(path) == 0 ? -EINVAL : -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	snprintf(fault, faultSize, "making its socket");
	if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode)) {
		if (answers(&address))
			return -EADDRINUSE;
		/* Left by a gateway that was killed. */
		unlink(path);
	}
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	mode_t mask = umask(077);
	int result = bind(descriptor, (struct sockaddr*)&address, sizeof address) < 0 || listen(descriptor, 4) < 0 ? -errno : 0;
	umask(mask);
	if (result == 0)
		result = loop_watch(&lan.listener, descriptor, EPOLLIN, 1, listener_ready);
	if (result < 0)
		close(descriptor);
	else
		stat(path, &lan.identity);
	return result;
}

/* ---- both ---- */

int lan_open(const char* name, char* fault, size_t faultSize)
{
	if (strcmp(lan.name, name) == 0)
		return 0;
	if (strlen(name) >= sizeof lan.name) {
		snprintf(fault, faultSize, "its name");
		return -ENAMETOOLONG;
	}
	lan_close();
	int result = strncmp(name, "unix:", 5) == 0 ? unix_open(name + 5, fault, faultSize) : tun_open(name, fault, faultSize);
	if (result == 0)
		memcpy(lan.name, name, strlen(name) + 1);
	return result;
}

void lan_close(void)
{
	struct stat info;
	if (lan.name[0] == 0)
		return;
	drop_client();
	if (lan.listener.open) {
		loop_unwatch(&lan.listener);
		close(lan.listener.descriptor);
		if (lstat(lan.name + 5, &info) == 0 && info.st_ino == lan.identity.st_ino && info.st_dev == lan.identity.st_dev)
			unlink(lan.name + 5);
	}
	lan.name[0] = 0;
	lan.isTUN = 0;
	lan.index = 0;
	lan.run.count = 0;
}

unsigned lan_interface(void)
{
	return lan.index;
}

static void put(const uint8_t* data, uint32_t length)
{
	uint32_t end = (lan.outputStart + lan.outputCount) % kBacklogSize;
	uint32_t first = length < kBacklogSize - end ? length : kBacklogSize - end;
	memcpy(lan.output + end, data, first);
	memcpy(lan.output, data + first, length - first);
	lan.outputCount += length;
}

static void write_run(void)
{
	if (lan.run.count == 0)
		return;
	offload_finish(&lan.run);
	if (writev(lan.watch.descriptor, lan.run.vectors, lan.run.count + 1) < 0)
		datapath_count(kCounterLANFull, lan.run.count);
	lan.run.count = 0;
}

void lan_write(uint8_t* data, uint32_t length)
{
	if (!lan.watch.open)
		datapath_count(kCounterNoLAN, 1);
	else if (lan.isTUN) {
		if (lan.run.count > 0 && offload_add(&lan.run, data, length))
			return;
		write_run();
		offload_begin(&lan.run, data, length);
	}
	else if (lan.outputCount + 4 + length > kBacklogSize)
		datapath_count(kCounterLANFull, 1);
	else {
		uint8_t size[4] = { (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length };
		put(size, sizeof size);
		put(data, length);
	}
}

void lan_flush(void)
{
	if (lan.isTUN)
		write_run();
	if (lan.isTUN || !lan.watch.open)
		return;
	while (lan.outputCount > 0) {
		uint32_t size = lan.outputCount < kBacklogSize - lan.outputStart ? lan.outputCount : kBacklogSize - lan.outputStart;
		ssize_t sent = send(lan.watch.descriptor, lan.output + lan.outputStart, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0)
			/* A client that is gone shows as the end of its input. */
			break;
		lan.outputStart = (lan.outputStart + (uint32_t)sent) % kBacklogSize;
		lan.outputCount -= (uint32_t)sent;
	}
	loop_want(&lan.watch, lan.outputCount > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}
