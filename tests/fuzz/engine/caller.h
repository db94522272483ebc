/* The one machine of a fuzzing program in which a JavaScript calls natives of sockets, and how it does. */
#ifndef KEYGATE_FUZZ_CALLER_H
#define KEYGATE_FUZZ_CALLER_H

#include "xsmc.h"

static xsMachine machine = { .failsAfter = -1 };
static xsMachine* const the = &machine;

static void set_number(unsigned place, double value)
{
	the->arguments[place] = (xsSlot){ .kind = kNumber, .number = value };
}

static void set_object(unsigned place, int index)
{
	the->arguments[place] = (xsSlot){ .kind = kObject, .number = index };
}

/* Whether it came to its end; arguments were set. */
static int call(void (*native)(xsMachine*))
{
	int ended = 0;
	if (setjmp(the->thrown) == 0) {
		native(the);
		ended = 1;
	}
	for (unsigned i = 0; i < 6; i++) {
		if (the->arguments[i].kind == kBuffer)
			free(the->arguments[i].bytes);
		the->arguments[i] = (xsSlot){ .kind = kUndefined };
	}
	return ended;
}

static xsSlot take_result(void)
{
	xsSlot result = the->result;
	the->result = (xsSlot){ .kind = kUndefined };
	return result;
}

#endif
