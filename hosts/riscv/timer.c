#include "timer.h"

#include <stdio.h>
#include "life.h"
#include "port.h"
#include "uart.h"
#include "virt.h"

#define kNever UINT64_MAX

static struct {
	volatile int woken;
	uint64_t aliveBy;	/* in ticks; 0: the watchdog was not started */
} timer;

static uint64_t ticks(void)
{
	uint32_t high, low;
	do {
		high = read_register(kTimerNow + 4);
		low = read_register(kTimerNow);
	} while (high != read_register(kTimerNow + 4));
	return (uint64_t)high << 32 | low;
}

/* The next interrupt. No moment in between is earlier than both the one before and this one. */
static void setCompare(uint64_t at)
{
	write_register(kTimerCompare + 4, 0xffffffffu);
	write_register(kTimerCompare, (uint32_t)at);
	write_register(kTimerCompare + 4, (uint32_t)(at >> 32));
}

uint64_t board_microseconds(void)
{
	return ticks() / kTicksPerMicrosecond;
}

void board_wake(void)
{
	timer.woken = 1;
}

static uint64_t watchdogAt(void)
{
	return timer.aliveBy ? timer.aliveBy : kNever;
}

void board_sleep(uint32_t milliseconds)
{
	uint64_t until = ticks() + (uint64_t)milliseconds * 1000 * kTicksPerMicrosecond;
	setCompare(until < watchdogAt() ? until : watchdogAt());
	/* Each interrupt wakes: what comes between these looks and the wait is not missed. */
	while (!timer.woken && !port_has_frames() && ticks() < until)
		timer_wait(&timer.woken);
	timer.woken = 0;
	setCompare(watchdogAt());
}

void board_alive(void)
{
	uint32_t held = interrupts_hold();
	timer.aliveBy = ticks() + (uint64_t)kWatchdog * 1000 * kTicksPerMicrosecond;
	setCompare(timer.aliveBy);
	interrupts_release(held);
}

void timer_interrupt(uint32_t pc)
{
	uint64_t now = ticks();
	if (now >= watchdogAt()) {
		char line[64];
		snprintf(line, sizeof(line), "the loop did not come round in %u ms: pc %08x", (unsigned)kWatchdog, (unsigned)pc);
		life_end(kBootWatchdog, line);
	}
	/* a sleep that is over */
	timer.woken = 1;
	setCompare(watchdogAt());
}
