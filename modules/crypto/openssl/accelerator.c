/*
 * accelerator.h by OpenSSL 3 (EVP): everything but Diffie-Hellman, which is agreement.c, and certificates, x509.c. Algorithms are fetched once at start; nothing is read
 * from the machine's openssl.cnf, so that what keygate can do does not depend on it.
 *
 * Packet contexts: the cipher contexts and the pool are made at start and kept; a key schedule is made when an SA is keyed. Sealing and
 * opening allocate nothing. Of an HMAC's two hashes OpenSSL 3.0 takes the state from the heap, whatever one does, and gives it back at once.
 */
#include "backend.h"
#include "limits.h"
#include "multibuffer.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	const char* name;
	size_t size;
} HashSizes;

/* By hash number. */
static const HashSizes kHashes[] = {
	[kHashMD5] = { "MD5", 16 },
	[kHashSHA1] = { "SHA1", 20 },
	[kHashSHA256] = { "SHA256", 32 },
	[kHashSHA384] = { "SHA384", 48 },
	[kHashSHA512] = { "SHA512", 64 },
};
#define kHashesCount (sizeof(kHashes) / sizeof(kHashes[0]))

typedef struct {
	const char* name;
	size_t keySize, blockSize;	/* block size: what the data must be a multiple of */
	int aead;
} CipherSizes;

/* By cipher number. */
static const CipherSizes kCiphers[] = {
	[kCipherNull] = { NULL, 0, 1, 0 },
	[kCipher3DESCBC] = { "DES-EDE3-CBC", 24, 8, 0 },
	[kCipherAES128CBC] = { "AES-128-CBC", 16, 16, 0 },
	[kCipherAES192CBC] = { "AES-192-CBC", 24, 16, 0 },
	[kCipherAES256CBC] = { "AES-256-CBC", 32, 16, 0 },
	[kCipherAES128GCM] = { "AES-128-GCM", 16, 1, 1 },
	[kCipherAES192GCM] = { "AES-192-GCM", 24, 1, 1 },
	[kCipherAES256GCM] = { "AES-256-GCM", 32, 1, 1 },
	[kCipherAES128CTR] = { "AES-128-CTR", 16, 1, 0 },
	[kCipherAES256CTR] = { "AES-256-CTR", 32, 1, 0 },
};
#define kCiphersCount (sizeof(kCiphers) / sizeof(kCiphers[0]))
#define kTagSize 16
/* OpenSSL's sizes are int. */
#define kMaximumSize ((size_t)0x7FFFFFFF)

struct AcceleratorContext {
	EVP_CIPHER_CTX* cipher;		/* made at start, keyed while used */
	EVP_MAC_CTX* hmac;		/* made when used: freeing it is what zeroes its key */
	MultibufferKey* fast;		/* NULL: OpenSSL does it all */
	const CipherSizes* sizes;	/* NULL: free */
	int encrypt;
};

static struct {
	int initialized;
	EVP_MD* hashes[kHashesCount];
	EVP_CIPHER* ciphers[kCiphersCount];
	EVP_MAC* hmac;
	EVP_CIPHER_CTX* scratch;	/* accelerator_cbc's */
	AcceleratorContext contexts[PACKET_CONTEXTS];
} library;

/* A packet of a run: what it was given for, and its whole tag once that is there. */
typedef struct {
	const AcceleratorContext* context;
	const uint8_t* packet;
	size_t size, tagSize;
	uint8_t* destination;	/* of the tag; NULL: somebody will ask for it */
	uint8_t tag[kMaximumHashSize];
} RunPacket;

static struct {
	int open;
	unsigned count, asked;	/* those before `asked` were asked for, or passed over */
	int pending, failed;
	RunPacket packets[kMultibufferRun];
} packetRun;

/*
 * OpenSSL's heap: whatever it frees is zeroed. It zeroes most secrets itself, but 3.0 leaves copies of private scalars behind in the
 * multiplications on P-256 and P-521.
 */
typedef struct {
	_Alignas(16) size_t size;	/* of what follows */
} HeapBlock;

static void* heapAllocate(size_t size, const char* file, int line)
{
	(void)file, (void)line;
	HeapBlock* block = size && size <= SIZE_MAX - sizeof(HeapBlock) ? malloc(sizeof(HeapBlock) + size) : NULL;
	if (!block)
		return NULL;
	block->size = size;
	return block + 1;
}

static void heapFree(void* memory, const char* file, int line)
{
	(void)file, (void)line;
	if (!memory)
		return;
	HeapBlock* block = (HeapBlock*)memory - 1;
	OPENSSL_cleanse(memory, block->size);
	free(block);
}

