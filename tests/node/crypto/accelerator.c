/*
 * The accelerator from C: what TypeScript does not reach (packet contexts) and what it cannot see (zeroed keys, states of the queue). The sources are
 * included, so that their tables can be looked into; limits.h here has small tables, so that the full ones are met. accelerator.test.ts compiles
 * and runs this, and writes vectors.h from tests/vectors.
 */
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>

/* What the library's heap is made of, so that it can be searched. */
static void* searchedMalloc(size_t size);
static void searchedFree(void* block);
#ifdef KEYGATE_MBEDTLS
/* The library is linked with --wrap: what it asks for comes from here. */
void* __wrap_calloc(size_t count, size_t size);
void __wrap_free(void* block);
void* __real_calloc(size_t count, size_t size);
void __real_free(void* block);
#include "jobs.c"
#include "mbedtls/agreement.c"
#include "mbedtls/accelerator.c"
#define kHMACForm 0x36	/* its HMAC keeps the key as it goes into the inner hash */
#define kDescription "mbedtls "
#else
#define malloc searchedMalloc
#define free searchedFree
#include "jobs.c"
#include "openssl/agreement.c"
#include "openssl/accelerator.c"
#undef malloc
#undef free
#define kHMACForm 0
#define kDescription "openssl 3."
#endif

#include "searched.h"
#include "vectors.h"
#include "hex.h"

static unsigned failures;

#define CHECK(condition) do { \
	if (!(condition)) { \
		failures++; \
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition); \
	} \
} while (0)

static void runCase(const char* name, void (*body)(void))
{
	unsigned before = failures;
	body();
	printf("%s %s\n", failures == before ? "ok" : "not ok", name);
	fflush(stdout);
}

/* ---- bytes ---- */

static int zero(const void* memory, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (((const uint8_t*)memory)[i])
			return 0;
	}
	return 1;
}

/* ---- packet contexts ---- */

static AcceleratorContext* openContext(int cipher, Bytes key, int encrypt)
{
	int result = 77;
	AcceleratorContext* context = accelerator_context_open(cipher, key.bytes, key.size, 0, NULL, 0, encrypt, &result);
	CHECK(context && result == kAcceleratorOK);
	return context;
}

static void packetVectorsCase(void)
{
	for (size_t i = 0; i < sizeof(packetCases) / sizeof(packetCases[0]); i++) {
		Bytes key = hex(packetCases[i].key), iv = hex(packetCases[i].iv), aad = hex(packetCases[i].aad), plain = hex(packetCases[i].plain);
		Bytes sealed = hex(packetCases[i].sealed), tag = hex(packetCases[i].tag);
		unsigned before = failures;
		AcceleratorContext* sealer = openContext(packetCases[i].cipher, key, 1);
		AcceleratorContext* opener = openContext(packetCases[i].cipher, key, 0);
		/* Twice: a context is keyed once and used for many packets. */
		for (int turn = 0; turn < 2; turn++) {
			Bytes data = plain;
			uint8_t made[16] = { 0 };
			CHECK(accelerator_context_seal(sealer, iv.bytes, aad.bytes, aad.size, data.bytes, data.size, made) == kAcceleratorOK);
			CHECK(same(data.bytes, sealed));
			CHECK(same(made, tag));
			CHECK(zero(data.bytes + data.size, sizeof(data.bytes) - data.size));
			CHECK(accelerator_context_open_packet(opener, iv.bytes, aad.bytes, aad.size, data.bytes, data.size, made) == kAcceleratorOK);
			CHECK(same(data.bytes, plain));
		}
		accelerator_context_close(sealer);
		accelerator_context_close(opener);
		if (failures != before)
			printf("# %s\n", packetCases[i].name);
	}
}

static void cbcVectorsCase(void)
{
	for (size_t i = 0; i < sizeof(cbcCases) / sizeof(cbcCases[0]); i++) {
		Bytes key = hex(cbcCases[i].key), iv = hex(cbcCases[i].iv), plain = hex(cbcCases[i].plain), sealed = hex(cbcCases[i].sealed);
		Bytes data = plain;
		if (!accelerator_offers(cbcCases[i].cipher)) {
			int result = kAcceleratorOK;
			CHECK(accelerator_context_open(cbcCases[i].cipher, key.bytes, key.size, 0, NULL, 0, 1, &result) == NULL && result == kAcceleratorBadSize);
			CHECK(accelerator_cbc(cbcCases[i].cipher, 1, key.bytes, key.size, iv.bytes, plain.bytes, plain.size, data.bytes) == kAcceleratorBadSize);
			continue;
		}
		AcceleratorContext* sealer = openContext(cbcCases[i].cipher, key, 1);
		AcceleratorContext* opener = openContext(cbcCases[i].cipher, key, 0);
		for (int turn = 0; turn < 2; turn++) {
			CHECK(accelerator_context_seal(sealer, iv.bytes, NULL, 0, data.bytes, data.size, NULL) == kAcceleratorOK);
			CHECK(same(data.bytes, sealed));
			CHECK(accelerator_context_open_packet(opener, iv.bytes, NULL, 0, data.bytes, data.size, NULL) == kAcceleratorOK);
			CHECK(same(data.bytes, plain));
		}
		CHECK(accelerator_context_seal(sealer, iv.bytes, NULL, 0, data.bytes, data.size - 1, NULL) == kAcceleratorBadSize);
		CHECK(accelerator_context_open_packet(opener, iv.bytes, NULL, 0, data.bytes, 4, NULL) == kAcceleratorBadSize);
		CHECK(same(data.bytes, plain));
		CHECK(accelerator_context_seal(sealer, iv.bytes, NULL, 0, data.bytes, 0, NULL) == kAcceleratorOK);
		accelerator_context_close(sealer);
		accelerator_context_close(opener);
		/* At once, in place and not. */
		Bytes out = { .size = 0 };
		CHECK(accelerator_cbc(cbcCases[i].cipher, 1, key.bytes, key.size, iv.bytes, plain.bytes, plain.size, out.bytes) == kAcceleratorOK);
		CHECK(same(out.bytes, sealed));
		CHECK(accelerator_cbc(cbcCases[i].cipher, 0, key.bytes, key.size, iv.bytes, out.bytes, plain.size, out.bytes) == kAcceleratorOK);
		CHECK(same(out.bytes, plain));
	}
}

