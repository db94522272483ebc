#define _GNU_SOURCE	/* syscall */

#include "loop.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "../../modules/crypto/accelerator.h"
#include "datapath.h"
#include "process.h"

#define kEventsATurn 64
/* Microseconds of the processor in one call of JavaScript after which packets have waited too long. */
#define kSlowCall 2000
/* Nanoseconds of the processor at a time, the least that Linux grants. */
#define kTurn 100000
/* In LoopWatch.soon: asked for before this turn began. */
#define kMarked 0x80000000u

static struct {
	int epoll;
	uint64_t origin;
	LoopWatch* watches;
	LoopWatch signals;
	LoopWatch accelerator;
	/* The turn in hand: entries of watches that end meanwhile are cleared. */
	struct epoll_event turn[kEventsATurn];
	int turnCount;
} loop = { .epoll = -1 };

static uint64_t monotonic(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

uint64_t loop_now(void)
{
	return monotonic() - loop.origin;
}

static void signals_ready(LoopWatch* watch, uint32_t events)
{
	struct signalfd_siginfo info;
	(void)events;
	while (read(watch->descriptor, &info, sizeof info) == sizeof info) {
		/* A second request to end, or one that no JavaScript can hear, ends at once. */
		if (info.ssi_signo != SIGUSR1 && info.ssi_signo != SIGHUP && (control.exiting || !control.started)) {
			loop_exit(0);
			control.exitBy = 0;
			return;
		}
		loop_call_number(NULL, &control.onSignal, info.ssi_signo);
		if (control.dead && (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)) {
			/* Its heap was full while it closed tunnels: no fresh one is wanted. */
			const char* reason = machine_abort_reason(control.machine);
			fprintf(stderr, "keygate: control plane ended before it had closed all tunnels (%s)\n", reason ? reason : "unknown");
			loop_exit(kExitControl);
			return;
		}
	}
}

static void accelerator_ready(LoopWatch* watch, uint32_t events)
{
	(void)watch;
	(void)events;
	loop_call(NULL, &control.onJobs, 0, NULL);
}

/*
 * Asks the scheduler for short turns: a thread that wants less at a time comes sooner when it wakes, and packets wait for no one's turn of
 * milliseconds to end. It gets no more of the processor by that. Linux before 6.12 does not know it for such threads and keeps to its own.
 */
static void want_short_turns(void)
{
	/* struct sched_attr, of which glibc knows since 2.41 */
	struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t slice, deadline, period; } attributes
		= { .size = sizeof attributes, .policy = SCHED_OTHER, .nice = getpriority(PRIO_PROCESS, 0), .slice = kTurn };
	if (sched_getscheduler(0) == SCHED_OTHER)
		syscall(SYS_sched_setattr, 0, &attributes, 0);
}

int loop_open(void)
{
	sigset_t set;
	want_short_turns();
	loop.origin = monotonic();
	loop.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop.epoll < 0)
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* A gateway in the background may still set its terminal up. */
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	int descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (descriptor < 0)
		return -errno;
	return loop_watch(&loop.signals, descriptor, EPOLLIN, 0, signals_ready);
}

void loop_close(void)
{
	loop_unwatch(&loop.signals);
	close(loop.signals.descriptor);
	close(loop.epoll);
	loop.epoll = -1;
}

/* ---- watches ---- */

int loop_watch(LoopWatch* watch, int descriptor, uint32_t events, int data, void (*ready)(LoopWatch*, uint32_t))
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	memset(watch, 0, sizeof *watch);
	if (descriptor < 0)
		watch->unpollable = 1;
	else if (epoll_ctl(loop.epoll, EPOLL_CTL_ADD, descriptor, &event) < 0) {
		if (errno != EPERM)
			return -errno;
		watch->unpollable = 1;
	}
	watch->descriptor = descriptor;
	watch->events = events;
	watch->open = 1;
	watch->data = (uint8_t)data;
	watch->ready = ready;
	watch->next = loop.watches;
	loop.watches = watch;
	return 0;
}

