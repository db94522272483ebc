/* What one start leaves to the next: the last bytes of the RAM, which nothing clears. */
#ifndef KEYGATE_RISCV_LIFE_H
#define KEYGATE_RISCV_LIFE_H

#include "../device/board.h"

#define kLifeText sizeof(((BoardBoot*)0)->text)

/* Reads it, once: before the first board_boot. */
void life_begin(void);
/* Writes why, and restarts. A `text` that is not "" goes to the serial port too. */
_Noreturn void life_end(BoardBootReason reason, const char* text);
/* Restarts, and nothing else. */
_Noreturn void life_reset(void);

#endif
