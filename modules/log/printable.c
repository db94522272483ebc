/* What most texts of a log are is seen here: looking at each character costs JavaScript three slots of its heap. */
#include "xsmc.h"
#include <string.h>

/* xs_printable_plain(text): whether there is nothing in it but printable ASCII. */
void xs_printable_plain(xsMachine* the)
{
	const char* text = xsmcToString(xsArg(0));
	while (*text >= 0x20 && *text < 0x7f)
		text++;
	xsResult = xsBoolean(*text == 0);
}

/* xs_printable_put(bytes, at, room, text): writes a text of printable ASCII that fits into `room` bytes, zeroes what it leaves of them, and answers how many it has; -1, and nothing is written: it is longer, or another. */
void xs_printable_put(xsMachine* the)
{
	void* data = NULL;
	xsUnsignedValue size = 0;
	const char* text = xsmcToString(xsArg(3));
	size_t count = 0;
	size_t at = (size_t)xsmcToInteger(xsArg(1));
	size_t room = (size_t)xsmcToInteger(xsArg(2));
	xsmcGetBufferWritable(xsArg(0), &data, &size);
	if (at > size || room > size - at)
		xsRangeError("beyond the table");
	while (text[count] >= 0x20 && text[count] < 0x7f)
		count++;
	if (text[count] != 0 || count > room) {
		xsResult = xsInteger(-1);
		return;
	}
	memcpy((uint8_t*)data + at, text, count);
	memset((uint8_t*)data + at + count, 0, room - count);
	xsResult = xsInteger((xsIntegerValue)count);
}
