/* What the fuzzing programs share: the fuzzer's bytes taken piece by piece, and what must hold. */
#ifndef KEYGATE_FUZZ_INPUT_H
#define KEYGATE_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
int LLVMFuzzerInitialize(int* count, char*** words);

/* A finding: the fuzzer keeps the input that led to it. */
#define HOLDS(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
		abort(); \
	} \
} while (0)

/* Behind their end everything is zero. */
typedef struct {
	const uint8_t* at;
	const uint8_t* end;
} Input;

static inline int inputIsOver(const Input* input)
{
	return input->at == input->end;
}

static inline uint8_t input8(Input* input)
{
	return inputIsOver(input) ? 0 : *input->at++;
}

static inline uint16_t input16(Input* input)
{
	uint8_t high = input8(input);
	return (uint16_t)(high << 8 | input8(input));
}

static inline uint32_t input32(Input* input)
{
	uint32_t high = input16(input);
	return high << 16 | input16(input);
}

/* Up to `size` bytes where they are; how many there were. */
static inline uint32_t inputBytes(Input* input, uint32_t size, const uint8_t** bytes)
{
	size_t left = (size_t)(input->end - input->at);
	uint32_t count = size < left ? size : (uint32_t)left;
	*bytes = input->at;
	input->at += count;
	return count;
}

/* A block of exactly `size` bytes, so that the sanitizer sees one too many; never NULL. */
static inline uint8_t* block(size_t size)
{
	uint8_t* memory = malloc(size ? size : 1);
	HOLDS(memory != NULL);
	return memory;
}

#endif
