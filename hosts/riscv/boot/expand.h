/* The content of an image that is kept deflated (RFC 1951). */
#ifndef KEYGATE_BOOT_EXPAND_H
#define KEYGATE_BOOT_EXPAND_H

#include <stdint.h>

/* Inflates `length` bytes at `from` to `size` bytes at `to`. 1, or 0 when that is not what they are, no more and no less. Takes 8 KiB of mbedTLS's memory meanwhile. */
int expand(uint8_t* to, uint32_t size, const uint8_t* from, uint32_t length);

#endif
