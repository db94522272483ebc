#include "multibuffer.h"
#include "limits.h"

#include <stddef.h>
#include <string.h>

/* Debian has it for this architecture only. Its functions come by pointers from the library that is found; the header says in which order. */
#if defined __x86_64__ && __has_include(<intel-ipsec-mb.h>) && !defined KEYGATE_WITHOUT_MULTIBUFFER

#include <dlfcn.h>
#include <intel-ipsec-mb.h>

/* Its interface is that of the header as long as this name is the same. */
#define kLibrary "libIPSec_MB.so.1"
#define kLongestBlock 128

/* By hash number. */
static const struct {
	IMB_HASH_ALG algorithm;
	uint32_t blockSize, tagSize;
} kHashes[] = {
	[kHashMD5] = { IMB_AUTH_MD5, 64, 12 },
	[kHashSHA1] = { IMB_AUTH_HMAC_SHA_1, 64, 12 },
	[kHashSHA256] = { IMB_AUTH_HMAC_SHA_256, 64, 16 },
	[kHashSHA384] = { IMB_AUTH_HMAC_SHA_384, 128, 24 },
	[kHashSHA512] = { IMB_AUTH_HMAC_SHA_512, 128, 32 },
};

struct MultibufferKey {
	_Alignas(64) struct gcm_key_data gcm;
	_Alignas(16) uint8_t encryption[15 * 16], decryption[15 * 16];
	/* States of the hash behind the first block of each of an HMAC's two. */
	_Alignas(16) uint8_t inner[64], outer[64];
	uint32_t keySize;	/* of AES */
	uint8_t used, hash, gcmKeyed, cbcKeyed;
};

static struct {
	int tried;
	void* handle;
	IMB_MGR* manager;
	void (*release)(IMB_MGR*);
	size_t (*size)(void);	/* of the manager */
	unsigned submitted, done;
	int failed;
	MultibufferKey keys[PACKET_CONTEXTS];
} library;

/* What it is good with. An emulation of AES instructions would take a time that depends on secrets; what it held of keys in its own memory is to be gone; its tests of itself passed. */
static int isGood(uint64_t features)
{
	const uint64_t needed = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_AVX2 | IMB_FEATURE_SAFE_DATA | IMB_FEATURE_SELF_TEST_PASS;
	return (features & needed) == needed && !(features & IMB_FEATURE_AESNI_EMU);
}

/* A function of the library; ISO C knows no way from an object pointer to one. */
static int find(const char* name, void* function)
{
	void* found = library.handle ? dlsym(library.handle, name) : NULL;
	memcpy(function, &found, sizeof found);
	return found != NULL;
}

static void leave(void)
{
	if (!library.manager)
		return;
	accelerator_zero(library.manager, library.size());
	library.release(library.manager);
	library.manager = NULL;
}

/* Looks for it, once. */
static void start(void)
{
	IMB_MGR* (*allocate)(uint64_t);
	void (*initialize)(IMB_MGR*, IMB_ARCH*);
	if (library.tried)
		return;
	library.tried = 1;
	if (!library.handle)
		library.handle = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
	if (!find("alloc_mb_mgr", &allocate) || !find("init_mb_mgr_auto", &initialize) || !find("free_mb_mgr", &library.release) || !find("imb_get_mb_mgr_size", &library.size)
		|| (library.manager = allocate(0)) == NULL)
		return;
	initialize(library.manager, NULL);
	if (!isGood(library.manager->features))
		leave();
}

int multibuffer_ready(void)
{
	return library.manager != NULL;
}

void multibuffer_stop(void)
{
	for (size_t i = 0; i < PACKET_CONTEXTS; i++)
		multibuffer_close(&library.keys[i]);
	library.tried = 0;
	leave();
}

