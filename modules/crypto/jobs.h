/* Between the queue of jobs (jobs.c) and the backend that works them. */
#ifndef KEYGATE_JOBS_H
#define KEYGATE_JOBS_H

#include "accelerator.h"

int jobs_start(void);
void jobs_stop(void);	/* waits for the running jobs, zeroes all */
int jobs_wanted(const AcceleratorJob* job);	/* of a job that is being worked; 0: it may end early, nobody waits for it */

/* ---- the backend's ---- */
/* In the worker's thread, one at a time: fills the values and their sizes and returns the result. `job` has passed agreement_check. */
int agreement_work(AcceleratorJob* job);
/* kAcceleratorOK when group, kind and sizes are possible, else kAcceleratorBadSize. */
int agreement_check(const AcceleratorJob* job);
/* The same of kJobSign. */
int signature_work(AcceleratorJob* job);
int signature_check(const AcceleratorJob* job);
/* The same of those that take long: kJobDerive, kJobRequest, kJobImport. In a thread of their own, one at a time. */
int labour_work(AcceleratorJob* job);
int labour_check(const AcceleratorJob* job);
int agreement_initialize(void);
void agreement_shutdown(void);

#endif
