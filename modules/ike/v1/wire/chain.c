/* Payloads' generic headers read, and chains of payloads written, for chain.ts: JavaScript's engine takes a hundred instructions for each byte that it looks at or writes. */
#include "xsmc.h"
#include <string.h>

enum {
	kHeader = 4,
	kPayloadMost = 0xffff,	/* bytes of a payload, its generic header included */
	kMessageMost = 0x1000000,
};

/* Why a payload is not one, as chain.ts names them. */
enum { kType = -1, kCut = -2, kReserved = -3, kLength = -4, kBeyond = -5 };

/* Whether a message may carry payloads of this type: assigned (RFC 2408 3.1, RFC 3947) or for private use (RFC 2408 3.1). */
static int is_payload_type(xsIntegerValue type)
{
	return type == 1 || (type >= 4 && type <= 14) || type == 20 || type == 21 || (type >= 128 && type <= 255);
}

/* xs_chain_payload(bytes, type, offset, end): of the payload of this type at `offset` the next one's type, times 65536, and its own length; negative: it is none within `end`. */
void xs_chain_payload(xsMachine* the)
{
	void* data = NULL;
	xsUnsignedValue size = 0;
	xsIntegerValue offset = xsmcToInteger(xsArg(2)), end = xsmcToInteger(xsArg(3));
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	if (offset < 0 || end < offset || (xsUnsignedValue)end > size)
		xsRangeError("beyond the message");
	const uint8_t* header = (const uint8_t*)data + offset;
	xsIntegerValue room = end - offset, found;
	if (!is_payload_type(xsmcToInteger(xsArg(1))))
		found = kType;
	else if (room < kHeader)
		found = kCut;
	else if (header[1] != 0)
		found = kReserved;
	else {
		xsIntegerValue length = header[2] << 8 | header[3];
		found = length < kHeader ? kLength : length > room ? kBeyond : header[0] << 16 | length;
	}
	xsmcSetInteger(xsResult, found);
}

/* The `index`-th of the payloads that the native was given: its type, and in xsVar(0) its body. */
static xsIntegerValue payload_at(xsMachine* the, xsIntegerValue index, xsUnsignedValue* size)
{
	void* body;
	xsmcGetIndex(xsVar(1), xsArg(0), (xsIndex)index);
	xsmcGet(xsVar(0), xsVar(1), xsID("type"));
	xsIntegerValue type = xsmcToInteger(xsVar(0));
	xsmcGet(xsVar(0), xsVar(1), xsID("body"));
	xsmcGetBufferReadable(xsVar(0), &body, size);
	return type;
}

/*
 * xs_chain_emit(payloads, count, before, block): an ArrayBuffer with the chain of `count` payloads, linked, the last with next payload 0; `before` zero bytes stand
 * before it, and so many behind it that it takes a whole number of blocks.
 */
void xs_chain_emit(xsMachine* the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(1)), before = xsmcToInteger(xsArg(2)), block = xsmcToInteger(xsArg(3));
	xsUnsignedValue size, chain = 0;
	if (count < 0 || before < 0 || before > kPayloadMost || block < 1 || block > kPayloadMost)
		xsRangeError("no chain");
	xsmcVars(2);
	for (xsIntegerValue i = 0; i < count; i++) {
		payload_at(the, i, &size);
		if (size > kPayloadMost - kHeader)
			xsRangeError("payload size");
		chain += kHeader + size;
		if (chain > kMessageMost)
			xsRangeError("message size");
	}
	xsmcSetArrayBuffer(xsResult, NULL, before + (xsIntegerValue)((chain + (xsUnsignedValue)block - 1) / (xsUnsignedValue)block) * block);
	xsUnsignedValue at = (xsUnsignedValue)before, link = at;
	for (xsIntegerValue i = 0; i < count; i++) {
		void *all, *body;
		xsUnsignedValue room;
		xsIntegerValue type = payload_at(the, i, &size);
		/* they move when something is made */
		xsmcGetBufferReadable(xsVar(0), &body, &size);
		xsmcGetBufferWritable(xsResult, &all, &room);
		if (size > kPayloadMost - kHeader || kHeader + size > room - at)
			xsRangeError("payloads that change");
		uint8_t* header = (uint8_t*)all + at;
		if (i > 0)
			((uint8_t*)all)[link] = (uint8_t)type;
		header[2] = (uint8_t)((kHeader + size) >> 8);
		header[3] = (uint8_t)(kHeader + size);
		if (size > 0)
			memcpy(header + kHeader, body, size);
		link = at;
		at += kHeader + size;
	}
}
