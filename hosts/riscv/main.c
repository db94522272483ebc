/* The board's way from start-up to the program. */
#include "../device/board.h"
#include "guard.h"
#include "handover.h"
#include "rootimage.h"
#include "layout.h"
#include "life.h"
#include "lwip/init.h"
#include "main.h"
#include "port.h"
#include "trap.h"
#include "uart.h"

/* Called by start.S, with what was in the registers a0 and a1. */
_Noreturn void board_start(uint32_t a0, uint32_t a1);
_Noreturn void board_start(uint32_t a0, uint32_t a1)
{
	uint8_t probe;
	if (!rootimage_exists())
		rootimage_make();
	firmware_handover(a0, a1);
	guard_lock(a1 != BOOT_HANDOVER || (a0 & BOOT_UNLOCKS) != 0);
	life_begin();
	trap_open();
	uart_open();
	if (board_random(&probe, sizeof(probe)) != 0)
		board_fatal("no source of entropy: the processor has no Zkr");
	port_open();
	device_run("hosts/device/main");
}
