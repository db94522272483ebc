/* The machine timer: sleep, and the watchdog. */
#ifndef KEYGATE_RISCV_TIMER_H
#define KEYGATE_RISCV_TIMER_H

#include <stdint.h>

/* What the trap calls; `pc` is where the program was. */
void timer_interrupt(uint32_t pc);

#endif
