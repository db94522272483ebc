/*
 * Anti-replay window (RFC 4303 3.4.3): the last REPLAY_WINDOW sequence numbers, as a ring of words in which moving on zeroes whole words only
 * (RFC 6479). Check before the ICV, commit after it: what is not authenticated changes nothing.
 */
#ifndef KEYGATE_REPLAY_H
#define KEYGATE_REPLAY_H

#include "sad.h"

/* 1 when `sequence` is in the window or ahead of it, and was not committed before. 0 is never sent, so never accepted. */
int replay_check(const SARecord* sa, uint64_t sequence);
/* Only for what replay_check accepts. */
void replay_commit(SARecord* sa, uint64_t sequence);

#endif
