/* QEMU's "virt" machine, as far as it is used here: addresses, and the registers of its devices. */
#ifndef KEYGATE_RISCV_VIRT_H
#define KEYGATE_RISCV_VIRT_H

#include <stdint.h>

#define kReset 0x100000u	/* SiFive's test device */
#define kResetRestart 0x7777u
#define kClockRTC 0x101000u	/* Goldfish: nanoseconds since 1970, low half first */
#define kTimer 0x2000000u	/* CLINT */
#define kTimerCompare (kTimer + 0x4000u)
#define kTimerNow (kTimer + 0xbff8u)
#define kTicksPerMicrosecond 10u
#define kInterrupts 0xc000000u	/* PLIC, context 0: hart 0 in machine mode */
#define kInterruptPriority(number) (kInterrupts + 4u * (number))
#define kInterruptEnable (kInterrupts + 0x2000u)
#define kInterruptThreshold (kInterrupts + 0x200000u)
#define kInterruptClaim (kInterrupts + 0x200004u)
#define kSerial 0x10000000u
#define kSerialInterrupt 10u
#define kVirtio(number) (0x10001000u + 0x1000u * (number))
#define kVirtioInterrupt(number) (1u + (number))
#define kVirtioDevices 8u

static inline uint32_t read_register(uint32_t address)
{
	return *(volatile uint32_t*)address;
}

static inline void write_register(uint32_t address, uint32_t value)
{
	*(volatile uint32_t*)address = value;
}

static inline uint8_t read_byte(uint32_t address)
{
	return *(volatile uint8_t*)address;
}

static inline void write_byte(uint32_t address, uint8_t value)
{
	*(volatile uint8_t*)address = value;
}

/* What a device wrote is read after this, and what it is to read was written before. */
static inline void fence(void)
{
	__asm__ volatile("fence iorw, iorw" ::: "memory");
}

/* Interrupts off: whether they were on. */
static inline uint32_t interrupts_hold(void)
{
	uint32_t status;
	__asm__ volatile("csrrci %0, mstatus, 8" : "=r"(status) :: "memory");
	return status & 8;
}

static inline void interrupts_release(uint32_t held)
{
	__asm__ volatile("csrs mstatus, %0" :: "r"(held) : "memory");
}

#endif
