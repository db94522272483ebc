/*
 * The event loop: one thread, one epoll descriptor. In each turn the data path's descriptors come first (a bounded batch each),
 * then everything that enters JavaScript, so that neither starves the other. Nothing polls: a quiet gateway sleeps.
 */
#ifndef KEYGATE_LOOP_H
#define KEYGATE_LOOP_H

#include <stdint.h>
#include <sys/epoll.h>
#include "../unit/control.h"

typedef struct LoopWatch LoopWatch;
/* A descriptor that the loop watches; lives in its owner. All fields are the loop's, `ready` is given when it is opened. */
struct LoopWatch {
	int descriptor;
	uint32_t events;	/* asked of epoll now */
	uint32_t soon;		/* reported in the next turn whatever epoll says */
	uint8_t open;
	uint8_t data;		/* belongs to the data path: before everything that enters JavaScript */
	uint8_t unpollable;	/* a regular file, which epoll refuses: always ready; or no descriptor */
	void (*ready)(LoopWatch* watch, uint32_t events);
	LoopWatch* next;
};

/* 0, or a negative errno. */
int loop_open(void);
void loop_close(void);

/*
 * Watches `descriptor` for `events` (EPOLLIN, EPOLLOUT; errors always). 0, or a negative errno. Descriptor -1: only loop_soon makes it
 * ready, which is how the data path hands something to JavaScript in the same turn.
 */
int loop_watch(LoopWatch* watch, int descriptor, uint32_t events, int data, void (*ready)(LoopWatch* watch, uint32_t events));
/* Changes what it is watched for. */
void loop_want(LoopWatch* watch, uint32_t events);
/* `ready` is called in the next turn with `events`, ready or not: for what is buffered above the descriptor. */
void loop_soon(LoopWatch* watch, uint32_t events);
/* epoll's errors and hang-ups of the descriptor are of no interest any more; from now on it counts as ready for what it is wanted for. */
void loop_blind(LoopWatch* watch);
/* Ends it; `ready` is not called again, not even for what this turn has in hand. May be called twice. */
void loop_unwatch(LoopWatch* watch);

#endif
