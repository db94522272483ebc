/* What is done with byte strings in all of a negotiation, for bytes.ts and v1/wire/bytes.ts: JavaScript's engine takes a hundred instructions for each byte that it looks at or writes. */
#include "xsmc.h"
#include "../ipsec/bytes.h"
#include <string.h>

/* The bytes of an ArrayBuffer or of a view of one. They move when something is made. */
static uint8_t* bytes_of(xsMachine* the, xsSlot* value, size_t* size)
{
	void* data = NULL;
	xsUnsignedValue count = 0;
	xsmcGetBufferWritable(*value, &data, &count);
	*size = count;
	return data;
}

/* The lower 32 bits of a number from -2^31 to 2^32 - 1. */
static uint32_t bits_of(xsMachine* the, xsSlot* value)
{
	double number = xsmcToNumber(*value);
	if (!(number >= -2147483648.0 && number <= 4294967295.0))
		xsRangeError("number of 32 bits");
	return number < 0 ? (uint32_t)(int32_t)number : (uint32_t)number;
}

static int is_number(xsMachine* the, xsSlot* value)
{
	int type = xsmcTypeOf(*value);
	return type == xsIntegerType || type == xsNumberType;
}

/* xs_bytes_join(parts, count): an ArrayBuffer with the bytes of an array's `count` elements, one after another; a number has four, big-endian. */
void xs_bytes_join(xsMachine* the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(1));
	size_t whole = 0, at = 0, size = 4;
	xsmcVars(1);
	for (xsIntegerValue i = 0; i < count; i++) {
		xsmcGetIndex(xsVar(0), xsArg(0), (xsIndex)i);
		if (is_number(the, &xsVar(0)))
			size = 4;
		else
			bytes_of(the, &xsVar(0), &size);
		whole += size;
	}
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)whole);
	for (xsIntegerValue i = 0; i < count; i++) {
		const uint8_t* part = NULL;
		uint8_t four[4];
		size_t room;
		xsmcGetIndex(xsVar(0), xsArg(0), (xsIndex)i);
		if (is_number(the, &xsVar(0))) {
			write32(four, bits_of(the, &xsVar(0)));
			part = four;
			size = sizeof(four);
		}
		else
			part = bytes_of(the, &xsVar(0), &size);
		uint8_t* all = bytes_of(the, &xsResult, &room);
		if (size > room - at)
			xsRangeError("parts that change");
		if (size > 0)
			memcpy(all + at, part, size);
		at += size;
	}
}

/* xs_bytes_wipe(secret): zeroes it; undefined is none. */
void xs_bytes_wipe(xsMachine* the)
{
	size_t size;
	if (xsmcTypeOf(xsArg(0)) == xsUndefinedType)
		return;
	uint8_t* secret = bytes_of(the, &xsArg(0), &size);
	if (size > 0)
		memset(secret, 0, size);
}

/* xs_bytes_same(a, b): whether length and content are equal; it stops at the first difference. */
void xs_bytes_same(xsMachine* the)
{
	size_t size, other;
	const uint8_t* a = bytes_of(the, &xsArg(0), &size);
	const uint8_t* b = bytes_of(the, &xsArg(1), &other);
	xsResult = xsBoolean(size == other && (size == 0 || memcmp(a, b, size) == 0));
}

/* xs_bytes_begin(bytes, start): whether the one begins with all of the other. */
void xs_bytes_begin(xsMachine* the)
{
	size_t size, count;
	const uint8_t* bytes = bytes_of(the, &xsArg(0), &size);
	const uint8_t* start = bytes_of(the, &xsArg(1), &count);
	xsResult = xsBoolean(count <= size && (count == 0 || memcmp(bytes, start, count) == 0));
}

/* xs_bytes_hex(bytes): their lower-case hexadecimal digits. */
void xs_bytes_hex(xsMachine* the)
{
	size_t size;
	bytes_of(the, &xsArg(0), &size);
	xsmcSetStringBuffer(xsResult, NULL, (xsIntegerValue)(2 * size));
	char* text = xsmcToString(xsResult);
	const uint8_t* bytes = bytes_of(the, &xsArg(0), &size);
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	text[2 * size] = 0;
}

/* The value of a hexadecimal digit; -1 for any other character. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* xs_bytes_unhex(text): an ArrayBuffer of the bytes of hexadecimal digits; undefined when `text` is not that. */
void xs_bytes_unhex(xsMachine* the)
{
	const char* text = xsmcToString(xsArg(0));
	size_t count = strlen(text), size;
	for (size_t i = 0; i < count; i++) {
		if (digit(text[i]) < 0)
			return;
	}
	if (count & 1)
		return;
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)(count / 2));
	text = xsmcToString(xsArg(0));
	uint8_t* bytes = bytes_of(the, &xsResult, &size);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
}

/* `count` bytes of the first argument from the second one on. */
static uint8_t* field(xsMachine* the, size_t count)
{
	size_t size;
	double at = xsmcToNumber(xsArg(1));
	uint8_t* bytes = bytes_of(the, &xsArg(0), &size);
	if (!(at >= 0 && at + (double)count <= (double)size))
		xsRangeError("beyond the bytes");
	return bytes + (size_t)at;
}

/* xs_bytes_read16(bytes, at): the number in two bytes, big-endian as in all of these. */
void xs_bytes_read16(xsMachine* the)
{
	xsmcSetInteger(xsResult, read16(field(the, 2)));
}

/* xs_bytes_read32(bytes, at): the same of four, unsigned. */
void xs_bytes_read32(xsMachine* the)
{
	uint32_t value = read32(field(the, 4));
	if (value <= 0x7fffffff)
		xsmcSetInteger(xsResult, (xsIntegerValue)value);
	else
		xsmcSetNumber(xsResult, value);
}

/* xs_bytes_write16(bytes, at, value): the lower two bytes of `value`. */
void xs_bytes_write16(xsMachine* the)
{
	uint32_t value = bits_of(the, &xsArg(2));
	write16(field(the, 2), value);
}

/* xs_bytes_write32(bytes, at, value): all four. */
void xs_bytes_write32(xsMachine* the)
{
	uint32_t value = bits_of(the, &xsArg(2));
	write32(field(the, 4), value);
}
