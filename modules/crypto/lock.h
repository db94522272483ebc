/* A lock between the control plane and the workers. Where there are no threads (KEYGATE_ONE_THREAD) there is nothing to guard. */
#ifndef KEYGATE_LOCK_H
#define KEYGATE_LOCK_H

#ifdef KEYGATE_ONE_THREAD
typedef int Lock;
#define LOCK_INITIALIZER 0
static inline void lock_take(Lock* lock)
{
	(void)lock;
}

static inline void lock_give(Lock* lock)
{
	(void)lock;
}
#else
#include <pthread.h>
typedef pthread_mutex_t Lock;
#define LOCK_INITIALIZER PTHREAD_MUTEX_INITIALIZER
static inline void lock_take(Lock* lock)
{
	pthread_mutex_lock(lock);
}

static inline void lock_give(Lock* lock)
{
	pthread_mutex_unlock(lock);
}
#endif

#endif