static void* heapReallocate(void* memory, size_t size, const char* file, int line)
{
	void* larger = heapAllocate(size, file, line);
	if (memory && (larger || !size)) {
		size_t before = ((HeapBlock*)memory - 1)->size;
		if (larger)
			memcpy(larger, memory, before < size ? before : size);
		heapFree(memory, file, line);
	}
	return larger;
}

void* accelerator_allocate(size_t size)
{
	return OPENSSL_malloc(size);
}

void accelerator_free(void* memory)
{
	OPENSSL_free(memory);
}

void labour_end(void)
{
	ERR_clear_error();
}

static int validHash(int hash)
{
	return hash >= kHashMD5 && hash <= kHashSHA512 && library.initialized;
}

int accelerator_initialize(void)
{
	static int heap;	/* is ours: can be said once, before OpenSSL has allocated anything */
	if (library.initialized)
		return kAcceleratorOK;
	heap = heap || CRYPTO_set_mem_functions(heapAllocate, heapReallocate, heapFree);
	int ok = heap && OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	for (size_t i = kHashMD5; ok && i < kHashesCount; i++)
		ok = (library.hashes[i] = EVP_MD_fetch(NULL, kHashes[i].name, NULL)) != NULL;
	for (size_t i = kCipher3DESCBC; ok && i < kCiphersCount; i++)
		ok = (library.ciphers[i] = EVP_CIPHER_fetch(NULL, kCiphers[i].name, NULL)) != NULL;
	for (size_t i = 0; ok && i < PACKET_CONTEXTS; i++)
		ok = (library.contexts[i].cipher = EVP_CIPHER_CTX_new()) != NULL;
	ok = ok && (library.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL)) != NULL && (library.scratch = EVP_CIPHER_CTX_new()) != NULL;
	library.initialized = ok && agreement_initialize() == kAcceleratorOK && jobs_start() == kAcceleratorOK;
	if (!library.initialized)
		accelerator_shutdown();
	return library.initialized ? kAcceleratorOK : kAcceleratorFailed;
}

void accelerator_shutdown(void)
{
	jobs_stop();
	certificates_clear();
	agreement_shutdown();
	for (size_t i = 0; i < PACKET_CONTEXTS; i++) {
		accelerator_context_close(&library.contexts[i]);
		EVP_CIPHER_CTX_free(library.contexts[i].cipher);
	}
	for (size_t i = 0; i < kHashesCount; i++)
		EVP_MD_free(library.hashes[i]);
	for (size_t i = 0; i < kCiphersCount; i++)
		EVP_CIPHER_free(library.ciphers[i]);
	EVP_MAC_free(library.hmac);
	EVP_CIPHER_CTX_free(library.scratch);
	multibuffer_stop();
	memset(&library, 0, sizeof(library));
}

const char* accelerator_description(void)
{
	static char description[48];
	if (!description[0])
		snprintf(description, sizeof(description), "openssl %s", OpenSSL_version(OPENSSL_VERSION_STRING));
	return description;
}

int accelerator_offers(int cipher)
{
	(void)cipher;
	return 1;
}

