/*
 * accelerator.h by mbedTLS (2.28 or 4, library.h): everything but Diffie-Hellman, which is agreement.c, and certificates, x509.c. What an ESP32 has in hardware (AES, SHA,
 * big numbers) ESP-IDF's mbedTLS does by it, behind the same functions.
 *
 * Packet contexts: the pool is static; an SA's key schedule and the key of its HMAC come from mbedTLS's heap when it is keyed, as large as they are for its
 * algorithms. What HMAC works in is each hash's, not each SA's: mbedTLS begins every message with the key's two blocks all the same, and three times the bytes
 * of a key stay free for each SA. Sealing and opening allocate nothing.
 */
#include "backend.h"
#include "packetgcm.h"
#include "random.h"
#include "limits.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* By hash number. */
static const mbedtls_md_type_t kHashes[] = {
	[kHashMD5] = MBEDTLS_MD_MD5,
	[kHashSHA1] = MBEDTLS_MD_SHA1,
	[kHashSHA256] = MBEDTLS_MD_SHA256,
	[kHashSHA384] = MBEDTLS_MD_SHA384,
	[kHashSHA512] = MBEDTLS_MD_SHA512,
};

enum { kNone, kTripleDES, kCBC, kGCM, kCTR };

/* The schedule of 3DES is made for each packet: it takes sixteen times the key's bytes, and little of the time that 3DES does. */
#define k3DESKeySize 24
typedef union {
	mbedtls_aes_context aes;
	PacketGCM gcm;
	uint8_t des[k3DESKeySize];
} Cipher;

typedef struct {
	int kind;
	size_t keySize, blockSize;	/* block size: what the data must be a multiple of */
	size_t stateSize;
} CipherSizes;

/* By cipher number. */
static const CipherSizes kCiphers[] = {
	[kCipherNull] = { kNone, 0, 1, 0 },
	[kCipher3DESCBC] = { kTripleDES, k3DESKeySize, 8, k3DESKeySize },
	[kCipherAES128CBC] = { kCBC, 16, 16, sizeof(mbedtls_aes_context) },
	[kCipherAES192CBC] = { kCBC, 24, 16, sizeof(mbedtls_aes_context) },
	[kCipherAES256CBC] = { kCBC, 32, 16, sizeof(mbedtls_aes_context) },
	[kCipherAES128GCM] = { kGCM, 16, 1, sizeof(PacketGCM) },
	[kCipherAES192GCM] = { kGCM, 24, 1, sizeof(PacketGCM) },
	[kCipherAES256GCM] = { kGCM, 32, 1, sizeof(PacketGCM) },
	[kCipherAES128CTR] = { kCTR, 16, 1, sizeof(mbedtls_aes_context) },
	[kCipherAES256CTR] = { kCTR, 32, 1, sizeof(mbedtls_aes_context) },
};
#define kBlockSize 16

struct AcceleratorContext {
	Cipher* cipher;			/* stateSize bytes, and the HMAC's key behind them; NULL: neither has any */
	const CipherSizes* sizes;	/* NULL: free */
	uint16_t hashKeySize;
	uint8_t hash;			/* 0: no HMAC */
	uint8_t encrypt;
};

static struct {
	int initialized;
	AcceleratorContext contexts[PACKET_CONTEXTS];
	/* By hash number: what HMAC of packets works in, there as long as a context has it. */
	mbedtls_md_context_t hmacs[kHashSHA512 + 1];
} library;

const mbedtls_md_info_t* accelerator_hash_info(int hash)
{
	return hash >= kHashMD5 && hash <= kHashSHA512 && library.initialized ? mbedtls_md_info_from_type(kHashes[hash]) : NULL;
}

int accelerator_initialize(void)
{
	if (library.initialized)
		return kAcceleratorOK;
	library.initialized = library_open() == 0 && random_open() == kAcceleratorOK && agreement_initialize() == kAcceleratorOK && jobs_start() == kAcceleratorOK;
	if (!library.initialized)
		accelerator_shutdown();
	return library.initialized ? kAcceleratorOK : kAcceleratorFailed;
}

void accelerator_shutdown(void)
{
	jobs_stop();
	certificates_clear();
	agreement_shutdown();
	for (size_t i = 0; i < PACKET_CONTEXTS; i++)
		accelerator_context_close(&library.contexts[i]);
	random_close();
	library_close();
	memset(&library, 0, sizeof(library));
}

const char* accelerator_description(void)
{
	static char description[32];
	if (!description[0])
		snprintf(description, sizeof(description), "mbedtls %s", library_version());
	return description;
}

