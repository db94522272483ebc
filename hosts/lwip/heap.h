/*
 * The last piece of lwIP's heap. When it is shrunk, as that of a segment is which is cut for a client with little room, lwIP (mem_trim) holds for broken that none is behind
 * it, which ends everything. So it is taken when the heap is made, in the least size, and never given back.
 */
#ifndef KEYGATE_LWIP_HEAP_H
#define KEYGATE_LWIP_HEAP_H

#include "lwip/mem.h"
#include "lwip/stats.h"

/* After lwip_init, before anything is taken. */
static inline void heap_open(void)
{
#if !MEM_LIBC_MALLOC && !MEM_USE_POOLS
	/* the largest piece that leaves one behind it leaves the last one */
	void* last = NULL;
	for (mem_size_t size = MEM_SIZE; last == NULL && size > MEM_ALIGNMENT; size = (mem_size_t)(size - MEM_ALIGNMENT)) {
		void* before = mem_malloc(size);
		if (before == NULL)
			continue;
		last = mem_malloc(1);
		mem_free(before);
	}
#if MEM_STATS
	lwip_stats.mem.err = 0;
	lwip_stats.mem.max = lwip_stats.mem.used;
#endif
#endif
}

#endif