static void refusedTagsCase(void)
{
	for (int cipher = kCipherAES128GCM; cipher <= kCipherAES256GCM; cipher++) {
		Bytes key = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
		uint8_t iv[12] = { 1 }, aad[8] = { 2 }, tag[16], data[100], sealed[100];
		key.size = 16 + (size_t)(cipher - kCipherAES128GCM) * 8;
		AcceleratorContext* sealer = openContext(cipher, key, 1);
		AcceleratorContext* opener = openContext(cipher, key, 0);
		memset(sealed, 'k', sizeof(sealed));
		CHECK(accelerator_context_seal(sealer, iv, aad, sizeof(aad), sealed, sizeof(sealed), tag) == kAcceleratorOK);
		/* Every byte of tag, AAD, nonce and text counts. */
		uint8_t* parts[] = { tag, aad, iv, sealed };
		size_t sizes[] = { sizeof(tag), sizeof(aad), sizeof(iv), sizeof(sealed) };
		for (int part = 0; part < 4; part++) {
			for (size_t i = 0; i < sizes[part]; i++) {
				parts[part][i] ^= (uint8_t)(1 << (i % 8));
				memcpy(data, sealed, sizeof(data));
				CHECK(accelerator_context_open_packet(opener, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorRefused);
				parts[part][i] ^= (uint8_t)(1 << (i % 8));
			}
		}
		memcpy(data, sealed, sizeof(data));
		CHECK(accelerator_context_open_packet(opener, iv, aad, sizeof(aad), data, sizeof(data) - 1, tag) == kAcceleratorRefused);
		memcpy(data, sealed, sizeof(data));
		CHECK(accelerator_context_open_packet(opener, iv, aad, sizeof(aad) - 1, data, sizeof(data), tag) == kAcceleratorRefused);
		/* A refusal leaves the context as good as before. */
		memcpy(data, sealed, sizeof(data));
		CHECK(accelerator_context_open_packet(opener, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorOK);
		CHECK(data[0] == 'k' && data[99] == 'k');
		/* One way each. */
		CHECK(accelerator_context_seal(opener, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorFailed);
		CHECK(accelerator_context_open_packet(sealer, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorFailed);
		accelerator_context_close(sealer);
		accelerator_context_close(opener);
	}
}

static void contextHMACCase(void)
{
	for (size_t i = 0; i < sizeof(hmacCases) / sizeof(hmacCases[0]); i++) {
		Bytes key = hex(hmacCases[i].key), data = hex(hmacCases[i].data), tag = hex(hmacCases[i].tag);
		int result;
		AcceleratorContext* context = accelerator_context_open(kCipherNull, NULL, 0, hmacCases[i].hash, key.bytes, key.size, 1, &result);
		CHECK(context && result == kAcceleratorOK);
		/* In one run and in two, the whole and the first 12 bytes; the context keeps its key. */
		for (size_t split = 0; split <= data.size; split += data.size > 8 ? data.size / 4 : 1) {
			uint8_t made[kMaximumHashSize + 1];
			memset(made, 0xAA, sizeof(made));
			CHECK(accelerator_context_hmac(context, data.bytes, split, data.bytes + split, data.size - split, made, tag.size) == kAcceleratorOK);
			CHECK(same(made, tag));
			CHECK(made[tag.size] == 0xAA);
			memset(made, 0xAA, sizeof(made));
			CHECK(accelerator_context_hmac(context, data.bytes, split, data.bytes + split, data.size - split, made, 12) == kAcceleratorOK);
			CHECK(memcmp(made, tag.bytes, 12) == 0 && made[12] == 0xAA);
		}
		uint8_t made[kMaximumHashSize + 1];
		CHECK(accelerator_context_hmac(context, data.bytes, data.size, NULL, 0, made, 0) == kAcceleratorBadSize);
		CHECK(accelerator_context_hmac(context, data.bytes, data.size, NULL, 0, made, tag.size + 1) == kAcceleratorBadSize);
		/* NULL encryption: packets stay as they are. */
		Bytes packet = data;
		CHECK(accelerator_context_seal(context, NULL, NULL, 0, packet.bytes, packet.size, NULL) == kAcceleratorOK);
		CHECK(same(packet.bytes, data));
		accelerator_context_close(context);
	}
	AcceleratorContext* without = openContext(kCipherAES128CBC, hex("00112233445566778899aabbccddeeff"), 1);
	uint8_t tag[12], data[16] = { 0 };
	CHECK(accelerator_context_hmac(without, data, sizeof(data), NULL, 0, tag, sizeof(tag)) == kAcceleratorFailed);
	accelerator_context_close(without);
}

#define kRunPackets 70	/* more than any backend does at once */
#define kRunPacket 640

/* A run of `count` packets, sealed and opened, against the same one by one; `plain` bytes of each are not encrypted. */
static void checkRun(int cipher, int hash, unsigned count, size_t tagSize)
{
	static uint8_t together[kRunPackets][kRunPacket], alone[kRunPackets][kRunPacket], clear[kRunPackets][kRunPacket];
	uint8_t tags[kRunPackets][kMaximumHashSize], tag[kMaximumHashSize], key[32], hashKey[64], ivs[kRunPackets][16];
	size_t plain = 24, sizes[kRunPackets];
	int result;
	CHECK(accelerator_random(key, sizeof(key)) == kAcceleratorOK && accelerator_random(hashKey, sizeof(hashKey)) == kAcceleratorOK);
	CHECK(accelerator_random(clear[0], sizeof(clear)) == kAcceleratorOK && accelerator_random(ivs[0], sizeof(ivs)) == kAcceleratorOK);
	memcpy(together, clear, sizeof(clear));
	memcpy(alone, clear, sizeof(clear));
	AcceleratorContext* sealing = accelerator_context_open(cipher, key, kCiphers[cipher].keySize, hash, hashKey, 20, 1, &result);
	AcceleratorContext* opening = accelerator_context_open(cipher, key, kCiphers[cipher].keySize, hash, hashKey, 20, 0, &result);
	CHECK(sealing && opening);
	accelerator_run_begin(count);
	for (unsigned i = 0; i < count; i++) {
		sizes[i] = plain + 16 + i * 37 % 36 * 16;
		CHECK(accelerator_context_protect(sealing, ivs[i], together[i], plain, sizes[i], tags[i], tagSize) == kAcceleratorOK);
	}
	CHECK(accelerator_run_end() == kAcceleratorOK);
	for (unsigned i = 0; i < count; i++) {
		CHECK(accelerator_context_seal(sealing, ivs[i], NULL, 0, alone[i] + plain, sizes[i] - plain, NULL) == kAcceleratorOK);
		CHECK(accelerator_context_hmac(sealing, alone[i], sizes[i], NULL, 0, tag, tagSize) == kAcceleratorOK);
		CHECK(memcmp(tag, tags[i], tagSize) == 0 && memcmp(together[i], alone[i], kRunPacket) == 0);
	}
	/* One of them is forged. Not all that are expected are asked for, and not all that are asked for were expected. */
	together[count / 2][plain] ^= 1;
	if (accelerator_run_begin(count))
		for (unsigned i = 0; i < count; i++)
			if (i % 5 != 4)
				accelerator_context_expect(opening, together[i], sizes[i]);
	for (unsigned i = 0; i < count; i++) {
		if (i % 7 == 6)
			continue;
		CHECK(accelerator_context_hmac(opening, together[i], sizes[i], NULL, 0, tag, tagSize) == kAcceleratorOK);
		CHECK((memcmp(tag, tags[i], tagSize) == 0) == (i != count / 2));
		CHECK(accelerator_context_open_packet(opening, ivs[i], NULL, 0, together[i] + plain, sizes[i] - plain, NULL) == kAcceleratorOK);
		CHECK(i == count / 2 || memcmp(together[i], clear[i], kRunPacket) == 0);
	}
	/* What was expected is never taken for what stands there now, in the run or behind its end. */
	CHECK(accelerator_context_hmac(opening, together[0], sizes[0], NULL, 0, tag, tagSize) == kAcceleratorOK);
	CHECK(cipher == kCipherNull || memcmp(tag, tags[0], tagSize) != 0);
	CHECK(accelerator_run_end() == kAcceleratorOK);
	if (accelerator_run_begin(count))
		accelerator_context_expect(opening, together[0], sizes[0]);
	CHECK(accelerator_run_end() == kAcceleratorOK);
	memset(together[0], 0x55, kRunPacket);
	CHECK(accelerator_context_hmac(opening, together[0], sizes[0], NULL, 0, tag, tagSize) == kAcceleratorOK);
	CHECK(accelerator_context_hmac(sealing, together[0], sizes[0], NULL, 0, tags[0], tagSize) == kAcceleratorOK);
	CHECK(memcmp(tag, tags[0], tagSize) == 0);
	accelerator_context_close(sealing);
	accelerator_context_close(opening);
}

static void runsCase(void)
{
	static const int ciphers[] = { kCipherNull, kCipher3DESCBC, kCipherAES128CBC, kCipherAES192CBC, kCipherAES256CBC, kCipherAES128CTR, kCipherAES256CTR };
	static const unsigned counts[] = { 1, 3, 4, 5, 16, 64, kRunPackets };
	static const size_t tagSizes[] = { [kHashMD5] = 12, [kHashSHA1] = 12, [kHashSHA256] = 16, [kHashSHA384] = 24, [kHashSHA512] = 32 };
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (!accelerator_offers(ciphers[i]))
			continue;
		for (int hash = kHashMD5; hash <= kHashSHA512; hash++)
			for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
				checkRun(ciphers[i], hash, counts[k], tagSizes[hash]);
		checkRun(ciphers[i], kHashSHA256, 16, 12);
		checkRun(ciphers[i], kHashSHA1, 16, 20);
	}
	/* An AEAD has no HMAC, and what is no whole block is refused in a run too. */
	AcceleratorContext* aead = openContext(kCipherAES128GCM, (Bytes){ .size = 16 }, 1);
	AcceleratorContext* cbc = openContext(kCipherAES128CBC, (Bytes){ .size = 16 }, 1);
	uint8_t packet[64] = { 0 }, tag[12];
	accelerator_run_begin(8);
	CHECK(accelerator_context_protect(aead, packet, packet, 16, 64, tag, sizeof(tag)) != kAcceleratorOK);
	CHECK(accelerator_context_protect(cbc, packet, packet, 16, 63, tag, sizeof(tag)) == kAcceleratorBadSize);
	CHECK(accelerator_context_protect(cbc, packet, packet, 16, 64, tag, sizeof(tag)) == kAcceleratorFailed);	/* without an HMAC */
	CHECK(accelerator_run_end() == kAcceleratorOK);
	accelerator_context_close(aead);
	accelerator_context_close(cbc);
}

static void poolCase(void)
{
	AcceleratorContext* contexts[PACKET_CONTEXTS];
	Bytes key = hex("00112233445566778899aabbccddeeff");
	int result;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < PACKET_CONTEXTS; i++)
			contexts[i] = openContext(kCipherAES128GCM, key, 1);
		result = 77;
		CHECK(accelerator_context_open(kCipherAES128GCM, key.bytes, key.size, 0, NULL, 0, 1, &result) == NULL && result == kAcceleratorFull);
		accelerator_context_close(contexts[1]);
		AcceleratorContext* again = openContext(kCipherNull, (Bytes){ .size = 0 }, 0);
		CHECK(again == contexts[1]);
		CHECK(accelerator_context_open(kCipherNull, NULL, 0, 0, NULL, 0, 1, &result) == NULL && result == kAcceleratorFull);
		for (int i = 0; i < PACKET_CONTEXTS; i++)
			accelerator_context_close(contexts[i]);
		accelerator_context_close(contexts[0]);	/* once more: nothing */
	}
	accelerator_context_close(NULL);
	/* A closed one carries nothing. */
	uint8_t bytes[16] = { 0 };
	CHECK(accelerator_context_seal(contexts[0], bytes, NULL, 0, bytes, sizeof(bytes), bytes) == kAcceleratorFailed);
	CHECK(accelerator_context_open_packet(contexts[0], bytes, NULL, 0, bytes, sizeof(bytes), bytes) == kAcceleratorFailed);
	CHECK(accelerator_context_hmac(contexts[0], bytes, sizeof(bytes), NULL, 0, bytes, 12) == kAcceleratorFailed);
}

static void wrongSizesCase(void)
{
	static const size_t right[] = { 0, 24, 16, 24, 32, 16, 24, 32, 16, 32 };
	uint8_t key[64] = { 0 };
	int result;
	for (int cipher = kCipherNull; cipher <= kCipherAES256CTR; cipher++) {
		for (size_t size = 0; size <= sizeof(key); size++) {
			result = 77;
			AcceleratorContext* context = accelerator_context_open(cipher, key, size, 0, NULL, 0, 1, &result);
			int isPossible = size == right[cipher] && accelerator_offers(cipher);
			CHECK((context != NULL) == isPossible);
			CHECK(result == (isPossible ? kAcceleratorOK : kAcceleratorBadSize));
			accelerator_context_close(context);
		}
	}
	int wrong[][2] = { { -1, 0 }, { kCipherAES256CTR + 1, 0 }, { 1000000, 0 }, { kCipherNull, -1 }, { kCipherNull, kHashSHA512 + 1 } };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		result = 77;
		CHECK(accelerator_context_open(wrong[i][0], key, 0, wrong[i][1], key, 16, 1, &result) == NULL && result == kAcceleratorBadSize);
	}
	uint8_t out[64];
	CHECK(accelerator_hash(0, key, 1, out) == kAcceleratorBadSize && accelerator_hash(6, key, 1, out) == kAcceleratorBadSize);
	CHECK(accelerator_cbc(kCipherAES128CBC, 1, key, 15, key, key, 16, out) == kAcceleratorBadSize);
	CHECK(accelerator_cbc(kCipherAES128CBC, 1, key, 16, key, key, 15, out) == kAcceleratorBadSize);
	CHECK(accelerator_cbc(kCipherAES128GCM, 1, key, 16, key, key, 16, out) == kAcceleratorBadSize);
	CHECK(accelerator_cbc(kCipherNull, 1, key, 0, key, key, 16, out) == kAcceleratorBadSize);
	CHECK(accelerator_derive_key(key, 1, key, 1, 0, out, 16) == kAcceleratorBadSize);
	CHECK(accelerator_derive_key(key, 1, key, 1, 1, out, 0) == kAcceleratorBadSize);
}

