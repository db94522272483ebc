#include "cfi.h"
#include "layout.h"

/* A command, or the bits of a status, for both chips. */
#define BOTH(value) ((uint32_t)(value) << 16 | (value))

enum {
	kReadArray = 0xff,
	kQuery = 0x98,
	kClearStatus = 0x50,
	kErase = 0x20,
	kUnlock = 0x60,
	kWriteBuffer = 0xe8,
	kConfirm = 0xd0,

	kReady = 0x80,
	kFaults = 0x3a	/* erase, program, voltage, locked */
};

/* Words of a chip's answer to kQuery. */
enum {
	kQueryMark = 0x10,	/* "QRY" */
	kQuerySet = 0x13,
	kQueryBuffer = 0x2a,	/* bytes of the write buffer, as a power of two */
	kQuerySector = 0x2f	/* bytes of a sector / 256, in two words */
};

/* Turns of the waiting loop: a chip of this kind takes at most 4 s for a sector. */
#define kPatience 400000000u
/* Bytes that are written with one command at most: they are on the stack for so long. */
#define kBufferLimit 1024u

static uint32_t gBuffer;

static volatile uint32_t* word(uint32_t offset)
{
	return (volatile uint32_t*)(uintptr_t)(FLASH_BASE + offset);
}

/* The lower chip's answer at one of the places above; the other's must be the same. */
static uint32_t answer(uint32_t at)
{
	uint32_t value = *word(at * 4);
	return (value >> 16) == (value & 0xffff) ? value & 0xffff : 0xffffffff;
}

int cfi_open(void)
{
	*word(0x55 * 4) = BOTH(kQuery);
	int found = answer(kQueryMark) == 'Q' && answer(kQueryMark + 1) == 'R' && answer(kQueryMark + 2) == 'Y'
		&& (answer(kQuerySet) == 1 || answer(kQuerySet) == 3);
	uint32_t power = answer(kQueryBuffer), sector = (answer(kQuerySector) | answer(kQuerySector + 1) << 8) * 256 * 2;
	*word(0) = BOTH(kReadArray);
	if (!found || sector != FLASH_SECTOR || power < 2 || power > 16)
		return -1;
	gBuffer = 2u << power;
	if (gBuffer > kBufferLimit)
		gBuffer = kBufferLimit;
	return 0;
}

/* Waits until both chips are done: what they say then, without the bit that says so. All of kFaults: they never were. */
static uint32_t status(uint32_t offset)
{
	for (uint32_t turn = 0; turn < kPatience; turn++) {
		uint32_t value = *word(offset);
		if ((value & BOTH(kReady)) == BOTH(kReady))
			return value & BOTH(kFaults);
	}
	return BOTH(kFaults);
}

static void begin(uint32_t offset)
{
	*word(offset) = BOTH(kClearStatus);
	/* chips of this kind come up with every sector locked */
	*word(offset) = BOTH(kUnlock);
	*word(offset) = BOTH(kConfirm);
	status(offset);
	*word(offset) = BOTH(kClearStatus);
}

static int end(uint32_t offset, uint32_t faults)
{
	*word(offset) = BOTH(kClearStatus);
	*word(offset) = BOTH(kReadArray);
	return faults == 0 ? 0 : -1;
}

static int erase_sector(uint32_t offset)
{
	begin(offset);
	*word(offset) = BOTH(kErase);
	*word(offset) = BOTH(kConfirm);
	if (end(offset, status(offset)) < 0)
		return -1;
	for (uint32_t at = 0; at < FLASH_SECTOR; at += 4) {
		if (*word(offset + at) != 0xffffffff)
			return -1;
	}
	return 0;
}

int cfi_erase(uint32_t offset, uint32_t size)
{
	if (gBuffer == 0 || size > FLASH_CHIP_SIZE || offset > FLASH_CHIP_SIZE - size)
		return -1;
	uint32_t limit = offset + size;
	for (uint32_t at = offset & ~(uint32_t)(FLASH_SECTOR - 1); at < limit; at += FLASH_SECTOR) {
		if (erase_sector(at) < 0)
			return -1;
	}
	return 0;
}

/* The word at `at` as it is to be: bytes before `from` and from `to` on stay. */
static uint32_t merged(uint32_t at, uint32_t from, const uint8_t* bytes, uint32_t to)
{
	uint32_t value = *word(at);
	for (uint32_t i = 0; i < 4; i++) {
		if (at + i >= from && at + i < to)
			value = (value & ~(0xffu << 8 * i)) | (uint32_t)bytes[at + i - from] << 8 * i;
	}
	return value;
}

/* Part of what is written, within one buffer of the chips. */
static int write_part(uint32_t from, const uint8_t* bytes, uint32_t to)
{
	uint32_t first = from & ~3u, words = (to + 3 - first) / 4;
	uint32_t values[kBufferLimit / 4];
	for (uint32_t i = 0; i < words; i++) {
		values[i] = merged(first + 4 * i, from, bytes, to);
		if ((values[i] & ~*word(first + 4 * i)) != 0)
			return -1;
	}
	begin(first);
	*word(first) = BOTH(kWriteBuffer);
	uint32_t faults = status(first);
	*word(first) = BOTH(words - 1);
	for (uint32_t i = 0; i < words; i++)
		*word(first + 4 * i) = values[i];
	*word(first) = BOTH(kConfirm);
	faults |= status(first);
	if (end(first, faults) < 0)
		return -1;
	for (uint32_t i = 0; i < words; i++) {
		if (*word(first + 4 * i) != values[i])
			return -1;
	}
	return 0;
}

int cfi_write(uint32_t offset, const uint8_t* bytes, uint32_t size)
{
	if (gBuffer == 0 || size > FLASH_CHIP_SIZE || offset > FLASH_CHIP_SIZE - size)
		return -1;
	uint32_t limit = offset + size;
	while (offset < limit) {
		uint32_t to = (offset / gBuffer + 1) * gBuffer;
		if (to > limit)
			to = limit;
		if (write_part(offset, bytes, to) < 0)
			return -1;
		bytes += to - offset;
		offset = to;
	}
	return 0;
}
