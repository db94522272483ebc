#include "loop.h"

#include "../device/board.h"
#include "datapath.h"
#include "lock.h"
#include "lwip/timeouts.h"
#include "netifs.h"
#include "stream.h"

/* Frames of each port in one turn. */
#define kFramesATurn 16
/* Microseconds in one call of JavaScript after which packets have waited too long. */
#define kSlowCall 20000
/* Milliseconds that an idle loop sleeps at most: the watchdog wants to hear of it. */
#define kLongestSleep 1000

static LoopWatch* watches;
/* Seconds since 1970 when the clock showed 0; 0: nobody knows. */
static double wallOrigin;

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
	*watch = (LoopWatch){ .open = 1, .ready = ready, .next = watches };
	watches = watch;
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
	for (LoopWatch** link = &watches; *link; link = &(*link)->next) {
		if (*link == watch) {
			*link = watch->next;
			break;
		}
	}
	watch->open = watch->soon = watch->marked = 0;
}

/* ---- into JavaScript ---- */

uint64_t loop_processor(void)
{
	return board_microseconds();
}

void loop_called(uint64_t microseconds)
{
	datapath_most(kCounterLongestCall, microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds);
	if (microseconds > kSlowCall)
		datapath_count(kCounterSlowCalls, 1);
	/* Long ones may follow each other in one turn. */
	board_alive();
}

/* ---- the turns ---- */

/* Milliseconds that the loop has nothing to do by itself. */
static uint32_t patience(void)
{
	double left = control_due() - (double)loop_now();
	for (LoopWatch* watch = watches; watch; watch = watch->next)
		if (watch->soon)
			return 0;
	if (left > kLongestSleep)
		left = kLongestSleep;
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
	for (LoopWatch* watch = watches; watch; watch = watch->next)
		watch->marked = watch->soon;
	for (LoopWatch* watch = watches; watch && !control.dead; ) {
		if (!watch->marked) {
			watch = watch->next;
			continue;
		}
		watch->soon = watch->marked = 0;
		watch->ready(watch);
		lock_yield();
		watch = watches;
	}
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
		loop_call(NULL, &control.onJobs, 0, NULL);
	control_turn();
	return frames;
}

LoopResult loop_run(void)
{
	while (control_goes_on()) {
		board_alive();
		uint32_t pause = turn() > 0 || control.dead || control.restart ? 0 : patience();
		lock_release();
		if (pause > 0)
			board_sleep(pause);
		lock_take();
	}
	return control_result();
}

/* ---- natives ---- */

/* (): seconds since 1970, 0 when nobody has set the clock since power-up. */
void xs_loop_wall_clock(xsMachine* the)
{
	double seconds = wallOrigin > 0 ? wallOrigin + (double)(loop_now() / 1000) : 0;
	xsmcSetNumber(xsResult, seconds);
}

/* (seconds): sets that clock; 0: it is not known. */
void xs_loop_set_wall_clock(xsMachine* the)
{
	double seconds = xsmcToNumber(xsArg(0));
	wallOrigin = seconds > 0 ? seconds - (double)(loop_now() / 1000) : 0;
}
