#include "blocks.h"

#include <string.h>

typedef struct {
	uint16_t next;
	uint8_t data[kBlockSize];
} Block;

static Block blocks[kBlocks];
static uint16_t freeBlocks = kNoBlock;
/* Those behind were never used. */
static uint16_t fresh;
static BlockUse use;

static uint16_t take(void)
{
	uint16_t block = freeBlocks;
	if (block != kNoBlock)
		freeBlocks = blocks[block].next;
	else if (fresh < kBlocks)
		block = fresh++;
	if (block == kNoBlock)
		return block;
	blocks[block].next = kNoBlock;
	if (++use.used > use.highWater)
		use.highWater = use.used;
	return block;
}

uint16_t blocks_put(const struct pbuf* packet)
{
	uint32_t needed = ((uint32_t)packet->tot_len + kBlockSize - 1) / kBlockSize;
	uint16_t first = kNoBlock, *link = &first;
	if (needed == 0)
		needed = 1;
	if (needed > kBlocks - use.used)
		return kNoBlock;
	for (uint32_t i = 0; i < needed; i++) {
		uint16_t block = take();
		*link = block;
		link = &blocks[block].next;
		pbuf_copy_partial(packet, blocks[block].data, kBlockSize, (uint16_t)(i * kBlockSize));
	}
	return first;
}

void blocks_get(uint16_t first, void* bytes, uint32_t size)
{
	uint8_t* to = bytes;
	for (uint16_t block = first; size > 0 && block != kNoBlock; block = blocks[block].next) {
		uint32_t count = size < kBlockSize ? size : kBlockSize;
		memcpy(to, blocks[block].data, count);
		to += count;
		size -= count;
	}
}

void blocks_free(uint16_t first)
{
	while (first != kNoBlock) {
		uint16_t next = blocks[first].next;
		memset(blocks[first].data, 0, kBlockSize);
		blocks[first].next = freeBlocks;
		freeBlocks = first;
		use.used--;
		first = next;
	}
}

const BlockUse* blocks_use(void)
{
	return &use;
}
