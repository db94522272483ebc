/* lwIP's lock, which the main loop holds (loop.h): nothing where lwIP has no thread of its own. */
#ifndef KEYGATE_LWIP_LOCK_H
#define KEYGATE_LWIP_LOCK_H

#include "lwip/opt.h"

#if NO_SYS
static inline void lock_take(void) { }
static inline void lock_release(void) { }
#else
#include "lwip/tcpip.h"
static inline void lock_take(void)
{
	LOCK_TCPIP_CORE();
}
static inline void lock_release(void)
{
	UNLOCK_TCPIP_CORE();
}
#endif

/* Lets lwIP's thread do what it has. */
static inline void lock_yield(void)
{
	lock_release();
	lock_take();
}

#endif
