/* What the C library asks of a system. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>
#include "../device/board.h"
#include "rootimage.h"
#include "uart.h"
#include "virt.h"

extern char heap_start[], heap_end[], scratch_start[], scratch_end[];

/* Text of C (faults while the program starts): at once, on the serial port. */
static int putCharacter(char character, FILE* file)
{
	char text[2] = { character, 0 };
	(void)file;
	uart_say(text);
	return (unsigned char)character;
}

static FILE serial = FDEV_SETUP_STREAM(putCharacter, NULL, NULL, _FDEV_SETUP_WRITE);
FILE* const stdout = &serial;
FILE* const stderr = &serial;

static char* top;

/* The heap has an end. While the build makes the root machine it is elsewhere, and large. */
void* sbrk(ptrdiff_t size)
{
	char* former;
	int isMade = rootimage_exists();
	if (!top)
		top = isMade ? heap_start : scratch_start;
	former = top;
	if (size > (isMade ? heap_end : scratch_end) - top)
		return (void*)-1;
	top += size;
	return former;
}

/* What was taken stays the C library's: that is the most that was used at once, and a little more. */
void board_heap(uint32_t* most, uint32_t* size)
{
	*most = top ? (uint32_t)(top - heap_start) : 0;
	*size = (uint32_t)(heap_end - heap_start);
}

int gettimeofday(struct timeval* now, void* zone)
{
	uint64_t nanoseconds = read_register(kClockRTC);
	nanoseconds |= (uint64_t)read_register(kClockRTC + 4) << 32;
	(void)zone;
	now->tv_sec = (time_t)(nanoseconds / 1000000000u);
	now->tv_usec = (suseconds_t)(nanoseconds % 1000000000u / 1000u);
	return 0;
}

_Noreturn void abort(void)
{
	board_fatal("abort");
}

_Noreturn void _exit(int status)
{
	(void)status;
	board_fatal("exit");
}
