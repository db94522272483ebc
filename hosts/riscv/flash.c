/* The regions of hosts/device/flash.h on the board's chip. */
#include "flash.h"
#include "cfi.h"
#include "layout.h"
#include "limits.h"

typedef struct {
	uint32_t at, size;
} Region;

static const Region gRegions[kFlashRegions] = {
	[kFlashSettings0] = { SETTINGS0_AT, SETTINGS_SLOT_SIZE },
	[kFlashSettings1] = { SETTINGS1_AT, SETTINGS_SLOT_SIZE },
	[kFlashLog0] = { LOG0_AT, LOG_SLOT_SIZE },
	[kFlashLog1] = { LOG1_AT, LOG_SLOT_SIZE },
	[kFlashFirmware0] = { FIRMWARE0_AT, FIRMWARE_SLOT_SIZE },
	[kFlashFirmware1] = { FIRMWARE1_AT, FIRMWARE_SLOT_SIZE },
	[kFlashState] = { STATE_AT, 2 * FLASH_SECTOR },
};

_Static_assert(BOOT_SIZE + 2 * STATE_HALF + 2 * SETTINGS_SLOT_SIZE + 2 * LOG_SLOT_SIZE + 2 * FIRMWARE_SLOT_SIZE <= FLASH_BUDGET,
	"what is in use must fit a chip of 4 MiB");
_Static_assert(BOOT_AT + BOOT_SIZE <= STATE_AT && STATE_AT + 2 * FLASH_SECTOR <= SETTINGS0_AT && SETTINGS0_AT + FLASH_SECTOR <= SETTINGS1_AT
	&& SETTINGS1_AT + FLASH_SECTOR <= LOG0_AT && LOG0_AT + FLASH_SECTOR <= LOG1_AT && LOG1_AT + FLASH_SECTOR <= FIRMWARE0_AT
	&& FIRMWARE0_AT + FIRMWARE_SLOT_SIZE <= FIRMWARE1_AT && FIRMWARE1_AT + FIRMWARE_SLOT_SIZE <= FLASH_CHIP_SIZE, "regions in their order, none in another");
_Static_assert(SETTINGS_SIZE + 128 <= SETTINGS_SLOT_SIZE && VPN_LOG_KEPT * VPN_LOG_ENTRY_SIZE + 128 <= LOG_SLOT_SIZE, "the largest copy, with its header");
_Static_assert((STATE_AT | SETTINGS0_AT | SETTINGS1_AT | LOG0_AT | LOG1_AT | FIRMWARE0_AT | FIRMWARE1_AT) % FLASH_SECTOR == 0, "a region begins where a sector does");

static int is_inside(BoardFlash region, uint32_t offset, uint32_t size)
{
	return (unsigned)region < kFlashRegions && size <= gRegions[region].size && offset <= gRegions[region].size - size;
}

/* The chip is asked what it is before the first change. */
static int open_once(void)
{
	static int gResult = 1;
	if (gResult > 0)
		gResult = cfi_open();
	return gResult;
}

uint32_t board_flash_size(BoardFlash region)
{
	return (unsigned)region < kFlashRegions ? gRegions[region].size : 0;
}

uint32_t board_flash_sector(BoardFlash region)
{
	(void)region;
	return FLASH_SECTOR;
}

int board_flash_read(BoardFlash region, uint32_t offset, void* bytes, uint32_t size)
{
	if (!is_inside(region, offset, size))
		return -1;
	const volatile uint8_t* from = (const volatile uint8_t*)(uintptr_t)(FLASH_BASE + gRegions[region].at + offset);
	uint8_t* to = bytes;
	uint32_t i = 0;
	if (((uintptr_t)from & 3) == ((uintptr_t)to & 3)) {
		for (; i < size && ((uintptr_t)(to + i) & 3) != 0; i++)
			to[i] = from[i];
		for (; i + 4 <= size; i += 4)
			*(uint32_t*)(uintptr_t)(to + i) = *(const volatile uint32_t*)(uintptr_t)(from + i);
	}
	for (; i < size; i++)
		to[i] = from[i];
	return 0;
}

int board_flash_erase(BoardFlash region, uint32_t offset, uint32_t size)
{
	if (!is_inside(region, offset, size) || offset % FLASH_SECTOR != 0 || (size % FLASH_SECTOR != 0 && offset + size != gRegions[region].size) || open_once() < 0)
		return -1;
	return cfi_erase(gRegions[region].at + offset, size);
}

int board_flash_write(BoardFlash region, uint32_t offset, const void* bytes, uint32_t size)
{
	if (!is_inside(region, offset, size) || open_once() < 0)
		return -1;
	return cfi_write(gRegions[region].at + offset, bytes, size);
}
