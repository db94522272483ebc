#include "pipe.h"

#include <string.h>

void pipe_open(Pipe* pipe, BlockPurpose purpose)
{
	*pipe = (Pipe){ .first = kNoBlock, .purpose = (uint16_t)purpose };
}

/* Where the number of its `index`th block stands; that of the one behind the last is kNoBlock. */
static uint16_t* link_of(Pipe* pipe, uint32_t index)
{
	uint16_t* link = &pipe->first;
	while (index-- > 0)
		link = block_next(*link);
	return link;
}

static uint16_t block_at(const Pipe* pipe, uint32_t index)
{
	uint16_t block = pipe->first;
	while (index-- > 0)
		block = *block_next(block);
	return block;
}

void pipe_hold(Pipe* pipe, uint32_t blocks)
{
	uint16_t* link = link_of(pipe, pipe->blocks);
	for (; pipe->blocks < blocks; pipe->blocks++) {
		uint16_t block = block_take((BlockPurpose)pipe->purpose);
		if (block == kNoBlock)
			return;
		*link = block;
		link = block_next(block);
	}
}

void pipe_keep(Pipe* pipe, uint32_t blocks)
{
	uint32_t needed = (pipe->start + pipe->count + kBlockSize - 1) / kBlockSize;
	uint32_t kept = blocks > needed ? blocks : needed;
	if (kept >= pipe->blocks)
		return;
	uint16_t* link = link_of(pipe, kept);
	while (*link != kNoBlock)
		*link = block_free((BlockPurpose)pipe->purpose, *link);
	pipe->blocks = (uint16_t)kept;
}

uint32_t pipe_room(const Pipe* pipe)
{
	return pipe->blocks * (uint32_t)kBlockSize - pipe->start - pipe->count;
}

int pipe_fits(const Pipe* pipe, uint32_t size)
{
	return size <= pipe_room(pipe) + blocks_left((BlockPurpose)pipe->purpose) * kBlockSize;
}

void pipe_put(Pipe* pipe, const void* bytes, uint32_t size)
{
	const uint8_t* from = bytes;
	uint32_t at = pipe->start + pipe->count;
	pipe->count += size;
	while (size > 0) {
		uint32_t offset = at % kBlockSize, count = kBlockSize - offset < size ? kBlockSize - offset : size;
		memcpy(block_data(block_at(pipe, at / kBlockSize)) + offset, from, count);
		from += count;
		at += count;
		size -= count;
	}
}

uint32_t pipe_at(const Pipe* pipe, uint32_t offset, uint8_t** bytes)
{
	uint32_t at = pipe->start + offset, size = kBlockSize - at % kBlockSize;
	if (offset >= pipe->count)
		return 0;
	*bytes = block_data(block_at(pipe, at / kBlockSize)) + at % kBlockSize;
	return size < pipe->count - offset ? size : pipe->count - offset;
}

void pipe_get(const Pipe* pipe, void* bytes, uint32_t size)
{
	uint8_t *from, *to = bytes;
	for (uint32_t at = 0; at < size;) {
		uint32_t count = pipe_at(pipe, at, &from);
		if (count > size - at)
			count = size - at;
		memcpy(to + at, from, count);
		at += count;
	}
}

void pipe_drop(Pipe* pipe, uint32_t size, uint32_t blocks)
{
	uint32_t start = pipe->start + size;
	pipe->count -= size;
	for (; start >= kBlockSize; start -= kBlockSize) {
		uint16_t block = pipe->first;
		pipe->first = *block_next(block);
		*block_next(block) = kNoBlock;
		if (pipe->blocks > blocks) {
			block_free((BlockPurpose)pipe->purpose, block);
			pipe->blocks--;
		}
		else {
			memset(block_data(block), 0, kBlockSize);
			*link_of(pipe, pipe->blocks - 1u) = block;
		}
	}
	if (pipe->count == 0 && start > 0) {
		/* the block that it ended in is as good as new */
		memset(block_data(pipe->first), 0, start);
		start = 0;
	}
	pipe->start = (uint16_t)start;
}

void pipe_clear(Pipe* pipe)
{
	while (pipe->first != kNoBlock)
		pipe->first = block_free((BlockPurpose)pipe->purpose, pipe->first);
	pipe->blocks = pipe->start = 0;
	pipe->count = 0;
}
