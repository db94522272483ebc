#include "control.h"

#include <math.h>
#include "../../modules/ipsec/engine.h"
#include "io/streams.h"

/* Milliseconds that buffered output gets when the control plane ends. */
#define kFlushTime 250
/* ... after which the timer is called when an exception has ended a callback. */
#define kAgain 1000

ControlPlane control;

/* ---- into JavaScript ---- */

void loop_call(const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments)
{
	if (control.dead || control.restart || control.exiting || control.machine == NULL)
		return;
	uint64_t before = loop_processor();
	MachineResult result = machine_call(control.machine, self, function, count, arguments);
	if (result == kMachineDead)
		control.dead = 1;
	else if (result == kMachineThrew && control.started && (!control.scheduled || control.at > (double)(loop_now() + kAgain))) {
		/* What was reported may have been about to say when it is to be called. */
		control.scheduled = 1;
		control.at = (double)(loop_now() + kAgain);
	}
	loop_called(loop_processor() - before);
}

void loop_call_number(const xsSlot* self, const xsSlot* function, uint32_t number)
{
	MachineArgument argument = { .kind = kArgumentInteger, .value.integer = (int32_t)number };
	loop_call(self, function, 1, &argument);
}

void loop_call_error(const xsSlot* self, const xsSlot* function, int number)
{
	MachineArgument text = { .kind = kArgumentUndefined };
	if (number != 0) {
		text.kind = kArgumentString;
		text.value.string = error_text(number);
	}
	loop_call(self, function, 1, &text);
}

/* ---- life ---- */

MachineResult loop_start(xsMachine* machine, const char* module)
{
	control.machine = machine;
	return machine_run_module(machine, module);
}

void loop_exit(int status)
{
	if (control.exiting)
		return;
	control.exiting = 1;
	control.status = status;
	control.exitBy = loop_now() + kFlushTime;
}

void loop_abandon(void)
{
	control.started = control.scheduled = control.dead = control.restart = control.exiting = 0;
	control.machine = NULL;
}

/* ---- for the loop ---- */

int control_goes_on(void)
{
	if (control.dead || (control.restart && !control.exiting))
		return 0;
	return !control.exiting || (loop_now() < control.exitBy && stream_pending());
}

LoopResult control_result(void)
{
	return control.exiting ? kLoopExit : control.dead ? kLoopDead : control.restart ? kLoopRestart : kLoopExit;
}

double control_due(void)
{
	return control.exiting ? (double)control.exitBy : control.scheduled ? control.at : (double)INFINITY;
}

void control_turn(void)
{
	if (control.started && !control.dead && engine_has_events())
		loop_call(NULL, &control.onEngineEvents, 0, NULL);
	if (control.scheduled && !control.dead && (double)loop_now() >= control.at) {
		control.scheduled = 0;
		loop_call(NULL, &control.onTimer, 0, NULL);
	}
}

/* ---- natives ---- */

/* (onTimer, onSignal(number), onEngineEvents, onJobs): what the loop calls; a device has no signals. Once in a machine's life. */
void xs_loop_start(xsMachine* the)
{
	if (control.started)
		xsUnknownError("the loop was started before");
	xsSlot* slots[] = { &control.onTimer, &control.onSignal, &control.onEngineEvents, &control.onJobs };
	for (int i = 0; i < 4; i++) {
		*slots[i] = xsArg(i);
		xsRemember(*slots[i]);
	}
	control.started = 1;
}

/* (at): onTimer is called once when `now` has reached `at`; undefined: not. */
void xs_loop_schedule(xsMachine* the)
{
	control.scheduled = xsmcTypeOf(xsArg(0)) != xsUndefinedType;
	if (control.scheduled)
		control.at = xsmcToNumber(xsArg(0));
}

/* (): milliseconds since the process started, or since power-up. */
void xs_loop_now(xsMachine* the)
{
	xsmcSetNumber(xsResult, (double)loop_now());
}

/* (): ends this control plane after this turn; a fresh one follows. */
void xs_loop_restart(xsMachine* the)
{
	(void)the;
	control.restart = 1;
}

/* (status): ends the process, or restarts the device, after this turn. */
void xs_loop_exit(xsMachine* the)
{
	loop_exit((int)xsmcToInteger(xsArg(0)));
}

/* (errno): its text. */
void xs_process_error(xsMachine* the)
{
	xsmcSetString(xsResult, (xsStringValue)(uintptr_t)error_text(xsmcToInteger(xsArg(0))));
}
