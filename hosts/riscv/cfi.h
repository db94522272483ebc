/*
 * The flash chips by the Common Flash Interface, Intel command set: two of 16 bits side by side on a bus of 32, as one. Offsets are from the chip's start. While
 * a chip works it answers with its status: whoever runs from the chip itself has this file's code and data elsewhere, and gives bytes that are elsewhere.
 */
#ifndef KEYGATE_CFI_H
#define KEYGATE_CFI_H

#include <stdint.h>

/* 0, or -1: there is no such chip, or it is not as layout.h says. */
int cfi_open(void);
/* Erases the sectors that the range touches. 0, or -1: the chip reported a fault, or not all bytes read 0xff afterwards. */
int cfi_erase(uint32_t offset, uint32_t size);
/* Clears bits. 0, or -1: the chip reported a fault, a bit was to be set that is clear, or the bytes do not read as they were written. */
int cfi_write(uint32_t offset, const uint8_t* bytes, uint32_t size);

#endif
