/*
 * The natives of a device's flash (hosts/device/storage.c) over the board's regions (hosts/riscv/flash.c), with any arguments: what they read is the region's, what
 * they change is within it and begins and ends where it may, and a buffer gets no more than it has room for. The chip is memory where the board has it.
 */
#include "input.h"

#include <sys/mman.h>
#include "xsmc.h"
#include "../../hosts/device/flash.h"
#include "../../hosts/riscv/cfi.h"
#include "../../hosts/riscv/layout.h"

static const struct {
	uint32_t at, size;
} regions[kFlashRegions] = {
	{ SETTINGS0_AT, SETTINGS_SLOT_SIZE }, { SETTINGS1_AT, SETTINGS_SLOT_SIZE }, { LOG0_AT, LOG_SLOT_SIZE }, { LOG1_AT, LOG_SLOT_SIZE },
	{ FIRMWARE0_AT, FIRMWARE_SLOT_SIZE }, { FIRMWARE1_AT, FIRMWARE_SLOT_SIZE }, { STATE_AT, 2 * FLASH_SECTOR },
};

static xsMachine machine;
static xsMachine* const the = &machine;
static int fails;
static int32_t asked;
static unsigned changes;

void xs_flash_read(xsMachine*);
void xs_flash_erase(xsMachine*);
void xs_flash_write(xsMachine*);

int LLVMFuzzerInitialize(int* count, char*** words)
{
	(void)count;
	(void)words;
	void* chip = mmap((void*)(uintptr_t)FLASH_BASE, FLASH_CHIP_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	HOLDS(chip == (void*)(uintptr_t)FLASH_BASE);
	return 0;
}

/* Whether the range is in the region that was asked for. */
static int is_asked(uint32_t offset, uint32_t size)
{
	HOLDS(asked >= 0 && asked < kFlashRegions);
	return offset >= regions[asked].at && offset - regions[asked].at <= regions[asked].size && size <= regions[asked].size - (offset - regions[asked].at);
}

int cfi_open(void)
{
	return 0;
}

int cfi_erase(uint32_t offset, uint32_t size)
{
	HOLDS(is_asked(offset, size) && offset % FLASH_SECTOR == 0);
	changes++;
	return fails ? -1 : 0;
}

int cfi_write(uint32_t offset, const uint8_t* bytes, uint32_t size)
{
	uint32_t sum = 0;
	HOLDS(is_asked(offset, size));
	for (uint32_t i = 0; i < size; i++)
		sum += bytes[i];
	changes++;
	return fails || sum == 1 ? -1 : 0;
}

/* An argument of any kind; a number is often one that means something. */
static xsSlot argument(Input* input, uint32_t limit)
{
	uint8_t how = input8(input);
	switch (how & 7) {
	case 0: return (xsSlot){ .kind = kUndefined };
	case 1: return (xsSlot){ .kind = kObject };
	case 2: return (xsSlot){ .kind = kNumber, .number = (double)input32(input) };
	case 3: return (xsSlot){ .kind = kNumber, .number = -(double)input32(input) };
	case 4: return (xsSlot){ .kind = kNumber, .number = (double)input32(input) * 65536.5 };
	case 5: {
		uint32_t size = input16(input);
		uint8_t* bytes = block(size);
		memset(bytes, 0x5a, size);
		return (xsSlot){ .kind = kBuffer, .bytes = bytes, .size = size };
	}
	default: return (xsSlot){ .kind = kNumber, .number = (double)limit - (how >> 3) };
	}
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	static void (*const natives[])(xsMachine*) = { xs_flash_read, xs_flash_erase, xs_flash_write };
	Input input = { data, data + size };
	uint8_t* chip = (uint8_t*)(uintptr_t)FLASH_BASE;
	for (int i = 0; i < kFlashRegions; i++)
		memset(chip + regions[i].at, 0xa0 + i, 64);
	while (!inputIsOver(&input)) {
		uint8_t what = input8(&input);
		unsigned which = what % 3u;
		fails = what >> 7;
		the->arguments[0] = what & 64 ? argument(&input, kFlashRegions + 8) : (xsSlot){ .kind = kNumber, .number = what >> 2 & 7 };
		asked = the->arguments[0].kind == kNumber ? fxToInteger(the, &the->arguments[0]) : 0;
		the->arguments[1] = argument(&input, asked >= 0 && asked < kFlashRegions ? regions[asked].size + 16 : 16);
		the->arguments[2] = argument(&input, 64);
		the->failsAfter = -1;
		the->result = (xsSlot){ .kind = kUndefined };
		unsigned before = changes;
		if (setjmp(the->thrown) == 0) {
			natives[which](the);
			int isRegion = asked >= 0 && asked < kFlashRegions;
			uint32_t count = (uint32_t)the->result.number;
			HOLDS(isRegion || the->result.number == 0);
			HOLDS(changes == before || (isRegion && which != 0));
			HOLDS(the->result.kind == (which == 0 ? kNumber : kBoolean));
			HOLDS(which == 0 || the->result.number == (double)(changes > before && !fails));
			if (which == 0) {
				uint32_t offset = (uint32_t)fxToInteger(the, &the->arguments[1]);
				HOLDS(count <= the->arguments[2].size && (count == 0 || offset + count <= regions[asked].size));
				for (uint32_t i = 0; i < count && i < 64; i++)
					HOLDS(the->arguments[2].bytes[i] == chip[regions[asked].at + offset + i]);
				/* what there was no more of is as it was */
				for (uint32_t i = count; i < the->arguments[2].size; i++)
					HOLDS(the->arguments[2].bytes[i] == 0x5a);
			}
		}
		for (unsigned i = 0; i < 3; i++) {
			free(the->arguments[i].bytes);
			the->arguments[i] = (xsSlot){ .kind = kUndefined };
		}
	}
	return 0;
}
