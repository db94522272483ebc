/*
 * The two firmware slots, as a board has them: hosts/riscv over its own boot loader (slots.h), hosts/esp32 over the OTA functions of ESP-IDF. What is common
 * to both, the checks of an image that comes in, is update.h.
 */
#ifndef KEYGATE_FIRMWARE_H
#define KEYGATE_FIRMWARE_H

#include <stdint.h>
#include "image.h"

typedef enum {
	kFirmwareNone,	/* there was no update */
	kFirmwareHealthy,	/* the last update was tried, and came up healthy */
	kFirmwareUnhealthy,	/* it was tried, did not, and the one before runs again */
	kFirmwareBad	/* it could not be started: not whole, or not signed */
} FirmwareOutcome;

typedef struct {
	int running;	/* slot; -1: this was not started by a boot loader, and cannot be updated */
	int isConfirmed;	/* it came up healthy; if not, the next start is that of the slot before */
	int next;	/* slot that the next start tries, -1: none is marked */
	FirmwareOutcome outcome;
	int about;	/* slot that the outcome is about, -1: none */
} FirmwareStatus;

void firmware_status(FirmwareStatus* status);
/* The version of what is in a slot; 0, or -1 when there is nothing. */
int firmware_version(int slot, char version[kImageVersionSize + 1]);
/* Bytes that the other slot has for an image, header included. */
uint32_t firmware_room(void);

/* Each: 0, or -1 when the flash does not do it. */

/* The other slot is to be written, and is not to be started any more until it is marked again. */
int firmware_begin(uint32_t size);
/* The next bytes of the image, in order from 0 on. They take as long as the flash does. */
int firmware_write(uint32_t offset, const uint8_t* bytes, uint32_t size);
/* The other slot is whole and verified: the next start tries it, once. */
int firmware_mark(void);
/* What runs came up healthy. Does nothing when that is known. */
int firmware_confirm(void);

#endif
