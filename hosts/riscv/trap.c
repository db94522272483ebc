#include "trap.h"

#include <stdio.h>
#include <string.h>
#include "life.h"
#include "timer.h"
#include "virt.h"

enum {
	kIllegalInstruction = 2,
	kTimerInterrupt = 7,
	kDeviceInterrupt = 11
};

#define kDevices 11	/* interrupts 1 to 10: virtio and the serial port */

static struct {
	void (*handle)(void* data);
	void* data;
} devices[kDevices];

static volatile int trying, refused;

static const char* causeName(uint32_t cause)
{
	static const char* const names[] = {
		"instruction address misaligned", "instruction access fault", "illegal instruction", "breakpoint", "load address misaligned",
		"load access fault", "store address misaligned", "store access fault"
	};
	return cause < sizeof(names) / sizeof(names[0]) ? names[cause] : "fault";
}

static void serve(void)
{
	uint32_t number;
	while ((number = read_register(kInterruptClaim)) != 0) {
		if (number < kDevices && devices[number].handle)
			devices[number].handle(devices[number].data);
		write_register(kInterruptClaim, number);
	}
}

/* Of a fault one line: what, where, and the registers that most often tell why. */
static void fault(uint32_t cause, uint32_t pc, const uint32_t* registers)
{
	uint32_t address;
	char line[kLifeText];
	__asm__ volatile("csrr %0, mtval" : "=r"(address));
	/* another fault in here would come again and again: that one restarts without a word */
	__asm__ volatile("csrw mtvec, %0" :: "r"(life_reset));
	snprintf(line, sizeof(line), "%s pc %08x address %08x ra %08x sp %08x a0 %08x a1 %08x a2 %08x a3 %08x s0 %08x s1 %08x", causeName(cause), (unsigned)pc, (unsigned)address,
		(unsigned)registers[1], (unsigned)registers[2], (unsigned)registers[10], (unsigned)registers[11], (unsigned)registers[12], (unsigned)registers[13],
		(unsigned)registers[8], (unsigned)registers[9]);
	life_end(kBootCrash, line);
}

/* Called by start.S with the interrupted one's registers, on a stack of its own. */
void trap_handle(uint32_t* registers);
void trap_handle(uint32_t* registers)
{
	uint32_t cause, pc;
	__asm__ volatile("csrr %0, mcause\ncsrr %1, mepc" : "=r"(cause), "=r"(pc));
	if (cause == (0x80000000u | kTimerInterrupt))
		timer_interrupt(pc);
	else if (cause == (0x80000000u | kDeviceInterrupt))
		serve();
	else if (cause == kIllegalInstruction && trying) {
		refused = 1;
		__asm__ volatile("csrw mepc, %0" :: "r"(pc + 4));
	}
	else
		fault(cause, pc, registers);
	if ((cause & 0x80000000u) && pc >= (uintptr_t)timer_wait && pc < (uintptr_t)timer_waited)
		__asm__ volatile("csrw mepc, %0" :: "r"(timer_waited));
}

int trap_try_seed(uint32_t* value)
{
	trying = 1;
	refused = 0;
	__asm__ volatile("csrrw %0, 0x015, x0" : "=r"(*value) :: "memory");
	trying = 0;
	return !refused;
}

int trap_try(void (*work)(void))
{
	trying = 1;
	refused = 0;
	work();
	trying = 0;
	return !refused;
}

void trap_on_interrupt(unsigned number, void (*handle)(void* data), void* data)
{
	devices[number].handle = handle;
	devices[number].data = data;
	write_register(kInterruptPriority(number), 1);
	write_register(kInterruptEnable, read_register(kInterruptEnable) | 1u << number);
}

void trap_open(void)
{
	write_register(kInterruptThreshold, 0);
	__asm__ volatile("csrw mie, %0" :: "r"(1u << kDeviceInterrupt | 1u << kTimerInterrupt));
	interrupts_release(8);
}
