/* What the main module asks of the program around it. */
#include <stdio.h>
#include "xsmc.h"

/* xs_print(text): writes it as it is; the SDK's own trace() goes to its debugger alone. */
void xs_print(xsMachine* the)
{
	fputs(xsmcToString(xsArg(0)), stdout);
}
