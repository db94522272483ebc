/*
 * A device's main loop. In each turn packets come first (a bounded number of each port), then lwIP's timers, then everything that enters JavaScript, so that
 * neither starves the other. An idle device sleeps.
 *
 * One thing at a time: JavaScript writes the tables that the packet engine reads, so both run under lwIP's lock. Where lwIP has a thread of its own
 * (ESP32), the loop holds the lock whenever it does not sleep and lets go of it between the steps of a turn; natives need not take it. What lwIP's
 * thread has for JavaScript it marks by loop_soon, which wakes the loop.
 */
#ifndef KEYGATE_LWIP_LOOP_H
#define KEYGATE_LWIP_LOOP_H

#include <stdint.h>
#include "../unit/control.h"

typedef struct LoopWatch LoopWatch;
/* Something that may have news for JavaScript; lives in its owner. All fields are the loop's. */
struct LoopWatch {
	uint8_t open;
	uint8_t soon;
	uint8_t marked;		/* asked for before this turn began */
	void (*ready)(LoopWatch* watch);
	LoopWatch* next;
};

/* From now on `ready` may be called, from the loop, after loop_soon. */
void loop_watch(LoopWatch* watch, void (*ready)(LoopWatch* watch));
/* `ready` is called in the next turn. */
void loop_soon(LoopWatch* watch);
/* Ends it; `ready` is not called again. May be called twice. */
void loop_unwatch(LoopWatch* watch);

/*
 * The accelerator's part: works at most one job of those that wait, where no thread does. 1: finished ones wait to be collected. A device's workers
 * (modules/crypto/jobs.h) supply it.
 */
int loop_work(void);
/* From within such a job, again and again: packets go on; JavaScript waits for the job's end. */
void loop_breathe(void);

#endif
