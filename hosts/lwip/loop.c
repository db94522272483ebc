#include "loop.h"

#include "../device/board.h"
#include "../../modules/ipsec/engine.h"
#include "datapath.h"
#include "lock.h"
#include "lwip/timeouts.h"
#include "netifs.h"
#include "stream.h"

/* Frames of each port in one turn. */
#define kFramesATurn 16
/* Microseconds in one call of JavaScript after which packets have waited too long. */
#define kSlowCall 20000
/* Milliseconds that buffered output gets when the control plane ends. */
#define kFlushTime 250
/* Milliseconds that an idle loop sleeps at most: the watchdog wants to hear of it. */
#define kLongestSleep 1000

static struct {
	LoopWatch* watches;
	xsMachine* machine;
	int dead, restart, exiting;
	uint64_t exitBy;
	/* What JavaScript asked for. */
	int started, scheduled;
	double at;
	xsSlot onTimer, onSignal, onEngineEvents, onJobs;
	/* Seconds since 1970 when the clock showed 0; 0: nobody knows. */
	double wallOrigin;
} loop;

uint64_t loop_now(void)
{
	return board_microseconds() / 1000;
}

#if NO_SYS
u32_t sys_now(void)
{
	return (u32_t)loop_now();
}
#endif

/* ---- watches ---- */

void loop_watch(LoopWatch* watch, void (*ready)(LoopWatch*))
{
	*watch = (LoopWatch){ .open = 1, .ready = ready, .next = loop.watches };
	loop.watches = watch;
}

void loop_soon(LoopWatch* watch)
{
	if (!watch->open || watch->soon)
		return;
	watch->soon = 1;
	board_wake();
}

void loop_unwatch(LoopWatch* watch)
{
	if (!watch->open)
		return;
	for (LoopWatch** link = &loop.watches; *link; link = &(*link)->next) {
		if (*link == watch) {
			*link = watch->next;
			break;
		}
	}
	watch->open = watch->soon = watch->marked = 0;
}

/* ---- into JavaScript ---- */

void loop_call(const xsSlot* self, const xsSlot* function, unsigned count, const MachineArgument* arguments)
{
	if (loop.dead || loop.restart || loop.exiting || loop.machine == NULL)
		return;
	uint64_t before = board_microseconds();
	if (machine_call(loop.machine, self, function, count, arguments) == kMachineDead)
		loop.dead = 1;
	uint64_t used = board_microseconds() - before;
	datapath_most(kCounterLongestCall, used > UINT32_MAX ? UINT32_MAX : (uint32_t)used);
	if (used > kSlowCall)
		datapath_count(kCounterSlowCalls, 1);
	/* Long ones may follow each other in one turn. */
	board_alive();
}

void loop_exit(int status)
{
	(void)status;
	if (loop.exiting)
		return;
	loop.exiting = 1;
	loop.exitBy = loop_now() + kFlushTime;
}

void loop_abandon(void)
{
	loop.started = loop.scheduled = loop.dead = loop.restart = loop.exiting = 0;
	loop.machine = NULL;
}

/* ---- the turns ---- */

/* Milliseconds that the loop has nothing to do by itself. */
static uint32_t patience(void)
{
	double now = (double)loop_now();
	double left = kLongestSleep;
	for (LoopWatch* watch = loop.watches; watch; watch = watch->next)
		if (watch->soon)
			return 0;
	if (loop.exiting && (double)loop.exitBy - now < left)
		left = (double)loop.exitBy - now;
	else if (loop.scheduled && loop.at - now < left)
		left = loop.at - now;
	if (stream_serial_waits() && left > 1)
		left = 1;
#if NO_SYS
	uint32_t timers = sys_timeouts_sleeptime();
	if (left > timers)
		left = timers;
#endif
	return left <= 0 ? 0 : (uint32_t)left;
}

