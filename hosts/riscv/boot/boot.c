/* The boot loader: chooses a firmware slot (slots.h), verifies what is in it, copies it to the execution memory and jumps there. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "flash.h"
#include "image.h"
#include "layout.h"
#include "load.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "slots.h"

/* Memory of one verification of a signature, measured with room to spare. */
#define kHeapSize 12288
#define kStoreFault 7
#define kUART 0x10000000u
#define kLineStatus 5
#define kTransmitReady 0x20
#define kTimer 0x0200bff8u
#define kTicks 10000000u
/* Seconds between two looks at the flash when there is nothing in it that may be started. */
#define kRetry 10

static uint8_t gHeap[kHeapSize] __attribute__((aligned(8)));

static void say(const char* text)
{
	volatile uint8_t* uart = (volatile uint8_t*)(uintptr_t)kUART;
	for (; *text != 0; text++) {
		while ((uart[kLineStatus] & kTransmitReady) == 0)
			;
		uart[0] = (uint8_t)*text;
	}
}

static void say_hex(uint32_t value)
{
	char text[9];
	for (int i = 7; i >= 0; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	text[8] = 0;
	say(text);
}

static void say_slot(unsigned slot)
{
	char text[] = "keygate boot: slot 0: ";
	text[19] = (char)('0' + slot);
	say(text);
}

static const char* const gFaults[] = {
	[kImageNone] = "no firmware image",
	[kImageFormat] = "an image of a format that this loader does not know",
	[kImageBoard] = "an image for another board",
	[kImageLength] = "an image of a wrong length",
	[kImageDigest] = "the image is not whole",
	[kImageSignature] = "the image is not signed by the key that this board trusts"
};

static int verify(unsigned slot)
{
	Image image;
	const Execution execution = { EXECUTION_BASE, EXECUTION_SIZE, (uint8_t*)(uintptr_t)EXECUTION_BASE };
	ImageFault fault = load_image(slot, &execution, &image);
	say_slot(slot);
	say(fault == kImageGood ? image.version : gFaults[fault]);
	say("\n");
	return fault == kImageGood;
}

static void wait(unsigned seconds)
{
	/* the low word goes round every seven minutes; differences do not mind */
	volatile uint32_t* timer = (volatile uint32_t*)(uintptr_t)kTimer;
	for (uint32_t from = *timer; *timer - from < seconds * kTicks; )
		;
}

/* `unlocks`: start.S was able to undo what the firmware before has locked. */
_Noreturn void boot(uint32_t unlocks);
_Noreturn void boot(uint32_t unlocks)
{
	SlotState state;
	int slot;
	mbedtls_memory_buffer_alloc_init(gHeap, sizeof gHeap);
	slots_read(&state);
	if (state.trial != kNoSlot) {
		say_slot(state.trial);
		say(state.tried ? "was tried and did not come up healthy\n" : "is tried now\n");
	}
	while ((slot = slots_choose(verify)) < 0) {
		say("keygate boot: no firmware can be started: write one to the flash\n");
		wait(kRetry);
	}
	__asm__ volatile("fence rw, rw\n\tfence.i" ::: "memory");
	((void (*)(uint32_t, uint32_t))(uintptr_t)EXECUTION_BASE)((uint32_t)slot | (unlocks ? BOOT_UNLOCKS : 0), BOOT_HANDOVER);
	__builtin_unreachable();
}

/* A fault of the loader itself, or of memory that it cannot have back. */
_Noreturn void boot_trap(uint32_t cause, uint32_t at, uint32_t value)
{
	if (cause == kStoreFault && value >= EXECUTION_BASE && value < EXECUTION_BASE + EXECUTION_SIZE)
		say("keygate boot: the firmware before has locked its memory, and a reset does not unlock it here: turn the power off and on\n");
	say("keygate boot: fault ");
	say_hex(cause);
	say(" at ");
	say_hex(at);
	say(" (");
	say_hex(value);
	say(")\n");
	for (;;)
		__asm__ volatile("wfi");
}

/* mbedTLS found its memory broken. */
void boot_exit(int status)
{
	boot_trap((uint32_t)status, 0, 0);
}
