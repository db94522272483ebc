/*
 * The mbedTLS backend on the board's processor, with its cryptography instructions and without: published vectors, that both give the same for all sizes, and
 * how many instructions a byte costs. zkn.ts compiles it, and writes vectors.h from tests/vectors. It ends QEMU by semihosting.
 */
#include "accelerator.h"
#include "jobs.h"
#include "limits.h"
#include "trap.h"
#include "zkn.h"
#include "board.h"
#include "vectors.h"
#include "../../node/crypto/hex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned failures;

#define CHECK(condition) do { \
	if (!(condition)) { \
		failures++; \
		printf("not ok line %d: %s\n", __LINE__, #condition); \
	} \
} while (0)

/* ---- what a board supplies ---- */

static volatile int refused;

/* Whatever traps is an instruction that is not there, and is passed over. */
static __attribute__((interrupt, aligned(4))) void onTrap(void)
{
	uint32_t pc;
	refused = 1;
	__asm__ volatile("csrr %0, mepc\naddi %0, %0, 4\ncsrw mepc, %0" : "=&r"(pc));
}

int trap_try(void (*work)(void))
{
	refused = 0;
	work();
	return !refused;
}

/* Not random: what is tested here depends on none. */
int board_random(uint8_t* bytes, size_t size)
{
	static uint32_t state = 1;
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
	return 0;
}

_Noreturn void board_fatal(const char* text)
{
	printf("not ok %s\n", text);
	exit(1);
}

/* ---- vectors ---- */

static void packetVectors(void)
{
	int result;
	for (size_t i = 0; i < sizeof(packetCases) / sizeof(packetCases[0]); i++) {
		Bytes key = hex(packetCases[i].key), iv = hex(packetCases[i].iv), aad = hex(packetCases[i].aad), plain = hex(packetCases[i].plain);
		Bytes sealed = hex(packetCases[i].sealed), tag = hex(packetCases[i].tag), data = plain;
		uint8_t made[16] = { 0 };
		AcceleratorContext* sealer = accelerator_context_open(packetCases[i].cipher, key.bytes, key.size, 0, NULL, 0, 1, &result);
		AcceleratorContext* opener = accelerator_context_open(packetCases[i].cipher, key.bytes, key.size, 0, NULL, 0, 0, &result);
		CHECK(sealer && opener);
		CHECK(accelerator_context_seal(sealer, iv.bytes, aad.bytes, aad.size, data.bytes, data.size, made) == kAcceleratorOK);
		CHECK(same(data.bytes, sealed) && same(made, tag));
		CHECK(accelerator_context_open_packet(opener, iv.bytes, aad.bytes, aad.size, data.bytes, data.size, made) == kAcceleratorOK && same(data.bytes, plain));
		if (tag.size) {
			made[i % 16] ^= 1;
			CHECK(accelerator_context_open_packet(opener, iv.bytes, aad.bytes, aad.size, data.bytes, data.size, made) == kAcceleratorRefused);
		}
		accelerator_context_close(sealer);
		accelerator_context_close(opener);
	}
}

static void otherVectors(void)
{
	for (size_t i = 0; i < sizeof(cbcCases) / sizeof(cbcCases[0]); i++) {
		Bytes key = hex(cbcCases[i].key), iv = hex(cbcCases[i].iv), plain = hex(cbcCases[i].plain), sealed = hex(cbcCases[i].sealed), data = plain;
		CHECK(accelerator_cbc(cbcCases[i].cipher, 1, key.bytes, key.size, iv.bytes, data.bytes, data.size, data.bytes) == kAcceleratorOK && same(data.bytes, sealed));
		CHECK(accelerator_cbc(cbcCases[i].cipher, 0, key.bytes, key.size, iv.bytes, data.bytes, data.size, data.bytes) == kAcceleratorOK && same(data.bytes, plain));
	}
	for (size_t i = 0; i < sizeof(hmacCases) / sizeof(hmacCases[0]); i++) {
		Bytes key = hex(hmacCases[i].key), data = hex(hmacCases[i].data), tag = hex(hmacCases[i].tag);
		uint8_t made[kMaximumHashSize];
		AcceleratorHMAC hmac;
		CHECK(accelerator_hmac_start(&hmac, hmacCases[i].hash, key.bytes, key.size) == kAcceleratorOK);
		CHECK(accelerator_hmac_update(&hmac, data.bytes, data.size) == kAcceleratorOK && accelerator_hmac_finish(&hmac, made) == kAcceleratorOK && same(made, tag));
	}
}

/* ---- with against without ---- */

#define kLongest 200

static uint8_t key[32], iv[16], aad[kLongest], text[kLongest];

