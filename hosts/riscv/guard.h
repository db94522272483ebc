/* Memory protection. */
#ifndef KEYGATE_RISCV_GUARD_H
#define KEYGATE_RISCV_GUARD_H

/* From now on, until the next reset: the image cannot be written, RAM holds no instructions, and address 0 is nowhere. */
void guard_lock(void);
/* The C stack's deepest so far, in bytes, and its size. */
unsigned guard_stack_peak(void);
unsigned guard_stack_size(void);

#endif
