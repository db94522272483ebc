/* The bytes that vectors.h has as hexadecimal digits. */
#ifndef KEYGATE_TEST_HEX_H
#define KEYGATE_TEST_HEX_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	uint8_t bytes[2048];
	size_t size;
} Bytes;

static Bytes hex(const char* text)
{
	Bytes result = { .size = strlen(text) / 2 };
	for (size_t i = 0; i < result.size; i++) {
		char digits[3] = { text[2 * i], text[2 * i + 1], 0 };
		result.bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return result;
}

static int same(const uint8_t* a, Bytes b)
{
	return memcmp(a, b.bytes, b.size) == 0;
}

#endif
