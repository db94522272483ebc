#include "chip.h"

#include <string.h>

Chip gChip;
long gPower = -1;
jmp_buf gCut;
long gChanged;

void chip_new(void)
{
	memset(&gChip, 0xff, sizeof gChip);
	gChip.worn = -1;
	gChip.isProtected = 0;
	gPower = -1;
	gChanged = 0;
}

static uint8_t* bytes_of(BoardFlash region, uint32_t offset, uint32_t size)
{
	uint32_t limit = board_flash_size(region);
	if (size > limit || offset > limit - size)
		return NULL;
	return (region == kFlashState ? gChip.state : gChip.firmware[region - kFlashFirmware0]) + offset;
}

/* Changes a byte, unless the power goes just then and something else stands there afterwards. */
static void change(int isPlace, uint8_t* byte, uint8_t value)
{
	if (isPlace) {
		if (gPower == 0) {
			gPower = -1;
			*byte = (uint8_t)(*byte & 0x5a);
			longjmp(gCut, 1);
		}
		gPower -= gPower > 0;
		gChanged++;
	}
	*byte = value;
}

uint32_t board_flash_size(BoardFlash region)
{
	return region == kFlashState ? sizeof gChip.state : region == kFlashFirmware0 || region == kFlashFirmware1 ? kChipSlot : 0;
}

uint32_t board_flash_sector(BoardFlash region)
{
	(void)region;
	return kChipSector;
}

int board_flash_read(BoardFlash region, uint32_t offset, void* bytes, uint32_t size)
{
	const uint8_t* from = bytes_of(region, offset, size);
	if (from == NULL)
		return -1;
	memcpy(bytes, from, size);
	return 0;
}

int board_flash_erase(BoardFlash region, uint32_t offset, uint32_t size)
{
	uint8_t* to = bytes_of(region, offset, size);
	if (to == NULL || offset % kChipSector != 0 || (size % kChipSector != 0 && offset + size != board_flash_size(region)))
		return -1;
	if (gChip.isProtected || (region == kFlashState && gChip.worn == (int)(offset / kChipSector)))
		return -1;
	for (uint32_t i = 0; i < size; i++)
		change(i % kChipStride == 0, to + i, 0xff);
	return 0;
}

int board_flash_write(BoardFlash region, uint32_t offset, const void* bytes, uint32_t size)
{
	uint8_t* to = bytes_of(region, offset, size);
	const uint8_t* from = bytes;
	if (to == NULL || gChip.isProtected)
		return -1;
	for (uint32_t i = 0; i < size; i++) {
		/* bits only clear */
		if ((from[i] & ~to[i]) != 0)
			return -1;
	}
	for (uint32_t i = 0; i < size; i++)
		change(region == kFlashState || i % kChipStride == 0, to + i, from[i]);
	return 0;
}