static void watchHMAC(const uint8_t* key)
{
	uint8_t form[16];
	for (size_t i = 0; i < sizeof(form); i++)
		form[i] = key[i] ^ kHMACForm;
	watch(form);
}

/* Ciphers keep the raw key as (part of) their first round key, HMAC keeps it whole. */
static void zeroedKeysCase(void)
{
	static const int ciphers[] = { kCipherAES128CBC, kCipherAES256CBC, kCipherAES128GCM, kCipherAES256GCM, kCipherAES128CTR };
	uint8_t key[32], hashKey[64], iv[16] = { 0 }, data[64] = { 0 }, tag[16];
	int result, found = 0;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		CHECK(accelerator_random(key, sizeof(key)) == kAcceleratorOK && accelerator_random(hashKey, sizeof(hashKey)) == kAcceleratorOK);
		for (int half = 0; half < 2; half++) {
			/* Once looking for the cipher's key, once for the HMAC's. */
			if (half)
				watchHMAC(hashKey);
			else
				watch(key);
			AcceleratorContext* context = accelerator_context_open(ciphers[i], key, kCiphers[ciphers[i]].keySize, kHashSHA256, hashKey, 32, 1, &result);
			CHECK(context && accelerator_context_seal(context, iv, NULL, 0, data, sizeof(data), tag) == kAcceleratorOK);
			CHECK(context && accelerator_context_hmac(context, data, sizeof(data), NULL, 0, tag, sizeof(tag)) == kAcceleratorOK);
			found += blocksWithMarker() > 0;
			accelerator_context_close(context);
			CHECK(blocksWithMarker() == 0);
			CHECK(unwatch() == 0);
		}
	}
	CHECK(found >= 6);	/* the search finds keys that are there */
	/* What the control plane does at once leaves nothing either. */
	watch(key);
	CHECK(accelerator_cbc(kCipherAES256CBC, 1, key, sizeof(key), iv, data, sizeof(data), data) == kAcceleratorOK);
	CHECK(blocksWithMarker() == 0 && unwatch() == 0);
	watchHMAC(key);
	AcceleratorHMAC hmac;
	uint8_t whole[kMaximumHashSize];
	CHECK(accelerator_hmac_start(&hmac, kHashSHA512, key, sizeof(key)) == kAcceleratorOK);
	CHECK(blocksWithMarker() > 0);
	CHECK(accelerator_hmac_update(&hmac, data, sizeof(data)) == kAcceleratorOK);
	CHECK(accelerator_hmac_finish(&hmac, whole) == kAcceleratorOK);
	CHECK(blocksWithMarker() == 0);
	CHECK(unwatch() == 0);
}

