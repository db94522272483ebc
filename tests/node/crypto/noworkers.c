/* Nobody who works the accelerator's jobs: for programs of one thread, which work them themselves or have none. */
#include "jobs.h"

int workers_start(void)
{
	return kAcceleratorOK;
}

void workers_stop(void)
{
}

void workers_wake(int lane)
{
	(void)lane;
}

void workers_breathe(void)
{
}

void workers_raise(int raised)
{
	(void)raised;
}

int accelerator_notify_descriptor(void)
{
	return -1;
}