int accelerator_offers(int cipher)
{
	return cipher != kCipher3DESCBC || LIBRARY_HAS_3DES;
}

int accelerator_random(uint8_t* out, size_t size)
{
	return library.initialized ? random_bytes(kRandomControl, out, size) : kAcceleratorFailed;
}

int accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size)
{
	volatile uint8_t difference = 0;
	for (size_t i = 0; i < size; i++)
		difference |= a[i] ^ b[i];
	return difference == 0;
}

void accelerator_zero(void* memory, size_t size)
{
	mbedtls_platform_zeroize(memory, size);
}

/* ---- the library's heap ---- */

typedef union {
	size_t size;	/* of what follows */
	uint64_t aligned;
} HeapBlock;

void* accelerator_allocate(size_t size)
{
	HeapBlock* block = size && size <= SIZE_MAX - sizeof(HeapBlock) ? mbedtls_calloc(1, sizeof(HeapBlock) + size) : NULL;
	if (!block)
		return NULL;
	block->size = size;
	return block + 1;
}

void accelerator_free(void* memory)
{
	if (!memory)
		return;
	HeapBlock* block = (HeapBlock*)memory - 1;
	mbedtls_platform_zeroize(memory, block->size);
	mbedtls_free(block);
}

void labour_end(void)
{
}

/* ---- at once ---- */

