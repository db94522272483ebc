/* What most texts of a log are is seen here: looking at each character costs JavaScript three slots of its heap. */
#include "xsmc.h"

/* xs_printable_plain(text): whether there is nothing in it but printable ASCII. */
void xs_printable_plain(xsMachine* the)
{
	const char* text = xsmcToString(xsArg(0));
	while (*text >= 0x20 && *text < 0x7f)
		text++;
	xsResult = xsBoolean(*text == 0);
}
