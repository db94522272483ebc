/*
 * What a board supplies of its flash: a part of board.h, apart because a boot loader has this and nothing of the network. Whole parts are erased: a range
 * begins where one does, and ends where one ends or the region does.
 */
#ifndef KEYGATE_FLASH_H
#define KEYGATE_FLASH_H

#include <stdint.h>

typedef enum {
	kFlashSettings0,	/* the slots of modules/settings/storage.ts, in its order */
	kFlashSettings1,
	kFlashLog0,
	kFlashLog1,
	kFlashFirmware0,
	kFlashFirmware1,
	kFlashState,		/* which firmware is to start, and how it went */
	kFlashRegions
} BoardFlash;

/*
 * Sizes in bytes of the region and of its smallest part that can be erased; erased bytes are 0xff, writing only clears bits. The region of the
 * state has two such parts.
 */
uint32_t board_flash_size(BoardFlash region);
uint32_t board_flash_sector(BoardFlash region);
/* Each: 0, or -1 when the chip reports a fault or the range is not in the region. They take as long as the chip does. */
int board_flash_read(BoardFlash region, uint32_t offset, void* bytes, uint32_t size);
int board_flash_erase(BoardFlash region, uint32_t offset, uint32_t size);
int board_flash_write(BoardFlash region, uint32_t offset, const void* bytes, uint32_t size);

#endif
