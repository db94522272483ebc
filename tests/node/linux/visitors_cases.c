/* Who may cost JavaScript something (hosts/unit/io/visitors.c), by a clock of the test: prints `ok NAME` and `not ok NAME` lines. */
#include <stdio.h>
#include "../../../hosts/unit/io/visitors.h"

const VisitorLimits visitorLimits = { .each = { .burst = 40, .rate = 10 }, .few = { .burst = 20, .rate = 1 }, .all = { .burst = 150, .rate = 20 } };

static int failures;
static unsigned counted;
/* Begins beyond what fits 32 bits. */
static uint64_t now = 5000000000u;

void visitors_count(void)
{
	counted++;
}

static void expect(int ok, const char* name)
{
	printf("%s %s\n", ok ? "ok" : "not ok", name);
	failures += !ok;
}

/* How many of `count` calls an address gets. */
static unsigned taken(uint32_t address, unsigned count)
{
	unsigned got = 0;
	for (unsigned i = 0; i < count; i++)
		got += (unsigned)visitors_take(address, now);
	return got;
}

/* Long enough for everything to be as at first. */
static void quiet(void)
{
	now += 3600000;
}

int main(void)
{
	uint32_t from = 0;
	expect(visitors_refused(&from, now) == 0, "nobody was refused yet");
	expect(taken(1, 40) == 40, "an address may cost so much at once");
	expect(taken(1, 10) == 0 && counted == 10, "what is more is refused, and counted");
	now += 100;
	expect(taken(1, 10) == 1, "a tenth of a second later it may cost a tenth of a second's more");
	now += 2000;
	expect(taken(1, 100) == 20, "two seconds later it has two seconds' more");
	quiet();
	expect(taken(1, 100) == 40, "and never more than at first, however long it was quiet");
	expect(taken(2, 40) == 40, "another address has its own");

	expect(visitors_refused(&from, now) == 10 + 9 + 80 + 60 && from == 1, "how many were refused since nothing was told, and from where");
	visitors_take(2, now);
	expect(visitors_refused(&from, now) == 0, "a moment later nothing is told");
	now += 60000;
	expect(visitors_refused(&from, now) == 1 && from == 2, "after a minute it is");
	expect(visitors_refused(&from, now + 60000) == 0, "and nothing when nobody was refused since");

	/* all at once: three addresses take what there is, but for what is kept for those that have cost little */
	quiet();
	unsigned sum = taken(1, 100) + taken(2, 100) + taken(3, 100);
	expect(sum == 100, "addresses that cost much get no more than there is for all, less a third");
	expect(taken(4, 10) == 10, "and who comes then is still looked at");
	quiet();
	sum = 0;
	for (uint32_t address = 100; address < 400; address++)
		sum += taken(address, 5);
	expect(sum == 150, "any number of addresses get what there is for all");
	expect(taken(7, 1) == 0, "a stranger among them is refused");
	now += 50;
	expect(taken(8, 1) + taken(9, 1) == 1, "and they share what comes after");

	/* more addresses than can cost something at once, as often as they like, and one that never came before among them */
	quiet();
	unsigned crowd = 0, stranger = 0;
	for (unsigned step = 0; step < 6000; step++) {
		now += 10;
		for (uint32_t address = 500; address < 500 + 15; address++)
			crowd += taken(address, 2);
		if (step >= 5000 && step % 500 < 10)
			stranger += taken(400, 1);
	}
	expect(crowd > 60 * 18 && crowd <= 150 + 60 * 20, "a crowd gets what there is for all");
	expect(stranger == 20, "and who has cost nothing before is looked at among it, each time");

	/* the administrator */
	quiet();
	visitors_take(5, now);
	visitors_welcome(5, 1, now);
	for (uint32_t address = 1000; address < 3000; address++)
		visitors_take(address, now);
	expect(taken(5, 40) == 40, "whose password was right once is looked at whatever strangers do, and not forgotten for them");
	expect(taken(5, 1) == 0, "but for what it costs itself");
	visitors_welcome(5, 40, now);
	expect(taken(5, 100) == 40, "which it gets back with the password");
	visitors_welcome(5, 1000000, now);
	expect(taken(5, 100) == 40, "and not more than that");
	/* wrong passwords */
	quiet();
	expect(!visitors_wrong(5, 0, now) && !visitors_wrong(6, 0, now), "nobody has given a wrong password");
	expect(visitors_wrong(6, 1, now) && visitors_wrong(6, 0, now) && !visitors_wrong(5, 0, now), "who has is told from others");
	for (uint32_t address = 2000; address < 4000; address++)
		visitors_take(address, now);
	expect(visitors_wrong(6, 0, now), "and not forgotten for addresses that have given none");
	now += 599999;
	expect(visitors_wrong(6, 0, now), "for ten minutes");
	now++;
	expect(!visitors_wrong(6, 0, now), "and no longer");
	visitors_wrong(6, 1, now);
	visitors_welcome(6, 1, now);
	expect(!visitors_wrong(6, 0, now), "nor after the right one");
	quiet();
	for (uint32_t address = 10; address < 10 + 2 * kVisitors; address++)
		visitors_welcome(address, 0, ++now);
	expect(taken(9 + 2 * kVisitors, 100) == 40, "of many whose password was right the last ones are known");
	quiet();
	quiet();
	for (unsigned i = 0; i < 100000; i++) {
		visitors_take(77, now);
		visitors_welcome(77, 1, now);
	}
	expect(visitors_take(77, now), "with the password nobody is ever refused");
	return failures > 0;
}
