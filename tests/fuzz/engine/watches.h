/* What a fuzzing program's loop watches: the host's LoopWatch, whichever it is. */
#ifndef KEYGATE_FUZZ_WATCHES_H
#define KEYGATE_FUZZ_WATCHES_H

static LoopWatch* watches;

/* One that is not among them yet, and has `watches` as its next. */
static void add_watch(LoopWatch* watch)
{
	for (const LoopWatch* each = watches; each; each = each->next)
		HOLDS(each != watch);
	watches = watch;
}

/* Takes out one that is open. */
static void remove_watch(LoopWatch* watch)
{
	LoopWatch** link = &watches;
	while (*link != watch) {
		HOLDS(*link != NULL);
		link = &(*link)->next;
	}
	*link = watch->next;
	watch->open = 0;
	watch->soon = 0;
}

#endif
