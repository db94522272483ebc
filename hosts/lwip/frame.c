#include "frame.h"

#include "lwip/sys.h"

/* The pbuf stands before its room, as lwIP has it where headers can be put in front. */
typedef struct {
	struct pbuf_custom pbuf;
	uint8_t room[LWIP_MEM_ALIGN_SIZE(kFrameSize)] __attribute__((aligned(8)));
} Frame;

static Frame frames[kFrames];
/* A free frame names the next one; those never used are behind `fresh`. */
static Frame* freeFrames;
static unsigned fresh;
static FrameUse use;

static void frame_free(struct pbuf* pbuf)
{
	Frame* frame = (Frame*)pbuf;
	SYS_ARCH_DECL_PROTECT(level);
	SYS_ARCH_PROTECT(level);
	frame->pbuf.pbuf.next = (struct pbuf*)freeFrames;
	freeFrames = frame;
	use.used--;
	SYS_ARCH_UNPROTECT(level);
}

static Frame* take(void)
{
	Frame* frame = NULL;
	SYS_ARCH_DECL_PROTECT(level);
	SYS_ARCH_PROTECT(level);
	if (freeFrames) {
		frame = freeFrames;
		freeFrames = (Frame*)frame->pbuf.pbuf.next;
	}
	else if (fresh < kFrames)
		frame = &frames[fresh++];
	if (frame == NULL)
		use.refused++;
	else if (++use.used > use.highWater)
		use.highWater = use.used;
	SYS_ARCH_UNPROTECT(level);
	return frame;
}

/* A frame whose packet begins `offset` bytes behind the start of its room. */
static struct pbuf* make(uint32_t offset, uint32_t length)
{
	if (offset + length > kFrameSize)
		return NULL;
	Frame* frame = take();
	if (frame == NULL)
		return NULL;
	frame->pbuf.custom_free_function = frame_free;
	struct pbuf* pbuf = pbuf_alloced_custom(PBUF_RAW, (uint16_t)length, PBUF_POOL, &frame->pbuf, frame->room, sizeof frame->room);
	pbuf->payload = frame->room + offset;
	return pbuf;
}

struct pbuf* frame_receive(uint16_t length)
{
	return length > kFrameLength ? NULL : make(kEngineHeadroom, length + ETH_PAD_SIZE);
}

struct pbuf* frame_packet(uint16_t length)
{
	return make(kFrameHeadroom, length);
}

int frame_is_own(const struct pbuf* packet)
{
	uintptr_t at = (uintptr_t)packet;
	return at >= (uintptr_t)frames && at < (uintptr_t)(frames + kFrames) && packet->ref == 1 && packet->next == NULL;
}

struct pbuf* frame_copy(const struct pbuf* packet)
{
	struct pbuf* frame = packet->tot_len > kFramePacket + kEngineTailroom ? NULL : frame_packet(packet->tot_len);
	if (frame != NULL)
		pbuf_copy_partial(packet, frame->payload, packet->tot_len, 0);
	return frame;
}

struct pbuf* frame_own(struct pbuf* packet)
{
	if (frame_is_own(packet))
		return packet;
	struct pbuf* frame = frame_copy(packet);
	pbuf_free(packet);
	return frame;
}

void frame_set(struct pbuf* frame, uint8_t* data, uint32_t length)
{
	frame->payload = data;
	frame->len = frame->tot_len = (uint16_t)length;
}

const FrameUse* frame_use(void)
{
	return &use;
}
