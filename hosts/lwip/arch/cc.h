/* What lwIP asks of compiler and board. */
#ifndef KEYGATE_ARCH_CC_H
#define KEYGATE_ARCH_CC_H

#include <stdint.h>
#include <sys/types.h>

/* The C library has ssize_t: lwIP would make one of its own. */
#ifndef SSIZE_MAX
#define SSIZE_MAX INTPTR_MAX
#endif
#define LWIP_NO_UNISTD_H 1
#define LWIP_TIMEVAL_PRIVATE 0

uint32_t lwip_random(void);
#define LWIP_RAND() lwip_random()

/* A rule of lwIP's own code is broken: no state can be relied on. */
_Noreturn void lwip_broken(const char* text);
#define LWIP_PLATFORM_ASSERT(text) lwip_broken(text)
#define LWIP_PLATFORM_DIAG(text) do { } while (0)

#endif
