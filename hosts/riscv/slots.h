/*
 * Which of the two firmware slots is started. Both the boot loader and the firmware write it down, in records that are only ever appended: one that a power cut
 * left half is none. The newest record is the whole truth.
 *
 *	confirmed	came up healthy: it is started when there is nothing to try
 *	trial, tried	marked: it is started once. When it was and has not been confirmed since, the confirmed one is started again
 */
#ifndef KEYGATE_SLOTS_H
#define KEYGATE_SLOTS_H

#include <stdint.h>

#define kNoSlot 0xff

typedef enum {
	kOutcomeNone,
	kOutcomeHealthy,	/* slot `about` was tried, and confirmed */
	kOutcomeUnhealthy,	/* it was tried, and not confirmed */
	kOutcomeBad	/* what is in it is no image, not whole, or not signed */
} SlotOutcome;

typedef struct {
	uint32_t sequence;
	uint8_t confirmed;
	uint8_t trial;	/* or kNoSlot */
	uint8_t tried;
	uint8_t outcome;	/* SlotOutcome of the last update */
	uint8_t about;	/* the slot that it is about, or kNoSlot */
} SlotState;

/* The newest record; when there is none, slot 0 is confirmed. */
void slots_read(SlotState* state);
/* Appends it as the newest. 0, or -1: the flash does not take it, the record before is still the newest. */
int slots_write(SlotState* state);

/*
 * The boot loader's choice. `verify` says whether what is in a slot may be started, and makes it ready. The slot, or -1: there is none. A slot to be tried
 * is started only when it was written down that it is.
 */
int slots_choose(int (*verify)(unsigned slot));

#endif
