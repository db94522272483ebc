/*
 * Diffie-Hellman and signatures in a thread of their own, for hosts with POSIX threads: an exponentiation takes up to tens of milliseconds, and
 * packets are carried meanwhile. What takes longer (a new RSA key: seconds) has a second thread and a slot to itself, so that negotiations go on.
 * A fixed table of DH_JOBS and that one; a job stays in its slot from submit to collect, so nothing is copied while it is worked.
 *
 *     free -> waiting -> running -> finished -> free
 *                          └> cancelled -> free (by the worker)
 *
 * The lock is held only for the change of a state or the copy of one job.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE	/* syscall */
#endif
#include "jobs.h"
#include "limits.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

enum { kStateFree = 0, kStateWaiting, kStateRunning, kStateCancelled, kStateFinished };

/* The two workers and their slots. */
enum { kQuick = 0, kLong, kLanes };
#define kSlots (DH_JOBS + 1)

/*
 * The workers give way to packets and control plane. Where others want all cores too, a tenth of one is left to a worker then: an exponentiation
 * in group 18 takes a quarter of a second, and the peer does not give up. As an idle thread it would get a three-hundredth.
 */
#define kWorkerNice 10

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t workers[kLanes];
	int started, stopping;	/* started: how many workers */
	int descriptor;
	int raised;		/* the descriptor is readable */
	int notified;		/* ... also without a finished job */
	uint64_t turn;		/* of the next job, and then its place in the queue */
	struct {
		AcceleratorJob job;
		int state;
		uint64_t turn;
	} slots[kSlots];	/* the last one is for what takes long */
} queue = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, .descriptor = -1 };

/* Iterations of PBKDF2 that take no longer than an exponentiation does: whoever asks for a page waits for no RSA key. */
#define kQuickIterations 20000

static int is_labour(int kind)
{
	return kind == kJobDerive || kind == kJobRequest || kind == kJobImport;
}

static int lane(const AcceleratorJob* job)
{
	return is_labour(job->kind) && !(job->kind == kJobDerive && job->group <= kQuickIterations) ? kLong : kQuick;
}

/* The oldest slot in `state` (of `owner`, 0: anyone's) from `first` on and before `end`, or -1. */
static int oldestWithin(int state, uint32_t owner, int first, int end)
{
	int found = -1;
	for (int i = first; i < end; i++) {
		if (queue.slots[i].state != state || (owner && queue.slots[i].job.owner != owner))
			continue;
		if (found < 0 || queue.slots[i].turn < queue.slots[found].turn)
			found = i;
	}
	return found;
}

static int oldest(int state, uint32_t owner)
{
	return oldestWithin(state, owner, 0, kSlots);
}

static int oldestOf(int state, int which)
{
	return which == kLong ? oldestWithin(state, 0, DH_JOBS, kSlots) : oldestWithin(state, 0, 0, DH_JOBS);
}

static void release(int slot)
{
	accelerator_zero(&queue.slots[slot].job, sizeof(queue.slots[slot].job));
	queue.slots[slot].state = kStateFree;
}

/* Makes the descriptor say what is so. */
static void settle(void)
{
	int wanted = queue.notified || oldest(kStateFinished, 0) >= 0;
	uint64_t value = 1;
	if (queue.descriptor < 0 || wanted == queue.raised)
		return;
	/* Neither can block or fail: the counter is 0 or 1. */
	if (wanted ? write(queue.descriptor, &value, sizeof(value)) : read(queue.descriptor, &value, sizeof(value)))
		queue.raised = wanted;
}

static int perform(AcceleratorJob* job)
{
	return is_labour(job->kind) ? labour_work(job) : job->kind == kJobSign ? signature_work(job) : agreement_work(job);
}

static int check(const AcceleratorJob* job)
{
	return is_labour(job->kind) ? labour_check(job) : job->kind == kJobSign ? signature_check(job) : agreement_check(job);
}

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

