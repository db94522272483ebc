/* Cutting and joining of packets (hosts/linux/offload.c): prints `ok NAME` and `not ok NAME` lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../hosts/linux/offload.h"
#include "../../../modules/ipsec/bytes.h"

static int failures;

static void expect(int ok, const char* name)
{
	printf("%s %s\n", ok ? "ok" : "not ok", name);
	failures += !ok;
}

/* ---- packets ---- */

#define kOptions 12u
#define kHeaders (40u + kOptions)

/* One's complement sum by the book, as the other side of the test: the checksum of what is whole is 0. */
static uint16_t transport_sum(const uint8_t* packet, uint32_t length)
{
	static uint8_t bytes[70000];
	uint32_t size = length - 20;
	memcpy(bytes, packet + 12, 8);
	bytes[8] = 0;
	bytes[9] = packet[9];
	write16(bytes + 10, size);
	memcpy(bytes + 12, packet + 20, size);
	return checksum(bytes, size + 12);
}

static int is_whole(const uint8_t* packet, uint32_t length)
{
	return read16(packet + 2) == length && checksum(packet, 20) == 0 && transport_sum(packet, length) == 0;
}

static void seal(uint8_t* packet, uint32_t length)
{
	uint32_t field = packet[9] == 6 ? 36 : 26;
	write16(packet + 2, length);
	write16(packet + 10, 0);
	write16(packet + 10, checksum(packet, 20));
	write16(packet + field, 0);
	write16(packet + field, transport_sum(packet, length));
}

static uint8_t byte_at(uint32_t position)
{
	return (uint8_t)(position * 7 + position / 251);
}

/* A TCP packet with options and `size` bytes of the stream from `position` on. Its length. */
static uint32_t make(uint8_t* packet, uint32_t position, uint32_t size)
{
	memset(packet, 0, kHeaders);
	packet[0] = 0x45;
	packet[6] = 0x40;
	packet[8] = 63;
	packet[9] = 6;
	write32(packet + 12, 0x0a010005);
	write32(packet + 16, 0x0a020007);
	write16(packet + 20, 40000);
	write16(packet + 22, 5201);
	write32(packet + 24, 0xfffff000 + position);
	write32(packet + 28, 77);
	packet[32] = (uint8_t)((20 + kOptions) / 4 << 4);
	packet[33] = 0x10;
	write16(packet + 34, 501);
	packet[40] = packet[41] = 1;
	packet[42] = 8;
	packet[43] = 10;
	for (uint32_t i = 0; i < size; i++)
		packet[kHeaders + i] = byte_at(position + i);
	seal(packet, kHeaders + size);
	return kHeaders + size;
}

/* A datagram of UDP with `size` bytes, of which the first is number `position`. Its length. */
static uint32_t make_datagram(uint8_t* packet, uint32_t position, uint32_t size)
{
	make(packet, 0, 0);
	packet[9] = 17;
	write16(packet + 24, 8 + size);
	for (uint32_t i = 0; i < size; i++)
		packet[28 + i] = byte_at(position + i);
	seal(packet, 28 + size);
	return 28 + size;
}

static struct virtio_net_hdr large(uint16_t size)
{
	return (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .hdr_len = kHeaders, .gso_size = size,
		.csum_start = 20, .csum_offset = 16 };
}

static uint8_t whole[70000], pieces[kOffloadJoined + 4][2048], joined[70000];

static uint32_t gather(const OffloadRun* run)
{
	uint32_t length = 0;
	for (unsigned i = 1; i <= run->count; i++) {
		memcpy(joined + length, run->vectors[i].iov_base, run->vectors[i].iov_len);
		length += (uint32_t)run->vectors[i].iov_len;
	}
	return length;
}

/* ---- cases ---- */

