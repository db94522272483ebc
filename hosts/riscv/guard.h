/* Memory protection. */
#ifndef KEYGATE_RISCV_GUARD_H
#define KEYGATE_RISCV_GUARD_H

#include <stdint.h>

/* From now on, until the next reset: the image cannot be written, RAM holds no instructions, and address 0 is nowhere. */
void guard_lock(void);
/* The C stack: bytes used at the most so far, and in all. */
void board_stack(uint32_t* most, uint32_t* size);

#endif
