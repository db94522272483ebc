#include "replay.h"

static uint64_t bit(uint64_t sequence)
{
	return (uint64_t)1 << (sequence % 64);
}

int replay_check(const SARecord* sa, uint64_t sequence)
{
	if (sequence == 0)
		return 0;
	if (sequence > sa->sequence)
		return 1;
	if (sa->sequence - sequence >= REPLAY_WINDOW)
		return 0;
	return (sa->window[sequence / 64 % SA_WINDOW_WORDS] & bit(sequence)) == 0;
}

void replay_commit(SARecord* sa, uint64_t sequence)
{
	if (sequence > sa->sequence) {
		uint64_t steps = sequence / 64 - sa->sequence / 64;
		if (steps > SA_WINDOW_WORDS)
			steps = SA_WINDOW_WORDS;
		for (uint64_t i = 0; i < steps; i++)
			sa->window[(sequence / 64 - i) % SA_WINDOW_WORDS] = 0;
		sa->sequence = sequence;
	}
	sa->window[sequence / 64 % SA_WINDOW_WORDS] |= bit(sequence);
}

uint64_t replay_extend(const SARecord* sa, uint32_t low)
{
	uint64_t high = sa->sequence >> 32;
	uint32_t top = (uint32_t)sa->sequence;
	uint32_t bottom = top - (REPLAY_WINDOW - 1);
	if (top >= REPLAY_WINDOW - 1)
		high += low < bottom;		/* the window has one upper half: what is below it is ahead of it */
	else if (low >= bottom) {
		if (high == 0)
			return 0;
		high--;				/* the window begins in the upper half before this one */
	}
	return high << 32 | low;
}
