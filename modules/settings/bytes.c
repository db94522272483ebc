/* The natives of bytes.ts: what looks at every byte of a document. */
#include "xsmc.h"
#include <string.h>

/* The bytes of the first argument; `from`: the second, at most as many. */
static const uint8_t* bytesOf(xsMachine* the, size_t* size, size_t* from)
{
	void* data = NULL;
	xsUnsignedValue count = 0;
	xsIntegerValue at = xsmcToInteger(xsArg(1));
	xsmcGetBufferReadable(xsArg(0), &data, &count);
	*size = count;
	*from = at < 0 ? 0 : (size_t)at < count ? (size_t)at : count;
	return data;
}

/* (bytes, from): where the next line feed is; as many as there are bytes: nowhere. */
void xs_settings_line_end(xsMachine* the)
{
	size_t size, from;
	const uint8_t* bytes = bytesOf(the, &size, &from);
	const uint8_t* end = from < size ? memchr(bytes + from, '\n', size - from) : NULL;
	xsmcSetInteger(xsResult, (xsIntegerValue)(end ? (size_t)(end - bytes) : size));
}

/* (bytes, from): where the next byte is that cannot stand in a JSON text as it is, or ends it; as many as there are bytes: nowhere. */
void xs_settings_plain_end(xsMachine* the)
{
	size_t size, at;
	const uint8_t* bytes = bytesOf(the, &size, &at);
	while (at < size && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\')
		at++;
	xsmcSetInteger(xsResult, (xsIntegerValue)at);
}