static void cut_cases(void)
{
	struct virtio_net_hdr header = large(1400);
	uint32_t length = make(whole, 0, 1400 * 10 + 333), offset = 0, total = 0;
	unsigned count = 0;
	int right = 1, flags = 1, ids = 1;
	write16(whole + 4, 0xfffe);
	whole[33] = 0x10 | 0x08 | 0x01 | 0x80;
	seal(whole, length);
	expect(offload_count(&header, whole, length) == 11, "cut: a packet stands for as many as its data fills");
	for (EnginePacket piece = { .data = pieces[0] }; offload_cut(&header, whole, length, &offset, &piece); count++) {
		uint32_t size = piece.length - kHeaders;
		right &= is_whole(piece.data, piece.length) && read32(piece.data + 24) == 0xfffff000 + total && memcmp(piece.data + kHeaders, whole + kHeaders + total, size) == 0;
		flags &= piece.data[33] == (0x10 | (count == 0 ? 0x80 : 0) | (count == 10 ? 0x09 : 0));
		ids &= read16(piece.data + 4) == (uint16_t)(0xfffe + count);
		total += size;
	}
	expect(count == 11 && total == 14333, "cut: nothing is lost, the last one is shorter");
	expect(right, "cut: headers, sequence numbers and checksums of each segment are right, over the end of the sequence space too");
	expect(flags, "cut: FIN and PSH belong to the last segment, CWR to the first");
	expect(ids, "cut: identifications count on");

	struct virtio_net_hdr wrong = header;
	wrong.gso_size = 0;
	int refused = offload_count(&wrong, whole, length) == 0;
	wrong = header;
	wrong.gso_type = VIRTIO_NET_HDR_GSO_UDP;
	refused &= offload_count(&wrong, whole, length) == 0;
	wrong = header;
	wrong.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
	refused &= offload_count(&wrong, whole, length) == 0;
	refused &= offload_count(&header, whole, 39) == 0 && offload_count(&header, whole, kHeaders - 1) == 0 && offload_count(&header, whole, kHeaders) == 0;
	whole[9] = 17;
	refused &= offload_count(&header, whole, length) == 0;
	whole[9] = 6;
	whole[6] = 0x20;
	refused &= offload_count(&header, whole, length) == 0;
	expect(refused, "cut: a header that contradicts the packet stands for none");
	wrong.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	expect(offload_count(&wrong, whole, 3) == 1, "cut: a packet alone is one, whatever is in it");
}

static void checksum_cases(void)
{
	uint32_t length = make(whole, 5, 1399);
	struct virtio_net_hdr header = large(0);
	uint8_t pseudo[12] = { 0 };
	memcpy(pseudo, whole + 12, 8);
	pseudo[9] = 6;
	write16(pseudo + 10, length - 20);
	write16(whole + 36, (uint16_t)~checksum(pseudo, 12));
	expect(offload_complete(&header, whole, length) && is_whole(whole, length), "checksum: what the kernel left to the device is completed");
	header.csum_start = (uint16_t)(length - 17);
	expect(!offload_complete(&header, whole, length), "checksum: a field that ends behind the packet is refused");
	header.csum_start = 0xffff;
	header.csum_offset = 0xffff;
	expect(!offload_complete(&header, whole, length), "checksum: a field far behind the packet is refused");
	/* UDP whose sum comes out as 0 */
	memset(whole, 0, 40);
	whole[0] = 0x45;
	whole[9] = 17;
	memset(whole + 20, 0xff, 2);
	header = (struct virtio_net_hdr){ .csum_start = 20, .csum_offset = 6 };
	expect(offload_complete(&header, whole, 40) && read16(whole + 26) == 0xffff, "checksum: UDP never gets the 0 that says that there is none");
}

static void join_cases(void)
{
	OffloadRun run;
	unsigned count = 0;
	uint32_t position = 0, length;
	for (; count < 9; count++, position += 1348) {
		length = make(pieces[count], position, count == 8 ? 100 : 1348);
		if (count == 0)
			offload_begin(&run, pieces[0], length);
		else if (!offload_add(&run, pieces[count], length))
			break;
	}
	expect(count == 9, "join: segments without a gap are joined, the last may be shorter");
	length = make(pieces[count], 8 * 1348 + 100, 50);
	expect(!offload_add(&run, pieces[count], length), "join: nothing follows a shorter one");
	offload_finish(&run);
	length = gather(&run);
	int same = length == kHeaders + 8 * 1348 + 100 && read16(joined + 2) == length && checksum(joined, 20) == 0;
	for (uint32_t i = 0; i + kHeaders < length; i++)
		same &= joined[kHeaders + i] == byte_at(i);
	expect(same, "join: the joined packet has all data and a right header");
	expect(run.header.gso_type == VIRTIO_NET_HDR_GSO_TCPV4 && run.header.gso_size == 1348 && run.header.hdr_len == kHeaders, "join: the kernel is told what it was");
	expect(offload_complete(&run.header, joined, length) && is_whole(joined, length), "join: its checksum is left to be completed");

	length = make(pieces[0], 0, 1000);
	offload_begin(&run, pieces[0], length);
	length = make(pieces[1], 1000, 1000);
	pieces[1][33] |= 8;
	seal(pieces[1], length);
	int pushed = offload_add(&run, pieces[1], length);
	length = make(pieces[2], 2000, 1000);
	expect(pushed && !offload_add(&run, pieces[2], length) && (pieces[0][33] & 8), "join: PSH ends a run, and is passed on");

	length = make(pieces[0], 0, 1000);
	offload_begin(&run, pieces[0], length);
	for (count = 1; count < kOffloadJoined + 2; count++) {
		length = make(pieces[count], count * 1000, 1000);
		if (!offload_add(&run, pieces[count], length))
			break;
	}
	expect(count == kOffloadJoined, "join: no more than a run has room for");
	length = make(pieces[0], 0, 1900);
	offload_begin(&run, pieces[0], length);
	for (count = 1; count < kOffloadJoined; count++) {
		length = make(pieces[count], count * 1900, 1900);
		if (!offload_add(&run, pieces[count], length))
			break;
	}
	expect(count == (65535 - kHeaders) / 1900 && run.length <= 65535, "join: no longer than an IPv4 packet can be");
}

