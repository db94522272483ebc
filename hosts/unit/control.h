/*
 * The control plane in a host's loop: the machine that JavaScript runs in, what that asked of the loop (loop.ts), and how both end. Each host has its own
 * loop (hosts/linux, hosts/lwip) around it, which supplies what stands last here.
 */
#ifndef KEYGATE_UNIT_CONTROL_H
#define KEYGATE_UNIT_CONTROL_H

#include <stdint.h>
#include "xsmc.h"
#include "machine.h"

typedef struct {
	xsMachine* machine;
	int dead, restart, exiting, status;
	uint64_t exitBy;
	/* What JavaScript asked for. */
	int started, scheduled;
	double at;
	xsSlot onTimer, onSignal, onEngineEvents, onJobs;
} ControlPlane;
extern ControlPlane control;

/* Calls a remembered JavaScript callback; undefined is no call. Does nothing once the machine is dead or the loop is to end. */
void loop_call(const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments);
/* The same with a number. */
void loop_call_number(const xsSlot* self, const xsSlot* function, uint32_t number);
/* The same with the text of an errno; 0: without any. */
void loop_call_error(const xsSlot* self, const xsSlot* function, int number);

typedef enum {
	kLoopExit,
	kLoopDead,
	kLoopRestart,	/* JavaScript asked for a fresh control plane */
} LoopResult;
/* Runs the module, which sets everything up. */
MachineResult loop_start(xsMachine* machine, const char* module);
/* Ends loop_run after this turn, once buffered output is out or a moment has passed. */
void loop_exit(int status);
/* The machine is gone, and with it what JavaScript asked of the loop. */
void loop_abandon(void);

/* ---- for the loop ---- */

/* Another turn is due. */
int control_goes_on(void);
/* What the loop ended with, when none is. */
LoopResult control_result(void);
/* When it has something to do by itself; infinite: never. */
double control_due(void);
/* What it has to do now: events of the engine, the timer. */
void control_turn(void);

/* ---- the host's ---- */

/* Milliseconds since the start; monotonic, the clock of everything. */
uint64_t loop_now(void);
/* Microseconds of the clock that calls of JavaScript are measured by. */
uint64_t loop_processor(void);
/* JavaScript was called, and took so many of them. */
void loop_called(uint64_t microseconds);
/* Runs until loop_exit, until the machine is dead, or until JavaScript wants to be started anew. */
LoopResult loop_run(void);
/* The text of an errno, by Linux's numbers (errno.ts). */
const char* error_text(int number);

#endif
