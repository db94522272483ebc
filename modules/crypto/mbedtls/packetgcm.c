#include "packetgcm.h"
#include "../accelerator.h"

#define kTagSize 16
#define kNonceSize 12

#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include <mbedtls/cipher.h>

static int key_library(GCMKey* own, const uint8_t* key, unsigned bits)
{
	mbedtls_gcm_context whole;
	mbedtls_gcm_init(&whole);
	int result = mbedtls_gcm_setkey(&whole, MBEDTLS_CIPHER_ID_AES, key, bits);
	for (unsigned i = 0; result == 0 && i < 4; i++) {
		own->low[i] = whole.HL[1u << i];
		own->high[i] = whole.HH[1u << i];
	}
	mbedtls_gcm_free(&whole);
	mbedtls_aes_init(&own->aes);
	return result == 0 ? mbedtls_aes_setkey_enc(&own->aes, key, bits) : result;
}

/* The context that mbedtls_gcm_setkey would make, but for its AES, which stays the key's. How long the key is, the AES knows. */
static void open_library(mbedtls_gcm_context* whole, GCMKey* own)
{
	mbedtls_gcm_init(whole);
	whole->cipher_ctx.cipher_info = mbedtls_cipher_info_from_type(MBEDTLS_CIPHER_AES_128_ECB);
	whole->cipher_ctx.key_bitlen = 128;
	whole->cipher_ctx.operation = MBEDTLS_ENCRYPT;
	whole->cipher_ctx.cipher_ctx = &own->aes;
	for (unsigned i = 0; i < 4; i++) {
		unsigned first = 1u << i;
		whole->HL[first] = own->low[i];
		whole->HH[first] = own->high[i];
		for (unsigned j = 1; j < first; j++) {
			whole->HL[first + j] = own->low[i] ^ whole->HL[j];
			whole->HH[first + j] = own->high[i] ^ whole->HH[j];
		}
	}
}

static void close_library(mbedtls_gcm_context* whole)
{
	mbedtls_platform_zeroize(whole, sizeof(*whole));
}

static void clear_library(GCMKey* own)
{
	mbedtls_platform_zeroize(own, sizeof(*own));
}

static int seal_library(GCMKey* own, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	mbedtls_gcm_context whole;
	open_library(&whole, own);
	int result = mbedtls_gcm_crypt_and_tag(&whole, MBEDTLS_GCM_ENCRYPT, size, iv, kNonceSize, aad, aadSize, data, data, kTagSize, tag);
	close_library(&whole);
	return result;
}

static int open_packet_library(GCMKey* own, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
	mbedtls_gcm_context whole;
	open_library(&whole, own);
	int result = mbedtls_gcm_auth_decrypt(&whole, size, iv, kNonceSize, aad, aadSize, tag, kTagSize, data, data);
	close_library(&whole);
	return result;
}
#else
static int key_library(GCMKey* own, const uint8_t* key, unsigned bits)
{
	mbedtls_gcm_init(own);
	return mbedtls_gcm_setkey(own, MBEDTLS_CIPHER_ID_AES, key, bits);
}

static void clear_library(GCMKey* own)
{
	mbedtls_gcm_free(own);
}

static int seal_library(GCMKey* own, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
	return mbedtls_gcm_crypt_and_tag(own, MBEDTLS_GCM_ENCRYPT, size, iv, kNonceSize, aad, aadSize, data, data, kTagSize, tag);
}

static int open_packet_library(GCMKey* own, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
	return mbedtls_gcm_auth_decrypt(own, size, iv, kNonceSize, aad, aadSize, tag, kTagSize, data, data);
}
#endif

int packetgcm_set_key(PacketGCM* gcm, const uint8_t* key, unsigned bits)
{
#ifdef KEYGATE_OWN_GCM
	gcm->isOwn = owngcm_is_available();
	if (gcm->isOwn)
		return owngcm_set_key(&gcm->own, key, bits);
#else
	gcm->isOwn = 0;
#endif
	return key_library(&gcm->library, key, bits);
}

void packetgcm_clear(PacketGCM* gcm)
{
	if (!gcm->isOwn)
		clear_library(&gcm->library);
	mbedtls_platform_zeroize(gcm, sizeof(*gcm));
}

int packetgcm_seal(PacketGCM* gcm, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, uint8_t* tag)
{
#ifdef KEYGATE_OWN_GCM
	if (gcm->isOwn) {
		owngcm_crypt(&gcm->own, 1, iv, aad, aadSize, data, size, tag);
		return kAcceleratorOK;
	}
#endif
	return seal_library(&gcm->library, iv, aad, aadSize, data, size, tag) == 0 ? kAcceleratorOK : kAcceleratorFailed;
}

int packetgcm_open(PacketGCM* gcm, const uint8_t* iv, const uint8_t* aad, size_t aadSize, uint8_t* data, size_t size, const uint8_t* tag)
{
#ifdef KEYGATE_OWN_GCM
	if (gcm->isOwn) {
		uint8_t expected[kTagSize];
		owngcm_crypt(&gcm->own, 0, iv, aad, aadSize, data, size, expected);
		return accelerator_equal(expected, tag, kTagSize) ? kAcceleratorOK : kAcceleratorRefused;
	}
#endif
	switch (open_packet_library(&gcm->library, iv, aad, aadSize, data, size, tag)) {
		case 0: return kAcceleratorOK;
		case MBEDTLS_ERR_GCM_AUTH_FAILED: return kAcceleratorRefused;
		default: return kAcceleratorFailed;
	}
}