static void keyCipher(MultibufferKey* own, int cipher, const uint8_t* key)
{
	IMB_MGR* m = library.manager;
	switch (cipher) {
		case kCipherAES128GCM: IMB_AES128_GCM_PRE(m, key, &own->gcm); own->keySize = 16; break;
		case kCipherAES192GCM: IMB_AES192_GCM_PRE(m, key, &own->gcm); own->keySize = 24; break;
		case kCipherAES256GCM: IMB_AES256_GCM_PRE(m, key, &own->gcm); own->keySize = 32; break;
		case kCipherAES128CBC: IMB_AES_KEYEXP_128(m, key, own->encryption, own->decryption); own->keySize = 16; break;
		case kCipherAES192CBC: IMB_AES_KEYEXP_192(m, key, own->encryption, own->decryption); own->keySize = 24; break;
		case kCipherAES256CBC: IMB_AES_KEYEXP_256(m, key, own->encryption, own->decryption); own->keySize = 32; break;
		default: return;
	}
	own->gcmKeyed = cipher >= kCipherAES128GCM;
	own->cbcKeyed = !own->gcmKeyed;
}

static void hashBlock(int hash, const uint8_t* block, uint8_t* state)
{
	IMB_MGR* m = library.manager;
	switch (hash) {
		case kHashMD5: IMB_MD5_ONE_BLOCK(m, block, state); break;
		case kHashSHA1: IMB_SHA1_ONE_BLOCK(m, block, state); break;
		case kHashSHA256: IMB_SHA256_ONE_BLOCK(m, block, state); break;
		case kHashSHA384: IMB_SHA384_ONE_BLOCK(m, block, state); break;
		default: IMB_SHA512_ONE_BLOCK(m, block, state); break;
	}
}

/* RFC 2104: the key, filled up with zeros, with each of two bytes. */
static void keyHMAC(MultibufferKey* own, int hash, const uint8_t* key, size_t keySize)
{
	uint8_t block[kLongestBlock] = { 0 };
	uint32_t blockSize = kHashes[hash].blockSize;
	if (keySize > 0)
		memcpy(block, key, keySize);
	for (uint32_t i = 0; i < blockSize; i++)
		block[i] ^= 0x36;
	hashBlock(hash, block, own->inner);
	for (uint32_t i = 0; i < blockSize; i++)
		block[i] ^= 0x36 ^ 0x5c;
	hashBlock(hash, block, own->outer);
	accelerator_zero(block, sizeof block);
	own->hash = (uint8_t)hash;
}

MultibufferKey* multibuffer_open(int cipher, const uint8_t* key, int hash, const uint8_t* hashKey, size_t hashKeySize)
{
	MultibufferKey* own = NULL;
	int isGCM = cipher >= kCipherAES128GCM && cipher <= kCipherAES256GCM;
	start();
	if (!library.manager || (!isGCM && !hash) || (hash && hashKeySize > kHashes[hash].blockSize))
		return NULL;
	for (size_t i = 0; !own && i < PACKET_CONTEXTS; i++)
		if (!library.keys[i].used)
			own = &library.keys[i];
	if (!own)
		return NULL;
	own->used = 1;
	keyCipher(own, cipher, key);
	if (hash)
		keyHMAC(own, hash, hashKey, hashKeySize);
	return own;
}

void multibuffer_close(MultibufferKey* key)
{
	if (key && key->used)
		accelerator_zero(key, sizeof *key);
}

int multibuffer_has_gcm(const MultibufferKey* key)
{
	return key && key->gcmKeyed;
}

int multibuffer_has_cbc(const MultibufferKey* key)
{
	return key && key->cbcKeyed;
}

size_t multibuffer_tag_size(const MultibufferKey* key)
{
	return key && key->hash ? kHashes[key->hash].tagSize : 0;
}

void multibuffer_gcm(const MultibufferKey* key, int encrypt, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	IMB_MGR* m = library.manager;
	struct gcm_context_data context;
	aes_gcm_enc_dec_t run = key->keySize == 16 ? (encrypt ? m->gcm128_enc : m->gcm128_dec) : key->keySize == 24 ? (encrypt ? m->gcm192_enc : m->gcm192_dec)
		: encrypt ? m->gcm256_enc : m->gcm256_dec;
	run(&key->gcm, &context, data, data, size, iv, aad, aadSize, tag, 16);
}

/* ---- jobs ---- */

