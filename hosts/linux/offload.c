#include "offload.h"

#include <string.h>
#include "../../modules/ipsec/bytes.h"

#define kTCP 6
#define kUDP 17
#define kFIN 0x01u
#define kPSH 0x08u
#define kACK 0x10u
#define kCWR 0x80u

/* ---- checksums ---- */

/* A vector of the processor, or what the compiler makes of it; one with wider registers gets a copy of its own. */
typedef uint64_t Lanes __attribute__((vector_size(32)));
/* The function that picks one of the two runs before the thread sanitizer is ready for it. */
#if defined __x86_64__ && defined __GLIBC__ && !defined __SANITIZE_THREAD__
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/*
 * Ones' complement sum of `size` bytes, in the machine's byte order, which it does not depend on (RFC 1071 2). Not folded. Halves of words of 64 bits are added to lanes of
 * 64 bits, which no packet fills.
 */
#if defined __GNUC__ && !defined __clang__
/* gcc's analyzer takes the shift of a vector for one of as many bits as that has elements. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-shift-count-overflow"
#endif
WIDE static uint64_t sum_bytes(const uint8_t* bytes, uint32_t size, uint64_t sum)
{
	const Lanes low = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff };
	Lanes even = { 0 }, odd = { 0 };
	for (; size >= 2 * sizeof(Lanes); bytes += 2 * sizeof(Lanes), size -= 2 * (uint32_t)sizeof(Lanes)) {
		Lanes first, second;
		memcpy(&first, bytes, sizeof first);
		memcpy(&second, bytes + sizeof first, sizeof second);
		even += (first & low) + (second & low);
		odd += (first >> 32) + (second >> 32);
	}
	even += odd;
	/* What was there before may be any sum. */
	sum = (sum & 0xffffffff) + (sum >> 32) + even[0] + even[1] + even[2] + even[3];
	for (; size >= 4; bytes += 4, size -= 4) {
		uint32_t word;
		memcpy(&word, bytes, sizeof word);
		sum += word;
	}
	uint32_t rest = 0;
	memcpy(&rest, bytes, size);
	return sum + rest;
}
#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic pop
#endif

static uint16_t fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t sum_pseudo(const uint8_t* ip, uint32_t transportLength)
{
	uint8_t rest[4] = { 0, ip[9], (uint8_t)(transportLength >> 8), (uint8_t)transportLength };
	return sum_bytes(rest, sizeof rest, sum_bytes(ip + 12, 8, 0));
}

/* Stores a sum of sum_bytes, as it is or as the checksum that makes it whole. */
static void store(uint8_t* field, uint16_t value)
{
	memcpy(field, &value, sizeof value);
}

static void finish_ip(uint8_t* ip, uint32_t headerLength, uint32_t length)
{
	write16(ip + 2, length);
	store(ip + 10, 0);
	store(ip + 10, (uint16_t)~fold(sum_bytes(ip, headerLength, 0)));
}

/* Bytes from the transport's header to its checksum. */
static uint32_t checksum_offset(const uint8_t* ip)
{
	return ip[9] == kTCP ? 16 : 6;
}

static void finish_transport(uint8_t* ip, uint32_t headerLength, uint32_t length)
{
	uint8_t* field = ip + headerLength + checksum_offset(ip);
	store(field, 0);
	uint16_t value = (uint16_t)~fold(sum_bytes(ip + headerLength, length - headerLength, sum_pseudo(ip, length - headerLength)));
	/* A UDP checksum of 0 would say that there is none. */
	store(field, value == 0 && ip[9] == kUDP ? 0xffff : value);
}

/* ---- from the kernel ---- */

/* Bytes of the headers of a packet of TCP or UDP over IPv4, 0: it is none, or they are not whole. */
static uint32_t headers_of(const uint8_t* packet, uint32_t length)
{
	if (length < 28 || packet[0] >> 4 != 4 || (packet[6] & 0x3f) != 0 || packet[7] != 0)
		return 0;
	uint32_t ip = (packet[0] & 15u) * 4;
	if (ip < 20 || ip + 8 > length)
		return 0;
	if (packet[9] == kUDP)
		return ip + 8;
	if (packet[9] != kTCP || ip + 20 > length)
		return 0;
	uint32_t tcp = (packet[ip + 12] >> 4) * 4u;
	return tcp < 20 || ip + tcp > length ? 0 : ip + tcp;
}

unsigned offload_count(const struct virtio_net_hdr* header, const uint8_t* whole, uint32_t length)
{
	if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return 1;
	uint32_t headers = headers_of(whole, length);
	if (headers == 0 || header->gso_size == 0 || length == headers)
		return 0;
	if ((header->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) != (whole[9] == kTCP ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4))
		return 0;
	return (length - headers + header->gso_size - 1) / header->gso_size;
}

int offload_complete(const struct virtio_net_hdr* header, uint8_t* packet, uint32_t length)
{
	uint32_t start = header->csum_start, field = start + header->csum_offset;
	if (start >= length || field + 2 > length)
		return 0;
	/* The sum of the pseudo-header stands in the field. */
	uint16_t value = (uint16_t)~fold(sum_bytes(packet + start, length - start, 0));
	/* A UDP checksum of 0 would say that there is none. */
	store(packet + field, value == 0 && packet[9] == 17 ? 0xffff : value);
	return 1;
}

