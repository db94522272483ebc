/* A message that is entered into a record of a negotiation (ladders.ts has the layout): each message of each negotiation is, and its record is searched for the same one. */
#include "xsmc.h"
#include "limits.h"
#include "payloads.h"
#include "../ipsec/bytes.h"
#include <string.h>

/* As in ladders.ts. */
enum {
	kCount = 4,
	kFlags = 6,
	kBegan = 8,
	kMessages = 64,

	kFirst = 0,
	kLast = 4,
	kExchange = 8,
	kNumber = 9,
	kMessageFlags = 10,
	kState = 11,
	kTimes = 12,
	kNotification = 14,
	kPayloads = 16,
	kPayloadsRoom = 8,

	kIncomplete = 2,
};

/* Milliseconds since the record began. */
static uint32_t since(const uint8_t* record, double now)
{
	uint64_t bits = (uint64_t)read32(record + kBegan) << 32 | read32(record + kBegan + 4);
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
	int count = record[kCount] < LADDER_MESSAGES ? record[kCount] : LADDER_MESSAGES;
	int place = count - 1;
	uint32_t time = since(record, now);
	/* the state is not a part of what it is */
	while (place >= 0) {
		const uint8_t* message = record + kMessages + place * LADDER_MESSAGE_SIZE;
		if (memcmp(message + kExchange, head, 3) == 0 && read16(message + kNotification) == notification)
			break;
		place--;
	}
	uint8_t* message;
	if (place >= 0)
		message = record + kMessages + place * LADDER_MESSAGE_SIZE;
	else {
		if (count == LADDER_MESSAGES) {
			count--;
			record[kFlags] |= kIncomplete;
		}
		else
			record[kCount] = (uint8_t)(count + 1);
		message = record + kMessages + count * LADDER_MESSAGE_SIZE;
		write32(message + kFirst, time);
		memcpy(message + kExchange, head, sizeof(head));
		write16(message + kTimes, 0);
		write16(message + kNotification, notification);
		payloads_put(message + kPayloads, kPayloadsRoom, payloads);
	}
	write32(message + kLast, time);
	if (read16(message + kTimes) != 0xffff)
		write16(message + kTimes, read16(message + kTimes) + 1u);
}