static void incrementalHMACCase(void)
{
	for (size_t i = 0; i < sizeof(hmacCases) / sizeof(hmacCases[0]); i++) {
		Bytes key = hex(hmacCases[i].key), data = hex(hmacCases[i].data), tag = hex(hmacCases[i].tag);
		for (size_t step = 1; step <= data.size + 1; step += 7) {
			AcceleratorHMAC hmac;
			uint8_t made[kMaximumHashSize];
			CHECK(accelerator_hmac_start(&hmac, hmacCases[i].hash, key.bytes, key.size) == kAcceleratorOK);
			for (size_t at = 0; at < data.size; at += step)
				CHECK(accelerator_hmac_update(&hmac, data.bytes + at, data.size - at < step ? data.size - at : step) == kAcceleratorOK);
			CHECK(accelerator_hmac_update(&hmac, NULL, 0) == kAcceleratorOK);
			CHECK(accelerator_hmac_finish(&hmac, made) == kAcceleratorOK);
			CHECK(same(made, tag));
			CHECK(zero(&hmac, sizeof(hmac)));
		}
	}
	AcceleratorHMAC hmac;
	uint8_t made[kMaximumHashSize];
	CHECK(accelerator_hmac_start(&hmac, 0, made, 0) == kAcceleratorBadSize);
	CHECK(accelerator_hmac_update(&hmac, made, 1) == kAcceleratorFailed);
	CHECK(accelerator_hmac_finish(&hmac, made) == kAcceleratorFailed);
	/* Two at once do not meet. */
	AcceleratorHMAC other;
	uint8_t one[kMaximumHashSize], two[kMaximumHashSize];
	CHECK(accelerator_hmac_start(&hmac, kHashSHA256, (const uint8_t*)"a", 1) == 0 && accelerator_hmac_start(&other, kHashSHA256, (const uint8_t*)"a", 1) == 0);
	accelerator_hmac_update(&hmac, (const uint8_t*)"x", 1);
	accelerator_hmac_update(&other, (const uint8_t*)"y", 1);
	accelerator_hmac_update(&hmac, (const uint8_t*)"y", 1);
	accelerator_hmac_update(&other, (const uint8_t*)"x", 1);
	CHECK(accelerator_hmac_finish(&hmac, one) == 0 && accelerator_hmac_finish(&other, two) == 0 && memcmp(one, two, 32) != 0);
}

