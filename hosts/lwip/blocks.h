/* Datagrams that wait for JavaScript: in small blocks of one fixed room, since most are short and few are as long as they may be. */
#ifndef KEYGATE_LWIP_BLOCKS_H
#define KEYGATE_LWIP_BLOCKS_H

#include <stdint.h>
#include "lwip/pbuf.h"

#define kBlockSize 256
#define kBlocks 96
#define kNoBlock 0xffff

/* Copies the packet: its first block, or kNoBlock when there is no room for all of it. */
uint16_t blocks_put(const struct pbuf* packet);
/* Copies `size` bytes that were put to `bytes`. */
void blocks_get(uint16_t first, void* bytes, uint32_t size);
void blocks_free(uint16_t first);

typedef struct {
	uint32_t used, highWater;
} BlockUse;
const BlockUse* blocks_use(void);

#endif
