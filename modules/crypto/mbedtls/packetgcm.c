#include "packetgcm.h"
#include "../accelerator.h"

#define kTagSize 16
#define kNonceSize 12

int packetgcm_set_key(PacketGCM* gcm, const uint8_t* key, unsigned bits)
{
#ifdef KEYGATE_OWN_GCM
	gcm->isOwn = owngcm_is_available();
	if (gcm->isOwn)
		return owngcm_set_key(&gcm->own, key, bits);
#else
	gcm->isOwn = 0;
#endif
	mbedtls_gcm_init(&gcm->library);
	return mbedtls_gcm_setkey(&gcm->library, MBEDTLS_CIPHER_ID_AES, key, bits);
}

void packetgcm_clear(PacketGCM* gcm)
{
	if (!gcm->isOwn)
		mbedtls_gcm_free(&gcm->library);
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
	return mbedtls_gcm_crypt_and_tag(&gcm->library, MBEDTLS_GCM_ENCRYPT, size, iv, kNonceSize, aad, aadSize, data, data, kTagSize, tag) == 0
		? kAcceleratorOK : kAcceleratorFailed;
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
	switch (mbedtls_gcm_auth_decrypt(&gcm->library, size, iv, kNonceSize, aad, aadSize, tag, kTagSize, data, data)) {
		case 0: return kAcceleratorOK;
		case MBEDTLS_ERR_GCM_AUTH_FAILED: return kAcceleratorRefused;
		default: return kAcceleratorFailed;
	}
}
