/* Fixed memory that is not the machine's and not a table of modules/, for the console's `memory` (memory.ts). */
#include "board.h"

#include <stdio.h>
#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/priv/memp_priv.h"
#include "lwip/stats.h"
#include "xsmc.h"

/* Where lwIP has its pools from a heap (ESP-IDF), it keeps no figures of them. */
#define kFigures (MEM_STATS && MEMP_STATS && !MEMP_MEM_MALLOC)

#if kFigures
/* lwIP's pools by their numbers, for people. Those that are not named here are not shown. */
static const struct {
	memp_t pool;
	const char* name;
} pools[] = {
	{ MEMP_PBUF, "lwIP packet references" },
	{ MEMP_PBUF_POOL, "lwIP packets" },
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
#endif

static void answer(xsMachine* the, const char* name, unsigned used, unsigned most, unsigned size, unsigned bytes)
{
	char text[96];
	snprintf(text, sizeof text, "%s\n%u\n%u\n%u\n%u", name, used, most, size, bytes);
	xsmcSetString(xsResult, text);
}

/* (index): name, use, most, size and bytes, each after a line feed; undefined behind the last. */
void xs_device_memory(xsMachine* the)
{
	xsIntegerValue index = xsmcToInteger(xsArg(0));
	if (index == 0) {
		uint32_t most, size;
		board_stack(&most, &size);
		answer(the, "C stack", most, most, size, size);
		return;
	}
#if kFigures
	if (index == 1) {
		const struct stats_mem* heap = &lwip_stats.mem;
		answer(the, "lwIP heap", (unsigned)heap->used, (unsigned)heap->max, (unsigned)heap->avail, (unsigned)heap->avail);
		return;
	}
	if (index < 2 || (unsigned)index - 2 >= kPools)
		return;
	const struct memp_desc* pool = memp_pools[pools[index - 2].pool];
	const struct stats_mem* use = pool->stats;
	answer(the, pools[index - 2].name, (unsigned)use->used, (unsigned)use->max, pool->num, (unsigned)pool->num * pool->size);
#endif
}