/* Everything that has news. A watch may end others: begin again after each. */
static void dispatch(void)
{
	/* What is asked for from now on is for the next turn. */
	for (LoopWatch* watch = loop.watches; watch; watch = watch->next)
		watch->marked = watch->soon;
	for (LoopWatch* watch = loop.watches; watch && !loop.dead; ) {
		if (!watch->marked) {
			watch = watch->next;
			continue;
		}
		watch->soon = watch->marked = 0;
		watch->ready(watch);
		lock_yield();
		watch = loop.watches;
	}
}

MachineResult loop_start(xsMachine* machine, const char* module)
{
	loop.machine = machine;
	return machine_run_module(machine, module);
}

/* What needs no JavaScript: how many frames there were. */
static unsigned take_frames(void)
{
	unsigned frames = netifs_poll(kFramesATurn);
#if NO_SYS
	sys_check_timeouts();
#endif
	lock_yield();
	return frames;
}

void loop_breathe(void)
{
	board_alive();
	take_frames();
}

/* One turn: how many frames there were. */
static unsigned turn(void)
{
	unsigned frames = take_frames();
	stream_serial_poll();
	dispatch();
	if (loop_work())
		loop_call(NULL, &loop.onJobs, 0, NULL);
	if (loop.started && !loop.dead && engine_has_events())
		loop_call(NULL, &loop.onEngineEvents, 0, NULL);
	if (loop.scheduled && !loop.dead && (double)loop_now() >= loop.at) {
		loop.scheduled = 0;
		loop_call(NULL, &loop.onTimer, 0, NULL);
	}
	return frames;
}

LoopResult loop_run(void)
{
	while (!loop.dead && !(loop.restart && !loop.exiting)) {
		if (loop.exiting && (loop_now() >= loop.exitBy || !stream_pending()))
			break;
		board_alive();
		uint32_t pause = turn() > 0 || loop.dead || loop.restart ? 0 : patience();
		lock_release();
		if (pause > 0)
			board_sleep(pause);
		lock_take();
	}
	return loop.dead && !loop.exiting ? kLoopDead : loop.restart && !loop.exiting ? kLoopRestart : kLoopExit;
}

/* ---- natives ---- */

/* (onTimer, onSignal, onEngineEvents, onJobs): what the loop calls; a device has no signals. Once in a machine's life. */
void xs_loop_start(xsMachine* the)
{
	if (loop.started)
		xsUnknownError("the loop was started before");
	xsSlot* slots[] = { &loop.onTimer, &loop.onSignal, &loop.onEngineEvents, &loop.onJobs };
	for (int i = 0; i < 4; i++) {
		*slots[i] = xsArg(i);
		xsRemember(*slots[i]);
	}
	loop.started = 1;
}

/* (at): onTimer is called once when `now` has reached `at`; undefined: not. */
void xs_loop_schedule(xsMachine* the)
{
	loop.scheduled = xsmcTypeOf(xsArg(0)) != xsUndefinedType;
	if (loop.scheduled)
		loop.at = xsmcToNumber(xsArg(0));
}

/* (): seconds since 1970, 0 when nobody has set the clock since power-up. */
void xs_loop_wall_clock(xsMachine* the)
{
	double seconds = loop.wallOrigin > 0 ? loop.wallOrigin + (double)(loop_now() / 1000) : 0;
	xsmcSetNumber(xsResult, seconds);
}

/* (seconds): sets that clock; 0: it is not known. */
void xs_loop_set_wall_clock(xsMachine* the)
{
	double seconds = xsmcToNumber(xsArg(0));
	loop.wallOrigin = seconds > 0 ? seconds - (double)(loop_now() / 1000) : 0;
}

/* (): milliseconds since power-up. */
void xs_loop_now(xsMachine* the)
{
	xsmcSetNumber(xsResult, (double)loop_now());
}

/* (): ends this control plane after this turn; a fresh one follows. */
void xs_loop_restart(xsMachine* the)
{
	(void)the;
	loop.restart = 1;
}

/* (status): restarts the device after this turn. */
void xs_loop_exit(xsMachine* the)
{
	loop_exit((int)xsmcToInteger(xsArg(0)));
}