static void count(const IMB_JOB* job)
{
	for (; job; job = IMB_GET_COMPLETED_JOB(library.manager)) {
		library.done++;
		library.failed |= job->status != IMB_STATUS_COMPLETED;
	}
}

static void fillCipher(IMB_JOB* job, const MultibufferKey* key, int encrypt, const uint8_t* iv)
{
	job->cipher_mode = iv ? IMB_CIPHER_CBC : IMB_CIPHER_NULL;
	job->cipher_direction = encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	job->chain_order = encrypt ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
	job->enc_keys = key->encryption;
	job->dec_keys = key->decryption;
	job->key_len_in_bytes = key->keySize;
	job->iv = iv;
	job->iv_len_in_bytes = 16;
}

void multibuffer_submit(const MultibufferKey* key, uint8_t* packet, size_t size, const uint8_t* iv, size_t plain, uint8_t* tag)
{
	IMB_JOB* job = IMB_GET_NEXT_JOB(library.manager);
	fillCipher(job, key, 1, iv);
	job->src = packet;
	job->dst = packet + plain;
	job->cipher_start_src_offset_in_bytes = plain;
	job->msg_len_to_cipher_in_bytes = iv ? size - plain : 0;
	job->hash_alg = kHashes[key->hash].algorithm;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = size;
	job->auth_tag_output = tag;
	job->auth_tag_output_len_in_bytes = kHashes[key->hash].tagSize;
	job->u.HMAC._hashed_auth_key_xor_ipad = key->inner;
	job->u.HMAC._hashed_auth_key_xor_opad = key->outer;
	library.submitted++;
	count(IMB_SUBMIT_JOB(library.manager));
}

int multibuffer_finish(void)
{
	while (library.done < library.submitted) {
		IMB_JOB* job = IMB_FLUSH_JOB(library.manager);
		if (!job)
			break;
		count(job);
	}
	int ok = library.done == library.submitted && !library.failed;
	library.submitted = library.done = 0;
	library.failed = 0;
	return ok;
}

int multibuffer_decrypt(const MultibufferKey* key, const uint8_t* iv, uint8_t* data, size_t size)
{
	IMB_JOB* job = IMB_GET_NEXT_JOB(library.manager);
	fillCipher(job, key, 0, iv);
	job->src = job->dst = data;
	job->cipher_start_src_offset_in_bytes = 0;
	job->msg_len_to_cipher_in_bytes = size;
	job->hash_alg = IMB_AUTH_NULL;
	library.submitted++;
	count(IMB_SUBMIT_JOB(library.manager));
	return multibuffer_finish();
}

#else

int multibuffer_ready(void)
{
	return 0;
}

void multibuffer_stop(void)
{
}

MultibufferKey* multibuffer_open(int cipher, const uint8_t* key, int hash, const uint8_t* hashKey, size_t hashKeySize)
{
	(void)cipher, (void)key, (void)hash, (void)hashKey, (void)hashKeySize;
	return NULL;
}

void multibuffer_close(MultibufferKey* key)
{
	(void)key;
}

int multibuffer_has_gcm(const MultibufferKey* key)
{
	(void)key;
	return 0;
}

int multibuffer_has_cbc(const MultibufferKey* key)
{
	(void)key;
	return 0;
}

size_t multibuffer_tag_size(const MultibufferKey* key)
{
	(void)key;
	return 0;
}

void multibuffer_gcm(const MultibufferKey* key, int encrypt, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	(void)key, (void)encrypt, (void)iv, (void)aad, (void)aadSize, (void)data, (void)size, (void)tag;
}

int multibuffer_decrypt(const MultibufferKey* key, const uint8_t* iv, uint8_t* data, size_t size)
{
	(void)key, (void)iv, (void)data, (void)size;
	return 0;
}

void multibuffer_submit(const MultibufferKey* key, uint8_t* packet, size_t size, const uint8_t* iv, size_t plain, uint8_t* tag)
{
	(void)key, (void)packet, (void)size, (void)iv, (void)plain, (void)tag;
}

int multibuffer_finish(void)
{
	return 1;
}

#endif
