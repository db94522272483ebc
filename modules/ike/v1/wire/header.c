/* The ISAKMP header written for header.ts. */
#include "xsmc.h"
#include "../../../ipsec/bytes.h"
#include <string.h>

enum { kCookies = 16, kHeader = 28, kVersion = 0x10 };

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
	write32(bytes + 20, (uint32_t)id);
	write32(bytes + 24, (uint32_t)length);
}
