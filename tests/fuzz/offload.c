/* Large packets and runs of segments as the kernel hands them over and takes them (hosts/linux/offload.c), whatever their headers say. */
#include "input.h"

#include "../../hosts/linux/offload.h"
#include "../../modules/ipsec/bytes.h"

/* A TCP packet over IPv4 that hosts would send, with the fuzzer's data. */
static void mend(uint8_t* packet, uint32_t length)
{
	if (length < 40)
		return;
	packet[0] = 0x45;
	packet[6] = 0x40;
	packet[7] = 0;
	packet[9] = 6;
	packet[32] = (uint8_t)(0x50 | (packet[32] & 15));
	write16(packet + 2, length);
}

static void fromKernel(Input* input)
{
	const uint8_t* bytes;
	uint8_t how = input8(input);
	struct virtio_net_hdr header = {
		.flags = input8(input), .gso_type = how & 1 ? VIRTIO_NET_HDR_GSO_TCPV4 : input8(input), .gso_size = input16(input),
		.csum_start = how & 2 ? 20 : input16(input), .csum_offset = how & 2 ? 16 : input16(input)
	};
	uint32_t length = inputBytes(input, input16(input) % 9000, &bytes);
	uint8_t* whole = block(length);
	memcpy(whole, bytes, length);
	if (how & 4)
		mend(whole, length);
	if (header.flags & 1 && length >= 20)
		offload_complete(&header, whole, length);
	unsigned count = offload_count(&header, whole, length);
	if (count > 1 || (count == 1 && header.gso_type != VIRTIO_NET_HDR_GSO_NONE)) {
		uint32_t offset = 0, carried = 0;
		unsigned pieces = 0;
		for (;;) {
			/* as large as the interface promises: headers of both, and a segment */
			uint8_t* room = block(120u + header.gso_size);
			EnginePacket piece = { room, 0 };
			int more = offload_cut(&header, whole, length, &offset, &piece);
			if (more) {
				pieces++;
				carried += piece.length;
				HOLDS(piece.length <= 120u + header.gso_size && checksum(room, (room[0] & 15u) * 4) == 0);
			}
			free(room);
			if (!more)
				break;
		}
		HOLDS(pieces == count && carried >= length);
	}
	free(whole);
}

/* Segments as they came out of tunnels: what is joined is written as the vectors say. */
static void toKernel(Input* input)
{
	enum { kSegments = 8 };
	uint8_t* segments[kSegments];
	unsigned count = 0;
	OffloadRun run = { 0 };
	uint32_t sequence = 0, written = 0, given = 0;
	for (; count < kSegments && !inputIsOver(input); count++) {
		const uint8_t* bytes;
		uint8_t how = input8(input);
		uint32_t length = inputBytes(input, input16(input) % 2000, &bytes);
		/* an inner packet of IPv4 has its header, and its own length */
		uint32_t size = length < 20 ? 20 : length;
		uint8_t* packet = segments[count] = block(size);
		memset(packet, 0, size);
		memcpy(packet, bytes, length);
		if (how & 1) {
			mend(packet, size);
			if (size >= 40) {
				memset(packet + 12, 9, 12);
				memset(packet + 28, 3, 4);
				packet[33] = how & 2 ? 0x18 : 0x10;
				write32(packet + 24, sequence);
				memset(packet + 34, 0, 6);
				sequence += size - 40;
				write16(packet + 10, 0);
				write16(packet + 10, checksum(packet, 20));
				uint8_t* pseudo = block(size - 20 + 12);
				memcpy(pseudo, packet + 12, 8);
				pseudo[8] = 0;
				pseudo[9] = 6;
				write16(pseudo + 10, size - 20);
				write16(packet + 36, 0);
				memcpy(pseudo + 12, packet + 20, size - 20);
				write16(packet + 36, checksum(pseudo, size - 8));
				free(pseudo);
			}
		}
		given += size;
		if (count > 0 && offload_add(&run, packet, size))
			continue;
		if (count > 0) {
			offload_finish(&run);
			for (unsigned i = 1; i <= run.count; i++)
				written += (uint32_t)run.vectors[i].iov_len;
		}
		offload_begin(&run, packet, size);
	}
	if (count > 0) {
		offload_finish(&run);
		for (unsigned i = 1; i <= run.count; i++)
			written += (uint32_t)run.vectors[i].iov_len;
		HOLDS(run.length <= kOffloadSize && written <= given);
	}
	while (count > 0)
		free(segments[--count]);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	Input input = { data, data + size };
	if (input8(&input) & 1)
		fromKernel(&input);
	else
		toKernel(&input);
	return 0;
}
