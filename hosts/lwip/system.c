/* What lwIP asks of its system (arch/cc.h). */
#include "lwip/arch.h"

#include "../device/board.h"

uint32_t lwip_random(void)
{
	uint32_t number = 0;
	if (board_random((uint8_t*)&number, sizeof number) != 0)
		board_fatal("the source of entropy failed");
	return number;
}

_Noreturn void lwip_broken(const char* text)
{
	board_fatal(text);
}