/* ---- jobs ---- */

static int readable(int milliseconds)
{
	struct pollfd descriptor = { .fd = accelerator_notify_descriptor(), .events = POLLIN };
	return poll(&descriptor, 1, milliseconds) == 1;
}

static AcceleratorJob await(void)
{
	AcceleratorJob job = { .result = 77 };
	CHECK(readable(30000));
	CHECK(accelerator_collect(&job) == 1);
	return job;
}

static AcceleratorJob jobOf(uint32_t id, int group)
{
	return (AcceleratorJob){ .id = id, .group = group, .kind = kJobGenerate };
}

/* Every slot is free and holds nothing; waits for the worker to let go of a cancelled one. */
static int emptyQueue(void)
{
	for (int patience = 0; patience < 30000; patience++) {
		int busy = 0;
		pthread_mutex_lock(&queue.lock);
		for (int i = 0; i < DH_JOBS; i++)
			busy += queue.slots[i].state != kStateFree;
		int clean = !busy;
		for (int i = 0; clean && i < DH_JOBS; i++)
			clean = zero(&queue.slots[i].job, sizeof(queue.slots[i].job));
		pthread_mutex_unlock(&queue.lock);
		if (!busy)
			return clean;
		poll(NULL, 0, 1);
	}
	return 0;
}