/* What comes of one packet by each cipher, and of its hashes, for all sizes. */
static uint32_t fingerprint(void)
{
	static const size_t sizes[] = { 0, 24, 16, 24, 32, 16, 24, 32, 16, 32 };
	uint8_t digest[kMaximumHashSize];
	uint32_t sum = 0;
	for (size_t size = 0; size < kLongest; size++) {
		for (int cipher = kCipher3DESCBC; cipher <= kCipherAES256CTR; cipher++) {
			uint8_t data[kLongest], tag[16] = { 0 };
			int result, isBlocks = cipher <= kCipherAES256CBC;
			if (isBlocks && size % 16)
				continue;
			memcpy(data, text, size);
			AcceleratorContext* context = accelerator_context_open(cipher, key, sizes[cipher], kHashSHA512, key, sizeof(key), 1, &result);
			CHECK(context && accelerator_context_seal(context, iv, aad, (size * 7) % kLongest, data, size, tag) == kAcceleratorOK);
			accelerator_context_close(context);
			for (size_t i = 0; i < size; i++)
				sum = sum * 31 + data[i];
			for (size_t i = 0; i < sizeof(tag); i++)
				sum = sum * 31 + tag[i];
		}
		for (int hash = kHashSHA256; hash <= kHashSHA512; hash++) {
			CHECK(accelerator_hash(hash, text, size, digest) == kAcceleratorOK);
			for (size_t i = 0; i < 32; i++)
				sum = sum * 31 + digest[i];
		}
	}
	return sum;
}

/* ---- instructions ---- */

#define kPacket 1408
#define kPackets 8

static uint64_t instructions(void)
{
	uint32_t high, low, again;
	do
		__asm__ volatile("csrr %0, minstreth\ncsrr %1, minstret\ncsrr %2, minstreth" : "=r"(high), "=r"(low), "=r"(again));
	while (high != again);
	return (uint64_t)high << 32 | low;
}

static void measure(const char* how)
{
	static const struct { const char* name; int cipher; size_t keySize; int hash; size_t hashKeySize; } rows[] = {
		{ "AES-128-GCM", kCipherAES128GCM, 16, 0, 0 }, { "AES-256-GCM", kCipherAES256GCM, 32, 0, 0 },
		{ "AES-128-CBC", kCipherAES128CBC, 16, 0, 0 }, { "AES-256-CBC", kCipherAES256CBC, 32, 0, 0 }, { "AES-128-CTR", kCipherAES128CTR, 16, 0, 0 },
		{ "HMAC-SHA1", kCipherNull, 0, kHashSHA1, 20 }, { "HMAC-SHA256", kCipherNull, 0, kHashSHA256, 32 }, { "HMAC-SHA512", kCipherNull, 0, kHashSHA512, 64 },
		{ "3DES-CBC", kCipher3DESCBC, 24, 0, 0 },
	};
	static uint8_t data[kPacket], hashKey[64];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t tag[64];
		int result;
		AcceleratorContext* context = accelerator_context_open(rows[i].cipher, key, rows[i].keySize, rows[i].hash, hashKey, rows[i].hashKeySize, 1, &result);
		CHECK(context != NULL);
		uint64_t start = instructions();
		for (int packet = 0; packet < kPackets; packet++) {
			if (rows[i].hash)
				CHECK(accelerator_context_hmac(context, data, kPacket, NULL, 0, tag, 12) == kAcceleratorOK);
			else
				CHECK(accelerator_context_seal(context, iv, aad, 8, data, kPacket, tag) == kAcceleratorOK);
		}
		uint32_t hundredths = (uint32_t)((instructions() - start) * 100 / (kPacket * kPackets));
		printf("# %s %s %u.%02u\n", how, rows[i].name, (unsigned)(hundredths / 100), (unsigned)(hundredths % 100));
		accelerator_context_close(context);
	}
}

int main(void)
{
	__asm__ volatile("csrw mtvec, %0" :: "r"(onTrap));
	if (accelerator_initialize() != kAcceleratorOK) {
		printf("not ok the accelerator does not start\n");
		return 1;
	}
	board_random(key, sizeof(key));
	board_random(iv, sizeof(iv));
	board_random(aad, sizeof(aad));
	board_random(text, sizeof(text));
	const ZknParts* parts = zkn_parts();
	printf("# parts %d %d %d\n", parts->aes, parts->hash, parts->multiply);
	uint32_t sums[2];
	for (int allowed = 1; allowed >= 0; allowed--) {
		zkn_set_allowed(allowed);
		packetVectors();
		otherVectors();
		sums[allowed] = fingerprint();
		measure(allowed ? "with" : "without");
	}
	CHECK(sums[0] == sums[1]);
	printf("%s\n", failures ? "not ok" : "ok");
	return failures != 0;
}