static void* work(void* which)
{
	int own = which == NULL ? kQuick : kLong;
	give_way();
	pthread_mutex_lock(&queue.lock);
	while (!queue.stopping) {
		int slot = oldestOf(kStateWaiting, own);
		if (slot < 0) {
			pthread_cond_wait(&queue.wake, &queue.lock);
			continue;
		}
		AcceleratorJob* job = &queue.slots[slot].job;
		queue.slots[slot].state = kStateRunning;
		pthread_mutex_unlock(&queue.lock);

		int result = perform(job);

		pthread_mutex_lock(&queue.lock);
		if (queue.slots[slot].state == kStateCancelled) {
			release(slot);
			continue;
		}
		if (result != kAcceleratorOK) {
			accelerator_zero(job->privateValue, sizeof(job->privateValue));
			accelerator_zero(job->publicValue, sizeof(job->publicValue));
			accelerator_zero(job->secret, sizeof(job->secret));
			job->privateSize = job->publicSize = job->secretSize = 0;
		}
		job->result = result;
		queue.slots[slot].state = kStateFinished;
		settle();
	}
	pthread_mutex_unlock(&queue.lock);
	return NULL;
}

int jobs_start(void)
{
	sigset_t all, before;
	if (queue.started)
		return kAcceleratorOK;
	queue.descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (queue.descriptor < 0)
		return kAcceleratorFailed;
	queue.stopping = queue.raised = queue.notified = 0;
	/* Signals are the host's thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (queue.started < kLanes && pthread_create(&queue.workers[queue.started], NULL, work, queue.started == kLong ? &queue : NULL) == 0)
		queue.started++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (queue.started == kLanes)
		return kAcceleratorOK;
	jobs_stop();
	return kAcceleratorFailed;
}

void jobs_stop(void)
{
	if (queue.descriptor < 0)
		return;
	accelerator_cancel(0);
	pthread_mutex_lock(&queue.lock);
	queue.stopping = 1;
	pthread_cond_broadcast(&queue.wake);
	pthread_mutex_unlock(&queue.lock);
	while (queue.started > 0)
		pthread_join(queue.workers[--queue.started], NULL);
	close(queue.descriptor);
	queue.descriptor = -1;
}

int jobs_wanted(const AcceleratorJob* job)
{
	int wanted = 0;
	pthread_mutex_lock(&queue.lock);
	for (int i = 0; i < kSlots; i++)
		if (&queue.slots[i].job == job)
			wanted = queue.slots[i].state == kStateRunning && !queue.stopping;
	pthread_mutex_unlock(&queue.lock);
	return wanted;
}

int accelerator_submit(const AcceleratorJob* job)
{
	int result = check(job);
	if (result != kAcceleratorOK)
		return result;
	if (!queue.started)
		return kAcceleratorFailed;
	pthread_mutex_lock(&queue.lock);
	int slot = oldestOf(kStateFree, lane(job));
	if (slot < 0)
		result = kAcceleratorFull;
	else {
		memcpy(&queue.slots[slot].job, job, sizeof(*job));
		queue.slots[slot].turn = queue.turn++;
		queue.slots[slot].state = kStateWaiting;
		pthread_cond_broadcast(&queue.wake);
	}
	pthread_mutex_unlock(&queue.lock);
	return result;
}

int accelerator_collect_of(uint32_t owner, AcceleratorJob* job)
{
	pthread_mutex_lock(&queue.lock);
	int slot = oldest(kStateFinished, owner);
	if (slot >= 0) {
		memcpy(job, &queue.slots[slot].job, sizeof(*job));
		release(slot);
	}
	else
		queue.notified = 0;
	settle();
	pthread_mutex_unlock(&queue.lock);
	return slot >= 0;
}

int accelerator_collect(AcceleratorJob* job)
{
	return accelerator_collect_of(0, job);
}

void accelerator_cancel(uint32_t owner)
{
	pthread_mutex_lock(&queue.lock);
	for (int i = 0; i < kSlots; i++) {
		if (owner && queue.slots[i].job.owner != owner)
			continue;
		if (queue.slots[i].state == kStateRunning)
			queue.slots[i].state = kStateCancelled;
		else if (queue.slots[i].state == kStateWaiting || queue.slots[i].state == kStateFinished)
			release(i);
	}
	settle();
	pthread_mutex_unlock(&queue.lock);
}

int accelerator_notify_descriptor(void)
{
	return queue.descriptor;
}

void accelerator_notify(void)
{
	pthread_mutex_lock(&queue.lock);
	queue.notified = 1;
	settle();
	pthread_mutex_unlock(&queue.lock);
}
