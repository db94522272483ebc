/* Traps: interrupts to whom they belong, faults to the next start. */
#ifndef KEYGATE_RISCV_TRAP_H
#define KEYGATE_RISCV_TRAP_H

#include <stdint.h>

/* Interrupts of devices and the timer from now on. */
void trap_open(void);
/* Reads the control register `seed` (Zkr): 0 when the processor has none. */
int trap_try_seed(uint32_t* value);
/* Calls `work`: 0 when an instruction in it is one that the processor has not. */
int trap_try(void (*work)(void));
/* Lets the device with this interrupt call `handle`. */
void trap_on_interrupt(unsigned number, void (*handle)(void* data), void* data);

#endif