static void agreementsCase(void)
{
	for (size_t i = 0; i < kGroupsCount; i++) {
		AcceleratorJob job = jobOf(1, kGroups[i].group);
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
		AcceleratorJob a = await();
		job.id = 2;
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
		AcceleratorJob b = await();
		CHECK(a.id == 1 && b.id == 2 && a.result == kAcceleratorOK && b.result == kAcceleratorOK);
		CHECK(a.publicSize == kGroups[i].publicSize && a.privateSize == kGroups[i].privateSize && a.secretSize == 0);
		CHECK(zero(a.secret, sizeof(a.secret)));
		uint8_t publicValue[kMaximumSharedSecretSize];
		memcpy(publicValue, a.publicValue, sizeof(publicValue));
		memcpy(a.publicValue, b.publicValue, sizeof(publicValue));
		memcpy(b.publicValue, publicValue, sizeof(publicValue));
		a.kind = b.kind = kJobAgree;
		CHECK(accelerator_submit(&a) == kAcceleratorOK && accelerator_submit(&b) == kAcceleratorOK);
		AcceleratorJob c = await(), d = await();
		CHECK(c.result == kAcceleratorOK && d.result == kAcceleratorOK && c.secretSize == kGroups[i].secretSize);
		CHECK(memcmp(c.secret, d.secret, sizeof(c.secret)) == 0 && !zero(c.secret, c.secretSize));
		/* What comes back is the secret alone. */
		CHECK(c.privateSize == 0 && c.publicSize == 0 && zero(c.privateValue, sizeof(c.privateValue)));
		/* F09: a refused one has no values at all. */
		memset(a.publicValue, 0, sizeof(a.publicValue));
		CHECK(accelerator_submit(&a) == kAcceleratorOK);
		c = await();
		CHECK(c.result == kAcceleratorRefused && c.secretSize == 0 && c.privateSize == 0);
		CHECK(zero(c.secret, sizeof(c.secret)) && zero(c.privateValue, sizeof(c.privateValue)));
	}
	CHECK(emptyQueue());
}

/* Private values and secrets, as they are and as big numbers keep them (least significant byte first). */
static void zeroedJobsCase(void)
{
	for (size_t i = 0; i < kGroupsCount; i++) {
		AcceleratorJob job = jobOf(1, kGroups[i].group);
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
		AcceleratorJob own = await();
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
		AcceleratorJob peer = await();
		own.kind = kJobAgree;
		memcpy(own.publicValue, peer.publicValue, sizeof(own.publicValue));
		CHECK(accelerator_submit(&own) == kAcceleratorOK);
		AcceleratorJob agreed = await();
		const uint8_t* values[] = { own.privateValue + own.privateSize - 16, agreed.secret + agreed.secretSize - 16 };
		for (int value = 0; value < 2; value++) {
			for (int reversed = 0; reversed < 2; reversed++) {
				uint8_t marker[16];
				for (int at = 0; at < 16; at++)
					marker[at] = values[value][reversed ? 15 - at : at];
				watch(marker);
				CHECK(accelerator_submit(&own) == kAcceleratorOK);
				(void)await();
				unsigned left = blocksWithMarker(), freed = unwatch();
				CHECK(left == 0);
				CHECK(freed == 0);
				if (left || freed)
					printf("# group %d, %s, %s: %u left, %u freed\n", own.group, value ? "secret" : "private value", reversed ? "reversed" : "plain", left, freed);
			}
		}
	}
	CHECK(emptyQueue());
}

