/*
 * The queue of jobs: an exponentiation takes up to tens of milliseconds and more, and packets are carried meanwhile. Who works them is threads.c, or
 * the loop of a device that has no threads. What takes longer (a new RSA key: seconds) has a slot to itself, so that negotiations go on.
 * A fixed table of DH_JOBS (fewer without threads) and that one; a job stays in its slot from submit to collect, so nothing is copied while it is worked.
 *
 *     free -> waiting -> running -> finished -> free
 *                          └> cancelled -> free (by the worker)
 *
 * The lock is held only for the change of a state or the copy of one job.
 */
#include "jobs.h"
#include "limits.h"
#include "lock.h"

#include <string.h>

enum { kStateFree = 0, kStateWaiting, kStateRunning, kStateCancelled, kStateFinished };

/* Where one thread does everything, one is worked at a time: few need to wait in here, the others are offered again (kAcceleratorFull). */
#ifdef KEYGATE_ONE_THREAD
#define kQuickSlots 2
#else
#define kQuickSlots DH_JOBS
#endif
#define kSlots (kQuickSlots + 1)

static struct {
	Lock lock;
	int started, stopping;
	int raised;		/* what waits was told to the workers' descriptor */
	int notified;		/* ... also without a finished job */
	uint64_t turn;		/* of the next job, and then its place in the queue */
	struct {
		AcceleratorJob job;
		int state;
		uint64_t turn;
	} slots[kSlots];	/* the last one is for what takes long */
} queue = { .lock = LOCK_INITIALIZER };

/* Iterations of PBKDF2 that take no longer than an exponentiation does: whoever asks for a page waits for no RSA key. */
#define kQuickIterations 20000

static int is_labour(int kind)
{
	return kind == kJobDerive || kind == kJobRequest || kind == kJobImport;
}

static int lane_of(const AcceleratorJob* job)
{
	return is_labour(job->kind) && !(job->kind == kJobDerive && job->group <= kQuickIterations) ? kLaneLong : kLaneQuick;
}

/* The oldest slot in `state` (of `owner`, 0: anyone's) from `first` on and before `end`, or -1. */
static int oldest_within(int state, uint32_t owner, int first, int end)
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
	return oldest_within(state, owner, 0, kSlots);
}

static int oldest_of(int state, int lane)
{
	return lane == kLaneLong ? oldest_within(state, 0, kQuickSlots, kSlots) : oldest_within(state, 0, 0, kQuickSlots);
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
	if (wanted != queue.raised)
		workers_raise(wanted);
	queue.raised = wanted;
}

static int check(const AcceleratorJob* job)
{
	return is_labour(job->kind) ? labour_check(job) : job->kind == kJobSign ? signature_check(job) : agreement_check(job);
}

/* ---- the workers' ---- */

static int slot_of(const AcceleratorJob* job)
{
	int slot = 0;
	while (slot < kSlots && &queue.slots[slot].job != job)
		slot++;
	return slot;
}

AcceleratorJob* jobs_next(int lane)
{
	lock_take(&queue.lock);
	int slot = queue.stopping ? -1 : oldest_of(kStateWaiting, lane);
	if (slot >= 0)
		queue.slots[slot].state = kStateRunning;
	lock_give(&queue.lock);
	return slot >= 0 ? &queue.slots[slot].job : NULL;
}

int jobs_perform(AcceleratorJob* job)
{
	return is_labour(job->kind) ? labour_work(job) : job->kind == kJobSign ? signature_work(job) : agreement_work(job);
}

void jobs_finish(AcceleratorJob* job, int result)
{
	lock_take(&queue.lock);
	int slot = slot_of(job);
	if (queue.slots[slot].state == kStateCancelled)
		release(slot);
	else {
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
	lock_give(&queue.lock);
}

int jobs_wanted(const AcceleratorJob* job)
{
	workers_breathe();
	lock_take(&queue.lock);
	int slot = slot_of(job);
	int wanted = slot < kSlots && queue.slots[slot].state == kStateRunning && !queue.stopping;
	lock_give(&queue.lock);
	return wanted;
}

/* ---- the control plane's ---- */

int jobs_start(void)
{
	if (queue.started)
		return kAcceleratorOK;
	queue.stopping = queue.raised = queue.notified = 0;
	if (workers_start() != kAcceleratorOK)
		return kAcceleratorFailed;
	queue.started = 1;
	return kAcceleratorOK;
}

void jobs_stop(void)
{
	if (!queue.started)
		return;
	accelerator_cancel(0);
	lock_take(&queue.lock);
	queue.stopping = 1;
	lock_give(&queue.lock);
	workers_stop();
	queue.started = 0;
}

int accelerator_submit(const AcceleratorJob* job)
{
	int result = check(job);
	if (result != kAcceleratorOK)
		return result;
	if (!queue.started)
		return kAcceleratorFailed;
	int lane = lane_of(job);
	lock_take(&queue.lock);
	int slot = oldest_of(kStateFree, lane);
	if (slot < 0)
		result = kAcceleratorFull;
	else {
		memcpy(&queue.slots[slot].job, job, sizeof(*job));
		queue.slots[slot].turn = queue.turn++;
		queue.slots[slot].state = kStateWaiting;
	}
	lock_give(&queue.lock);
	if (result == kAcceleratorOK)
		workers_wake(lane);
	return result;
}

int jobs_have_room(int lane)
{
	lock_take(&queue.lock);
	int slot = oldest_of(kStateFree, lane);
	lock_give(&queue.lock);
	return slot >= 0;
}

int accelerator_collect_of(uint32_t owner, AcceleratorJob* job)
{
	lock_take(&queue.lock);
	int slot = oldest(kStateFinished, owner);
	if (slot >= 0) {
		memcpy(job, &queue.slots[slot].job, sizeof(*job));
		release(slot);
	}
	else
		queue.notified = 0;
	settle();
	lock_give(&queue.lock);
	return slot >= 0;
}

int accelerator_collect(AcceleratorJob* job)
{
	return accelerator_collect_of(0, job);
}

void accelerator_cancel(uint32_t owner)
{
	lock_take(&queue.lock);
	for (int i = 0; i < kSlots; i++) {
		if (owner && queue.slots[i].job.owner != owner)
			continue;
		if (queue.slots[i].state == kStateRunning)
			queue.slots[i].state = kStateCancelled;
		else if (queue.slots[i].state == kStateWaiting || queue.slots[i].state == kStateFinished)
			release(i);
	}
	settle();
	lock_give(&queue.lock);
}

void accelerator_notify(void)
{
	lock_take(&queue.lock);
	queue.notified = 1;
	settle();
	lock_give(&queue.lock);
}
