/*
 * Packets of one flow that the kernel hands over, and takes, as one (IFF_VNET_HDR, TSO and USO): a large packet of TCP or UDP is cut into the segments or datagrams that it
 * stands for, before each of them is sealed; what came out of a tunnel in a row is joined again, so that the LAN costs one
 * call for many. No sockets here and no state beyond what the caller keeps.
 */
#ifndef KEYGATE_OFFLOAD_H
#define KEYGATE_OFFLOAD_H

#include <linux/virtio_net.h>
#include <stdint.h>
#include <sys/uio.h>
#include "../../modules/ipsec/engine.h"

/* Bytes of the header before each packet; integers in it are the machine's. */
#define kOffloadHeader ((uint32_t)sizeof(struct virtio_net_hdr))
/* Packets that are joined into one, and bytes of that at most. */
#define kOffloadJoined 64
/* Of newer <linux/virtio_net.h>. */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif
#define kOffloadSize 65535

/*
 * How many packets `whole` stands for: 1 when it is one, 0 when its header contradicts it. Only TCP and UDP over IPv4 stand for more.
 */
unsigned offload_count(const struct virtio_net_hdr* header, const uint8_t* whole, uint32_t length);

/* Completes the checksum that the kernel left to the device: 0 when there is no room for it in the packet. */
int offload_complete(const struct virtio_net_hdr* header, uint8_t* packet, uint32_t length);

/*
 * Copies the next segment of `whole`, which stands for more than one, to piece->data, with headers and checksums of its own. `offset` is 0 for the first; 0: no
 * more. A segment has no more than header->gso_size bytes behind its headers.
 */
int offload_cut(const struct virtio_net_hdr* header, const uint8_t* whole, uint32_t length, uint32_t* offset, EnginePacket* piece);

/* Segments that lie in the caller's buffers until they are written. */
typedef struct {
	struct iovec vectors[kOffloadJoined + 1];	/* [0] is for the virtio_net_hdr */
	struct virtio_net_hdr header;
	uint32_t length;	/* of the joined packet */
	uint32_t next;		/* sequence number of the segment that could follow */
	uint16_t count;		/* 0: empty */
	uint16_t size;		/* bytes of data in all segments but the last */
	uint8_t headers;	/* bytes of both headers */
	uint8_t open;		/* another one may follow */
	uint8_t datagrams;	/* the caller's: the device takes UDP joined too */
} OffloadRun;

/* Begins a run with a packet, which stays as it is: it is written alone unless others are added. */
void offload_begin(OffloadRun* run, uint8_t* packet, uint32_t length);
/*
 * Adds the packet if it continues the stream: the same addresses, ports, options, window and acknowledgement, no gap, no segment longer than the first, whole,
 * "don't fragment" in all, and its checksums right (behind the joined packet nobody looks at them again). The same of datagrams of UDP, which have a checksum. 0: it does
 * not belong to the run, which is to be finished first.
 */
int offload_add(OffloadRun* run, uint8_t* packet, uint32_t length);
/* Makes the run's headers those of all of it. vectors[0..count] are then to be written. */
void offload_finish(OffloadRun* run);

#endif
