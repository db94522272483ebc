/* mbedTLS's memory on this board. */
#ifndef KEYGATE_RISCV_CRYPTOHEAP_H
#define KEYGATE_RISCV_CRYPTOHEAP_H

#include <stddef.h>

/* Bytes of it in all, in use, and in use at most so far. */
void crypto_memory(size_t* size, size_t* used, size_t* peak);

#endif
