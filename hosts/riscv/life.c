#include "life.h"

#include <string.h>
#include "uart.h"
#include "virt.h"

#define kMagic 0x6b676c66u

typedef struct {
	uint32_t magic;
	BoardBoot boot;
	uint32_t check;	/* over all before it: memory after power-up is anything */
} Record;

extern Record life_record;

/* Microseconds that a start lasts at least when it ends by a fault: one that comes each time leaves time to read its line. */
#define kShortest 3000000

static BoardBoot before;
static uint64_t began;

static uint32_t check(const Record* record)
{
	const uint8_t* bytes = (const uint8_t*)record;
	uint32_t sum = 2166136261u;
	for (size_t i = 0; i < offsetof(Record, check); i++)
		sum = (sum ^ bytes[i]) * 16777619u;
	return sum;
}

void life_begin(void)
{
	began = board_microseconds();
	if (life_record.magic == kMagic && life_record.check == check(&life_record)) {
		before = life_record.boot;
		before.text[sizeof(before.text) - 1] = 0;
	}
	/* once: what ends without a word was switched off */
	life_record.magic = 0;
}

const BoardBoot* board_boot(void)
{
	return &before;
}

_Noreturn void __attribute__((aligned(4))) life_reset(void)
{
	for (;;)
		write_register(kReset, kResetRestart);
}

_Noreturn void life_end(BoardBootReason reason, const char* text)
{
	interrupts_hold();
	memset(&life_record, 0, sizeof(life_record));
	life_record.boot.reason = reason;
	strncpy(life_record.boot.text, text, sizeof(life_record.boot.text) - 1);
	life_record.magic = kMagic;
	life_record.check = check(&life_record);
	uart_drain();
	if (text[0]) {
		uart_say(reason == kBootWatchdog ? "\nkeygate: watchdog: " : "\nkeygate: crash: ");
		uart_say(text);
		uart_say("\n");
		while (board_microseconds() - began < kShortest)
			;
	}
	life_reset();
}

_Noreturn void board_restart(void)
{
	life_end(kBootRestart, "");
}

_Noreturn void board_fatal(const char* text)
{
	life_end(kBootCrash, text);
}