static void badJobsCase(void)
{
	AcceleratorJob job = jobOf(1, 1);
	CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
	job = jobOf(1, 14);
	job.kind = 3;
	CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
	for (size_t i = 0; i < kGroupsCount; i++) {
		job = (AcceleratorJob){ .group = kGroups[i].group, .kind = kJobAgree, .privateSize = kGroups[i].privateSize, .publicSize = kGroups[i].publicSize - 1 };
		CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
		job.publicSize += 2;
		CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
		job.publicSize = SIZE_MAX;
		CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
		job.publicSize = kGroups[i].publicSize;
		job.privateSize = 0;
		CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
		job.privateSize = kGroups[i].publicSize + 1;
		CHECK(accelerator_submit(&job) == kAcceleratorBadSize);
	}
	CHECK(emptyQueue());
}

static void fullQueueCase(void)
{
	/* Full is full while they wait and run, and stays so until they are collected. */
	for (uint32_t i = 0; i < DH_JOBS; i++) {
		AcceleratorJob job = jobOf(i, i ? 31 : 18);
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
	}
	AcceleratorJob more = jobOf(99, 31);
	CHECK(accelerator_submit(&more) == kAcceleratorFull);
	CHECK(readable(30000));
	CHECK(accelerator_submit(&more) == kAcceleratorFull);
	AcceleratorJob first = await();
	CHECK(first.id == 0 && first.group == 18);
	CHECK(accelerator_submit(&more) == kAcceleratorOK);
	/* In the order in which they came. */
	for (uint32_t i = 1; i < DH_JOBS; i++)
		CHECK(await().id == i);
	CHECK(await().id == 99);
	CHECK(emptyQueue());
}

static void descriptorCase(void)
{
	AcceleratorJob job = jobOf(5, 31), result;
	CHECK(accelerator_notify_descriptor() >= 0);
	CHECK(!readable(0));
	CHECK(accelerator_collect(&result) == 0);
	CHECK(accelerator_submit(&job) == kAcceleratorOK && accelerator_submit(&job) == kAcceleratorOK);
	CHECK(readable(30000));
	(void)await();
	/* Readable as long as one waits. */
	CHECK(readable(30000));
	CHECK(readable(0));
	(void)await();
	CHECK(!readable(0));
	/* Raised by hand, until a collect finds nothing. */
	accelerator_notify();
	accelerator_notify();
	CHECK(readable(0));
	CHECK(accelerator_submit(&job) == kAcceleratorOK);
	while (!accelerator_collect(&result))
		;
	CHECK(accelerator_collect(&result) == 0);
	CHECK(!readable(0));
	CHECK(emptyQueue());
}

static void ownersCase(void)
{
	AcceleratorJob result;
	for (uint32_t i = 0; i < 3; i++) {
		AcceleratorJob job = jobOf(i, 31);
		job.owner = i == 1 ? 2 : 1;
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
	}
	while (!accelerator_collect_of(2, &result))
		;
	CHECK(result.id == 1 && result.owner == 2);
	while (!accelerator_collect_of(1, &result))
		;
	CHECK(result.id == 0);
	CHECK(accelerator_collect_of(2, &result) == 0);
	accelerator_cancel(2);	/* of the other owner: nothing happens */
	while (!accelerator_collect_of(1, &result))
		;
	CHECK(result.id == 2);
	CHECK(emptyQueue());
}

static void cancelCase(void)
{
	AcceleratorJob result;
	/* Waiting and running ones. */
	for (uint32_t i = 0; i < DH_JOBS; i++) {
		AcceleratorJob job = jobOf(i, 18);
		job.owner = 7;
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
	}
	poll(NULL, 0, 2);
	accelerator_cancel(7);
	CHECK(emptyQueue());
	CHECK(!readable(0) && accelerator_collect(&result) == 0);
	/* A finished one, beside another owner's. */
	AcceleratorJob job = jobOf(1, 31), other = jobOf(2, 31);
	job.owner = 7, other.owner = 8;
	CHECK(accelerator_submit(&job) == kAcceleratorOK && accelerator_submit(&other) == kAcceleratorOK);
	CHECK(readable(30000));
	accelerator_cancel(7);
	CHECK(await().id == 2);
	CHECK(emptyQueue());
	/* The queue works on. */
	CHECK(accelerator_submit(&job) == kAcceleratorOK);
	CHECK(await().id == 1);
}

