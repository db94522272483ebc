/*
 * Works the accelerator's jobs in the main loop, for boards without threads: one at a time, between turns. Packets go on while a key is searched for, and within an
 * exponentiation where the backend lets it breathe (a board's bignum); what does neither is done at once, and they wait for as long as that takes. A job's
 * result is reported in the next turn.
 */
#include "../lwip/loop.h"

#include "../../modules/crypto/jobs.h"
#include "board.h"

static struct {
	int isWaiting;	/* a job may wait */
	int isRaised;	/* something is finished, or was announced */
	int isWorking;	/* a job, not a native that JavaScript waits in */
} workers;

int workers_start(void)
{
	workers.isWaiting = workers.isRaised = 0;
	return kAcceleratorOK;
}

void workers_stop(void)
{
	workers.isWaiting = workers.isRaised = 0;
}

void workers_wake(int lane)
{
	(void)lane;
	workers.isWaiting = 1;
	board_wake();
}

void workers_raise(int raised)
{
	workers.isRaised = raised;
	if (raised)
		board_wake();
}

void workers_breathe(void)
{
	if (workers.isWorking)
		loop_breathe();
}

/* There is none: loop_work says the same. */
int accelerator_notify_descriptor(void)
{
	return -1;
}

/* The main loop's part (hosts/lwip/loop.h). What takes long waits until nothing else does. */
int loop_work(void)
{
	if (workers.isWaiting) {
		AcceleratorJob* job = jobs_next(kLaneQuick);
		if (!job)
			job = jobs_next(kLaneLong);
		if (job) {
			workers.isWorking = 1;
			int result = jobs_perform(job);
			workers.isWorking = 0;
			jobs_finish(job, result);
		}
		else
			workers.isWaiting = 0;
	}
	return workers.isRaised;
}
