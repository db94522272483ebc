/*
 * Works jobs in two threads of their own, for hosts with POSIX threads: one for what is quick, one for what takes long. A descriptor says when
 * something is finished.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* syscall */
#endif
#include "jobs.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

/*
 * The workers give way to packets and control plane. Where others want all cores too, a tenth of one is left to a worker then: an exponentiation
 * in group 18 takes a quarter of a second, and the peer does not give up. As an idle thread it would get a three-hundredth.
 */
#define kWorkerNice 10

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake[kLanes];
	pthread_t threads[kLanes];
	int started, stopping;	/* started: how many */
	int isWaiting[kLanes];	/* a job may wait there */
	int descriptor;
} workers = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = { PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER }, .descriptor = -1 };

/* A batch thread does not push another aside when it wakes. Refused: no harm. */
static void give_way(void)
{
#ifdef __linux__
	/* struct sched_attr, of which glibc knows since 2.41. The slice is the system's, not the loop thread's short one. */
	struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t slice, deadline, period; } attributes
		= { .size = sizeof(attributes), .policy = SCHED_BATCH, .nice = kWorkerNice };
	syscall(SYS_sched_setattr, 0, &attributes, 0);
#endif
}

/* Waits until a job may wait: 0 when the end has come. */
static int sleep_until_work(int lane)
{
	pthread_mutex_lock(&workers.lock);
	while (!workers.stopping && !workers.isWaiting[lane])
		pthread_cond_wait(&workers.wake[lane], &workers.lock);
	workers.isWaiting[lane] = 0;
	int goesOn = !workers.stopping;
	pthread_mutex_unlock(&workers.lock);
	return goesOn;
}

static void* work(void* which)
{
	int lane = which == NULL ? kLaneQuick : kLaneLong;
	give_way();
	while (sleep_until_work(lane)) {
		for (AcceleratorJob* job; (job = jobs_next(lane)) != NULL;)
			jobs_finish(job, jobs_perform(job));
	}
	return NULL;
}

int workers_start(void)
{
	sigset_t all, before;
	workers.descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (workers.descriptor < 0)
		return kAcceleratorFailed;
	workers.stopping = 0;
	/* Signals are the host's thread's. */
	sigfillset(&all);
	/* The kernel's word on a system call is for the thread that made it. */
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (workers.started < kLanes && pthread_create(&workers.threads[workers.started], NULL, work, workers.started == kLaneLong ? &workers : NULL) == 0)
		workers.started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (workers.started == kLanes)
		return kAcceleratorOK;
	workers_stop();
	return kAcceleratorFailed;
}

void workers_stop(void)
{
	pthread_mutex_lock(&workers.lock);
	workers.stopping = 1;
	for (int lane = 0; lane < kLanes; lane++)
		pthread_cond_signal(&workers.wake[lane]);
	pthread_mutex_unlock(&workers.lock);
	while (workers.started > 0)
		pthread_join(workers.threads[--workers.started], NULL);
	if (workers.descriptor >= 0)
		close(workers.descriptor);
	workers.descriptor = -1;
}

/* To wake a thread takes both as long as a quarter of an exponentiation on Curve25519: only the one that has work is woken. */
void workers_wake(int lane)
{
	pthread_mutex_lock(&workers.lock);
	workers.isWaiting[lane] = 1;
	pthread_cond_signal(&workers.wake[lane]);
	pthread_mutex_unlock(&workers.lock);
}

void workers_raise(int raised)
{
	uint64_t value = 1;
	/* Neither can block or fail: the counter is 0 or 1. */
	if (workers.descriptor >= 0 && (raised ? write(workers.descriptor, &value, sizeof(value)) : read(workers.descriptor, &value, sizeof(value))) < 0)
		return;
}

int accelerator_notify_descriptor(void)
{
	return workers.descriptor;
}

/* Others have threads of their own. */
void workers_breathe(void)
{
}
