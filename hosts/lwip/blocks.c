#include "blocks.h"

#include <string.h>

typedef struct {
	uint16_t next;
	uint8_t data[kBlockSize];
} Block;

/* The most that each purpose gets: what the others cannot take of all is its own at any time. */
static const uint16_t limits[kBlockPurposes] = { [kForDatagrams] = 64, [kForInput] = 40, [kForOutput] = 72 };

static Block blocks[kBlocks];
static uint16_t freeBlocks = kNoBlock;
/* Those behind were never used. */
static uint16_t fresh;
static uint16_t taken[kBlockPurposes];
static BlockUse use;

unsigned blocks_left(BlockPurpose purpose)
{
	unsigned all = kBlocks - use.used, own = limits[purpose] - taken[purpose];
	return own < all ? own : all;
}

uint16_t block_take(BlockPurpose purpose)
{
	uint16_t block = freeBlocks;
	if (blocks_left(purpose) == 0)
		return kNoBlock;
	if (block != kNoBlock)
		freeBlocks = blocks[block].next;
	else
		block = fresh++;
	blocks[block].next = kNoBlock;
	taken[purpose]++;
	if (++use.used > use.highWater)
		use.highWater = use.used;
	return block;
}

uint16_t block_free(BlockPurpose purpose, uint16_t block)
{
	uint16_t next = blocks[block].next;
	memset(blocks[block].data, 0, kBlockSize);
	blocks[block].next = freeBlocks;
	freeBlocks = block;
	taken[purpose]--;
	use.used--;
	return next;
}

uint8_t* block_data(uint16_t block)
{
	return blocks[block].data;
}

uint16_t* block_next(uint16_t block)
{
	return &blocks[block].next;
}

/* ---- datagrams ---- */

uint16_t blocks_put(const struct pbuf* packet)
{
	uint32_t needed = ((uint32_t)packet->tot_len + kBlockSize - 1) / kBlockSize;
	uint16_t first = kNoBlock, *link = &first;
	if (needed == 0)
		needed = 1;
	if (needed > blocks_left(kForDatagrams))
		return kNoBlock;
	for (uint32_t i = 0; i < needed; i++) {
		uint16_t block = block_take(kForDatagrams);
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
	while (first != kNoBlock)
		first = block_free(kForDatagrams, first);
}

const BlockUse* blocks_use(void)
{
	return &use;
}