int accelerator_random(uint8_t* out, size_t size)
{
	if (size > kMaximumSize)
		return kAcceleratorBadSize;
	return RAND_bytes(out, (int)size) == 1 ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_equal(const uint8_t* a, const uint8_t* b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

void accelerator_zero(void* memory, size_t size)
{
	OPENSSL_cleanse(memory, size);
}

int accelerator_hash(int hash, const uint8_t* data, size_t size, uint8_t* out)
{
	if (!validHash(hash))
		return kAcceleratorBadSize;
	return EVP_Digest(data, size, out, NULL, library.hashes[hash], NULL) == 1 ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_derive_key(const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t outSize)
{
	if (!library.initialized)
		return kAcceleratorFailed;
	if (passwordSize > kMaximumSize || saltSize > kMaximumSize || outSize == 0 || outSize > kMaximumSize || iterations == 0 || iterations > kMaximumSize)
		return kAcceleratorBadSize;
	return PKCS5_PBKDF2_HMAC((const char*)password, (int)passwordSize, salt, (int)saltSize, (int)iterations, library.hashes[kHashSHA256], (int)outSize, out) == 1
		? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_cbc(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* in, size_t size, uint8_t* out)
{
	int written = 0;
	if (cipher < kCipher3DESCBC || cipher > kCipherAES256CBC || keySize != kCiphers[cipher].keySize || size % kCiphers[cipher].blockSize || size > kMaximumSize)
		return kAcceleratorBadSize;
	if (!library.initialized)
		return kAcceleratorFailed;
	int ok = EVP_CipherInit_ex2(library.scratch, library.ciphers[cipher], key, iv, encrypt, NULL)
		&& EVP_CIPHER_CTX_set_padding(library.scratch, 0)
		&& (size == 0 || EVP_CipherUpdate(library.scratch, out, &written, in, (int)size))
		&& (size_t)written == size;
	EVP_CIPHER_CTX_reset(library.scratch);	/* zeroes the key */
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_gcm(int cipher, int encrypt, const uint8_t* key, size_t keySize, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	uint8_t none[kTagSize];
	int written = 0, result = kAcceleratorFailed;
	EVP_CIPHER_CTX* context = library.scratch;
	if (cipher < kCipherAES128GCM || cipher > kCipherAES256GCM || keySize != kCiphers[cipher].keySize || size > kMaximumSize || aadSize > kMaximumSize)
		return kAcceleratorBadSize;
	if (library.initialized && EVP_CipherInit_ex2(context, library.ciphers[cipher], key, iv, encrypt, NULL)
		&& (aadSize == 0 || EVP_CipherUpdate(context, NULL, &written, aad, (int)aadSize))
		&& (size == 0 || (EVP_CipherUpdate(context, data, &written, data, (int)size) && (size_t)written == size))
		&& (encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag))) {
		if (!EVP_CipherFinal_ex(context, none, &written))
			result = encrypt ? kAcceleratorFailed : kAcceleratorRefused;
		else if (!encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, tag))
			result = kAcceleratorOK;
	}
	EVP_CIPHER_CTX_reset(library.scratch);	/* zeroes the key */
	return result;
}

/* ---- HMAC ---- */

static EVP_MAC_CTX* keyHMAC(int hash, const uint8_t* key, size_t keySize)
{
	/* The parameter's type has no const, but nothing writes there. */
	const OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char*)(uintptr_t)kHashes[hash].name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC_CTX* hmac = EVP_MAC_CTX_new(library.hmac);
	/* A key of no bytes is a key; NULL would mean "as before". */
	if (hmac && EVP_MAC_init(hmac, key ? key : (const uint8_t*)"", keySize, parameters))
		return hmac;
	EVP_MAC_CTX_free(hmac);
	return NULL;
}

typedef struct {
	EVP_MAC_CTX* context;
	int failed;
} HMACState;

_Static_assert(sizeof(HMACState) <= sizeof(AcceleratorHMAC), "an AcceleratorHMAC has room for the backend's state");

int accelerator_hmac_start(AcceleratorHMAC* hmac, int hash, const uint8_t* key, size_t keySize)
{
	HMACState* own = (HMACState*)(void*)hmac;
	memset(hmac, 0, sizeof(*hmac));
	if (!validHash(hash))
		return kAcceleratorBadSize;
	own->context = keyHMAC(hash, key, keySize);
	return own->context ? kAcceleratorOK : kAcceleratorFailed;
}

int accelerator_hmac_update(AcceleratorHMAC* hmac, const uint8_t* data, size_t size)
{
	HMACState* own = (HMACState*)(void*)hmac;
	if (!own->context || (size && !EVP_MAC_update(own->context, data, size)))
		own->failed = 1;
	return own->failed ? kAcceleratorFailed : kAcceleratorOK;
}

int accelerator_hmac_finish(AcceleratorHMAC* hmac, uint8_t* out)
{
	HMACState* own = (HMACState*)(void*)hmac;
	size_t size;
	int ok = own->context && !own->failed && EVP_MAC_final(own->context, out, &size, kMaximumHashSize);
	EVP_MAC_CTX_free(own->context);
	memset(hmac, 0, sizeof(*hmac));
	return ok ? kAcceleratorOK : kAcceleratorFailed;
}

/* ---- packet contexts ---- */

AcceleratorContext* accelerator_context_open(int cipher, const uint8_t* key, size_t keySize, int hash, const uint8_t* hashKey, size_t hashKeySize, int encrypt, int* result)
{
	AcceleratorContext* context = NULL;
	*result = kAcceleratorBadSize;
	if (cipher < kCipherNull || cipher > kCipherAES256CTR || keySize != kCiphers[cipher].keySize || (hash && !validHash(hash)))
		return NULL;
	*result = kAcceleratorFull;
	for (size_t i = 0; !context && i < PACKET_CONTEXTS; i++) {
		if (library.contexts[i].cipher && !library.contexts[i].sizes)
			context = &library.contexts[i];
	}
	if (!context)
		return NULL;
	context->sizes = &kCiphers[cipher];
	context->encrypt = encrypt != 0;
	if ((cipher == kCipherNull || EVP_CipherInit_ex2(context->cipher, library.ciphers[cipher], key, NULL, context->encrypt, NULL))
		&& (hash == 0 || (context->hmac = keyHMAC(hash, hashKey, hashKeySize)) != NULL)) {
		context->fast = multibuffer_open(cipher, key, hash, hashKey, hashKeySize);
		*result = kAcceleratorOK;
		return context;
	}
	accelerator_context_close(context);
	*result = kAcceleratorFailed;
	return NULL;
}

void accelerator_context_close(AcceleratorContext* context)
{
	if (!context || !context->sizes)
		return;
	/* All zero what they free. */
	EVP_CIPHER_CTX_reset(context->cipher);
	EVP_MAC_CTX_free(context->hmac);
	multibuffer_close(context->fast);
	context->hmac = NULL;
	context->fast = NULL;
	context->sizes = NULL;
}

/*
 * IV, AAD and data: what sealing and opening have in common. EVP_Cipher takes whole blocks and knows no padding: a context whose padding is turned off would be told so
 * again with each IV, which costs as much as five blocks.
 */
static int run(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size)
{
	int written = 0;
	if (!EVP_CipherInit_ex2(context->cipher, NULL, NULL, iv, context->encrypt, NULL))
		return 0;
	if (!context->sizes->aead)
		return size == 0 || EVP_Cipher(context->cipher, data, data, (unsigned)size) == (int)size;
	if (aadSize && !EVP_CipherUpdate(context->cipher, NULL, &written, aad, (int)aadSize))
		return 0;
	return size == 0 || (EVP_CipherUpdate(context->cipher, data, &written, data, (int)size) && (size_t)written == size);
}

static int checkSizes(const AcceleratorContext* context, int encrypt, size_t aadSize, size_t size)
{
	if (!context->sizes || context->encrypt != encrypt)
		return kAcceleratorFailed;
	if (size > kMaximumSize || aadSize > kMaximumSize || size % context->sizes->blockSize)
		return kAcceleratorBadSize;
	return kAcceleratorOK;
}

int accelerator_context_seal(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	uint8_t none[kTagSize];
	int written;
	int result = checkSizes(context, 1, aadSize, size);
	if (result != kAcceleratorOK || !context->sizes->name)
		return result;
	if (multibuffer_has_gcm(context->fast)) {
		multibuffer_gcm(context->fast, 1, iv, aad, aadSize, data, size, tag);
		return kAcceleratorOK;
	}
	if (!run(context, iv, aad, aadSize, data, size))
		return kAcceleratorFailed;
	if (context->sizes->aead && (!EVP_CipherFinal_ex(context->cipher, none, &written)
		|| !EVP_CIPHER_CTX_ctrl(context->cipher, EVP_CTRL_AEAD_GET_TAG, kTagSize, tag)))
		return kAcceleratorFailed;
	return kAcceleratorOK;
}

int accelerator_context_open_packet(AcceleratorContext* context, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
	uint8_t copy[kTagSize];
	int written;
	int result = checkSizes(context, 0, aadSize, size);
	if (result != kAcceleratorOK || !context->sizes->name)
		return result;
	if (multibuffer_has_gcm(context->fast)) {
		multibuffer_gcm(context->fast, 0, iv, aad, aadSize, data, size, copy);
		return accelerator_equal(copy, tag, kTagSize) ? kAcceleratorOK : kAcceleratorRefused;
	}
	if (packetRun.open && !packetRun.pending && multibuffer_has_cbc(context->fast))
		return multibuffer_decrypt(context->fast, iv, data, size) ? kAcceleratorOK : kAcceleratorFailed;
	if (!run(context, iv, aad, aadSize, data, size))
		return kAcceleratorFailed;
	if (!context->sizes->aead)
		return kAcceleratorOK;
	memcpy(copy, tag, kTagSize);	/* the control's argument has no const */
	if (!EVP_CIPHER_CTX_ctrl(context->cipher, EVP_CTRL_AEAD_SET_TAG, kTagSize, copy))
		return kAcceleratorFailed;
	return EVP_CipherFinal_ex(context->cipher, copy, &written) ? kAcceleratorOK : kAcceleratorRefused;
}

/* ---- runs ---- */

int accelerator_run_begin(unsigned count)
{
	packetRun.open = count >= kMultibufferLeast && multibuffer_ready();
	packetRun.count = packetRun.asked = 0;
	packetRun.failed = 0;
	return packetRun.open;
}

/* Does what is pending. */
static void finishRun(void)
{
	if (packetRun.pending && !multibuffer_finish())
		packetRun.failed = 1;
	packetRun.pending = 0;
}

int accelerator_run_end(void)
{
	finishRun();
	for (unsigned i = 0; i < packetRun.count; i++)
		if (packetRun.packets[i].destination)
			memcpy(packetRun.packets[i].destination, packetRun.packets[i].tag, packetRun.packets[i].tagSize);
	packetRun.open = 0;
	packetRun.count = packetRun.asked = 0;
	return packetRun.failed ? kAcceleratorFailed : kAcceleratorOK;
}

/* A place for one more of this context; NULL: it is to be done at once. */
static RunPacket* addToRun(const AcceleratorContext* context, const uint8_t* packet, size_t size)
{
	if (!packetRun.open || packetRun.count == kMultibufferRun || !context->fast || !context->hmac)
		return NULL;
	RunPacket* own = &packetRun.packets[packetRun.count++];
	own->context = context;
	own->packet = packet;
	own->size = size;
	own->destination = NULL;
	packetRun.pending = 1;
	return own;
}

int accelerator_context_protect(AcceleratorContext* context, const uint8_t* iv, uint8_t* packet, size_t plain, size_t size, uint8_t* tag, size_t tagSize)
{
	int isWhole = multibuffer_has_cbc(context->fast);
	int result = checkSizes(context, 1, 0, size - plain);
	if (result != kAcceleratorOK || context->sizes->aead)
		return result == kAcceleratorOK ? kAcceleratorBadSize : result;
	if (!isWhole && (result = accelerator_context_seal(context, iv, NULL, 0, packet + plain, size - plain, NULL)) != kAcceleratorOK)
		return result;
	RunPacket* own = tagSize <= multibuffer_tag_size(context->fast) ? addToRun(context, packet, size) : NULL;
	if (own) {
		own->destination = tag;
		own->tagSize = tagSize;
		multibuffer_submit(context->fast, packet, size, isWhole ? iv : NULL, plain, own->tag);
		return kAcceleratorOK;
	}
	if (isWhole && (result = accelerator_context_seal(context, iv, NULL, 0, packet + plain, size - plain, NULL)) != kAcceleratorOK)
		return result;
	return accelerator_context_hmac(context, packet, size, NULL, 0, tag, tagSize);
}

void accelerator_context_expect(AcceleratorContext* context, const uint8_t* data, size_t size)
{
	RunPacket* own = addToRun(context, data, size);
	if (own)
		multibuffer_submit(context->fast, (uint8_t*)(uintptr_t)data, size, NULL, 0, own->tag);
}

/* Of a packet that was expected: each is asked for once, in the order in which they were. */
static int takeExpected(const AcceleratorContext* context, const uint8_t* data, size_t size, uint8_t* tag, size_t tagSize)
{
	if (!packetRun.open || tagSize > multibuffer_tag_size(context->fast))
		return 0;
	for (unsigned i = packetRun.asked; i < packetRun.count; i++) {
		const RunPacket* own = &packetRun.packets[i];
		if (own->destination || own->context != context || own->packet != data || own->size != size)
			continue;
		finishRun();
		packetRun.asked = i + 1;
		if (packetRun.failed)
			return 0;
		memcpy(tag, own->tag, tagSize);
		return 1;
	}
	return 0;
}

int accelerator_context_hmac(AcceleratorContext* context, const uint8_t* data, size_t size, const uint8_t* more, size_t moreSize, uint8_t* tag, size_t tagSize)
{
	uint8_t whole[kMaximumHashSize];
	size_t wholeSize = 0;
	if (!context->hmac)
		return kAcceleratorFailed;
	if (moreSize == 0 && takeExpected(context, data, size, tag, tagSize))
		return kAcceleratorOK;
	if (tagSize == 0 || tagSize > EVP_MAC_CTX_get_mac_size(context->hmac))
		return kAcceleratorBadSize;
	if (!EVP_MAC_init(context->hmac, NULL, 0, NULL) || !EVP_MAC_update(context->hmac, data, size)
		|| (moreSize && !EVP_MAC_update(context->hmac, more, moreSize)) || !EVP_MAC_final(context->hmac, whole, &wholeSize, sizeof(whole)))
		return kAcceleratorFailed;
	memcpy(tag, whole, tagSize);
	return kAcceleratorOK;
}
