/* The machine timer: sleep, and the watchdog. */
#ifndef KEYGATE_RISCV_TIMER_H
#define KEYGATE_RISCV_TIMER_H

#include <stdint.h>

/* What the trap calls; `pc` is where the program was. */
void timer_interrupt(uint32_t pc);
/* start.S: an interrupt from where the first begins to before the second goes on at the second. */
void timer_wait(volatile int* woken);
extern const uint8_t timer_waited[];

#endif
