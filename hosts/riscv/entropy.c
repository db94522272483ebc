/* Randomness: the processor's own source of entropy (Zkr), where it has one. There is no other: without it board_random fails, and the start says so. */
#include "../device/board.h"
#include "trap.h"

/* What the register says of itself in its two highest bits. */
enum { kSelfTest = 0, kWait, kSeed, kDead };

/* So often it may say "not yet" before it counts as broken: the specification's own suggestion is to ask again at once. */
#define kPatience 100000

/*
 * Each time 16 bits with at least 8 bits of entropy (the RISC-V scalar cryptography specification, 4.1): one byte is made of them. It is a source of
 * entropy, not of random numbers: the crypto library's generator is seeded from it.
 */
int board_random(uint8_t* bytes, size_t size)
{
	unsigned patience = kPatience;
	while (size > 0) {
		uint32_t value;
		if (!trap_try_seed(&value))
			return -1;
		switch (value >> 30) {
		case kSeed:
			*bytes++ = (uint8_t)(value ^ value >> 8);
			size--;
			break;
		case kDead:
			return -1;
		default:
			if (--patience == 0)
				return -1;
		}
	}
	return 0;
}

/* lwIP's: port numbers, sequence numbers, identifications. */
uint32_t board_random_number(void)
{
	uint32_t value;
	if (board_random((uint8_t*)&value, sizeof(value)) != 0)
		board_fatal("no entropy: the processor's source (Zkr) failed");
	return value;
}
