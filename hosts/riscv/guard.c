#include "guard.h"

#include "../device/board.h"
#include "layout.h"

#define kRead 1u
#define kWrite 2u
#define kExecute 4u
#define kPowerOfTwo 0x18u	/* NAPOT */
#define kLocked 0x80u		/* for machine mode too, which everything here is */

/* Below the stack, which is at the beginning of the RAM: a power of two. */
#define kGuard 0x10000u

/* No less than the RAM: a power of two, as that need not be. */
#define kMostRAM 0x100000u
_Static_assert(RAM_SIZE <= kMostRAM, "the RAM is larger than what is guarded");

#define kPaint 0xa5a5a5a5u	/* start.S */

extern uint8_t flash_start[], flash_size[], ram_start[];
extern uint32_t stack_bottom[], stack_top[];

/* A region whose size is a power of two, at a multiple of it. */
static uint32_t region(uintptr_t start, uintptr_t size)
{
	return (uint32_t)(start >> 2 | (size / 2 - 1) >> 2);
}

/*
 * QEMU 7.2 keeps what is locked over a reset, and the boot loader must then be able to write the next image. Where it cannot undo the locks (boot/start.S), only
 * what no image reaches is locked, below the stack; else, and when there is no loader, the image as a whole, and the RAM against being run.
 */
void guard_lock(int isWhole)
{
	uint32_t settings;
	if (isWhole) {
		settings = (kRead | kExecute | kPowerOfTwo | kLocked) | (kRead | kWrite | kPowerOfTwo | kLocked) << 8;
		__asm__ volatile("csrw pmpaddr0, %0" :: "r"(region((uintptr_t)flash_start, (uintptr_t)flash_size)));
		__asm__ volatile("csrw pmpaddr1, %0" :: "r"(region((uintptr_t)ram_start, kMostRAM)));
	}
	else {
		settings = kPowerOfTwo | kLocked;
		__asm__ volatile("csrw pmpaddr0, %0" :: "r"(region((uintptr_t)ram_start - kGuard, kGuard)));
	}
	/* where nothing of this board is: pointers that are not set, and PCI Express */
	settings |= (kPowerOfTwo | kLocked) << 16 | (kPowerOfTwo | kLocked) << 24;
	__asm__ volatile("csrw pmpaddr2, %0" :: "r"(region(0, 0x1000)));
	__asm__ volatile("csrw pmpaddr3, %0" :: "r"(region(0x40000000, 0x40000000)));
	__asm__ volatile("csrw pmpcfg0, %0\nfence" :: "r"(settings) : "memory");
}

void board_stack(uint32_t* most, uint32_t* size)
{
	const uint32_t* word = stack_bottom;
	while (word < stack_top && *word == kPaint)
		word++;
	*most = (uint32_t)((const uint8_t*)stack_top - (const uint8_t*)word);
	*size = (uint32_t)((uint8_t*)stack_top - (uint8_t*)stack_bottom);
}
