/* Byte strings by number in one buffer: what packed.ts says of them is done here, without a view of the buffer for each look. */
#include "xsmc.h"
#include <string.h>

enum { kHeader = 3 };

static size_t entry_size(const uint8_t* entry)
{
	return kHeader + ((size_t)entry[1] << 8 | entry[2]);
}

/* Where the entry begins, or `size` when it is not there. */
static size_t find(const uint8_t* all, size_t size, int id)
{
	size_t at = 0;
	while (at + kHeader <= size && all[at] != id)
		at += entry_size(all + at);
	return at < size ? at : size;
}

/* The bytes of an ArrayBuffer, of a view of one, or of undefined. They move when something is made. */
static uint8_t* bytes_of(xsMachine* the, xsSlot* value, size_t* size)
{
	void* data = NULL;
	xsUnsignedValue count = 0;
	if (xsmcTypeOf(*value) != xsUndefinedType)
		xsmcGetBufferWritable(*value, &data, &count);
	*size = count;
	return data;
}

/* xs_packed_find(packed, id): where its bytes begin, times 65536, and how many they are; -1: there is no such entry. */
void xs_packed_find(xsMachine* the)
{
	size_t size;
	const uint8_t* all = bytes_of(the, &xsArg(0), &size);
	size_t at = find(all, size, xsmcToInteger(xsArg(1)));
	if (at >= size)
		xsResult = xsInteger(-1);
	else
		xsResult = xsNumber((double)(at + kHeader) * 65536 + (double)(entry_size(all + at) - kHeader));
}

/* xs_packed_replace(packed, id, bytes, secret): the new buffer, or undefined when nothing is in it. */
void xs_packed_replace(xsMachine* the)
{
	size_t size, added;
	int id = xsmcToInteger(xsArg(1));
	int hasBytes = xsmcTypeOf(xsArg(2)) != xsUndefinedType;
	uint8_t* old = bytes_of(the, &xsArg(0), &size);
	bytes_of(the, &xsArg(2), &added);
	if (added > 0xffff)
		xsRangeError("entry too long");
	size_t at = find(old, size, id);
	size_t rest = at < size ? at + entry_size(old + at) : at;
	size_t whole = at + (hasBytes ? kHeader + added : 0) + size - rest;
	if (whole > 0xffff)
		xsRangeError("too many entries");
	if (whole > 0) {
		xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)whole);
		size_t wholeSize;
		uint8_t* all = bytes_of(the, &xsResult, &wholeSize);
		const uint8_t* bytes = bytes_of(the, &xsArg(2), &added);
		old = bytes_of(the, &xsArg(0), &size);
		if (at > 0)
			memcpy(all, old, at);
		all += at;
		if (hasBytes) {
			all[0] = (uint8_t)id;
			all[1] = (uint8_t)(added >> 8);
			all[2] = (uint8_t)added;
			if (added > 0)
				memcpy(all + kHeader, bytes, added);
			all += kHeader + added;
		}
		if (size > rest)
			memcpy(all, old + rest, size - rest);
	}
	if (size > 0 && xsmcToBoolean(xsArg(3)))
		memset(old, 0, size);
}
