/* A message that is entered into a record of a negotiation (ladder.ts): each message of each negotiation is, and its record is searched for the same one. */
#include "xsmc.h"
#include "ladder.h"
#include "limits.h"
#include "payloads.h"
#include "../ipsec/bytes.h"
#include <string.h>

_Static_assert(LADDER_FIRST_MESSAGE + LADDER_MESSAGES * LADDER_MESSAGE_SIZE == LADDER_SIZE, "a record has the size that limits.ts says");

/* Milliseconds since the record began. */
static uint32_t since(const uint8_t* record, double now)
{
	uint64_t bits = (uint64_t)read32(record + LADDER_BEGAN) << 32 | read32(record + LADDER_BEGAN + 4);
	double began;
	memcpy(&began, &bits, sizeof(began));
	double time = now - began;
	return !(time > 0) ? 0 : time < 0xffffffff ? (uint32_t)time : 0xffffffff;
}

/*
 * xs_ladder_put(table, at, now, exchange, number, flags, state, notification, payloads): enters a message into the record at `at`. The same one again, by exchange,
 * number, flags and notification, is counted. Of more than fit the last shows where it stopped.
 */
void xs_ladder_put(xsMachine* the)
{
	void* data = NULL;
	xsUnsignedValue size = 0;
	double at = xsmcToNumber(xsArg(1)), now = xsmcToNumber(xsArg(2));
	uint8_t head[4] = { (uint8_t)xsmcToInteger(xsArg(3)), (uint8_t)xsmcToInteger(xsArg(4)), (uint8_t)xsmcToInteger(xsArg(5)), (uint8_t)xsmcToInteger(xsArg(6)) };
	uint16_t notification = (uint16_t)xsmcToInteger(xsArg(7));
	const char* payloads = xsmcToString(xsArg(8));
	xsmcGetBufferWritable(xsArg(0), &data, &size);
	if (!(at >= 0 && at + LADDER_SIZE <= size))
		xsRangeError("beyond the table");
	uint8_t* record = (uint8_t*)data + (size_t)at;
	int count = record[LADDER_COUNT] < LADDER_MESSAGES ? record[LADDER_COUNT] : LADDER_MESSAGES;
	int place = count - 1;
	uint32_t time = since(record, now);
	/* the state is not a part of what it is */
	while (place >= 0) {
		const uint8_t* message = record + LADDER_FIRST_MESSAGE + place * LADDER_MESSAGE_SIZE;
		if (memcmp(message + MESSAGE_EXCHANGE, head, 3) == 0 && read16(message + MESSAGE_NOTIFICATION) == notification)
			break;
		place--;
	}
	uint8_t* message;
	if (place >= 0)
		message = record + LADDER_FIRST_MESSAGE + place * LADDER_MESSAGE_SIZE;
	else {
		if (count == LADDER_MESSAGES) {
			count--;
			record[LADDER_FLAGS] |= LADDER_FLAG_INCOMPLETE;
		}
		else
			record[LADDER_COUNT] = (uint8_t)(count + 1);
		message = record + LADDER_FIRST_MESSAGE + count * LADDER_MESSAGE_SIZE;
		write32(message + MESSAGE_FIRST, time);
		memcpy(message + MESSAGE_EXCHANGE, head, sizeof(head));
		write16(message + MESSAGE_TIMES, 0);
		write16(message + MESSAGE_NOTIFICATION, notification);
		payloads_put(message + MESSAGE_PAYLOADS, MESSAGE_PAYLOADS_ROOM, payloads);
	}
	write32(message + MESSAGE_LAST, time);
	if (read16(message + MESSAGE_TIMES) != 0xffff)
		write16(message + MESSAGE_TIMES, read16(message + MESSAGE_TIMES) + 1u);
}
