/* Payloads' generic headers read, and chains of payloads written, for chain.ts: JavaScript's engine takes a hundred instructions for each byte that it looks at or writes. */
#include "xsmc.h"
#include "../../../ipsec/bytes.h"
#include <stdio.h>
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
		xsIntegerValue length = read16(header + 2);
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
		write16(header + 2, kHeader + size);
		if (size > 0)
			memcpy(header + kHeader, body, size);
		link = at;
		at += kHeader + size;
	}
}

static const char* name_of(int type)
{
	static const char* const names[] = { [1] = "SA", [4] = "KE", "ID", "CERT", "CERTREQ", "HASH", "SIG", "NONCE", "N", "D", "VID", "ATTR", [20] = "NAT-D", "NAT-OA" };
	switch (type) {
	case 130: return "NAT-D";
	case 131: return "NAT-OA";
	case 132: return "FRAG";
	}
	return type >= 0 && type < (int)(sizeof(names) / sizeof(names[0])) ? names[type] : NULL;
}

enum { kNames = 512 };

/* A run of payloads of one type behind `used` characters of `text`; how many there are then. What there is no room for is left out. */
static size_t add_name(char* text, size_t used, int type, int count)
{
	char number[24], times[16] = "";
	const char* name = name_of(type);
	if (name == NULL) {
		snprintf(number, sizeof(number), "payload %d", type);
		name = number;
	}
	if (count > 1)
		snprintf(times, sizeof(times), "*%d", count);
	int size = snprintf(text + used, kNames - used, "%s%s%s", used > 0 ? " " : "", name, times);
	return size < 0 || (size_t)size >= kNames - used ? used : used + (size_t)size;
}

/* xs_chain_names(payloads, count): their names in their order, as "SA VID*3". */
void xs_chain_names(xsMachine* the)
{
	xsIntegerValue count = xsmcToInteger(xsArg(1));
	char text[kNames];
	size_t used = 0;
	int last = 0, same = 0;
	xsmcVars(1);
	for (xsIntegerValue i = 0; i < count; i++) {
		xsmcGetIndex(xsVar(0), xsArg(0), (xsIndex)i);
		xsmcGet(xsVar(0), xsVar(0), xsID("type"));
		int type = xsmcToInteger(xsVar(0));
		if (same > 0 && type != last) {
			used = add_name(text, used, last, same);
			same = 0;
		}
		last = type;
		same++;
	}
	if (same > 0)
		used = add_name(text, used, last, same);
	text[used] = 0;
	xsmcSetString(xsResult, text);
}
