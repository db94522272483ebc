/*
 * Anti-replay window (RFC 4303 3.4.3): the last REPLAY_WINDOW sequence numbers, as a ring of words in which moving on zeroes whole words only
 * (RFC 6479). Check before the ICV, commit after it: what is not authenticated changes nothing.
 */
#ifndef KEYGATE_REPLAY_H
#define KEYGATE_REPLAY_H

#include "sad.h"

/* 1 when `sequence` is in the window or ahead of it, and was not committed before. 0 is never sent, so never accepted. */
int replay_check(const SARecord* sa, uint64_t sequence);
/*
 * The whole of a number of 64 bits of which a packet carries `low` (RFC 4303 appendix A): the one that lies in the window or ahead of it. 0, which is never
 * accepted, when it would lie before the first.
 */
uint64_t replay_extend(const SARecord* sa, uint32_t low);
/* Only for what replay_check accepts. */
void replay_commit(SARecord* sa, uint64_t sequence);

#endif