static void datagram_cases(void)
{
	OffloadRun run = { .datagrams = 1 };
	struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4, .hdr_len = 28, .gso_size = 700, .csum_start = 20, .csum_offset = 6 };
	uint32_t length = make_datagram(whole, 0, 700 * 5 + 33), offset = 0, total = 0;
	unsigned count = 0;
	int right = 1;
	expect(offload_count(&header, whole, length) == 6, "datagrams: a packet stands for as many as its data fills");
	for (EnginePacket piece = { .data = pieces[0] }; offload_cut(&header, whole, length, &offset, &piece); count++) {
		right &= is_whole(piece.data, piece.length) && read16(piece.data + 24) == piece.length - 20 && read16(piece.data + 4) == count
			&& memcmp(piece.data + 28, whole + 28 + total, piece.length - 28) == 0;
		total += piece.length - 28;
	}
	expect(right && count == 6 && total == 3533, "datagrams: each that is cut has a length, a number and a checksum of its own");
	header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	int refused = offload_count(&header, whole, length) == 0;
	header.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	make(whole, 0, 1000);
	expect(refused && offload_count(&header, whole, length) == 0, "datagrams: a header that says the other protocol stands for none");

	for (count = 0; count < 5; count++) {
		length = make_datagram(pieces[count], count * 64, count == 4 ? 10 : 64);
		if (count == 0)
			offload_begin(&run, pieces[0], length);
		else if (!offload_add(&run, pieces[count], length))
			break;
	}
	length = make_datagram(pieces[count], 0, 10);
	expect(count == 5 && !offload_add(&run, pieces[count], length), "datagrams: those of one size are joined, a shorter one is the last");
	offload_finish(&run);
	length = gather(&run);
	int same = length == 28 + 4 * 64 + 10 && read16(joined + 2) == length && read16(joined + 24) == length - 20 && checksum(joined, 20) == 0;
	for (uint32_t i = 0; i + 28 < length; i++)
		same &= joined[28 + i] == byte_at(i);
	expect(same && run.header.gso_type == VIRTIO_NET_HDR_GSO_UDP_L4 && run.header.gso_size == 64 && run.header.hdr_len == 28, "datagrams: the joined packet has all data, and the kernel is told what it was");
	expect(offload_complete(&run.header, joined, length) && is_whole(joined, length), "datagrams: its checksum is left to be completed");

	static const struct { const char* name; unsigned at; uint8_t bits, sealed; } differences[] = {
		{ "TOS", 1, 2, 1 }, { "no \"don't fragment\"", 6, 0x40, 1 }, { "a fragment", 6, 0x20, 1 }, { "TTL", 8, 1, 1 }, { "source", 15, 1, 1 }, { "destination", 19, 1, 1 },
		{ "source port", 21, 1, 1 }, { "destination port", 23, 1, 1 }, { "UDP's length", 25, 1, 1 }, { "checksum of the IP header", 10, 1, 0 }, { "checksum of UDP", 26, 1, 0 },
		{ "a bit of the data", 80, 1, 0 }
	};
	for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++) {
		char name[96];
		refused = 1;
		for (unsigned which = 0; which < 2; which++) {
			length = make_datagram(pieces[0], 0, 100);
			make_datagram(pieces[1], 100, 100);
			pieces[which][differences[i].at] ^= differences[i].bits;
			if (differences[i].sealed)
				seal(pieces[which], length);
			offload_begin(&run, pieces[0], length);
			refused &= !offload_add(&run, pieces[1], length);
		}
		snprintf(name, sizeof name, "datagrams apart: %s", differences[i].name);
		expect(refused, name);
	}
	refused = 1;
	for (unsigned which = 0; which < 2; which++) {
		length = make_datagram(pieces[0], 0, 100);
		make_datagram(pieces[1], 100, 100);
		write16(pieces[which] + 26, 0);
		offload_begin(&run, pieces[0], length);
		refused &= !offload_add(&run, pieces[1], length);
	}
	expect(refused, "datagrams apart: no checksum");
	length = make_datagram(pieces[0], 0, 100);
	make_datagram(pieces[1], 100, 100);
	run.datagrams = 0;
	offload_begin(&run, pieces[0], length);
	expect(!offload_add(&run, pieces[1], length), "datagrams apart: a device that does not take them joined");
}

