/* Addresses in dotted form: each text that JavaScript takes one apart into costs its engine a piece of its heap. */
#include "xsmc.h"

/* The number in the digits from `text` on, up to 255 and without leading zeros, or -1. Moves `text` behind them. */
static int octet(const char** text)
{
	int value = 0, digits = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		if (digits++ > 0 && value == 0)
			return -1;
		value = value * 10 + (**text - '0');
		if (value > 255)
			return -1;
	}
	return digits > 0 ? value : -1;
}

/* xs_address_parse(text): the address as a number, or undefined when `text` is not exactly four octets with dots between them. */
void xs_address_parse(xsMachine* the)
{
	const char* text = xsmcToString(xsArg(0));
	uint32_t address = 0;
	for (int i = 0; i < 4; i++) {
		int value = octet(&text);
		if (value < 0 || *text != (i < 3 ? '.' : 0))
			return;
		address = address << 8 | (uint32_t)value;
		text++;
	}
	xsResult = address <= INT32_MAX ? xsInteger((xsIntegerValue)address) : xsNumber((double)address);
}
