/*
 * Why a start is, the watchdog, and the ends. A line about a crash or a fatal fault outlasts the restart in memory of the real-time clock, which a restart
 * leaves alone and power-up fills with chance.
 */
#include <stddef.h>
#include <string.h>
#include "esp_attr.h"
#include "esp_private/panic_internal.h"
#include "esp_system.h"
#include "esp_task_wdt.h"

#include "../lwip/process.h"
#include "esp32.h"

typedef enum {
	kEndFatal = 0x6b676661,
	kEndCrash = 0x6b676372
} End;

static RTC_NOINIT_ATTR struct {
	uint32_t end;	/* an End; anything else: nothing is known */
	char text[sizeof ((BoardBoot*)0)->text];
} left;

static BoardBoot boot;

void life_open(void)
{
	switch (esp_reset_reason()) {
	case ESP_RST_SW:
		boot.reason = left.end == kEndFatal ? kBootCrash : kBootRestart;
		break;
	case ESP_RST_PANIC:
		boot.reason = kBootCrash;
		break;
	case ESP_RST_INT_WDT:
	case ESP_RST_TASK_WDT:
	case ESP_RST_WDT:
		boot.reason = kBootWatchdog;
		break;
	default:
		boot.reason = kBootPower;
		break;
	}
	if (boot.reason != kBootPower && (left.end == kEndFatal || left.end == kEndCrash)) {
		memcpy(boot.text, left.text, sizeof boot.text);
		boot.text[sizeof boot.text - 1] = 0;
	}
	left.end = 0;
}

const BoardBoot* board_boot(void)
{
	return &boot;
}

void board_alive(void)
{
	/* the first time this task is not watched yet; sdkconfig.defaults has the time that it gets */
	if (esp_task_wdt_reset() == ESP_ERR_NOT_FOUND)
		esp_task_wdt_add(NULL);
}

_Noreturn void board_restart(void)
{
	esp_restart();
}

_Noreturn void board_fatal(const char* text)
{
	process_print("keygate: ", text);
	strncpy(left.text, text, sizeof left.text - 1);
	left.text[sizeof left.text - 1] = 0;
	left.end = kEndFatal;
	esp_restart();
}

/* ---- crashes ----
 * In place of ESP-IDF's own handler, which goes on afterwards (the linker's --wrap, components/keygate). The flash may not be readable here: everything is in
 * fast memory, and no function is called.
 */

void __real_esp_panic_handler(panic_info_t* info);

static IRAM_ATTR char* put(char* to, const char* text)
{
	/* texts of ESP-IDF's handler are in fast memory as well */
	while (text && *text && to < left.text + sizeof left.text - 1)
		*to++ = *text++;
	return to;
}

static IRAM_ATTR char* put_number(char* to, uint32_t number)
{
	for (int shift = 28; shift >= 0 && to < left.text + sizeof left.text - 1; shift -= 4) {
		uint32_t digit = number >> shift & 15;
		*to++ = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
	}
	return to;
}

void IRAM_ATTR __wrap_esp_panic_handler(panic_info_t* info)
{
	static DRAM_ATTR const char at[] = " at 0x";
	char* to = put(left.text, info->reason);
	to = put(to, at);
	to = put_number(to, (uint32_t)(uintptr_t)info->addr);
	*to = 0;
	left.end = kEndCrash;
	__real_esp_panic_handler(info);
}
