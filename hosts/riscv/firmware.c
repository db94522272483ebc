/* hosts/device/firmware.h over this board's boot loader. */
#include "firmware.h"
#include "flash.h"
#include "handover.h"
#include "layout.h"
#include "slots.h"

static int gRunning = -1;
/* Bytes of the other slot that are erased. */
static uint32_t gErased;

void firmware_handover(uint32_t a0, uint32_t a1)
{
	uint32_t slot = a0 & ~(uint32_t)BOOT_UNLOCKS;
	gRunning = a1 == BOOT_HANDOVER && slot <= 1 ? (int)slot : -1;
}

static BoardFlash region(int slot)
{
	return slot == 0 ? kFlashFirmware0 : kFlashFirmware1;
}

static int slot_of(uint8_t slot)
{
	return slot == kNoSlot ? -1 : slot;
}

void firmware_status(FirmwareStatus* status)
{
	SlotState state;
	slots_read(&state);
	status->running = gRunning;
	status->isConfirmed = gRunning == state.confirmed;
	status->next = state.tried ? -1 : slot_of(state.trial);
	status->outcome = (FirmwareOutcome)state.outcome;
	status->about = slot_of(state.about);
}

int firmware_version(int slot, char version[kImageVersionSize + 1])
{
	uint8_t header[kImageHeaderSize];
	Image image;
	if (board_flash_read(region(slot), 0, header, sizeof header) < 0 || image_read(header, firmware_room(), &image) != kImageGood)
		return -1;
	for (int i = 0; i <= kImageVersionSize; i++)
		version[i] = image.version[i];
	return 0;
}

uint32_t firmware_room(void)
{
	return board_flash_size(kFlashFirmware0);
}

int firmware_begin(uint32_t size)
{
	SlotState state;
	(void)size;
	gErased = 0;
	slots_read(&state);
	/* one that runs and has not been confirmed has the other slot to go back to */
	if (gRunning < 0 || gRunning != state.confirmed)
		return -1;
	if (state.trial == kNoSlot)
		return 0;
	state.trial = kNoSlot;
	state.tried = 0;
	return slots_write(&state);
}

int firmware_write(uint32_t offset, const uint8_t* bytes, uint32_t size)
{
	BoardFlash other = region(1 - gRunning);
	uint32_t room = board_flash_size(other), sector = board_flash_sector(other);
	if (gRunning < 0 || offset > gErased || size > room || offset > room - size)
		return -1;
	while (gErased < offset + size) {
		uint32_t count = sector < room - gErased ? sector : room - gErased;
		if (board_flash_erase(other, gErased, count) < 0)
			return -1;
		gErased += count;
	}
	return board_flash_write(other, offset, bytes, size);
}

int firmware_mark(void)
{
	SlotState state;
	slots_read(&state);
	if (gRunning < 0 || gRunning != state.confirmed)
		return -1;
	state.trial = (uint8_t)(1 - gRunning);
	state.tried = 0;
	return slots_write(&state);
}

int firmware_confirm(void)
{
	SlotState state;
	slots_read(&state);
	if (gRunning < 0 || (gRunning == state.confirmed && !state.tried))
		return 0;
	state.outcome = kOutcomeHealthy;
	state.about = (uint8_t)gRunning;
	state.confirmed = (uint8_t)gRunning;
	state.trial = kNoSlot;
	state.tried = 0;
	return slots_write(&state);
}
