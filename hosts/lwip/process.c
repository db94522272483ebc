#include "process.h"

#include <string.h>
#include "../device/board.h"
#include "xsmc.h"

/* Milliseconds that a line waits for the serial port. */
#define kPatience 100

static Restart restart;

void process_restarted(Restart reason)
{
	restart = reason;
}

static void put(const char* text, size_t size)
{
	uint64_t until = board_microseconds() + kPatience * 1000;
	while (size > 0 && board_microseconds() < until) {
		size_t taken = board_serial_write((const uint8_t*)text, size);
		text += taken;
		size -= taken;
	}
}

void process_print(const char* before, const char* text)
{
	put(before, strlen(before));
	put(text, strlen(text));
	put("\r\n", 2);
}

/* (error, text): writes the text to the serial console, whatever `error` is. */
void xs_process_print(xsMachine* the)
{
	const char* text = xsmcToString(xsArg(1));
	put(text, strlen(text));
}

/* (): why this control plane follows another; 0: it is the first since power-up. */
void xs_process_restart(xsMachine* the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)restart);
}
