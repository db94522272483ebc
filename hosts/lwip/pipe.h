/* Bytes in a chain of blocks, in at its end and out at its beginning: what a stream has read, and what it has to write. */
#ifndef KEYGATE_LWIP_PIPE_H
#define KEYGATE_LWIP_PIPE_H

#include <stdint.h>
#include "blocks.h"

typedef struct {
	uint16_t first;		/* block, kNoBlock: it holds none */
	uint16_t start;		/* of the first byte, in that block */
	uint16_t blocks;	/* that it holds */
	uint16_t purpose;	/* BlockPurpose */
	uint32_t count;		/* bytes in it */
} Pipe;

/* Empty, and without blocks. */
void pipe_open(Pipe* pipe, BlockPurpose purpose);
/* Makes it hold so many blocks, or as many more as there are. */
void pipe_hold(Pipe* pipe, uint32_t blocks);
/* Gives back blocks that nothing is in, down to so many. */
void pipe_keep(Pipe* pipe, uint32_t blocks);
/* Bytes that the blocks that it holds have room for. */
uint32_t pipe_room(const Pipe* pipe);
/* Whether blocks that it holds and those that there are have room for so many bytes more. */
int pipe_fits(const Pipe* pipe, uint32_t size);
/* Adds bytes, no more than there is room for. */
void pipe_put(Pipe* pipe, const void* bytes, uint32_t size);
/* The bytes from the `offset`th on that lie in one piece: how many. */
uint32_t pipe_at(const Pipe* pipe, uint32_t offset, uint8_t** bytes);
/* Copies the first bytes, no more than there are. */
void pipe_get(const Pipe* pipe, void* bytes, uint32_t size);
/* The first bytes are needed no more; so many blocks stay with it, the rest is given back. */
void pipe_drop(Pipe* pipe, uint32_t size, uint32_t blocks);
/* Empties it, and gives back all blocks. */
void pipe_clear(Pipe* pipe);

#endif