static void shutdownCase(void)
{
	uint8_t key[16] = { 0 };
	int result;
	AcceleratorContext* context = accelerator_context_open(kCipherAES128GCM, key, sizeof(key), kHashSHA1, key, sizeof(key), 1, &result);
	CHECK(context != NULL);
	for (uint32_t i = 0; i < DH_JOBS; i++) {
		AcceleratorJob job = jobOf(i, 17);
		CHECK(accelerator_submit(&job) == kAcceleratorOK);
	}
	poll(NULL, 0, 2);
	accelerator_shutdown();
	for (int i = 0; i < DH_JOBS; i++)
		CHECK(queue.slots[i].state == kStateFree && zero(&queue.slots[i].job, sizeof(queue.slots[i].job)));
	CHECK(accelerator_notify_descriptor() == -1);
	/* What is asked of it then is answered with a failure. */
	AcceleratorJob job = jobOf(1, 31);
	uint8_t out[64];
	CHECK(accelerator_submit(&job) == kAcceleratorFailed);
	CHECK(accelerator_collect(&job) == 0);
	CHECK(accelerator_hash(kHashSHA1, key, 1, out) != kAcceleratorOK);
	CHECK(accelerator_cbc(kCipherAES128CBC, 1, key, 16, key, key, 16, out) == kAcceleratorFailed);
	CHECK(accelerator_context_open(kCipherAES128GCM, key, sizeof(key), 0, NULL, 0, 1, &result) == NULL);
	accelerator_context_close(context);
	accelerator_shutdown();
	/* And it starts again, twice being once. */
	CHECK(accelerator_initialize() == kAcceleratorOK);
	CHECK(accelerator_initialize() == kAcceleratorOK);
	CHECK(accelerator_submit(&job) == kAcceleratorOK);
	CHECK(await().result == kAcceleratorOK);
	AcceleratorContext* again = openContext(kCipherAES128GCM, (Bytes){ .size = 16 }, 1);
	accelerator_context_close(again);
}

/* A pool of contexts works while the worker does: what the sanitizers look at. */
static void togetherCase(void)
{
	AcceleratorContext* context = openContext(kCipherAES256GCM, (Bytes){ .size = 32 }, 1);
	uint8_t iv[12] = { 0 }, aad[8] = { 0 }, data[1400] = { 0 }, tag[16];
	AcceleratorJob job = jobOf(1, 16), result;
	unsigned packets = 0;
	CHECK(accelerator_submit(&job) == kAcceleratorOK);
	/* On a busy machine the job may be over before this thread has its turn. */
	do {
		CHECK(accelerator_context_seal(context, iv, aad, sizeof(aad), data, sizeof(data), tag) == kAcceleratorOK);
		packets++;
	} while (!accelerator_collect(&result));
	CHECK(result.result == kAcceleratorOK && packets > 0);
	accelerator_context_close(context);
}

static void smallThingsCase(void)
{
	uint8_t a[40] = { 0 }, b[40] = { 0 };
	CHECK(accelerator_equal(a, b, 40) == 1 && accelerator_equal(a, b, 0) == 1);
	for (int i = 0; i < 40; i++) {
		b[i] = 0x80;
		CHECK(accelerator_equal(a, b, 40) == 0);
		CHECK(accelerator_equal(a, b, (size_t)i) == 1);
		b[i] = 0;
	}
	CHECK(accelerator_random(a, sizeof(a)) == kAcceleratorOK && !zero(a, sizeof(a)));
	accelerator_zero(a + 1, sizeof(a) - 2);
	CHECK(zero(a + 1, sizeof(a) - 2));
	CHECK(strncmp(accelerator_description(), kDescription, strlen(kDescription)) == 0);
}

int main(void)
{
	if (accelerator_initialize() != kAcceleratorOK)
		return 2;
	runCase("AEAD and CTR contexts give the published results, packet after packet", packetVectorsCase);
	runCase("CBC contexts and CBC at once give the published results, in place", cbcVectorsCase);
	runCase("a wrong tag, text, AAD or nonce is refused, and the next packet is opened", refusedTagsCase);
	runCase("contexts authenticate in one run and in two, cut to size", contextHMACCase);
	runCase("what is sealed and opened in a run is what it is one by one", runsCase);
	runCase("the pool has as many contexts as there are SAs, and says when it is empty", poolCase);
	runCase("sizes and algorithms that cannot be are refused", wrongSizesCase);
	runCase("keys are zeroed when a context is closed", zeroedKeysCase);
	runCase("an HMAC in pieces is the HMAC of the whole", incrementalHMACCase);
	runCase("F09 Diffie-Hellman jobs agree in every group, refused ones carry no values", agreementsCase);
	runCase("private values and secrets are zeroed wherever a job put them", zeroedJobsCase);
	runCase("F09 jobs with sizes that cannot be are not taken", badJobsCase);
	runCase("a full queue says so and keeps its order", fullQueueCase);
	runCase("the descriptor is readable while there is something to collect", descriptorCase);
	runCase("owners collect and cancel their own jobs", ownersCase);
	runCase("cancelled jobs leave nothing, whatever they were at", cancelCase);
	runCase("packets are sealed while a job is worked", togetherCase);
	runCase("shutdown forgets jobs and contexts, and the accelerator starts again", shutdownCase);
	runCase("equal, zero, random, description", smallThingsCase);
	accelerator_shutdown();
	return failures != 0;
}
