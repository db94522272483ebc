/* A flash chip in memory that loses its power at any byte of any write or erase. It implements hosts/device/flash.h. */
#ifndef KEYGATE_TEST_CHIP_H
#define KEYGATE_TEST_CHIP_H

#include <setjmp.h>
#include <stdint.h>
#include "flash.h"

#define kChipSector 4096u
#define kChipSlot 12000u

typedef struct {
	uint8_t state[2 * kChipSector];
	uint8_t firmware[2][kChipSlot];
	/* Sector of the state that cannot be erased, -1: none; and whether the chip takes nothing at all. */
	int worn;
	int isProtected;
} Chip;

extern Chip gChip;
/* Places that may be passed until the power is cut, which is a longjmp; below 0: it is not. */
extern long gPower;
extern jmp_buf gCut;
/* Places passed since chip_new. */
extern long gChanged;
/* Every byte that is written to the state counts as a place to cut; of a firmware, and of what is erased, one in so many. */
#define kChipStride 211

void chip_new(void);

#endif
