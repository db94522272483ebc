#include "process.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "../unit/control.h"

static struct {
	int count;
	char** words;
	Restart restart;
} process;

void process_arguments(int count, char** words)
{
	process.count = count;
	process.words = words;
}

void process_restarted(Restart reason)
{
	process.restart = reason;
}

/* (index): a word of the command line, 0 the first behind the program's name; undefined behind the last. */
void xs_process_argument(xsMachine* the)
{
	xsIntegerValue index = xsmcToInteger(xsArg(0));
	if (index >= 0 && index + 1 < process.count)
		xsmcSetString(xsResult, process.words[index + 1]);
}

/* (error, text): writes all of the text to standard output, or to standard error. */
void xs_process_print(xsMachine* the)
{
	int descriptor = xsmcToBoolean(xsArg(0)) ? 2 : 1;
	const char* text = xsmcToString(xsArg(1));
	size_t left = strlen(text);
	while (left > 0) {
		ssize_t put = write(descriptor, text, left);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			break;
		text += put;
		left -= (size_t)put;
	}
}

const char* error_text(int number)
{
	return strerror(number);
}

/* (): why this control plane follows another; 0: it is the first of this process. */
void xs_process_restart(xsMachine* the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)process.restart);
}
