/*
 * The natives that take IKE messages apart and put them together (modules/ike/v1/wire/chain.c, header.c, bytestrings.c), with any arguments: a payload is within the
 * bytes that it was looked for in, nothing is written beside what it is for, and a chain that was written reads as the same payloads.
 */
#include "input.h"

#include "xsmc.h"

static xsMachine machine;
static xsMachine* const the = &machine;

enum { kMost = 40 };

/* What stands for a list of payloads. */
static struct {
	int type;
	uint8_t* bytes;
	uint32_t size;
} payloads[kMost];
static uint32_t count;

void xs_chain_payload(xsMachine*);
void xs_chain_emit(xsMachine*);
void xs_chain_names(xsMachine*);
void xs_header_write(xsMachine*);
void xs_bytes_read16(xsMachine*);
void xs_bytes_read32(xsMachine*);
void xs_bytes_write16(xsMachine*);
void xs_bytes_write32(xsMachine*);
void xs_bytes_begin(xsMachine*);
void xs_bytes_hex(xsMachine*);

xsSlot fxElement(xsMachine* machine, const xsSlot* list, uint32_t index)
{
	(void)machine;
	(void)list;
	HOLDS(index < count);
	return (xsSlot){ .kind = kObject, .number = index };
}

xsSlot fxProperty(xsMachine* machine, const xsSlot* object, char id)
{
	uint32_t index = (uint32_t)object->number;
	(void)machine;
	HOLDS(object->kind == kObject && index < count);
	if (id == 't')
		return (xsSlot){ .kind = kNumber, .number = payloads[index].type };
	return (xsSlot){ .kind = kBuffer, .bytes = payloads[index].bytes, .size = payloads[index].size };
}

static xsSlot number(double value)
{
	return (xsSlot){ .kind = kNumber, .number = value };
}

/* Often a small number, now and then none that means anything. */
static xsSlot position(Input* input)
{
	uint8_t how = input8(input);
	switch (how >> 5) {
	case 0: return number(-(double)input32(input));
	case 1: return number((double)input32(input));
	case 2: return (xsSlot){ .kind = kUndefined };
	default: return number(how & 31 ? input8(input) & 127 : input16(input));
	}
}

/* A block of its own, of the input's next bytes and as many more. */
static xsSlot buffer(Input* input, uint32_t most)
{
	const uint8_t* from;
	uint32_t size = input8(input) % (most + 1);
	uint8_t* bytes = block(size);
	uint32_t there = inputBytes(input, size, &from);
	memset(bytes, 0x5a, size);
	if (there > 0)
		memcpy(bytes, from, there);
	return (xsSlot){ .kind = kBuffer, .bytes = bytes, .size = size };
}

static int call(void (*native)(xsMachine*))
{
	free(the->result.bytes);
	the->result = (xsSlot){ .kind = kUndefined };
	the->failsAfter = -1;
	if (setjmp(the->thrown) != 0)
		return 0;
	native(the);
	return 1;
}

/* All of a chain in arguments[0] from `offset` on, as parsePayloads goes through it: how many payloads, -1: it is none. */
static int walk(int type, int32_t offset, int32_t end)
{
	int found = 0;
	while (type != 0) {
		the->arguments[1] = number(type);
		the->arguments[2] = number(offset);
		the->arguments[3] = number(end);
		if (!call(xs_chain_payload))
			return -1;
		int32_t next = (int32_t)the->result.number;
		if (next < 0) {
			HOLDS(next >= -5);
			return -1;
		}
		HOLDS((next & 0xffff) >= 4 && offset + (next & 0xffff) <= end && next >> 16 <= 255);
		type = next >> 16;
		offset += next & 0xffff;
		found++;
	}
	return found;
}

/* Payloads are written, and what was written is read. */
static void write_and_read(Input* input)
{
	uint32_t before = input8(input) & 31, blockSize = (input8(input) & 15) + 1u;
	count = input8(input) % kMost;
	int isSound = 1;
	for (uint32_t i = 0; i < count; i++) {
		xsSlot body = buffer(input, 200);
		payloads[i].type = input8(input);
		payloads[i].bytes = body.bytes;
		payloads[i].size = body.size;
		int type = payloads[i].type;
		isSound &= type == 1 || (type >= 4 && type <= 14) || type == 20 || type == 21 || type >= 128;
	}
	the->arguments[0] = (xsSlot){ .kind = kObject };
	the->arguments[1] = number(count);
	the->arguments[2] = number(before);
	the->arguments[3] = number(blockSize);
	HOLDS(call(xs_chain_emit));
	xsSlot all = the->result;
	the->result = (xsSlot){ .kind = kUndefined };
	HOLDS(all.size >= before && (all.size - before) % blockSize == 0);
	HOLDS(call(xs_chain_names) && the->result.kind == kText && the->result.number < 512 && (count == 0) == (the->result.number == 0));
	the->arguments[0] = all;
	int found = walk(count > 0 ? payloads[0].type : 0, (int32_t)before, (int32_t)all.size);
	HOLDS(!isSound || found == (int)count);
	free(all.bytes);
	for (uint32_t i = 0; i < count; i++)
		free(payloads[i].bytes);
	count = 0;
	the->arguments[0] = (xsSlot){ .kind = kUndefined };
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
	static void (*const natives[])(xsMachine*) = { xs_chain_payload, xs_bytes_read16, xs_bytes_read32, xs_bytes_write16, xs_bytes_write32, xs_bytes_begin, xs_header_write, xs_bytes_hex };
	Input input = { data, data + size };
	while (!inputIsOver(&input)) {
		unsigned which = input8(&input) % 10u;
		if (which == 9) {
			write_and_read(&input);
			continue;
		}
		the->arguments[0] = buffer(&input, 255);
		if (which == 8) {
			int type = input8(&input);
			walk(type, 0, (int32_t)the->arguments[0].size);
		}
		else {
			int isBuffer = natives[which] == xs_bytes_begin || natives[which] == xs_header_write;
			the->arguments[1] = isBuffer ? buffer(&input, 32) : position(&input);
			uint32_t second = isBuffer ? the->arguments[1].size : 0;
			for (int i = 2; i < 7; i++)
				the->arguments[i] = position(&input);
			if (call(natives[which])) {
				HOLDS(natives[which] != xs_header_write || (second == 16 && the->arguments[0].size >= 28));
				HOLDS(natives[which] != xs_bytes_hex || the->result.number == 2.0 * the->arguments[0].size);
			}
			if (isBuffer)
				free(the->arguments[1].bytes);
		}
		free(the->arguments[0].bytes);
		for (int i = 0; i < 8; i++)
			the->arguments[i] = (xsSlot){ .kind = kUndefined };
	}
	free(the->result.bytes);
	the->result = (xsSlot){ .kind = kUndefined };
	return 0;
}