typedef struct {
	const char* name;
	unsigned at;
	uint8_t bits;
	uint8_t sealed;	/* checksums are made right again */
} Change;

/* Each alone keeps a segment out of the run, be it in the second or in the first. */
static const Change changes[] = {
	{ "a header with options", 0, 0x03, 1 }, { "TOS", 1, 0x02, 1 }, { "no \"don't fragment\"", 6, 0x40, 1 }, { "more fragments", 6, 0x20, 1 }, { "the reserved bit", 6, 0x80, 1 },
	{ "a fragment's offset", 7, 1, 1 }, { "TTL", 8, 1, 1 }, { "source", 15, 1, 1 }, { "destination", 19, 1, 1 }, { "source port", 21, 1, 1 }, { "destination port", 23, 1, 1 },
	{ "a gap", 27, 4, 1 }, { "acknowledgement", 31, 1, 1 }, { "size of the header", 32, 0x10, 1 }, { "SYN", 33, 2, 1 }, { "FIN", 33, 1, 1 }, { "RST", 33, 4, 1 }, { "URG", 33, 0x20, 1 },
	{ "ECE", 33, 0x40, 1 }, { "CWR", 33, 0x80, 1 }, { "no ACK", 33, 0x10, 1 }, { "window", 35, 1, 1 }, { "urgent pointer", 39, 1, 1 }, { "options", 50, 1, 1 },
	{ "checksum of the IP header", 10, 1, 0 }, { "checksum of TCP", 36, 1, 0 }, { "a bit of the data", 700, 1, 0 }, { "the last byte", 1051, 1, 0 }, { "total length", 3, 1, 0 },
};

static void difference_cases(void)
{
	char name[96];
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		OffloadRun run;
		int refused = 1;
		for (unsigned which = 0; which < 2; which++) {
			uint32_t length = make(pieces[0], 0, 1000);
			make(pieces[1], 1000, 1000);
			pieces[which][changes[i].at] ^= changes[i].bits;
			if (changes[i].sealed)
				seal(pieces[which], length);
			offload_begin(&run, pieces[0], length);
			refused &= !offload_add(&run, pieces[1], length);
			offload_finish(&run);
			refused &= run.count == 1 && run.header.gso_type == VIRTIO_NET_HDR_GSO_NONE && run.header.flags == 0 && run.vectors[1].iov_len == length;
		}
		snprintf(name, sizeof name, "apart: %s", changes[i].name);
		expect(refused, name);
	}
	OffloadRun run;
	uint32_t length = make(pieces[0], 0, 1000);
	offload_begin(&run, pieces[0], length);
	length = make(pieces[1], 1000, 1001);
	expect(!offload_add(&run, pieces[1], length), "apart: a longer segment");
	length = make(pieces[1], 1000, 0);
	expect(!offload_add(&run, pieces[1], length), "apart: an acknowledgement without data");
}

/* Nothing here may read or write outside of its packet: the sanitizers watch. */
static void noise_cases(void)
{
	unsigned state = 4711;
	for (int round = 0; round < 200000; round++) {
		OffloadRun run = { .datagrams = 1 };
		uint32_t length = 1 + (uint32_t)rand_r(&state) % 120;
		uint8_t* packet = malloc(length);
		uint8_t* other = malloc(length);
		struct virtio_net_hdr header;
		for (uint32_t i = 0; i < length; i++)
			packet[i] = (uint8_t)rand_r(&state);
		if (rand_r(&state) % 4 > 0) {
			packet[0] = 0x45;
			if (length > 9)
				packet[6] = 0x40, packet[7] = 0, packet[9] = rand_r(&state) % 2 ? 6 : 17;
			if (length > 33)
				packet[33] = 0x10;
		}
		for (uint32_t i = 0; i < sizeof header; i++)
			((uint8_t*)&header)[i] = (uint8_t)rand_r(&state);
		if (rand_r(&state) % 2)
			header.gso_type = rand_r(&state) % 2 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4, header.gso_size &= 31;
		memcpy(other, packet, length);
		if (offload_count(&header, packet, length) > 1) {
			EnginePacket piece = { .data = pieces[0] };
			for (uint32_t offset = 0; offload_cut(&header, packet, length, &offset, &piece);)
				;
		}
		offload_begin(&run, packet, length);
		offload_add(&run, other, length);
		offload_finish(&run);
		offload_complete(&header, packet, length);
		free(packet);
		free(other);
	}
	expect(1, "noise: 200,000 packets of random bytes");
}

int main(void)
{
	cut_cases();
	checksum_cases();
	join_cases();
	datagram_cases();
	difference_cases();
	noise_cases();
	return failures > 0;
}
