/* The anti-replay window against a plain model of it, over every edge. */
#include "cases.h"
#include "replay.h"
#include "support.h"

static void freshWindow(SARecord* sa)
{
	memset(sa, 0, sizeof(*sa));
}

static void table(void)
{
	enum { kNew = 1, kOld = 0 };
	static const struct { uint64_t sequence; int expected; } steps[] = {
		{ 0, kOld },				/* never sent */
		{ 1, kNew }, { 1, kOld },
		{ 3, kNew }, { 2, kNew }, { 2, kOld }, { 3, kOld },
		{ 63, kNew }, { 64, kNew }, { 65, kNew }, { 64, kOld }, { 63, kOld },	/* over a word's edge */
		{ REPLAY_WINDOW, kNew }, { 4, kNew },
		{ REPLAY_WINDOW + 3, kNew },		/* 4 is now the oldest but one */
		{ 3, kOld }, { 4, kOld }, { 5, kNew }, { 5, kOld },
		{ REPLAY_WINDOW + 4, kNew },
		{ 4, kOld },				/* exactly one window behind: out */
		{ 6, kNew },
		{ 2 * REPLAY_WINDOW + 4, kNew },	/* one window ahead: all before is out but what is within */
		{ REPLAY_WINDOW + 4, kOld }, { REPLAY_WINDOW + 5, kNew }, { REPLAY_WINDOW + 5, kOld },
		{ 5 * REPLAY_WINDOW, kNew },		/* a leap over the whole ring */
		{ 4 * REPLAY_WINDOW, kOld }, { 4 * REPLAY_WINDOW + 1, kNew }, { 5 * REPLAY_WINDOW, kOld },
		{ 0xfffffffeu, kNew }, { 0xffffffffu, kNew }, { 0xffffffffu, kOld }, { 0xffffffffu - REPLAY_WINDOW, kOld }, { 0x100000000u - REPLAY_WINDOW, kNew },
		{ 0x100000000u, kNew }, { 0x100000000u, kOld }, { 0xfffffffdu, kNew },	/* numbers of 64 bits, for those to come */
	};
	SARecord sa;
	freshWindow(&sa);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int accepted = replay_check(&sa, steps[i].sequence);
		if (accepted != steps[i].expected)
			printf("# step %zu: %llu\n", i, (unsigned long long)steps[i].sequence);
		CHECK(accepted == steps[i].expected);
		if (accepted)
			replay_commit(&sa, steps[i].sequence);
	}
}

/* The model remembers every number. */
#define kNumbers 4096
static void model(void)
{
	static uint8_t seen[kNumbers];
	uint32_t random = 12345;
	for (unsigned round = 0; round < 20; round++) {
		SARecord sa;
		uint32_t top = 0;
		freshWindow(&sa);
		memset(seen, 0, sizeof(seen));
		for (unsigned i = 0; i < 6000; i++) {
			random = random * 1664525 + 1013904223;
			/* around the top, mostly behind it */
			int64_t sequence = (int64_t)top + (int64_t)((random >> 8) % (2 * REPLAY_WINDOW)) - (REPLAY_WINDOW + REPLAY_WINDOW / 2) + (int64_t)(round * 8);
			if (sequence < 0 || sequence >= kNumbers)
				continue;
			int expected = sequence != 0 && !seen[sequence] && sequence + REPLAY_WINDOW > top;
			CHECK(replay_check(&sa, (uint64_t)sequence) == expected);
			if (!expected)
				continue;
			replay_commit(&sa, (uint64_t)sequence);
			seen[sequence] = 1;
			if (sequence > top)
				top = (uint32_t)sequence;
		}
	}
}

static void checkChangesNothing(void)
{
	SARecord sa, before;
	freshWindow(&sa);
	replay_commit(&sa, 1000);
	before = sa;
	for (uint64_t sequence = 0; sequence < 3000; sequence++)
		replay_check(&sa, sequence);
	CHECK(memcmp(&sa, &before, sizeof(sa)) == 0);
}

static void neverOutsideTheRing(void)
{
	SARecord sa;
	freshWindow(&sa);
	sa.padding[0] = 0xa5;
	sa.ahKey[SA_AH_KEY_MAXIMUM - 1] = 0x5a;
	for (uint64_t sequence = 1; sequence < 2000; sequence += 3)
		replay_commit(&sa, sequence);
	CHECK(sa.padding[0] == 0xa5 && sa.ahKey[SA_AH_KEY_MAXIMUM - 1] == 0x5a);
}

void replayCases(void)
{
	runCase("replay window: every edge", table);
	runCase("replay window: as a model that remembers every number", model);
	runCase("replay window: a check changes nothing", checkChangesNothing);
	runCase("replay window: words stay in the record", neverOutsideTheRing);
}
