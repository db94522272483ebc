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
#include "xsmc.h"
#include "machine.h"

typedef struct LoopWatch LoopWatch;
/* Something that may have news for JavaScript; lives in its owner. All fields are the loop's. */
struct LoopWatch {
	uint8_t open;
	uint8_t soon;
	uint8_t marked;		/* asked for before this turn began */
	void (*ready)(LoopWatch* watch);
	LoopWatch* next;
};

/* Milliseconds since power-up; monotonic, the clock of everything. */
uint64_t loop_now(void);

/* From now on `ready` may be called, from the loop, after loop_soon. */
void loop_watch(LoopWatch* watch, void (*ready)(LoopWatch* watch));
/* `ready` is called in the next turn. */
void loop_soon(LoopWatch* watch);
/* Ends it; `ready` is not called again. May be called twice. */
void loop_unwatch(LoopWatch* watch);

/* Calls a remembered JavaScript callback; undefined is no call. Does nothing once the machine is dead or the loop is to end. */
void loop_call(const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments);

typedef enum {
	kLoopExit,
	kLoopDead,
	kLoopRestart,	/* JavaScript asked for a fresh control plane */
} LoopResult;
/* Runs the module, which sets everything up. */
MachineResult loop_start(xsMachine* machine, const char* module);
/* Runs until loop_exit, until the machine is dead, or until JavaScript wants to be started anew. */
LoopResult loop_run(void);
/* Ends loop_run after this turn, once buffered output is out or a moment has passed. */
void loop_exit(int status);
/* The machine is gone, and with it what JavaScript asked of the loop. */
void loop_abandon(void);

/*
 * The accelerator's part: works at most one job of those that wait, where no thread does. 1: finished ones wait to be collected. A device's workers
 * (modules/crypto/jobs.h) supply it.
 */
int loop_work(void);
/* From within such a job, again and again: packets go on; JavaScript waits for the job's end. */
void loop_breathe(void);

#endif
