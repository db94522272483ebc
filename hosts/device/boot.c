/* Why this device started, for the control plane (boot.ts). */
#include "board.h"

#include <stdio.h>
#include "xsmc.h"

static uint8_t seen;

static const char* cause(BoardBootReason reason)
{
	switch (reason) {
		case kBootWatchdog:
			return "the watchdog found it stuck";
		case kBootCrash:
			return "crash";
		default:
			return NULL;
	}
}

/* (): why, in one line; undefined: somebody switched it on or asked for it, or has seen why. */
void xs_device_boot(xsMachine* the)
{
	const BoardBoot* boot = board_boot();
	const char* text = cause(boot->reason);
	char line[sizeof boot->text + 32];
	if (seen || text == NULL)
		return;
	snprintf(line, sizeof line, boot->text[0] ? "%s: %s" : "%s", text, boot->text);
	/* Memory that outlasts a reset may have decayed: nothing but ASCII is a text of ours. */
	for (char* c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	xsmcSetString(xsResult, line);
}

/* (): somebody has seen it. */
void xs_device_acknowledge(xsMachine* the)
{
	(void)the;
	seen = 1;
}
