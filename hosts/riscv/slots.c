#include "slots.h"

#include <string.h>
#include "flash.h"
#include "layout.h"

/*
 * A record:
 *	 0	"kgst"
 *	 4	sequence
 *	 8	confirmed, trial, tried, outcome, about
 *	13	zeros
 *	28	CRC-32 of all before it
 */
#define kRecordSize 32
#define kCheckAt 28
#define kRecords (STATE_HALF / kRecordSize)

static uint32_t check(const uint8_t record[kRecordSize])
{
	uint32_t crc = 0xffffffff;
	for (int i = 0; i < kCheckAt; i++) {
		crc ^= record[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
	}
	return ~crc;
}

static void put(uint8_t* bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get(const uint8_t* bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t place(unsigned half, unsigned index)
{
	return half * board_flash_sector(kFlashState) + index * kRecordSize;
}

/* Whether there is anything at the place; a record that is whole is taken apart into `state`, whose `sequence` is 0 otherwise. */
static int look(unsigned half, unsigned index, SlotState* state)
{
	uint8_t record[kRecordSize];
	int used = 0;
	state->sequence = 0;
	if (board_flash_read(kFlashState, place(half, index), record, kRecordSize) < 0)
		return 1;
	for (int i = 0; i < kRecordSize; i++)
		used |= record[i] != 0xff;
	if (memcmp(record, "kgst", 4) == 0 && get(record + kCheckAt) == check(record) && record[8] <= 1 && (record[9] <= 1 || record[9] == kNoSlot)) {
		state->sequence = get(record + 4);
		state->confirmed = record[8];
		state->trial = record[9];
		state->tried = record[10];
		state->outcome = record[11];
		state->about = record[12];
	}
	return used;
}

/* Finds the newest record, the half that it is in, and the first place behind all that was ever written there. */
static void find(SlotState* newest, unsigned* half, unsigned* free)
{
	unsigned frees[2] = { 0, 0 };
	*newest = (SlotState){ .trial = kNoSlot, .about = kNoSlot };
	*half = 0;
	for (unsigned h = 0; h < 2; h++) {
		for (unsigned i = 0; i < kRecords; i++) {
			SlotState state;
			if (look(h, i, &state))
				frees[h] = i + 1;
			if (state.sequence > newest->sequence) {
				*newest = state;
				*half = h;
			}
		}
	}
	*free = frees[*half];
}

void slots_read(SlotState* state)
{
	unsigned half, free;
	find(state, &half, &free);
}

int slots_write(SlotState* state)
{
	SlotState newest;
	unsigned half, free;
	uint8_t record[kRecordSize] = "kgst";
	find(&newest, &half, &free);
	/* Behind the last number there is one that says nothing: no unit writes so many, but who can write to the flash may have. */
	if (newest.sequence == UINT32_MAX)
		return -1;
	state->sequence = newest.sequence + 1;
	put(record + 4, state->sequence);
	record[8] = state->confirmed;
	record[9] = state->trial;
	record[10] = state->tried;
	record[11] = state->outcome;
	record[12] = state->about;
	put(record + kCheckAt, check(record));
	/* a place that does not take it is left behind */
	for (; free < kRecords; free++) {
		if (board_flash_write(kFlashState, place(half, free), record, kRecordSize) == 0)
			return 0;
	}
	half = 1 - half;
	if (board_flash_erase(kFlashState, place(half, 0), board_flash_sector(kFlashState)) < 0)
		return -1;
	return board_flash_write(kFlashState, place(half, 0), record, kRecordSize);
}

/* The outcome of a try, and the end of it. */
static void end_trial(SlotState* state, SlotOutcome outcome)
{
	state->outcome = (uint8_t)outcome;
	state->about = state->trial;
	state->trial = kNoSlot;
	state->tried = 0;
	/* if it cannot be written down, the next start finds the same */
	slots_write(state);
}

int slots_choose(int (*verify)(unsigned slot))
{
	SlotState state;
	slots_read(&state);
	if (state.trial != kNoSlot && state.tried)
		end_trial(&state, kOutcomeUnhealthy);
	if (state.trial != kNoSlot) {
		if (verify(state.trial)) {
			state.tried = 1;
			if (slots_write(&state) == 0)
				return state.trial;
		}
		else
			end_trial(&state, kOutcomeBad);
	}
	if (verify(state.confirmed))
		return state.confirmed;
	unsigned other = 1u - state.confirmed;
	if (!verify(other))
		return -1;
	state.outcome = kOutcomeBad;
	state.about = state.confirmed;
	state.confirmed = (uint8_t)other;
	state.trial = kNoSlot;
	state.tried = 0;
	slots_write(&state);
	return (int)other;
}