int accelerator_hash(int hash, const uint8_t* data, size_t size, uint8_t* out)
{
	const mbedtls_md_info_t* info = accelerator_hash_info(hash);
	if (!info)
		return kAcceleratorBadSize;
	return mbedtls_md(info, data, size, out) == 0 ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_derive_key(const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t outSize)
{
	if (!library.initialized)
		return kAcceleratorFailed;
	if (outSize == 0 || outSize > UINT32_MAX || iterations == 0 || iterations > INT32_MAX)
		return kAcceleratorBadSize;
	return library_pbkdf2(MBEDTLS_MD_SHA256, password, passwordSize, salt, saltSize, iterations, out, outSize) == 0 ? kAcceleratorOK : kAcceleratorFailed;
}

/* ---- ciphers ---- */

static int keyCipher(Cipher* cipher, const CipherSizes* sizes, const uint8_t* key, int encrypt)
{
	unsigned bits = (unsigned)sizes->keySize * 8;
	switch (sizes->kind) {
		case kTripleDES:
			memcpy(cipher->des, key, sizeof(cipher->des));
			return 0;
		case kGCM:
			return packetgcm_set_key(&cipher->gcm, key, bits);
		case kCBC:
			mbedtls_aes_init(&cipher->aes);
			return encrypt ? mbedtls_aes_setkey_enc(&cipher->aes, key, bits) : mbedtls_aes_setkey_dec(&cipher->aes, key, bits);
		case kCTR:
			mbedtls_aes_init(&cipher->aes);
			return mbedtls_aes_setkey_enc(&cipher->aes, key, bits);
		default:
			return 0;
	}
}

static void clearCipher(Cipher* cipher, const CipherSizes* sizes)
{
	if (sizes->kind == kGCM)
		packetgcm_clear(&cipher->gcm);
	mbedtls_platform_zeroize(cipher, sizes->stateSize);
}

static int runCBC(Cipher* cipher, const CipherSizes* sizes, int encrypt, const uint8_t* iv, const uint8_t* in, size_t size, uint8_t* out)
{
	uint8_t chain[kBlockSize];
	memcpy(chain, iv, sizes->blockSize);	/* is written to */
	if (sizes->kind != kTripleDES)
		return mbedtls_aes_crypt_cbc(&cipher->aes, encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT, size, chain, in, out);
	Library3DES schedule;
	int result = library_3des_key(&schedule, cipher->des, encrypt);
	if (result == 0)
		result = library_3des_cbc(&schedule, encrypt, size, chain, in, out);
	mbedtls_platform_zeroize(&schedule, sizeof(schedule));
	return result;
}

int accelerator_cbc(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* in, size_t size, uint8_t* out)
{
	Cipher scratch;
	if (cipher < kCipher3DESCBC || cipher > kCipherAES256CBC || !accelerator_offers(cipher) || keySize != kCiphers[cipher].keySize || size % kCiphers[cipher].blockSize)
		return kAcceleratorBadSize;
	if (!library.initialized)
		return kAcceleratorFailed;
	int ok = keyCipher(&scratch, &kCiphers[cipher], key, encrypt) == 0
		&& (size == 0 || runCBC(&scratch, &kCiphers[cipher], encrypt, iv, in, size, out) == 0);
	clearCipher(&scratch, &kCiphers[cipher]);
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_gcm(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	Cipher scratch;
	int result = kAcceleratorFailed;
	if (cipher < kCipherAES128GCM || cipher > kCipherAES256GCM || keySize != kCiphers[cipher].keySize)
		return kAcceleratorBadSize;
	if (!library.initialized)
		return kAcceleratorFailed;
	if (keyCipher(&scratch, &kCiphers[cipher], key, encrypt) == 0)
		result = encrypt ? packetgcm_seal(&scratch.gcm, iv, aad, aadSize, data, size, tag) : packetgcm_open(&scratch.gcm, iv, aad, aadSize, data, size, tag);
	clearCipher(&scratch, &kCiphers[cipher]);
	return result;
}

/* ---- HMAC ---- */

typedef struct {
	mbedtls_md_context_t context;
	int isOpen, failed;
} HMACState;

_Static_assert(sizeof(HMACState) <= sizeof(AcceleratorHMAC), "an AcceleratorHMAC has room for the backend's state");

static int keyHMAC(mbedtls_md_context_t* context, int hash, const uint8_t* key, size_t keySize)
{
	mbedtls_md_init(context);
	if (library_hmac(context, accelerator_hash_info(hash)) == 0 && mbedtls_md_hmac_starts(context, key, keySize) == 0)
		return 1;
	mbedtls_md_free(context);
	return 0;
}

int accelerator_hmac_start(AcceleratorHMAC* hmac, int hash, const uint8_t* key, size_t keySize)
{
	HMACState* own = (HMACState*)(void*)hmac;
	memset(hmac, 0, sizeof(*hmac));
	if (!accelerator_hash_info(hash))
		return kAcceleratorBadSize;
	own->isOpen = keyHMAC(&own->context, hash, key, keySize);
	return own->isOpen ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_hmac_update(AcceleratorHMAC* hmac, const uint8_t* data, size_t size)
{
	HMACState* own = (HMACState*)(void*)hmac;
	if (!own->isOpen || (size && mbedtls_md_hmac_update(&own->context, data, size) != 0))
		own->failed = 1;
	return own->failed ? kAcceleratorFailed : kAcceleratorOK;
}

int accelerator_hmac_finish(AcceleratorHMAC* hmac, uint8_t* out)
{
	HMACState* own = (HMACState*)(void*)hmac;
	int ok = own->isOpen && !own->failed && mbedtls_md_hmac_finish(&own->context, out) == 0;
	if (own->isOpen)
		mbedtls_md_free(&own->context);
	memset(hmac, 0, sizeof(*hmac));
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

/* ---- packet contexts ---- */

static AcceleratorContext* freeContext(void)
{
	for (size_t i = 0; library.initialized && i < PACKET_CONTEXTS; i++)
		if (!library.contexts[i].sizes)
			return &library.contexts[i];
	return NULL;
}

/* Where the HMAC's key is. */
static uint8_t* hashKeyOf(const AcceleratorContext* context)
{
	return (uint8_t*)context->cipher + context->sizes->stateSize;
}

/* The memory of a context, with its keys. */
static int keyContext(AcceleratorContext* context, const uint8_t* key, const uint8_t* hashKey)
{
	size_t size = context->sizes->stateSize + context->hashKeySize;
	if (context->hash && !library.hmacs[context->hash].md_info && !keyHMAC(&library.hmacs[context->hash], context->hash, NULL, 0))
		return 0;
	if (size == 0)
		return 1;
	context->cipher = mbedtls_calloc(1, size);
	if (!context->cipher || keyCipher(context->cipher, context->sizes, key, context->encrypt) != 0)
		return 0;
	if (context->hashKeySize)
		memcpy(hashKeyOf(context), hashKey, context->hashKeySize);
	return 1;
}

AcceleratorContext* accelerator_context_open(int cipher, const uint8_t* key, size_t keySize, int hash, const uint8_t* hashKey, size_t hashKeySize, int encrypt, int* result)
{
	*result = kAcceleratorBadSize;
	if (cipher < kCipherNull || cipher > kCipherAES256CTR || !accelerator_offers(cipher) || keySize != kCiphers[cipher].keySize
		|| (hash && (!accelerator_hash_info(hash) || hashKeySize > UINT16_MAX)))
		return NULL;
	AcceleratorContext* context = freeContext();
	*result = kAcceleratorFull;
	if (!context)
		return NULL;
	*context = (AcceleratorContext){ .sizes = &kCiphers[cipher], .hashKeySize = (uint16_t)(hash ? hashKeySize : 0), .hash = (uint8_t)hash, .encrypt = encrypt != 0 };
	*result = keyContext(context, key, hashKey) ? kAcceleratorOK : kAcceleratorFailed;
	if (*result == kAcceleratorOK)
		return context;
	accelerator_context_close(context);
	return NULL;
}

/* A context that had this HMAC is gone: so is its key, which may be the one that was worked with last. */
static void leaveHMAC(int hash)
{
	for (size_t i = 0; i < PACKET_CONTEXTS; i++)
		if (library.contexts[i].sizes && library.contexts[i].hash == hash) {
			mbedtls_md_hmac_starts(&library.hmacs[hash], NULL, 0);
			return;
		}
	mbedtls_md_free(&library.hmacs[hash]);
}

void accelerator_context_close(AcceleratorContext* context)
{
	int hash;
	if (!context || !context->sizes)
		return;
	if (context->cipher) {
		mbedtls_platform_zeroize(hashKeyOf(context), context->hashKeySize);
		clearCipher(context->cipher, context->sizes);
		mbedtls_free(context->cipher);
	}
	hash = context->hash;
	memset(context, 0, sizeof(*context));
	if (hash)
		leaveHMAC(hash);
}

static int checkSizes(const AcceleratorContext* context, int encrypt, size_t size)
{
	if (!context->sizes || context->encrypt != encrypt)
		return kAcceleratorFailed;
	return size % context->sizes->blockSize ? kAcceleratorBadSize : kAcceleratorOK;
}

/* CBC either way, and CTR, which is the same both ways. */
static int runPlain(AcceleratorContext* context, const uint8_t* iv, uint8_t* data, size_t size)
{
	uint8_t counter[kBlockSize], stream[kBlockSize];
	size_t offset = 0;
	if (size == 0 || context->sizes->kind == kNone)
		return kAcceleratorOK;
	if (context->sizes->kind != kCTR)
		return runCBC(context->cipher, context->sizes, context->encrypt, iv, data, size, data) == 0 ? kAcceleratorOK : kAcceleratorFailed;
	memcpy(counter, iv, sizeof(counter));
	int ok = mbedtls_aes_crypt_ctr(&context->cipher->aes, size, &offset, counter, stream, data, data) == 0;
	mbedtls_platform_zeroize(stream, sizeof(stream));
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_context_seal(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	int result = checkSizes(context, 1, size);
	if (result != kAcceleratorOK)
		return result;
	if (context->sizes->kind != kGCM)
		return runPlain(context, iv, data, size);
	return packetgcm_seal(&context->cipher->gcm, iv, aad, aadSize, data, size, tag);
}

int accelerator_context_open_packet(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
	int result = checkSizes(context, 0, size);
	if (result != kAcceleratorOK)
		return result;
	if (context->sizes->kind != kGCM)
		return runPlain(context, iv, data, size);
	return packetgcm_open(&context->cipher->gcm, iv, aad, aadSize, data, size, tag);
}

int accelerator_context_hmac(AcceleratorContext* context, const uint8_t* data, size_t size, const uint8_t* more, size_t moreSize, uint8_t* tag, size_t tagSize)
{
	uint8_t whole[kMaximumHashSize];
	if (!context->hash)
		return kAcceleratorFailed;
	mbedtls_md_context_t* hmac = &library.hmacs[context->hash];
	if (tagSize == 0 || tagSize > mbedtls_md_get_size(hmac->md_info))
		return kAcceleratorBadSize;
	if (mbedtls_md_hmac_starts(hmac, hashKeyOf(context), context->hashKeySize) != 0 || mbedtls_md_hmac_update(hmac, data, size) != 0
		|| (moreSize && mbedtls_md_hmac_update(hmac, more, moreSize) != 0) || mbedtls_md_hmac_finish(hmac, whole) != 0)
		return kAcceleratorFailed;
	memcpy(tag, whole, tagSize);
	return kAcceleratorOK;
}

/* ---- runs: one packet after the other ---- */

int accelerator_run_begin(unsigned count)
{
	(void)count;
	return 0;
}

int accelerator_run_end(void)
{
	return kAcceleratorOK;
}

int accelerator_context_protect(AcceleratorContext* context, const uint8_t* iv, uint8_t* packet, size_t plain, size_t size, uint8_t* tag, size_t tagSize)
{
	if (context->sizes && context->sizes->kind == kGCM)
		return kAcceleratorBadSize;
	int result = accelerator_context_seal(context, iv, NULL, 0, packet + plain, size - plain, NULL);
	return result == kAcceleratorOK ? accelerator_context_hmac(context, packet, size, NULL, 0, tag, tagSize) : result;
}

void accelerator_context_expect(AcceleratorContext* context, const uint8_t* data, size_t size)
{
	(void)context, (void)data, (void)size;
}
