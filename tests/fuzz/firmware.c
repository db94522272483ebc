/*
 * What may stand in the flash, and what may come as a new firmware: the records of the slots, image headers, files in pieces of any size, with the power cut in
 * between; with every signature right, so that what is behind it is reached. What the boot loader does with them is boot/load.c; it chooses as boot.c does.
 */
#include "input.h"

#include "../../hosts/riscv/layout.h"
#include "chip.h"
#include "firmware.h"
#include "handover.h"
#include "image.h"
#include "load.h"
#include "slots.h"
#include "update.h"

const char image_board[] = "test-board";
const uint32_t image_format = 2;
const uint8_t image_public_key[64] = { 0 };

/* Linked with --wrap. */
ImageFault __wrap_image_verify(const uint8_t header[kImageHeaderSize]);
ImageFault __wrap_image_verify(const uint8_t header[kImageHeaderSize])
{
	return header[kImageHeaderSize - 1] == 0xbd ? kImageSignature : kImageGood;
}

/* The execution memory is as small as a slot here. */
#define kExecution (kChipSlot / 2)
static uint8_t gExecution[kExecution];

static int verify(unsigned slot)
{
	const Execution execution = { EXECUTION_BASE, kExecution, gExecution };
	Image image;
	HOLDS(slot <= 1);
	ImageFault fault = load_image(slot, &execution, &image);
	if (fault != kImageGood && fault != kImageDigest)
		return 0;
	HOLDS(image.length <= board_flash_size(slot == 0 ? kFlashFirmware0 : kFlashFirmware1) - kImageHeaderSize);
	return fault == kImageGood && strlen(image.version) <= kImageVersionSize;
}

static uint32_t sum(const uint8_t* record)
{
	uint32_t crc = 0xffffffff;
	for (int i = 0; i < 28; i++) {
		crc ^= record[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
	}
	return ~crc;
}

static void little(uint8_t* bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

/* Something stands in the flash: a record of the slots, right but for its meaning; an image; or bytes. */
static void put(Input* input, uint8_t how)
{
	const uint8_t* bytes;
	BoardFlash region = how & 8 ? kFlashState : how & 16 ? kFlashFirmware1 : kFlashFirmware0;
	uint8_t* to = region == kFlashState ? gChip.state : gChip.firmware[region - kFlashFirmware0];
	uint32_t room = board_flash_size(region), at = region == kFlashState ? (input16(input) % (room / 32)) * 32 : 0;
	if (region == kFlashState && how & 32) {
		uint8_t record[32] = "kgst";
		uint32_t count = inputBytes(input, 13, &bytes);
		memcpy(record + 4, bytes, count);
		little(record + 28, sum(record));
		memcpy(to + at, record, sizeof record);
		return;
	}
	uint32_t count = inputBytes(input, input16(input) % (room - at), &bytes);
	memcpy(to + at, bytes, count);
	if (region != kFlashState && how & 32 && count > kImageHeaderSize) {
		ImageHash hash;
		memcpy(to, how & 64 ? "kgfw\2\0\0\0" : "kgfw\1\0\0\0", 8);
		memset(to + 8, 0, 16);
		memcpy(to + 8, image_board, sizeof image_board);
		little(to + 56, count - kImageHeaderSize);
		/* what is inflated is the fuzzer's; small numbers are met */
		little(to + 96, to[96] & 127);
		little(to + 60, 0x80000000);
		image_hash_begin(&hash);
		image_hash_add(&hash, to + kImageHeaderSize, count - kImageHeaderSize);
		image_hash_end(&hash, to + 64);
	}
}

/* A file comes in. */
static uint8_t* gPart;

static void update(Input* input, uint8_t how)
{
	uint8_t file[6000];
	const uint8_t* bytes;
	uint32_t size = inputBytes(input, input16(input) % sizeof file, &bytes);
	uint32_t piece = 1 + input16(input) % 3000u;
	memcpy(file, bytes, size);
	if (how & 8 && size > kImageHeaderSize) {
		ImageHash hash;
		memcpy(file, "kgfw\1\0\0\0", 8);
		memset(file + 8, 0, 16);
		memcpy(file + 8, image_board, sizeof image_board);
		if (how & 16)
			little(file + 56, size - kImageHeaderSize);
		image_hash_begin(&hash);
		image_hash_add(&hash, file + kImageHeaderSize, size - kImageHeaderSize);
		image_hash_end(&hash, file + 64);
	}
	update_begin(how & 32 ? "1.0.0" : "");
	for (uint32_t at = 0; at < size; at += piece) {
		uint32_t count = size - at < piece ? size - at : piece;
		gPart = block(count);
		memcpy(gPart, file + at, count);
		update_write(gPart, count);
		free(gPart);
		gPart = NULL;
	}
	if (update_end() == kUpdateGood) {
		SlotState state;
		slots_read(&state);
		HOLDS(state.trial <= 1 && state.trial != state.confirmed && !state.tried);
	}
	HOLDS(strlen(update_version()) <= kImageVersionSize);
}

static void start(void)
{
	SlotState before, after;
	slots_read(&before);
	int slot = slots_choose(verify);
	slots_read(&after);
	HOLDS(slot >= -1 && slot <= 1);
	/* whatever stands in the two slots: what is started is good, and something is when one of them is */
	int isGood[2] = { verify(0), verify(1) };
	HOLDS(slot < 0 ? !isGood[0] && !isGood[1] : isGood[slot]);
	/* what was tried and did not come up is not started again while the other is there */
	if (before.trial != kNoSlot && before.tried && isGood[before.confirmed])
		HOLDS(slot == before.confirmed);
	/* a slot on trial is started once, and only when that is written down */
	if (slot >= 0 && slot != before.confirmed && before.trial == slot && !before.tried && verify(before.confirmed))
		HOLDS(after.tried && after.trial == slot);
	firmware_handover(slot < 0 ? 0 : (uint32_t)slot, slot < 0 ? 0 : BOOT_HANDOVER);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	static Input input;
	static unsigned steps;
	input = (Input) { data, data + size };
	steps = 0;
	chip_new();
	firmware_handover(0, BOOT_HANDOVER);
	if (setjmp(gCut) != 0) {
		/* the power was gone in the midst of an update */
		free(gPart);
		gPart = NULL;
		start();
	}
	while (steps++ < 24 && !inputIsOver(&input)) {
		uint8_t how = input8(&input);
		switch (how & 7) {
		case 0: put(&input, how); break;
		case 1: case 2: update(&input, how); break;
		case 3: start(); break;
		case 4: firmware_confirm(); break;
		case 5: gPower = input16(&input); break;
		case 6: {
			char version[kImageVersionSize + 1];
			FirmwareStatus status;
			firmware_status(&status);
			for (int slot = 0; slot <= 1; slot++)
				if (firmware_version(slot, version) == 0)
					for (const char* c = version; *c; c++)
						HOLDS(*c > ' ' && *c <= '~');
			break;
		}
		default: gChip.worn = how & 8 ? how >> 4 & 1 : -1; gChip.isProtected = how >> 5 & 1;
		}
	}
	gPower = -1;
	return 0;
}
