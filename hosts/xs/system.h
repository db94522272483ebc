/*
 * What the files of hosts/xs ask of the system they run on: hosts/linux/system.c, hosts/riscv/system.c. Where the program is an image in flash
 * (KEYGATE_ROOT_IMAGE), the root machine is made once, by the build, and is a part of the image from then on.
 */
#ifndef KEYGATE_XS_SYSTEM_H
#define KEYGATE_XS_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#ifdef KEYGATE_ROOT_IMAGE
#define kRootImage 1
/* Of a variable: it is written when the root machine is made, and kept with it. */
#define IN_ROOT __attribute__((section(".root.variables")))
#else
#define kRootImage 0
#define IN_ROOT
#endif

/* Monotonic. */
uint64_t system_microseconds(void);

/* Zeroed memory for the root machine, as large as it may become; only what is used need ever be there. NULL with what is wrong in `fault`. */
uint8_t* system_root_memory(size_t* size, char* fault, size_t faultSize);
/* All of it is going to be written. */
void system_populate(void* memory, size_t size);
/* What is between the two addresses is not used any more. */
void system_release(void* begin, void* end);
/* Gives back what is not used, and makes the rest and `code` read-only. 1, or 0 with what is wrong in `fault`. */
int system_lock_root(uint8_t* memory, size_t used, uint8_t* code, size_t codeSize, char* fault, size_t faultSize);

/* The one block of a clone, or NULL. */
uint8_t* system_machine_block(size_t size);
void system_free_machine_block(uint8_t* block);

/* The lowest address the C stack may reach. Asked once. */
char* system_stack_limit(void);

/* The machine ended, and there is nobody to return to. */
_Noreturn void system_abort(const char* reason);

#endif
