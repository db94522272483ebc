/* library.h by mbedTLS 4 and TF-PSA-Crypto 1: keys are PSA's, and so are random numbers; what is not to be had is answered with kLibraryUnknown. */
#include "library.h"

#if MBEDTLS_VERSION_NUMBER >= 0x04000000
#include "../jobs.h"

#include <mbedtls/private/pkcs5.h>
#include <rsa_internal.h>
#include <x509_internal.h>
#include <x509_oid.h>
#include <string.h>

/* An RSAPrivateKey of 4096 bits takes 2,349 bytes. */
#define kKeySize 2560

int library_open(void)
{
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

/* What is PSA's stays: a host may use it for other things (ESP-IDF does for Wi-Fi). */
void library_close(void)
{
}

const char* library_version(void)
{
	return mbedtls_version_get_string();
}

/* ---- random numbers: PSA's, which takes care of threads itself ---- */

int library_random_open(int source)
{
	(void)source;
	return 0;
}

void library_random_close(int source)
{
	(void)source;
}

int library_random(int source, uint8_t* out, size_t size)
{
	(void)source;
	return psa_generate_random(out, size) == PSA_SUCCESS ? 0 : -1;
}

/* ---- 3DES ---- */

int library_3des_key(Library3DES* cipher, const uint8_t key[24], int encrypt)
{
	(void)cipher, (void)key, (void)encrypt;
	return kLibraryUnknown;
}

int library_3des_cbc(Library3DES* cipher, int encrypt, size_t size, uint8_t chain[8], const uint8_t* in, uint8_t* out)
{
	(void)cipher, (void)encrypt, (void)size, (void)chain, (void)in, (void)out;
	return kLibraryUnknown;
}

int library_hmac(mbedtls_md_context_t* context, const mbedtls_md_info_t* hash)
{
	int result = mbedtls_md_setup(context, hash, 0);
	return result ? result : mbedtls_md_hmac_setup(context, hash);
}

/* ---- keys from passphrases ---- */

int library_pbkdf2(mbedtls_md_type_t hash, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t size)
{
	return mbedtls_pkcs5_pbkdf2_hmac_ext(hash, password, passwordSize, salt, saltSize, iterations, (uint32_t)size, out);
}

int library_pkcs12(mbedtls_md_type_t hash, int purpose, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, int iterations, uint8_t* out, size_t size)
{
	(void)hash, (void)purpose, (void)password, (void)passwordSize, (void)salt, (void)saltSize, (void)iterations, (void)out, (void)size;
	return kLibraryUnknown;
}

/* ---- RSA ---- */

int library_make_rsa(mbedtls_pk_context* key, unsigned bits, int exponent, LibraryRandom random, void* context)
{
	mbedtls_rsa_context rsa;
	uint8_t* der = accelerator_allocate(kKeySize);
	int size = -1;
	mbedtls_rsa_init(&rsa);
	if (der && mbedtls_rsa_gen_key(&rsa, random, context, bits, exponent) == 0) {
		uint8_t* at = der + kKeySize;
		size = mbedtls_rsa_write_key(&rsa, der, &at);	/* at the end of it */
	}
	mbedtls_rsa_free(&rsa);
	int result = size > 0 ? mbedtls_pk_parse_key(key, der + kKeySize - size, (size_t)size, NULL, 0) : -1;
	accelerator_free(der);
	return result;
}

int library_sign(mbedtls_pk_context* key, const uint8_t hash[32], uint8_t* signature, size_t capacity, size_t* size)
{
	return mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, 32, signature, capacity, size);
}

/* A key of PSA's is for what it was made for: this one is made again, for signatures without DigestInfo. */
int library_signer_open(LibrarySigner* signer, mbedtls_pk_context* from)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	uint8_t* der = accelerator_allocate(kKeySize);
	int size = der ? mbedtls_pk_write_key_der(from, der, kKeySize) : -1;	/* at the end of it */
	signer->signer = MBEDTLS_SVC_KEY_ID_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_KEY_PAIR);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
	psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PKCS1V15_SIGN_RAW);
	int ok = size > 0 && psa_import_key(&attributes, der + kKeySize - size, (size_t)size, &signer->signer) == PSA_SUCCESS;
	accelerator_free(der);
	mbedtls_pk_free(from);
	return ok ? 0 : -1;
}

void library_signer_close(LibrarySigner* signer)
{
	psa_destroy_key(signer->signer);
}

int library_signer_sign(LibrarySigner* signer, const uint8_t* hash, size_t hashSize, uint8_t* signature, size_t capacity, size_t* size)
{
	return psa_sign_hash(signer->signer, PSA_ALG_RSA_PKCS1V15_SIGN_RAW, hash, hashSize, signature, capacity, size) == PSA_SUCCESS ? 0 : -1;
}

/* ---- certificates ---- */

int library_verify(const mbedtls_x509_crt* issuer, const mbedtls_x509_crt* certificate, const uint8_t* hash, size_t hashSize)
{
	mbedtls_pk_context* key = (mbedtls_pk_context*)(uintptr_t)&issuer->pk;	/* the key's argument has no const */
	return mbedtls_pk_verify_ext(certificate->sig_pk, key, certificate->sig_md, hash, hashSize, certificate->sig.p, certificate->sig.len);
}

#endif
