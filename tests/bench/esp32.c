/*
 * Instructions that the packet engine takes for a packet on a 32-bit machine (rv32imac, QEMU), without the cryptography: the accelerator here does
 * nothing. esp32.mjs compiles it, runs it and reads what it prints.
 */
#include <stdlib.h>

#include "accelerator.h"
#include "support.h"

unsigned gFailures;

#define kPackets 64

/* ---- an accelerator that takes no time ---- */

struct AcceleratorContext {
	int used;
};
static struct AcceleratorContext contexts[4];

AcceleratorContext* accelerator_context_open(int cipher, const uint8_t* key, size_t keySize, int hash, const uint8_t* hashKey, size_t hashKeySize, int encrypt, int* result)
{
	(void)cipher, (void)key, (void)keySize, (void)hash, (void)hashKey, (void)hashKeySize, (void)encrypt;
	for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
		if (!contexts[i].used) {
			contexts[i].used = 1;
			*result = kAcceleratorOK;
			return &contexts[i];
		}
	}
	*result = kAcceleratorFull;
	return NULL;
}

void accelerator_context_close(AcceleratorContext* context)
{
	if (context)
		context->used = 0;
}

int accelerator_context_seal(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	(void)context, (void)iv, (void)aad, (void)aadSize, (void)data, (void)size, (void)tag;
	return kAcceleratorOK;
}

int accelerator_context_open_packet(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
	(void)context, (void)iv, (void)aad, (void)aadSize, (void)data, (void)size, (void)tag;
	return kAcceleratorOK;
}

int accelerator_context_hmac(AcceleratorContext* context, const uint8_t* data, size_t size, const uint8_t* more, size_t moreSize, uint8_t* tag, size_t tagSize)
{
	(void)context, (void)data, (void)size, (void)more, (void)moreSize;
	memset(tag, 0, tagSize);
	return kAcceleratorOK;
}

int accelerator_context_protect(AcceleratorContext* context, const uint8_t* iv, uint8_t* packet, size_t plain, size_t size, uint8_t* tag, size_t tagSize)
{
	(void)iv, (void)plain;
	return accelerator_context_hmac(context, packet, size, NULL, 0, tag, tagSize);
}

void accelerator_context_expect(AcceleratorContext* context, const uint8_t* data, size_t size)
{
	(void)context, (void)data, (void)size;
}

int accelerator_run_begin(unsigned count)
{
	(void)count;
	return 0;
}

int accelerator_run_end(void)
{
	return kAcceleratorOK;
}

int accelerator_random(uint8_t* out, size_t size)
{
	memset(out, 7, size);
	return kAcceleratorOK;
}

int accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size)
{
	(void)a, (void)b, (void)size;
	return 1;
}

void accelerator_zero(void* memory, size_t size)
{
	memset(memory, 0, size);
}

/* ---- counting ---- */

static uint32_t instructions(void)
{
	uint32_t count;
	__asm__ volatile("csrr %0, minstret" : "=r"(count));
	return count;
}

/* Seals and opens packets of `length` bytes, one at a time; prints what one took. */
static void measure(const char* name, Options options, uint32_t length)
{
	static Buffer buffer;
	EngineFlow flow;
	SARecord *out, *in;
	uint32_t sealing = 0, opening = 0;
	clearTables();
	addLoop(options, &out, &in);
	for (unsigned i = 0; i < kPackets; i++) {
		EnginePacket packet = makePacket(&buffer, kHere, kThere, 17, length, 0);
		uint32_t before = instructions();
		EngineVerdict verdict = out1(&packet, 1, &flow);
		uint32_t between = instructions();
		CHECK(verdict == kVerdictSend);
		verdict = in1(&packet, 1, &kNative);
		uint32_t after = instructions();
		CHECK(verdict == kVerdictDeliver && packet.length == length);
		sealing += between - before;
		opening += after - between;
	}
	printf("%s %u %u %u\n", name, (unsigned)length, (unsigned)(sealing / kPackets), (unsigned)(opening / kPackets));
}

int main(void)
{
	static const uint32_t lengths[] = { 64, 576, 1400 };
	engine_initialize();
	for (unsigned i = 0; i < 3; i++) {
		measure("gcm", (Options) { .cipher = kCipherAES128GCM }, lengths[i]);
		measure("cbc", (Options) { .cipher = kCipherAES128CBC, .hash = kHashSHA256 }, lengths[i]);
	}
	printf("end %u\n", gFailures);
	exit(gFailures != 0);
}
