/* Memory protection. */
#ifndef KEYGATE_RISCV_GUARD_H
#define KEYGATE_RISCV_GUARD_H

/*
 * From now on the C stack ends where it ends, and address 0 is nowhere; and, when `isWhole`, the image cannot be written and RAM holds no instructions.
 */
void guard_lock(int isWhole);

#endif
