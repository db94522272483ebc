/*
 * Where everything is on QEMU's `virt` board: one place for C, linker scripts, build script and tests (layout.mjs reads it). Plain numbers only, one a line.
 *
 * The chip erases 256 KiB at once, an ESP32's 4 KiB: each region begins at a sector, and has no more bytes in use than fit a chip of 4 MiB with all
 * others together (FLASH_BUDGET; flash.c does not compile otherwise).
 */
#ifndef KEYGATE_LAYOUT_RISCV_H
#define KEYGATE_LAYOUT_RISCV_H

/* pflash 0 */
#define FLASH_BASE 0x20000000
#define FLASH_CHIP_SIZE 0x2000000
#define FLASH_SECTOR 0x40000
#define FLASH_BUDGET 0x400000

/* Begins and sizes of the regions. The state's has two sectors, of which the first STATE_HALF bytes are in use. */
#define BOOT_AT 0x0
#define BOOT_SIZE 0x8000
#define STATE_AT 0x40000
#define STATE_HALF 0x1000
#define SETTINGS0_AT 0xc0000
#define SETTINGS1_AT 0x100000
#define SETTINGS_SLOT_SIZE 0x9000
#define LOG0_AT 0x140000
#define LOG1_AT 0x180000
#define LOG_SLOT_SIZE 0x4000
#define FIRMWARE0_AT 0x200000
#define FIRMWARE1_AT 0x300000
#define FIRMWARE_SLOT_SIZE 0x100000

/* Execution memory: a firmware is inflated or copied to here, runs here, and never writes here. Its first word is where it is entered. */
#define EXECUTION_BASE 0x80000000
#define EXECUTION_SIZE 0x400000

/* The firmware's RAM. The boot loader uses the first part of it, and leaves the rest as it was: a reason that is to outlast a restart is kept there. */
#define RAM_BASE 0x80400000
#define RAM_SIZE 0x80000
#define BOOT_RAM_SIZE 0x8000

/* What the loader hands over with the jump: this in a1, and in a0 the slot that is started, with BOOT_UNLOCKS when memory that is locked now can be had back at the next start. */
#define BOOT_HANDOVER 0x6b67626c
#define BOOT_UNLOCKS 0x100

#endif
