/* The ISAKMP header written for header.ts. */
#include "xsmc.h"
#include <string.h>

enum { kCookies = 16, kHeader = 28, kVersion = 0x10 };

static void put32(uint8_t* at, double value)
{
	uint32_t bits = (uint32_t)value;
	at[0] = (uint8_t)(bits >> 24);
	at[1] = (uint8_t)(bits >> 16);
	at[2] = (uint8_t)(bits >> 8);
	at[3] = (uint8_t)bits;
}

/* xs_header_write(bytes, cookies, nextPayload, exchangeType, flags, messageID, length): to the start of `bytes`. */
void xs_header_write(xsMachine* the)
{
	void *data, *cookies;
	xsUnsignedValue size, cookiesSize;
	xsIntegerValue next = xsmcToInteger(xsArg(2)), exchange = xsmcToInteger(xsArg(3)), flags = xsmcToInteger(xsArg(4));
	double id = xsmcToNumber(xsArg(5)), length = xsmcToNumber(xsArg(6));
	xsmcGetBufferWritable(xsArg(0), &data, &size);
	xsmcGetBufferReadable(xsArg(1), &cookies, &cookiesSize);
	if (cookiesSize != kCookies)
		xsRangeError("cookie size");
	if (size < kHeader || !(id >= 0 && id <= 0xffffffff) || !(length >= kHeader && length <= 0xffffffff))
		xsRangeError("no header");
	uint8_t* bytes = data;
	memcpy(bytes, cookies, kCookies);
	bytes[16] = (uint8_t)next;
	bytes[17] = kVersion;
	bytes[18] = (uint8_t)exchange;
	bytes[19] = (uint8_t)flags;
	put32(bytes + 20, id);
	put32(bytes + 24, length);
}
