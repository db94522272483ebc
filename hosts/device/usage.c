/* Fixed memory that is not the machine's and not a table of modules/, for the console's `memory` (memory.ts). */
#include "board.h"

#include <stdio.h>
#include "../lwip/blocks.h"
#include "../lwip/frame.h"
#include "../lwip/stream.h"
#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"
#include "lwip/stats.h"
#include "xsmc.h"

typedef struct {
	const char* name;
	size_t used, most, size, bytes;
} Area;

static Area stack(void)
{
	uint32_t most, size;
	board_stack(&most, &size);
	return (Area){ "C stack", most, most, size, size };
}

static Area frames(void)
{
	const FrameUse* use = frame_use();
	return (Area){ "frames", use->used, use->highWater, kFrames, kFrames * kFrameSize };
}

static Area blocks(void)
{
	const BlockUse* use = blocks_use();
	return (Area){ "blocks of bytes that wait", use->used, use->highWater, kBlocks, kBlocks * kBlockSize };
}

static Area streams(void)
{
	const StreamUse* use = stream_use();
	return (Area){ "streams", use->used, use->highWater, kStreams, kStreams * sizeof(Stream) };
}

#if MEM_STATS
static Area heap(void)
{
	const struct stats_mem* use = &lwip_stats.mem;
	return (Area){ "lwIP heap", use->used, use->max, use->avail, use->avail };
}
#endif

static Area (*const areas[])(void) = {
	stack, frames, blocks, streams,
#if MEM_STATS
	heap,
#endif
};
#define kAreas (sizeof areas / sizeof *areas)

/* Where lwIP has pools of fixed size, and counts (ESP-IDF has them from a heap): those that people may meet. */
#if MEMP_STATS && !MEMP_MEM_MALLOC
static const struct {
	memp_t pool;
	const char* name;
} pools[] = {
	{ MEMP_PBUF, "lwIP packet references" },
	{ MEMP_UDP_PCB, "lwIP UDP sockets" },
	{ MEMP_TCP_PCB, "lwIP TCP connections" },
	{ MEMP_TCP_PCB_LISTEN, "lwIP TCP listeners" },
	{ MEMP_TCP_SEG, "lwIP TCP segments" },
	{ MEMP_RAW_PCB, "lwIP raw sockets" },
	{ MEMP_REASSDATA, "lwIP reassemblies" },
	{ MEMP_FRAG_PBUF, "lwIP fragments" },
	{ MEMP_ARP_QUEUE, "lwIP ARP queue" },
	{ MEMP_SYS_TIMEOUT, "lwIP timers" },
};
#define kPools (sizeof pools / sizeof *pools)

static Area pool(size_t index)
{
	const struct memp_desc* pool = memp_pools[pools[index].pool];
	return (Area){ pools[index].name, pool->stats->used, pool->stats->max, pool->num, (size_t)pool->num * pool->size };
}
#else
#define kPools 0u
static Area pool(size_t index)
{
	(void)index;
	return (Area){ 0 };
}
#endif

static Area crypto(void)
{
	uint32_t used, most, size;
	board_crypto_memory(&used, &most, &size);
	return (Area){ "mbedTLS", used, most, size, size };
}

static Area cHeap(void)
{
	uint32_t most, size;
	board_heap(&most, &size);
	return (Area){ "C heap", most, most, size, size };
}

/* Behind the pools. */
static Area (*const last[])(void) = { crypto, cHeap };
#define kLast (sizeof last / sizeof *last)

/* (index): name, use, most, size and bytes of one, each after a line feed; "" for one that this board has not, undefined behind the last. */
void xs_device_memory(xsMachine* the)
{
	xsIntegerValue index = xsmcToInteger(xsArg(0));
	if (index < 0 || (size_t)index >= kAreas + kPools + kLast)
		return;
	size_t place = (size_t)index;
	Area area = place < kAreas ? areas[place]() : place < kAreas + kPools ? pool(place - kAreas) : last[place - kAreas - kPools]();
	char text[96] = "";
	if (area.size > 0)
		snprintf(text, sizeof text, "%s\n%u\n%u\n%u\n%u", area.name, (unsigned)area.used, (unsigned)area.most, (unsigned)area.size, (unsigned)area.bytes);
	xsmcSetString(xsResult, text);
}
