/* library.h by mbedTLS 2.28. */
#include "library.h"

#if MBEDTLS_VERSION_NUMBER < 0x04000000
#include "random.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pkcs12.h>
#include <mbedtls/pkcs5.h>
#include <string.h>

int library_open(void)
{
	return 0;
}

void library_close(void)
{
}

const char* library_version(void)
{
	static char version[16];
	mbedtls_version_get_string(version);
	return version;
}

/* ---- random numbers: a CTR_DRBG over the machine's entropy for each that needs them, since they may be threads ---- */

typedef struct {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context generator;
	int isOpen;
} Source;

static Source sources[kRandomSources];

int library_random_open(int source)
{
	const unsigned char purpose[] = { 'k', 'e', 'y', 'g', 'a', 't', 'e', (unsigned char)('0' + source) };
	Source* own = &sources[source];
	mbedtls_entropy_init(&own->entropy);
	mbedtls_ctr_drbg_init(&own->generator);
	own->isOpen = 1;
	return mbedtls_ctr_drbg_seed(&own->generator, mbedtls_entropy_func, &own->entropy, purpose, sizeof(purpose));
}

void library_random_close(int source)
{
	Source* own = &sources[source];
	if (own->isOpen) {
		mbedtls_ctr_drbg_free(&own->generator);
		mbedtls_entropy_free(&own->entropy);
	}
	memset(own, 0, sizeof(*own));
}

int library_random(int source, uint8_t* out, size_t size)
{
	Source* own = &sources[source];
	int result = own->isOpen ? 0 : MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
	for (size_t at = 0; result == 0 && at < size;) {
		size_t part = size - at < MBEDTLS_CTR_DRBG_MAX_REQUEST ? size - at : MBEDTLS_CTR_DRBG_MAX_REQUEST;
		result = mbedtls_ctr_drbg_random(&own->generator, out + at, part);
		at += part;
	}
	return result;
}

/* ---- 3DES ---- */

int library_3des_key(Library3DES* cipher, const uint8_t key[24], int encrypt)
{
	mbedtls_des3_init(cipher);
	return encrypt ? mbedtls_des3_set3key_enc(cipher, key) : mbedtls_des3_set3key_dec(cipher, key);
}

int library_3des_cbc(Library3DES* cipher, int encrypt, size_t size, uint8_t chain[8], const uint8_t* in, uint8_t* out)
{
	return mbedtls_des3_crypt_cbc(cipher, encrypt ? MBEDTLS_DES_ENCRYPT : MBEDTLS_DES_DECRYPT, size, chain, in, out);
}

int library_hmac(mbedtls_md_context_t* context, const mbedtls_md_info_t* hash)
{
	return mbedtls_md_setup(context, hash, 1);
}

/* ---- keys from passphrases ---- */

int library_pbkdf2(mbedtls_md_type_t hash, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, unsigned iterations, uint8_t* out, size_t size)
{
	mbedtls_md_context_t hmac;
	mbedtls_md_init(&hmac);
	int result = library_hmac(&hmac, mbedtls_md_info_from_type(hash));
	if (result == 0)
		result = mbedtls_pkcs5_pbkdf2_hmac(&hmac, password, passwordSize, salt, saltSize, iterations, (uint32_t)size, out);
	mbedtls_md_free(&hmac);
	return result;
}

int library_pkcs12(mbedtls_md_type_t hash, int purpose, const uint8_t* password, size_t passwordSize, const uint8_t* salt, size_t saltSize, int iterations, uint8_t* out, size_t size)
{
	static const int purposes[] = { [kPKCS12Key] = MBEDTLS_PKCS12_DERIVE_KEY, [kPKCS12IV] = MBEDTLS_PKCS12_DERIVE_IV, [kPKCS12MAC] = MBEDTLS_PKCS12_DERIVE_MAC_KEY };
	int result = mbedtls_pkcs12_derivation(out, size, password, passwordSize, salt, saltSize, hash, purposes[purpose], iterations);
	return result == MBEDTLS_ERR_PKCS12_BAD_INPUT_DATA ? kLibraryMalformed : result;
}

/* ---- RSA ---- */

int library_make_rsa(mbedtls_pk_context* key, unsigned bits, int exponent, LibraryRandom random, void* context)
{
	int result = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
	return result ? result : mbedtls_rsa_gen_key(mbedtls_pk_rsa(*key), random, context, bits, exponent);
}

int library_sign(mbedtls_pk_context* key, const uint8_t hash[32], uint8_t* signature, size_t capacity, size_t* size)
{
	return mbedtls_pk_get_len(key) > capacity ? -1 : mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, 32, signature, size, random_for_mbedtls, random_context(kRandomLong));
}

int library_signer_open(LibrarySigner* signer, mbedtls_pk_context* from)
{
	signer->key = *from;
	return 0;
}

void library_signer_close(LibrarySigner* signer)
{
	mbedtls_pk_free(&signer->key);
}

int library_signer_sign(LibrarySigner* signer, const uint8_t* hash, size_t hashSize, uint8_t* signature, size_t capacity, size_t* size)
{
	mbedtls_rsa_context* key = mbedtls_pk_rsa(signer->key);
	*size = mbedtls_rsa_get_len(key);
	if (*size > capacity)
		return -1;
	/* Without a digest's name there is no DigestInfo: the hash is what is padded. */
	int result = mbedtls_rsa_pkcs1_sign(key, random_for_mbedtls, random_context(kRandomQuick), MBEDTLS_RSA_PRIVATE, MBEDTLS_MD_NONE, (unsigned)hashSize, hash, signature);
	/* With half of its blinding made when memory ran out, mbedTLS would never sign with this key again. */
	if (result != 0) {
		mbedtls_mpi_free(&key->Vi);
		mbedtls_mpi_free(&key->Vf);
	}
	return result;
}

/* ---- certificates ---- */

int library_verify(const mbedtls_x509_crt* issuer, const mbedtls_x509_crt* certificate, const uint8_t* hash, size_t hashSize)
{
	mbedtls_pk_context* key = (mbedtls_pk_context*)(uintptr_t)&issuer->pk;	/* the key's argument has no const */
	return mbedtls_pk_verify_ext(certificate->sig_pk, certificate->sig_opts, key, certificate->sig_md, hash, hashSize, certificate->sig.p, certificate->sig.len);
}

#endif
