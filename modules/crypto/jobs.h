/* Between the queue of jobs (jobs.c), who works them (threads.c, or a device's loop), and the backend that can. */
#ifndef KEYGATE_JOBS_H
#define KEYGATE_JOBS_H

#include "certificates.h"

/* ---- the queue's ---- */
/* What takes long has a lane to itself, so that negotiations go on meanwhile. */
enum { kLaneQuick = 0, kLaneLong, kLanes };

int jobs_start(void);
void jobs_stop(void);	/* waits for the running jobs, zeroes all */
AcceleratorJob* jobs_next(int lane);	/* the oldest that waits, which runs from now on; NULL: none */
int jobs_perform(AcceleratorJob* job);	/* works it: its result */
void jobs_finish(AcceleratorJob* job, int result);
int jobs_have_room(int lane);	/* for one more that waits */
int jobs_wanted(const AcceleratorJob* job);	/* of a job that is being worked; 0: it may end early, nobody waits for it */

/* ---- who works them ---- */
int workers_start(void);
void workers_stop(void);	/* waits for the running jobs; may be called when they did not start */
void workers_wake(int lane);	/* a job waits in it */
void workers_raise(int raised);	/* whether accelerator_notify_descriptor is to be readable */
/* Called again and again by a job that takes long (jobs_wanted): whoever has no thread for it does for a moment what cannot wait. */
void workers_breathe(void);

/* ---- the backend's ---- */
/* In the worker's thread, one at a time: fills the values and their sizes and returns the result. `job` has passed agreement_check. */
int agreement_work(AcceleratorJob* job);
/* kAcceleratorOK when group, kind and sizes are possible, else kAcceleratorBadSize (groups.c). */
int agreement_check(const AcceleratorJob* job);
/* The same of kJobSign. */
int signature_work(AcceleratorJob* job);
int signature_check(const AcceleratorJob* job);
/* The same of those that take long (labour.c): kJobDerive, kJobRequest, kJobImport. In a thread of their own, one at a time. */
int labour_work(AcceleratorJob* job);
int labour_check(const AcceleratorJob* job);
int request_work(AcceleratorJob* job);
int import_work(AcceleratorJob* job, const uint8_t* bytes, size_t size);	/* kImport... */
/* A signing request in the place of a certificate that is waited for, with its key. */
CertificateText request_read(const char* text, const char* key);
int agreement_initialize(void);
void agreement_shutdown(void);
/* The library's heap. What is given back is zeroed. */
void* accelerator_allocate(size_t size);
void accelerator_free(void* memory);
void labour_end(void);	/* of this thread's: what the library remembers of faults */

/* ---- labour.c's, for the backend ---- */
/* The worker's: keeps a copy; 0: it could not, of 0 bytes, or too many, or without memory. */
int credentials_keep(int which, const char* text, size_t size);

#endif