/* What of a TCP header is each segment's own: `done` bytes of the stream are before it. */
static void number_segment(uint8_t* tcp, const uint8_t* whole, uint32_t done, int last)
{
	write32(tcp + 4, read32(whole + 4) + done);
	if (!last)
		tcp[13] &= (uint8_t)~(kFIN | kPSH);
	if (done > 0)
		tcp[13] &= (uint8_t)~kCWR;
}

int offload_cut(const struct virtio_net_hdr* header, const uint8_t* whole, uint32_t length, uint32_t* offset, EnginePacket* piece)
{
	uint32_t headers = headers_of(whole, length);
	uint32_t done = *offset;
	uint32_t ipLength = (whole[0] & 15u) * 4;
	if (headers == 0 || headers + done >= length)
		return 0;
	uint32_t size = length - headers - done < header->gso_size ? length - headers - done : header->gso_size;
	uint8_t* packet = piece->data;
	memcpy(packet, whole, headers);
	memcpy(packet + headers, whole + headers + done, size);
	piece->length = headers + size;
	write16(packet + 4, (uint32_t)read16(whole + 4) + done / header->gso_size);
	if (packet[9] == kTCP)
		number_segment(packet + ipLength, whole + ipLength, done, headers + done + size == length);
	else
		write16(packet + ipLength + 4, 8 + size);
	finish_ip(packet, ipLength, piece->length);
	finish_transport(packet, ipLength, piece->length);
	*offset = done + size;
	return 1;
}

/* ---- to the kernel ---- */

/* What can be one of several: whole, plain headers, data, "don't fragment", no flag that means anything by itself, checksums right. Bytes of its headers, or 0. */
static uint32_t joinable(const uint8_t* packet, uint32_t length)
{
	uint32_t headers = headers_of(packet, length);
	if (headers == 0 || packet[0] != 0x45 || (packet[6] & 0xc0) != 0x40 || read16(packet + 2) != length || length == headers)
		return 0;
	if (packet[9] == kTCP ? (packet[33] & ~kPSH) != kACK : read16(packet + 24) != length - 20 || read16(packet + 26) == 0)
		return 0;
	if (fold(sum_bytes(packet, 20, 0)) != 0xffff || fold(sum_bytes(packet + 20, length - 20, sum_pseudo(packet, length - 20))) != 0xffff)
		return 0;
	return headers;
}

void offload_begin(OffloadRun* run, uint8_t* packet, uint32_t length)
{
	uint32_t headers = length > 9 && packet[9] == kUDP && !run->datagrams ? 0 : joinable(packet, length);
	int stream = headers > 0 && packet[9] == kTCP;
	memset(&run->header, 0, sizeof run->header);
	run->vectors[0] = (struct iovec){ .iov_base = &run->header, .iov_len = sizeof run->header };
	run->vectors[1] = (struct iovec){ .iov_base = packet, .iov_len = length };
	run->length = length;
	run->count = 1;
	run->headers = (uint8_t)headers;
	run->open = headers > 0 && !(stream && (packet[33] & kPSH));
	run->size = (uint16_t)(length - headers);
	if (stream)
		run->next = read32(packet + 24) + length - headers;
}

/* The segment continues the stream of `first`, where its number is `next`. Acknowledgement, header size; window; urgent pointer and options. */
static int continues(const uint8_t* first, const uint8_t* packet, uint32_t headers, uint32_t next)
{
	return read32(packet + 24) == next && memcmp(packet + 28, first + 28, 5) == 0 && memcmp(packet + 34, first + 34, 2) == 0
		&& memcmp(packet + 38, first + 38, headers - 38) == 0;
}

int offload_add(OffloadRun* run, uint8_t* packet, uint32_t length)
{
	uint8_t* first = run->vectors[1].iov_base;
	uint32_t headers = run->headers;
	if (!run->open || run->count == kOffloadJoined || length <= headers || run->length + length - headers > kOffloadSize || length - headers > run->size)
		return 0;
	/* TOS; "don't fragment", TTL, protocol; addresses and ports. */
	if (packet[0] != first[0] || packet[1] != first[1] || memcmp(packet + 6, first + 6, 4) != 0 || memcmp(packet + 12, first + 12, 12) != 0)
		return 0;
	int stream = first[9] == kTCP;
	if ((stream && !continues(first, packet, headers, run->next)) || joinable(packet, length) != headers)
		return 0;
	run->count++;
	run->vectors[run->count] = (struct iovec){ .iov_base = packet + headers, .iov_len = length - headers };
	run->length += length - headers;
	run->next += length - headers;
	/* A shorter one, or one that its sender wanted delivered, is the last. */
	run->open = length - headers == run->size && !(stream && (packet[33] & kPSH));
	if (stream)
		first[33] |= packet[33] & kPSH;
	return 1;
}

void offload_finish(OffloadRun* run)
{
	uint8_t* packet = run->vectors[1].iov_base;
	if (run->count < 2)
		return;
	finish_ip(packet, 20, run->length);
	if (packet[9] == kUDP)
		write16(packet + 24, run->length - 20);
	store(packet + 20 + checksum_offset(packet), fold(sum_pseudo(packet, run->length - 20)));
	run->header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	run->header.gso_type = packet[9] == kTCP ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4;
	run->header.hdr_len = run->headers;
	run->header.gso_size = run->size;
	run->header.csum_start = 20;
	run->header.csum_offset = (uint16_t)checksum_offset(packet);
}
