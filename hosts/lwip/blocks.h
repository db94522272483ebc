/*
 * Memory for what comes and goes in bytes: one pool of small blocks, since most of it is short and little is as long as it may be. Datagrams that wait for
 * JavaScript, and what streams read and write (pipe.h); each of them leaves the others some.
 */
#ifndef KEYGATE_LWIP_BLOCKS_H
#define KEYGATE_LWIP_BLOCKS_H

#include <stdint.h>
#include "lwip/pbuf.h"

#define kBlockSize 256
#define kBlocks 120
#define kNoBlock 0xffff

typedef enum {
	kForDatagrams,
	kForInput,	/* of streams */
	kForOutput,
	kBlockPurposes
} BlockPurpose;

/* A free block, chained to none, or kNoBlock. */
uint16_t block_take(BlockPurpose purpose);
/* Zeroes it; the block that it was chained to, or kNoBlock. */
uint16_t block_free(BlockPurpose purpose, uint16_t block);
/* How many more there are for it now. */
unsigned blocks_left(BlockPurpose purpose);
uint8_t* block_data(uint16_t block);
/* The block that follows it in its chain. */
uint16_t* block_next(uint16_t block);

/* Copies the packet: the first of its blocks, or kNoBlock when there is no room for all of it. */
uint16_t blocks_put(const struct pbuf* packet);
/* Copies `size` bytes that were put to `bytes`. */
void blocks_get(uint16_t first, void* bytes, uint32_t size);
void blocks_free(uint16_t first);

typedef struct {
	uint32_t used, highWater;
} BlockUse;
const BlockUse* blocks_use(void);

#endif