void loop_want(LoopWatch* watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	if (!watch->open || watch->events == events)
		return;
	watch->events = events;
	if (!watch->unpollable)
		epoll_ctl(loop.epoll, EPOLL_CTL_MOD, watch->descriptor, &event);
}

void loop_blind(LoopWatch* watch)
{
	if (!watch->open || watch->unpollable)
		return;
	epoll_ctl(loop.epoll, EPOLL_CTL_DEL, watch->descriptor, NULL);
	watch->unpollable = 1;
}

void loop_soon(LoopWatch* watch, uint32_t events)
{
	if (watch->open)
		watch->soon |= events;
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
	for (int i = 0; i < loop.turnCount; i++)
		if (loop.turn[i].data.ptr == watch)
			loop.turn[i].data.ptr = NULL;
	if (!watch->unpollable)
		epoll_ctl(loop.epoll, EPOLL_CTL_DEL, watch->descriptor, NULL);
	watch->open = 0;
	watch->soon = 0;
}

/* ---- into JavaScript ---- */

/* Of the processor, that this thread used. */
uint64_t loop_processor(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

void loop_called(uint64_t microseconds)
{
	datapath_most(kCounterLongestCall, (uint32_t)microseconds);
	if (microseconds > kSlowCall)
		datapath_count(kCounterSlowCalls, 1);
}

/* ---- the turns ---- */

/* Milliseconds until the loop has something to do by itself; -1: never. */
static int patience(void)
{
	for (LoopWatch* watch = loop.watches; watch; watch = watch->next)
		if (watch->soon || (watch->unpollable && watch->events))
			return 0;
	double left = control_due() - (double)loop_now();
	/* One more millisecond: the clock's whole milliseconds must have reached it when the call comes. */
	return left <= 0 ? 0 : isinf(left) ? -1 : left > 3600000 ? 3600000 : (int)left + 1;
}

/* Everything that is ready of the data path, or of the rest. */
static void dispatch(int data)
{
	/* What is asked for from now on is for the next turn. */
	for (LoopWatch* watch = loop.watches; watch; watch = watch->next) {
		if (watch->data != data)
			continue;
		if (watch->unpollable)
			watch->soon |= watch->events;
		if (watch->soon)
			watch->soon |= kMarked;
	}
	for (int i = 0; i < loop.turnCount; i++) {
		LoopWatch* watch = loop.turn[i].data.ptr;
		if (control.dead)
			return;
		if (watch == NULL || watch->data != data)
			continue;
		uint32_t events = (loop.turn[i].events | watch->soon) & ~kMarked;
		watch->soon = 0;
		watch->ready(watch, events);
	}
	/* What no descriptor announced. A watch may end others: begin again after each. */
	for (LoopWatch* watch = loop.watches; watch && !control.dead; ) {
		uint32_t events = watch->soon & ~kMarked;
		if (watch->data != data || events == 0 || !(watch->soon & kMarked)) {
			watch = watch->next;
			continue;
		}
		watch->soon = 0;
		watch->ready(watch, events);
		watch = loop.watches;
	}
}

LoopResult loop_run(void)
{
	int descriptor = accelerator_notify_descriptor();
	if (descriptor >= 0 && control.started)
		loop_watch(&loop.accelerator, descriptor, EPOLLIN, 0, accelerator_ready);
	while (control_goes_on()) {
		loop.turnCount = epoll_wait(loop.epoll, loop.turn, kEventsATurn, patience());
		if (loop.turnCount < 0)
			loop.turnCount = 0;
		dispatch(1);
		dispatch(0);
		loop.turnCount = 0;
		control_turn();
	}
	loop_unwatch(&loop.accelerator);
	return control_result();
}

/* ---- natives ---- */

/* A clock that shows a time before this program was begun was not set since power-up. */
#define kEarliestTime 1704067200	/* 2024-01-01 */

/* (): seconds since 1970, 0 when the machine's clock was not set. */
void xs_loop_wall_clock(xsMachine* the)
{
	time_t seconds = time(NULL);
	xsmcSetNumber(xsResult, seconds >= kEarliestTime ? (double)seconds : 0);
}
